//! What a mail server reported of a message after another one had taken it.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What the server did with the message (RFC 3464 §2.3.3).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "snake_case"
)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It gave up.
    Failed,
    /// It goes on trying.
    Delayed,
    /// It put it into the recipient's mailbox, or gave it to whoever does.
    Delivered,
    /// It passed it on, and no more reports come from there.
    Relayed,
    /// Its recipient marked it as spam.
    Complained,
    /// The provider that took it did not even try.
    Dropped,
    /// Something else came back to the message's own return address: an automatic answer, good news of somebody else, or
    /// what nobody understands.
    Noted,
    /// A calendar answered the invitation in it.
    Answered,
    /// A person answered it, and the answer was passed on.
    Forwarded,
}

/// What a mail server reported of a message after another one had taken it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bounces")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose row this is.
    pub company_id: i64,
    /// Which message.
    pub email_id: i64,
    /// Of the report: the same one is kept once.
    pub digest: String,
    /// What was done.
    pub action: Action,
    /// RFC 3463 code, when there was one.
    pub code: Option<String>,
    /// The server that reports, by name; may be empty.
    pub host: String,
    /// The server's words; may be empty.
    pub diagnostic: String,
    /// What it means, in plain words.
    pub hint: String,
    /// Does what it changes wait for our own record of the message?
    pub is_pending: bool,
    /// Does it say that there is no such mailbox?
    pub is_dead: bool,
    /// When it reached us.
    pub reported_at: DateTimeUtc,
    #[sea_orm(belongs_to, from = "email_id", to = "id")]
    pub email: BelongsTo<super::email::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
