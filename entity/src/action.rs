//! A line of the audit log.
use sea_orm::entity::prelude::*;

/// A line of the audit log.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "actions")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose row this is.
    pub company_id: i64,
    /// Who did it; none for the system or a candidate.
    pub user_id: Option<i64>,
    /// What was done, for example `interview.booked`.
    pub verb: String,
    /// On what kind of thing.
    pub object_type: String,
    /// On which one.
    pub object_id: i64,
    /// Before and after, without secrets.
    pub details: Json,
    /// From where; empty when not over HTTP.
    pub ip: String,
    /// When.
    pub at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
