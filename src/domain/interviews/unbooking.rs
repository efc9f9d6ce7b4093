//! Taking back a booking that nobody has heard of: the interview waits for a time again, as it did before.
use chrono::{DateTime, Utc};
use entity::{
    email,
    interview::{self, Status},
};
use sea_orm::{ActiveValue::Set, ConnectionTrait};

use super::{
    change::{self, Refusal, Target},
    details::Details,
};
use crate::{
    domain::{
        actions::Actor,
        busy,
        commands::Abort,
        emails::lifecycle,
        events::{self, Event},
        notifications,
    },
    error::{Error, Result},
};

/// What became of the request to take a booking back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::domain) enum Unbooked {
    /// It is done.
    Done,
    /// Somebody was told of it, or may have been: it can only be cancelled.
    Told,
}

/// Takes a booking back inside a transaction that does more; the slot is free again.
pub(in crate::domain) async fn carry_out(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    target: &Target,
    now: DateTime<Utc>,
) -> Result<Unbooked, Abort<Refusal>> {
    let is_to_come = |details: &Details| details.is_to_come(now);
    let before = change::open(txn, actor, target, is_to_come).await?;
    let row = &before.interview;
    // First, so that none of it leaves after the look.
    let about = email::COLUMN.interview_id.eq(row.id);
    let reason = "The booking was undone.";
    lifecycle::end(txn, email::Status::Cancelled, about, reason, now).await?;
    if notifications::is_anybody_notified(txn, row.company_id, row.id).await? {
        return Ok(Unbooked::Told);
    }
    let after = interview::ActiveModel {
        slot_id: Set(None),
        status: Set(Status::Unscheduled),
        booking_notes: Set(String::new()),
        booked_by: Set(None),
        booked_at: Set(None),
        not_told_reason: Set(None),
        ..change::another_time(row)
    };
    // Its mail is ended already: whoever changed it in between must not keep it without.
    if !change::write(txn, row, after).await? {
        return Err(Error::Conflict("the interview is being changed").into());
    }
    busy::give_back(txn, row).await?;
    let event = Event::InterviewUnbooked {
        interview_id: row.id,
        slot_id: row.slot_id,
        version: Some(row.version + 1),
    };
    events::record(txn, actor, event, now).await?;
    Ok(Unbooked::Done)
}
