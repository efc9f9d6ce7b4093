//! Many slots that were made at once.
use sea_orm::entity::prelude::*;

/// Many slots that were made at once.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "series")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose row this is.
    pub company_id: i64,
    /// For which job.
    pub job_id: i64,
    /// How many slots were made.
    pub slots: i32,
    /// The user who made them.
    pub created_by: Option<i64>,
    /// When.
    pub created_at: DateTimeUtc,
    /// When they were removed again.
    pub undone_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
