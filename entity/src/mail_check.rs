//! The last examination of mail that a company's admins asked for.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What all checks together mean.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "snake_case"
)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Mail leaves, and nothing is to be seen to.
    Well,
    /// Mail leaves, but something should be seen to.
    Warnings,
    /// Mail cannot be sent.
    Broken,
}

/// The last examination of mail that a company's admins asked for.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_checks")]
pub struct Model {
    /// Whose row this is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub company_id: i64,
    /// +1 at each examination; only the newest may write.
    pub run: i32,
    /// The user who asked for it.
    pub started_by: i64,
    /// When it began.
    pub started_at: DateTimeUtc,
    /// If it has not ended by then, its process has died.
    pub ends_by: DateTimeUtc,
    /// When it ended; none while it goes on.
    pub ended_at: Option<DateTimeUtc>,
    /// What came of it; none while it goes on.
    pub health: Option<Health>,
    /// The checks that are done, a list.
    pub checks: Json,
}

impl ActiveModelBehavior for ActiveModel {}
