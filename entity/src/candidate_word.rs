//! A word by which a candidate is found: of the name or the address, folded.
use sea_orm::entity::prelude::*;

/// A word by which a candidate is found: of the name or the address, folded.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "candidate_words")]
pub struct Model {
    /// Whose row this is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub company_id: i64,
    /// The word.
    #[sea_orm(primary_key, auto_increment = false)]
    pub word: String,
    /// Whom it finds.
    #[sea_orm(primary_key, auto_increment = false)]
    pub candidate_id: i64,
}

impl ActiveModelBehavior for ActiveModel {}
