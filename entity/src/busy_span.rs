//! From when until when a user is busy, as their own calendar says.
use sea_orm::entity::prelude::*;

/// From when until when a user is busy, as their own calendar says.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "busy_spans")]
pub struct Model {
    /// Whose row this is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub company_id: i64,
    /// Who is busy.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: i64,
    /// The first instant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub starts_at: DateTimeUtc,
    /// The first instant after it.
    pub ends_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
