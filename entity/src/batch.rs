//! What was made from one list.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a list was of.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "snake_case"
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// People who were added.
    Candidates,
    /// Jobs that were added.
    Jobs,
    /// People who were booked.
    Bookings,
}

/// What was made from one list.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "batches")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose row this is.
    pub company_id: i64,
    /// What the list was of.
    pub kind: Kind,
    /// What came of each of its lines.
    pub lines: Json,
    /// The user who sent it.
    pub created_by: Option<i64>,
    /// When.
    pub created_at: DateTimeUtc,
    /// When it was taken back.
    pub undone_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
