//! Moving a booked interview to another time.
use chrono::{DateTime, Utc};
use entity::{email::Kind, interview, slot};
use sea_orm::{ActiveValue::Set, ConnectionTrait};

use super::{
    booking::Booked,
    change::{self, Done, InterviewRefusal},
    details::{Details, details},
    overlap::{self, Overlaps, Unconfirmed},
    slot_choice::{self, SlotChoice, SlotRefusal},
    telling::Telling,
};
use crate::{
    db::Db,
    domain::{
        actions::Actor,
        busy::{self, Clashes},
        candidates,
        commands::{self, Abort, refuse},
        events::{Correction, Event, Field, Time},
        idempotency_keys::{IdempotencyKey, KeyConflict},
        slots::interviewers,
    },
    error::Result,
};

/// Which interview goes where.
#[derive(Clone, Debug)]
pub struct Move {
    /// Which interview.
    pub interview_id: i64,
    /// As the caller saw it; none means as it is.
    pub version: Option<i32>,
    /// Into which slot, of the same job.
    pub slot: SlotChoice,
    /// For the candidate; none leaves what is there.
    pub notes: Option<String>,
    /// What else of the candidate may lie at the same time.
    pub overlaps: Overlaps,
    /// Why; for the history, may be empty.
    pub reason: String,
    /// Whom that is told.
    pub telling: Telling,
    /// The caller's idempotency key.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// Why an interview was not moved.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// The interview cannot be.
    Interview(InterviewRefusal),
    /// The slot cannot be had.
    Slot(SlotRefusal),
    /// The slot is for another job.
    OtherJob,
    /// The candidate has other interviews at this time.
    Overlaps(Unconfirmed),
    /// Interviewers of the slot are in other interviews at this time.
    Busy(Clashes),
    /// The idempotency key came with another request.
    KeyConflict,
}

impl From<Clashes> for Refusal {
    fn from(clashes: Clashes) -> Self {
        Self::Busy(clashes)
    }
}

impl From<InterviewRefusal> for Refusal {
    fn from(refusal: InterviewRefusal) -> Self {
        Self::Interview(refusal)
    }
}

impl From<Unconfirmed> for Refusal {
    fn from(others: Unconfirmed) -> Self {
        Self::Overlaps(others)
    }
}

impl From<SlotRefusal> for Refusal {
    fn from(refusal: SlotRefusal) -> Self {
        Self::Slot(refusal)
    }
}

impl From<KeyConflict> for Refusal {
    fn from(_: KeyConflict) -> Self {
        Self::KeyConflict
    }
}

/// Moves an interview. The link goes on working; the old slot is free again.
pub async fn reschedule(
    db: &Db,
    actor: &Actor,
    new: Move,
    now: DateTime<Utc>,
) -> Result<Result<Box<Booked>, Refusal>> {
    let company_id = actor.company_id;
    commands::run_once(
        db,
        company_id,
        new.idempotency_key.as_ref(),
        async |txn| carry_out(txn, actor, &new, now).await,
        async |id| Booked::read(db.read(), company_id, id).await,
    )
    .await
}

/// The same inside a transaction that does more.
pub(super) async fn carry_out(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    new: &Move,
    now: DateTime<Utc>,
) -> Result<Box<Booked>, Abort<Refusal>> {
    let before = details(txn, actor.company_id, new.interview_id).await?;
    if !before.is_to_come(now) {
        return refuse(InterviewRefusal::NotBooked(Box::new(before)));
    }
    let row = &before.interview;
    if new.version.is_some_and(|seen| seen != row.version) {
        return refuse(InterviewRefusal::Changed(Box::new(before)));
    }
    let stays = new.slot.is_slot(row.slot_id);
    let notes = new.notes.as_ref().unwrap_or(&row.booking_notes);
    if stays && *notes == row.booking_notes {
        return Ok(Booked::read(txn, actor.company_id, row.id).await?);
    }
    let slot = match &before.slot {
        Some(slot) if stays => slot.clone(),
        _ => slot_choice::take(txn, actor, &new.slot, now).await?,
    };
    if before.job.as_ref().is_some_and(|job| job.id != slot.job_id) {
        return refuse(Refusal::OtherJob);
    }
    candidates::lock_bookings(txn, actor.company_id, row.candidate_id).await?;
    if !stays {
        overlap::require_confirmed(txn, row, &slot, &new.overlaps).await?;
    }
    if !change::write(txn, row, columns(row, &slot, notes)).await? {
        return change::changed(txn, actor, row.id).await;
    }
    let interviewers = match stays {
        true => interviewers::of(txn, actor.company_id, slot.id).await?,
        false => busy::retake::<Refusal>(txn, row, &slot).await?,
    };
    let kind = Kind::Rescheduled;
    let done = change::notify_some(txn, actor, row.id, (kind, &new.telling), now).await?;
    let event = event((&before, new), &slot, &done);
    let what = (row.id, new.idempotency_key.as_ref());
    change::record(txn, actor, what, event, now).await?;
    Ok(Booked::of(txn, done, interviewers).await?)
}

fn columns(row: &interview::Model, slot: &slot::Model, notes: &str) -> interview::ActiveModel {
    let with_notes = |columns| interview::ActiveModel {
        booking_notes: Set(notes.to_owned()),
        ..columns
    };
    match row.slot_id == Some(slot.id) {
        true => with_notes(interview::ActiveModel::default()),
        false => with_notes(interview::ActiveModel {
            slot_id: Set(Some(slot.id)),
            ..change::another_time(row)
        }),
    }
}

/// Where the time stays, only the notes were changed.
fn event((before, new): (&Details, &Move), slot: &slot::Model, done: &Done) -> Event {
    let row = &before.interview;
    let version = Some(done.details.interview.version);
    match row.slot_id == Some(slot.id) {
        true => Event::InterviewCorrected {
            interview_id: row.id,
            correction: Correction::Personal {
                changed: vec![Field::BookingNotes],
            },
            not_told: new.telling.not_told().cloned(),
            version,
            email_id: done.email_id(),
        },
        false => Event::InterviewRescheduled {
            interview_id: row.id,
            before: Time {
                slot_id: row.slot_id,
                starts_at: before.slot.as_ref().map(|slot| slot.starts_at),
            },
            after: Time {
                slot_id: Some(slot.id),
                starts_at: Some(slot.starts_at),
            },
            rules: None,
            reason: new.reason.clone(),
            not_told: new.telling.not_told().cloned(),
            version,
            email_id: done.email_id(),
        },
    }
}
