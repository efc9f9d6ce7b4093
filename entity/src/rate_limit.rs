//! How often something was tried of late; belongs to no company because nobody has signed in yet.
use sea_orm::entity::prelude::*;

/// How often something was tried of late; belongs to no company because nobody has signed in yet.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rate_limits")]
pub struct Model {
    /// What is counted, for example `login.ip:192.0.2.1`; accounts as hashes.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// How often since `window_started_at`.
    pub count: i32,
    /// When counting began.
    pub window_started_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
