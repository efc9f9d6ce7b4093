//! Cancelling an interview.
use chrono::{DateTime, Utc};
use entity::{
    email::Kind,
    interview::{self, Status},
};
use sea_orm::{ActiveValue::Set, ConnectionTrait};

use super::{
    change::{self, Done, Refusal, Target},
    details::Details,
    telling::Telling,
};
use crate::{
    db::Db,
    domain::{
        actions::Actor,
        busy,
        commands::Abort,
        events::{Cancellation, Event},
    },
    error::Result,
};

/// Cancels an interview, for a reason that the candidate reads and that may be empty; whom that is told, and who is not.
/// The slot is free again.
pub async fn cancel(
    db: &Db,
    actor: &Actor,
    target: &Target,
    why: (&str, &Telling),
    now: DateTime<Utc>,
) -> Result<Result<Done, Refusal>> {
    change::run(db, actor, target, async |txn| {
        carry_out(txn, actor, target, why, now).await
    })
    .await
}

/// The same inside a transaction that does more. Refused before anything is written.
pub(in crate::domain) async fn carry_out(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    target: &Target,
    (reason, telling): (&str, &Telling),
    now: DateTime<Utc>,
) -> Result<Done, Abort<Refusal>> {
    let can_cancel = |details: &Details| can_cancel(details, now);
    let before = change::open(txn, actor, target, can_cancel).await?;
    let row = &before.interview;
    let after = interview::ActiveModel {
        status: Set(Status::Cancelled),
        cancel_reason: Set(reason.to_owned()),
        // What waits for a time is in no calendar.
        ..match before.slot {
            Some(_) => change::next_revision(row),
            None => interview::ActiveModel::default(),
        }
    };
    if !change::write(txn, row, after).await? {
        return change::changed(txn, actor, row.id).await;
    }
    busy::give_back(txn, row).await?;
    let done = change::notify_some(txn, actor, row.id, (Kind::Cancelled, telling), now).await?;
    let event = Event::InterviewCancelled {
        interview_id: row.id,
        change: Cancellation {
            reason: reason.to_owned(),
        },
        not_told: telling.not_told().cloned(),
        version: Some(done.details.interview.version),
        email_id: done.email_id(),
    };
    let what = (row.id, target.idempotency_key.as_ref());
    change::record(txn, actor, what, event, now).await?;
    Ok(done)
}

/// What waits for a time can be cancelled as well.
fn can_cancel(details: &Details, now: DateTime<Utc>) -> bool {
    details.interview.status == Status::Unscheduled || details.is_to_come(now)
}
