//! Booking: a candidate's interview into a slot, at most one for each, with its mail, in one transaction.
use chrono::{DateTime, Utc};
use entity::{
    email,
    interview::{self, Status},
    slot,
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{
    change::{self, Done},
    creation,
    details::{Details, details, find},
    overlap::{self, Overlaps, Unconfirmed},
    slot_choice::{self, SlotChoice, SlotRefusal},
};
use crate::{
    db::Db,
    domain::{
        actions::Actor,
        busy::{self, Clashes},
        candidates::{self, EmailTaken, NewCandidate},
        commands::{self, Abort, refuse},
        emails::{self, Enqueued},
        events::Event,
        idempotency_keys::{IdempotencyKey, KeyConflict},
        slots::interviewers,
    },
    error::{Error, Reference, Result},
};

/// Who is booked where.
#[derive(Clone, Debug)]
pub struct NewBooking {
    /// Into which slot.
    pub slot: SlotChoice,
    /// Whose interview.
    pub who: Who,
    /// For the candidate; part of the mail.
    pub notes: String,
    /// What else of the candidate may lie at the same time.
    pub overlaps: Overlaps,
    /// The caller's idempotency key.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// Whose interview.
#[derive(Clone, Debug)]
pub enum Who {
    /// An interview that is there.
    Interview(i64),
    /// The interview for this job of a candidate who is there: the one that waits for a time, else a new one.
    Candidate(i64),
    /// A new interview of somebody new.
    New(NewCandidate),
}

/// An interview that has a time, with the newest message about it.
#[derive(Clone, Debug)]
pub struct Booked {
    /// The interview as it is now.
    pub details: Details,
    /// The message that tells the candidate; none when they are not to be told.
    pub email: Option<Enqueued>,
    /// The users who hold it.
    pub interviewers: Vec<i64>,
}

impl Booked {
    pub(super) async fn read(
        db: &impl ConnectionTrait,
        company_id: i64,
        interview_id: i64,
    ) -> Result<Box<Self>> {
        let details = details(db, company_id, interview_id).await?;
        let email = match details.interview.not_told_reason {
            Some(_) => None,
            None => Some(newest_email(db, company_id, interview_id).await?),
        };
        let interviewers = match details.interview.slot_id {
            Some(slot_id) => interviewers::of(db, company_id, slot_id).await?,
            None => Vec::new(),
        };
        Ok(Box::new(Self {
            details,
            email,
            interviewers,
        }))
    }

    /// Of a change in its own transaction: nothing is read after it that could fail.
    pub(super) async fn of(
        db: &impl ConnectionTrait,
        done: Done,
        interviewers: Vec<i64>,
    ) -> Result<Box<Self>> {
        let row = &done.details.interview;
        let email = match (done.email, &row.not_told_reason) {
            (Some(email), _) => Some(email),
            (None, Some(_)) => None,
            // The candidate knows already.
            (None, None) => Some(newest_email(db, row.company_id, row.id).await?),
        };
        Ok(Box::new(Self {
            details: *done.details,
            email,
            interviewers,
        }))
    }
}

/// The newest message that tells of a change of an interview.
async fn newest_email(
    db: &impl ConnectionTrait,
    company_id: i64,
    interview_id: i64,
) -> Result<Enqueued> {
    let email = email::Entity::find()
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::COLUMN.interview_id.eq(interview_id))
        .filter(emails::of_kinds(email::Kind::tells_of_change))
        .order_by_desc(email::Column::Id)
        .one(db)
        .await?
        .ok_or(Error::NotFound)?;
    Ok(Enqueued {
        id: email.id,
        status: email.status,
    })
}

/// Why nobody was booked.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// The slot cannot be had.
    Slot(SlotRefusal),
    /// The interview has a slot already.
    AlreadyBooked(Box<Details>),
    /// The candidate who was to be added is there: this one.
    EmailTaken(i64),
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

impl From<EmailTaken> for Refusal {
    fn from(EmailTaken(id): EmailTaken) -> Self {
        Self::EmailTaken(id)
    }
}

impl From<KeyConflict> for Refusal {
    fn from(_: KeyConflict) -> Self {
        Self::KeyConflict
    }
}

/// Books. Answers before any mail is sent; the mail is queued in the same transaction.
pub async fn book(
    db: &Db,
    actor: &Actor,
    new: NewBooking,
    now: DateTime<Utc>,
) -> Result<Result<Box<Booked>, Refusal>> {
    let company_id = actor.company_id;
    commands::run_once(
        db,
        company_id,
        new.idempotency_key.as_ref(),
        async |txn| {
            let (booked, _) = carry_out(txn, actor, &new, now).await?;
            Ok(booked)
        },
        async |id| Booked::read(db.read(), company_id, id).await,
    )
    .await
}

/// The same inside a transaction that does more. Answers also where the interview was before.
pub(in crate::domain) async fn carry_out(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    new: &NewBooking,
    now: DateTime<Utc>,
) -> Result<(Box<Booked>, Before), Abort<Refusal>> {
    let slot = slot_choice::take(txn, actor, &new.slot, now).await?;
    let (row, before) = take_interview(txn, actor, &new.who, &slot, now).await?;
    overlap::require_confirmed(txn, &row, &slot, &new.overlaps).await?;
    if !change::write(txn, &row, columns(actor, (&row, &slot), &new.notes, now)).await? {
        return already_booked(txn, actor, row.id).await;
    }
    let interviewers = busy::take::<Refusal>(txn, &row, &slot).await?;
    let done = change::notify(txn, actor, row.id, email::Kind::Scheduled, now).await?;
    let event = Event::InterviewBooked {
        interview_id: row.id,
        slot_id: Some(slot.id),
        starts_at: slot.starts_at,
        version: Some(done.details.interview.version),
        email_id: done.email_id(),
    };
    change::record(
        txn,
        actor,
        (row.id, new.idempotency_key.as_ref()),
        event,
        now,
    )
    .await?;
    Ok((Booked::of(txn, done, interviewers).await?, before))
}

/// Where an interview was before it was booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::domain) enum Before {
    /// Nowhere: it was added for the booking.
    New,
    /// It waited for a time.
    Waiting,
    /// It had been cancelled.
    Cancelled,
}

/// The interview, if it waits for a time; a new one is added here, and with it its candidate. One who is there is locked.
async fn take_interview(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    who: &Who,
    slot: &slot::Model,
    now: DateTime<Utc>,
) -> Result<(interview::Model, Before), Abort<Refusal>> {
    let company_id = actor.company_id;
    let insert = async |id| {
        let id = creation::insert(txn, actor, id, Some(slot.job_id), now).await?;
        find(txn, company_id, id).await
    };
    let mut is_new = false;
    let row = match who {
        Who::Interview(id) => {
            let found = find(txn, company_id, *id).await;
            let row = found.map_err(|error| error.of(Reference::Interview))?;
            candidates::lock_bookings(txn, company_id, row.candidate_id).await?;
            row
        }
        Who::Candidate(id) => {
            candidates::lock_bookings(txn, company_id, *id).await?;
            match creation::waiting(txn, company_id, *id, slot.job_id).await? {
                Some(row) => row,
                None => {
                    is_new = true;
                    insert(*id).await?
                }
            }
        }
        Who::New(new) => match candidates::insert(txn, actor, new, now).await? {
            Ok(id) => {
                is_new = true;
                insert(id).await?
            }
            Err(taken) => return refuse(taken),
        },
    };
    match row.status {
        Status::Unscheduled if is_new => Ok((row, Before::New)),
        Status::Unscheduled => Ok((row, Before::Waiting)),
        Status::Cancelled => Ok((row, Before::Cancelled)),
        Status::Scheduled | Status::Completed | Status::NoShow => {
            already_booked(txn, actor, row.id).await
        }
    }
}

async fn already_booked<T>(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    interview_id: i64,
) -> Result<T, Abort<Refusal>> {
    let now = details(txn, actor.company_id, interview_id).await?;
    refuse(Refusal::AlreadyBooked(Box::new(now)))
}

fn columns(
    actor: &Actor,
    (row, slot): (&interview::Model, &slot::Model),
    notes: &str,
    now: DateTime<Utc>,
) -> interview::ActiveModel {
    interview::ActiveModel {
        slot_id: Set(Some(slot.id)),
        status: Set(Status::Scheduled),
        booking_notes: Set(notes.to_owned()),
        cancel_reason: Set(String::new()),
        booked_by: Set(actor.user_id),
        booked_at: Set(row.booked_at.or(Some(now))),
        // Booking a cancelled interview anew: the link in its old mails stays dead.
        link_version: Set(row.link_version + i32::from(row.status == Status::Cancelled)),
        ..change::another_time(row)
    }
}
