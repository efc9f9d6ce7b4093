//! How often a company changed the words of one kind of mail in one language.
use sea_orm::entity::prelude::*;

use crate::email::Kind;

/// How often a company changed the words of one kind of mail in one language. None before the first change; it
/// stays when the words are reset.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_text_versions")]
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
    /// +1 at each change, for compare-and-set.
    pub version: i32,
}

impl ActiveModelBehavior for ActiveModel {}
