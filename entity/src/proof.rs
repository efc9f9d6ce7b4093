//! A mail to a user of ours, who wants to see how candidates' mails look.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Where a proof stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "snake_case"
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Waits for a worker.
    Queued,
    /// A worker has it.
    Sending,
    /// A mail server took it.
    Accepted,
    /// Printed to the console; nobody received it.
    Printed,
    /// Not taken; it is not tried again by itself.
    Failed,
    /// The connection died after the last byte; it may have been taken.
    Uncertain,
}

impl Status {
    /// Is this the end of its story?
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Sending)
    }
}

/// A mail to a user of ours, who wants to see how candidates' mails look.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "proofs")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose row this is.
    pub company_id: i64,
    /// Who wants to see it.
    pub user_id: i64,
    /// The user's address when it was asked for.
    pub recipient: String,
    /// The user's name.
    pub recipient_name: String,
    /// From header.
    pub sender: String,
    /// Message-ID without angle brackets.
    pub message_id: String,
    /// Subject.
    pub subject: String,
    /// Plain part with a placeholder for the join link.
    pub text: String,
    /// HTML part with a placeholder for the join link.
    pub html: String,
    /// The picture that the HTML part shows, one of `logos`.
    pub logo_id: Option<i64>,
    /// Where it stands.
    pub status: Status,
    /// Why it stands there; may be empty.
    pub reason: String,
    /// When it was asked for.
    pub created_at: DateTimeUtc,
    /// When a worker took it.
    pub begun_at: Option<DateTimeUtc>,
    /// When it reached a final status.
    pub finished_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
