//! When a provider told something last; belongs to no company, because all of them send through it.
use sea_orm::entity::prelude::*;

/// When a provider told something last; belongs to no company, because all of them send through it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "provider_hooks")]
pub struct Model {
    /// Who tells.
    #[sea_orm(primary_key, auto_increment = false)]
    pub provider: String,
    /// When its last post came that was its own, to the minute.
    pub last_event_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
