//! The short form of a join link: that it works, because it stands in a calendar or somebody was shown it.
use sea_orm::entity::prelude::*;

/// A short join link that somebody was shown.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "short_links")]
pub struct Model {
    /// SHA-256 of its sixteen letters; the letters are kept nowhere.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code_hash: String,
    /// Whose row this is.
    pub company_id: i64,
    /// Where it leads.
    pub interview_id: i64,
    /// It works while this is the interview's.
    pub link_version: i32,
}

impl ActiveModelBehavior for ActiveModel {}
