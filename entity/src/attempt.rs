//! One try to hand an email to a mail server.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A step of the mail conversation.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "snake_case"
)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The message is made.
    Compose,
    /// TCP.
    Connect,
    /// TLS handshake.
    Tls,
    /// The server's greeting.
    Banner,
    /// EHLO.
    Ehlo,
    /// STARTTLS.
    Starttls,
    /// Login.
    Auth,
    /// MAIL FROM.
    MailFrom,
    /// RCPT TO.
    RcptTo,
    /// DATA.
    Data,
    /// The message and the final dot.
    Body,
}

/// What came of an attempt.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "snake_case"
)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The server took it.
    Accepted,
    /// Not now.
    Deferred,
    /// Never.
    Refused,
    /// The connection died after the last byte.
    Uncertain,
    /// Printed to the console.
    Printed,
    /// Given back unsent because the process stopped.
    Released,
}

/// Whether a mail server was asked to report what becomes of a message (RFC 3461).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "snake_case"
)]
#[serde(rename_all = "snake_case")]
pub enum Dsn {
    /// It was.
    Requested,
    /// It doesn't do that.
    NotOffered,
    /// There is no return address that a report could come to.
    NoAddress,
}

/// One try to hand an email to a mail server.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempts")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose row this is.
    pub company_id: i64,
    /// Which message.
    pub email_id: i64,
    /// 1 for the first.
    pub number: i32,
    /// When it began.
    pub started_at: DateTimeUtc,
    /// When its outcome was known; none while it runs.
    pub ended_at: Option<DateTimeUtc>,
    /// The server by name, or `console`.
    pub host: String,
    /// The server's address and port.
    pub peer: Option<String>,
    /// Protocol version and cipher, when encrypted.
    pub tls: Option<String>,
    /// The last stage it reached.
    pub stage: Stage,
    /// What came of it; none while it runs.
    pub outcome: Option<Outcome>,
    /// SMTP reply code.
    pub code: Option<i32>,
    /// RFC 3463 code.
    pub enhanced_code: Option<String>,
    /// The server's words, or the error's.
    pub reply: Option<String>,
    /// What it means and what to do, in plain words.
    pub hint: Option<String>,
    /// What was said, a line each, without login, message and link.
    pub transcript: Option<String>,
    /// Whether a report was asked for; none of what came to no envelope, and of older attempts.
    pub dsn: Option<Dsn>,
    #[sea_orm(belongs_to, from = "email_id", to = "id")]
    pub email: BelongsTo<super::email::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
