//! Replies that are passed on: in the same queue and log as all others, written when they come and sent as they are.
use chrono::{DateTime, TimeDelta, Utc};
use entity::email::{self, Audience, Kind, Status};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

use crate::{crypto, domain::suppressed, error::Result};

/// After this long whoever wrote has asked again.
const OF_USE: TimeDelta = TimeDelta::days(7);
/// People of the company read pages and such messages in this language.
const LOCALE: &str = "en";

/// A reply to pass on.
#[derive(Clone, Debug)]
pub struct Forward {
    /// Whose candidate or interviewer wrote.
    pub company_id: i64,
    /// The user who gets it; none where it goes to the company.
    pub user_id: Option<i64>,
    /// Who gets it.
    pub recipient: String,
    /// By name.
    pub recipient_name: String,
    /// From header.
    pub sender: String,
    /// Domain of the Message-ID.
    pub domain: String,
    /// Reply-To header: whoever wrote.
    pub reply_to: String,
    /// Subject, as it came.
    pub subject: String,
    /// Plain part.
    pub text: String,
    /// HTML part.
    pub html: String,
}

/// Queues it, in the transaction that notes that it came; answers with its key.
pub async fn queue_forward(
    txn: &impl ConnectionTrait,
    new: Forward,
    now: DateTime<Utc>,
) -> Result<i64> {
    let addresses = [new.recipient.as_str()].into_iter().collect();
    let suppressed = suppressed::among(txn, new.company_id, addresses, now).await?;
    let held_because = suppressed.into_values().next();
    let name = format!("forward-{}", crypto::random_id());
    let row = email::ActiveModel {
        company_id: Set(new.company_id),
        kind: Set(Kind::ForwardedReply),
        audience: Set(match new.user_id {
            Some(_) => Audience::User,
            None => Audience::Address,
        }),
        user_id: Set(new.user_id),
        interview_id: Set(None),
        revision: Set(0),
        link_version: Set(0),
        recipient: Set(new.recipient),
        recipient_name: Set(new.recipient_name),
        locale: Set(LOCALE.into()),
        message_id: Set(format!("{name}@{}", new.domain)),
        idem_key: Set(name),
        date: Set(now),
        sender: Set(Some(new.sender)),
        reply_to: Set(Some(new.reply_to)),
        subject: Set(Some(new.subject)),
        text: Set(Some(new.text)),
        html: Set(Some(new.html)),
        status: Set(match held_because {
            Some(_) => Status::Held,
            None => Status::Queued,
        }),
        reason: Set(held_because.unwrap_or_default()),
        due_at: Set(now),
        first_due_at: Set(now),
        expires_at: Set(now + OF_USE),
        fence: Set(0),
        attempts: Set(0),
        put_off: Set(0),
        server_failures: Set(0),
        created_at: Set(now),
        ..Default::default()
    };
    Ok(email::Entity::insert(row).exec(txn).await?.last_insert_id)
}
