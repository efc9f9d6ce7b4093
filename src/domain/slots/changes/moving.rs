//! Moving a slot under the interview that is booked into it: the interview moves with it, and its candidate is told.
use chrono::{DateTime, Utc};
use entity::{email::Kind, interview, slot};
use sea_orm::{ActiveValue::Set, ConnectionTrait};

use super::{Refusal, put_interviewers, writing};
use crate::{
    domain::{
        actions::Actor,
        busy,
        commands::{Abort, refuse},
        events::{self, Event, Time},
        interviews::{
            self, Details,
            change::{self, InterviewRefusal},
            overlap::{self, Overlaps},
            telling::Telling,
        },
        notifications,
        slots::{self, NewSlot, Timing},
        versions::Target,
    },
    error::Result,
};

/// The candidate and the interview are locked, and the slot is as the caller saw it.
pub(super) async fn move_booked(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    target: &Target,
    (details, before): (&Details, &slot::Model),
    (old, new, overlaps): (&NewSlot, &NewSlot, &Overlaps),
    now: DateTime<Utc>,
) -> Result<(), Abort<Refusal>> {
    if !details.is_to_come(now) {
        return refuse(InterviewRefusal::NotBooked(Box::new(details.clone())));
    }
    match slots::timing(new.starts_at, now) {
        Timing::Ahead => {}
        Timing::Past => return refuse(Refusal::Past),
        Timing::TooFar => return refuse(Refusal::TooFar),
    }
    let row = &details.interview;
    let lasting = slot::Model {
        starts_at: new.starts_at,
        duration_minutes: new.duration_minutes,
        ..before.clone()
    };
    overlap::require_new_confirmed::<Refusal>(txn, row, (before, &lasting), overlaps).await?;
    if !change::write(txn, row, columns(row, old, new)).await? {
        return refuse(Refusal::Stale);
    }
    let after = slot::ActiveModel {
        // Read by the rules of today.
        rules_changed_at: Set(None),
        ..slots::columns(new)
    };
    if !writing::write(txn, target, actor.company_id, after).await? {
        return refuse(Refusal::Stale);
    }
    if old.interviewers != new.interviewers {
        put_interviewers(txn, (actor.company_id, target.id), (old, new)).await?;
    }
    busy::retake::<Refusal>(txn, row, &lasting).await?;
    tell(txn, actor, row.id, (old, new), now).await?;
    Ok(())
}

fn columns(row: &interview::Model, old: &NewSlot, new: &NewSlot) -> interview::ActiveModel {
    match old.starts_at == new.starts_at {
        true => change::next_revision(row),
        false => change::another_time(row),
    }
}

async fn tell(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    interview_id: i64,
    (old, new): (&NewSlot, &NewSlot),
    now: DateTime<Utc>,
) -> Result<()> {
    let after = interviews::details(txn, actor.company_id, interview_id).await?;
    let everybody = Telling::everybody();
    let email =
        notifications::notify(txn, actor, Kind::Rescheduled, &after, &everybody, now).await?;
    let time = |slot: &NewSlot| Time {
        slot_id: after.interview.slot_id,
        starts_at: Some(slot.starts_at),
    };
    let event = Event::InterviewRescheduled {
        interview_id,
        before: time(old),
        after: time(new),
        rules: None,
        reason: String::new(),
        not_told: None,
        version: Some(after.interview.version),
        email_id: email.map(|email| email.id),
    };
    events::record(txn, actor, event, now).await
}
