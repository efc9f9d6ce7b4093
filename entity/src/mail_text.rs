//! A company's own words for a part of its mails.
use sea_orm::entity::prelude::*;

use crate::email::Kind;

/// A company's own words for a part of its mails.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_texts")]
pub struct Model {
    /// Whose row this is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub company_id: i64,
    /// The language, by the tag of its file.
    #[sea_orm(primary_key, auto_increment = false)]
    pub locale: String,
    /// In which mails.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: Kind,
    /// Which part. A name that this version does not know is left alone: the mail has the usual words there.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The words, with named places.
    pub text: String,
}

impl ActiveModelBehavior for ActiveModel {}
