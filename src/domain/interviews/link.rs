//! Replacing the join link of an interview.
use chrono::{DateTime, Utc};
use entity::{email::Kind, interview};
use sea_orm::{ActiveValue::Set, ConnectionTrait};

use super::{
    change::{self, Done, Refusal, Target},
    details::Details,
};
use crate::{
    db::Db,
    domain::{
        actions::Actor,
        commands::Abort,
        events::{Event, Replaced},
    },
    error::Result,
};

/// Replaces the link: the one in earlier mails is dead at once, and a new one is sent.
pub async fn replace(
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

async fn carry_out(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    target: &Target,
    now: DateTime<Utc>,
) -> Result<Done, Abort<Refusal>> {
    let is_to_come = |details: &Details| details.is_to_come(now);
    let before = change::open(txn, actor, target, is_to_come).await?;
    let row = &before.interview;
    let after = interview::ActiveModel {
        link_version: Set(row.link_version + 1),
        // The link stands in the calendar entry as its location.
        ..change::next_revision(row)
    };
    if !change::write(txn, row, after).await? {
        return change::changed(txn, actor, row.id).await;
    }
    let done = change::notify(txn, actor, row.id, Kind::LinkReplaced, now).await?;
    let event = Event::LinkReplaced {
        interview_id: row.id,
        change: Replaced {},
        version: Some(done.details.interview.version),
        email_id: done.email_id(),
    };
    change::record(
        txn,
        actor,
        (row.id, target.idempotency_key.as_ref()),
        event,
        now,
    )
    .await?;
    Ok(done)
}
