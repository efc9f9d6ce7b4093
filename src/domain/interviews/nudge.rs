//! Nudging a candidate who does not come: an email with the link, while the interview goes on.
use chrono::{DateTime, Utc};
use entity::{
    email::Kind,
    interview::{self, Status},
};
use sea_orm::ConnectionTrait;

use super::{
    change::{self, Done, Refusal, Target},
    details::{Details, details},
};
use crate::{
    db::Db,
    domain::{
        actions::Actor,
        commands::Abort,
        emails::{self, NewEmail},
        events::Event,
    },
    error::{Error, Result},
};

/// Queues an email that asks the candidate to join now. Each raises the interview's version, so that a button that is
/// pressed twice sends one.
pub async fn nudge(
    db: &Db,
    actor: &Actor,
    target: &Target,
    now: DateTime<Utc>,
) -> Result<Result<Done, Refusal>> {
    change::run(db, actor, target, async |txn| {
        carry_out(txn, actor, target, now).await
    })
    .await
}

/// Is the candidate awaited in an interview that has begun?
pub fn can_nudge(details: &Details, now: DateTime<Utc>) -> bool {
    let goes_on = details
        .slot
        .as_ref()
        .is_some_and(|slot| slot.starts_at <= now && now < slot.ends_at());
    let row = &details.interview;
    goes_on && row.status == Status::Scheduled && row.joined_at.is_none()
}

async fn carry_out(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    target: &Target,
    now: DateTime<Utc>,
) -> Result<Done, Abort<Refusal>> {
    let before = change::open(txn, actor, target, |details| can_nudge(details, now)).await?;
    let row = &before.interview;
    if !change::write(txn, row, interview::ActiveModel::default()).await? {
        return change::changed(txn, actor, row.id).await;
    }
    let nudged = details(txn, actor.company_id, row.id).await?;
    let slot = nudged.slot.as_ref().ok_or(Error::NotFound)?;
    let new = NewEmail {
        kind: Kind::Nudge,
        snapshot: emails::snapshot(&nudged)?,
        previous_snapshot: None,
        due_at: now,
        expires_at: slot.ends_at(),
        lead_minutes: None,
    };
    let queued = emails::queue(txn, actor, &nudged, vec![new], now).await?;
    let done = Done {
        email: queued.first().copied(),
        details: Box::new(nudged),
    };
    let event = Event::CandidateNudged {
        interview_id: row.id,
        version: Some(done.details.interview.version),
        email_id: done.email_id(),
    };
    let what = (row.id, target.idempotency_key.as_ref());
    change::record(txn, actor, what, event, now).await?;
    Ok(done)
}
