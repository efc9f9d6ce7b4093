//! A way that mail leaves, and how it is; belongs to no company because all of them share it.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Which of the mail servers.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "snake_case"
)]
#[serde(rename_all = "snake_case")]
pub enum Name {
    /// The one that is asked first.
    Primary,
    /// The one that takes over when the first is unwell.
    Fallback,
}

/// Whose fault it is that a mail server takes nothing.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "snake_case"
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The server's: it is away or unwell.
    Server,
    /// Ours: somebody must change the settings.
    Settings,
}

/// A way that mail leaves, and how it is; belongs to no company because all of them share it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "transports")]
pub struct Model {
    /// Which.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: Name,
    /// The server by name and port.
    pub host: String,
    /// Of the settings, so that changed ones are tried at once.
    pub fingerprint: String,
    /// How often in a row it failed for everybody.
    pub failures: i32,
    /// Whose fault the last failure was; none while it is well.
    pub scope: Option<Scope>,
    /// What is wrong and what to do, in plain words; empty while it is well.
    pub reason: String,
    /// Since when nothing is given to it but a probe now and then.
    pub opened_at: Option<DateTimeUtc>,
    /// Nothing is given to it before this instant.
    pub wait_until: Option<DateTimeUtc>,
    /// The message that failed last: the next probe is another one, when there is one.
    pub failed_email_id: Option<i64>,
    /// When it last took a message.
    pub accepted_at: Option<DateTimeUtc>,
    /// Up to when its allowance of messages is used.
    pub paced_until: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Is it left alone, but for a probe now and then?
    pub fn is_open(&self) -> bool {
        self.opened_at.is_some()
    }
}
