//! Queueing a message with the change that it tells.
use chrono::{DateTime, Utc};
use entity::email::{self, Audience, InterviewSnapshot, Kind, Status};
use sea_orm::{
    ActiveEnum, ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter, sea_query::OnConflict,
};
use serde_json::json;

use super::{lifecycle, of_kinds};
use crate::{
    crypto,
    domain::{actions::Actor, interviews::Details, suppressed},
    error::{Error, Result},
};

/// A message to queue.
#[derive(Clone, Debug)]
pub struct NewEmail<'a> {
    /// What it tells.
    pub kind: Kind,
    /// The interview as it is after the change that is told.
    pub details: &'a Details,
    /// The interview as it tells it.
    pub snapshot: InterviewSnapshot,
    /// As the candidate was told it before.
    pub previous_snapshot: Option<InterviewSnapshot>,
    /// Not before this instant.
    pub due_at: DateTime<Utc>,
    /// Of a reminder.
    pub lead_minutes: Option<i32>,
    /// Of no more use from this instant.
    pub expires_at: DateTime<Utc>,
}

/// Queues a message in the transaction that makes the change it tells of. The same event never
/// queues two: the answer is then the key of the first.
pub async fn queue(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    new: NewEmail<'_>,
    now: DateTime<Utc>,
) -> Result<i64> {
    insert(txn, actor, new, None, now).await
}

/// Ends the messages of an interview that have not left and tell of a change.
pub async fn supersede(
    txn: &impl ConnectionTrait,
    interview_id: i64,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let which = of_kinds(Kind::tells_of_change).add(email::COLUMN.interview_id.eq(interview_id));
    lifecycle::end(txn, Status::Superseded, which, reason, now).await?;
    Ok(())
}

pub(super) async fn insert(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    new: NewEmail<'_>,
    resend_of: Option<i64>,
    now: DateTime<Utc>,
) -> Result<i64> {
    let idem_key = idem_key(&new, resend_of);
    let company_id = new.details.interview.company_id;
    let address = &new.details.candidate.email;
    let (status, reason) = match suppressed::find(txn, company_id, address, now).await? {
        Some(reason) => (Status::Held, reason),
        None => (Status::Queued, String::new()),
    };
    let row = email::ActiveModel {
        idem_key: Set(idem_key.clone()),
        status: Set(status),
        reason: Set(reason),
        resend_of: Set(resend_of),
        created_by: Set(actor.user_id),
        ..new.into_row(now)
    };
    let first_wins = OnConflict::column(email::Column::IdemKey)
        .do_nothing()
        .to_owned();
    email::Entity::insert(row)
        .on_conflict(first_wins)
        .exec_without_returning(txn)
        .await?;
    let queued = email::Entity::find()
        .filter(email::COLUMN.idem_key.eq(&idem_key))
        .one(txn)
        .await?;
    Ok(queued.ok_or(Error::NotFound)?.id)
}

impl NewEmail<'_> {
    /// What it tells, to whom and when; nobody has tried to send it.
    fn into_row(self, now: DateTime<Utc>) -> email::ActiveModel {
        let Details {
            interview,
            candidate,
            ..
        } = self.details;
        email::ActiveModel {
            company_id: Set(interview.company_id),
            kind: Set(self.kind),
            audience: Set(Audience::Candidate),
            interview_id: Set(Some(interview.id)),
            revision: Set(interview.revision),
            link_version: Set(interview.link_version),
            recipient: Set(candidate.email.clone()),
            locale: Set(candidate.locale.clone()),
            recipient_name: Set(candidate.name.clone()),
            // The worker adds the sender's domain when it composes the message.
            message_id: Set(format!("{}.{}", crypto::random_id(), interview.revision)),
            date: Set(now),
            due_at: Set(self.due_at),
            first_due_at: Set(self.due_at),
            expires_at: Set(self.expires_at),
            fence: Set(0),
            attempts: Set(0),
            put_off: Set(0),
            server_failures: Set(0),
            facts: Set(Some(json!(self.snapshot))),
            facts_before: Set(self.previous_snapshot.map(|previous| json!(previous))),
            lead_minutes: Set(self.lead_minutes),
            created_at: Set(now),
            ..Default::default()
        }
    }
}

/// One event, one key: the interview's version rises with every change, and a reminder has its own hour.
fn idem_key(new: &NewEmail<'_>, resend_of: Option<i64>) -> String {
    let Details {
        interview,
        candidate,
        ..
    } = new.details;
    let recipient = &crypto::sha256_hex(&candidate.email)[..16];
    let lead = new
        .lead_minutes
        .map(|lead| format!(":{lead}min"))
        .unwrap_or_default();
    let again = resend_of
        .map(|id| format!(":again{id}"))
        .unwrap_or_default();
    format!(
        "itv:{}:v{}:{}{lead}:{recipient}{again}",
        interview.id,
        interview.version,
        new.kind.to_value()
    )
}
