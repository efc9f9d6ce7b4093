//! Booking: a candidate's interview into a slot, at most one for each, with its mail, in one transaction.
use std::cell::Cell;

use chrono::{DateTime, Utc};
use entity::{
    email,
    interview::{self, Status},
    slot,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    sea_query::Expr,
};

use crate::{
    db::{self, Db, Txn},
    domain::{
        actions::Actor,
        candidates::{self, NewCandidate, Saved},
        emails,
        events::{self, Event},
        interviews::{self, Details},
        notifications,
        one_time_keys::{self, Once, Seen},
        slots::{self, NewSlot, Timing},
    },
    error::{Error, Result},
};

/// Who is booked where.
#[derive(Clone, Debug)]
pub struct NewBooking {
    /// Into which slot.
    pub place: Place,
    /// Whose interview.
    pub who: Who,
    /// For the candidate; part of the mail.
    pub notes: String,
    /// The caller's one-time key.
    pub once: Option<Once>,
}

/// Into which slot.
#[derive(Clone, Debug)]
pub enum Place {
    /// One that is there.
    Slot(i64),
    /// One that is made for it.
    New(NewSlot),
}

impl Place {
    /// Is it the slot that an interview has already?
    pub(super) fn is_slot(&self, id: Option<i64>) -> bool {
        matches!((self, id), (Self::Slot(wanted), Some(id)) if *wanted == id)
    }
}

/// Whose interview.
#[derive(Clone, Debug)]
pub enum Who {
    /// An interview that is there.
    Interview(i64),
    /// A new interview of a candidate who is there.
    Candidate(i64),
    /// A new interview of somebody new.
    New(NewCandidate),
}

/// What became of a booking.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Done, now or by an earlier call with the same key.
    Booked(Box<Booked>),
    /// Somebody else has the slot.
    SlotTaken(Box<Taken>),
    /// The slot was closed; these are free.
    SlotClosed(Vec<slot::Model>),
    /// The slot has begun; these are free.
    SlotPast(Vec<slot::Model>),
    /// The slot would begin more than five years from now.
    SlotTooFar,
    /// The rules of the slot's zone were changed: somebody has to confirm first when it starts.
    SlotUnsettled,
    /// The interview has a slot already.
    AlreadyBooked(Box<Details>),
    /// The candidate who was to be entered is there: this one.
    EmailTaken(i64),
    /// The one-time key stands for another wish.
    KeyReused,
}

/// A booking that was made.
#[derive(Clone, Debug)]
pub struct Booked {
    /// The interview as it is now.
    pub details: Details,
    /// The message that tells the candidate.
    pub email: email::Model,
}

/// A slot that somebody else has.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The interview in it.
    pub by: Details,
    /// The job's free slots nearest to it.
    pub free: Vec<slot::Model>,
}

/// Books. Answers before any mail is sent; the mail is queued in the same transaction.
pub async fn book(db: &Db, actor: &Actor, new: NewBooking, now: DateTime<Utc>) -> Result<Outcome> {
    let step = in_one_step(db, actor.company_id, new.once.as_ref(), async |txn| {
        carry_out(txn, actor, &new, now).await
    })
    .await?;
    match step {
        Step::Booked(booked) => Ok(Outcome::Booked(booked)),
        Step::Taken { slot, by } => {
            let by = interviews::details(db.read(), actor.company_id, by).await?;
            let free =
                slots::free_near(db, actor.company_id, slot.job_id, slot.starts_at, now).await?;
            Ok(Outcome::SlotTaken(Box::new(Taken { by, free })))
        }
        Step::Closed(slot) => Ok(Outcome::SlotClosed(
            slots::free_near(db, actor.company_id, slot.job_id, slot.starts_at, now).await?,
        )),
        Step::Past { job_id, starts_at } => Ok(Outcome::SlotPast(
            slots::free_near(db, actor.company_id, job_id, starts_at, now).await?,
        )),
        Step::TooFar => Ok(Outcome::SlotTooFar),
        Step::Unsettled => Ok(Outcome::SlotUnsettled),
        Step::AlreadyBooked(id) | Step::Changed(id) => Ok(Outcome::AlreadyBooked(Box::new(
            interviews::details(db.read(), actor.company_id, id).await?,
        ))),
        Step::EmailTaken(id) => Ok(Outcome::EmailTaken(id)),
        Step::KeyReused | Step::OtherJob => Ok(Outcome::KeyReused),
    }
}

/// What the transaction came to; everything but `Booked` leaves no trace.
pub(super) enum Step {
    /// Read in the transaction itself: once it is committed, nothing may fail any more.
    Booked(Box<Booked>),
    Taken {
        slot: slot::Model,
        by: i64,
    },
    Closed(slot::Model),
    Past {
        job_id: i64,
        starts_at: DateTime<Utc>,
    },
    TooFar,
    Unsettled,
    AlreadyBooked(i64),
    /// Somebody wrote it meanwhile; for moves.
    Changed(i64),
    /// The slot is for another job; for moves.
    OtherJob,
    EmailTaken(i64),
    KeyReused,
}

/// Ends a transaction without a trace though nothing failed.
pub(super) enum Stop {
    Refused(Step),
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Runs a transaction that leaves no trace when it is refused. When a unique index refuses what was
/// free a moment ago, it runs once more: the second look sees who was first.
pub(super) async fn in_one_step(
    db: &Db,
    company_id: i64,
    once: Option<&Once>,
    work: impl AsyncFn(&Txn) -> Result<Step, Stop>,
) -> Result<Step> {
    let refusal = Cell::new(None);
    let done = db::transaction_with_second_look(db, async |txn| {
        work(txn).await.map_err(|stop| match stop {
            Stop::Failed(error) => error,
            Stop::Refused(step) => {
                refusal.set(Some(step));
                Error::Conflict("the booking was refused")
            }
        })
    })
    .await;
    let Some(refusal) = refusal.take() else {
        return done;
    };
    // What stood in the way may have been this very call, sent twice at one moment: then its key is
    // there by now.
    match one_time_keys::look_up(db.read(), company_id, once).await? {
        Seen::Done(id) => told(db.read(), company_id, id).await,
        Seen::New | Seen::Reused => Ok(refusal),
    }
}

async fn carry_out(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    new: &NewBooking,
    now: DateTime<Utc>,
) -> Result<Step, Stop> {
    match one_time_keys::look_up(txn, actor.company_id, new.once.as_ref()).await? {
        Seen::Done(id) => return Ok(told(txn, actor.company_id, id).await?),
        Seen::Reused => return Ok(Step::KeyReused),
        Seen::New => {}
    }
    let slot = take_slot(txn, actor, &new.place, now).await?;
    let interview = take_interview(txn, actor, &new.who, &slot, now).await?;
    candidates::hold(txn, actor.company_id, interview.candidate_id).await?;
    point(txn, actor, &interview, &slot, &new.notes).await?;
    tell(txn, actor, &interview, now).await?;
    one_time_keys::keep(txn, actor.company_id, new.once.as_ref(), interview.id, now).await?;
    Ok(told(txn, actor.company_id, interview.id).await?)
}

/// The slot, if it is free for this interview; one that is made is made here.
pub(super) async fn take_slot(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    place: &Place,
    now: DateTime<Utc>,
) -> Result<slot::Model, Stop> {
    let id = match place {
        Place::Slot(id) => *id,
        Place::New(new) => {
            if let Some(step) = refusal_of(new.job_id, new.starts_at, now) {
                return Err(Stop::Refused(step));
            }
            slots::insert(txn, actor, new, now).await?
        }
    };
    let slot = slots::lock(txn, actor.company_id, id).await?;
    let holder = interview::Entity::find()
        .filter(interview::COLUMN.slot_id.eq(Some(slot.id)))
        .filter(interview::Column::Status.ne(Status::Cancelled))
        .one(txn)
        .await?;
    if let Some(holder) = holder {
        return Err(Stop::Refused(Step::Taken {
            slot,
            by: holder.id,
        }));
    }
    if slot.closed_at.is_some() {
        return Err(Stop::Refused(Step::Closed(slot)));
    }
    if let Some(step) = refusal_of(slot.job_id, slot.starts_at, now) {
        return Err(Stop::Refused(step));
    }
    if slot.rules_changed_at.is_some() {
        return Err(Stop::Refused(Step::Unsettled));
    }
    Ok(slot)
}

fn refusal_of(job_id: i64, starts_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<Step> {
    match slots::timing(starts_at, now) {
        Timing::Ahead => None,
        Timing::Past => Some(Step::Past { job_id, starts_at }),
        Timing::TooFar => Some(Step::TooFar),
    }
}

async fn take_interview(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    who: &Who,
    slot: &slot::Model,
    now: DateTime<Utc>,
) -> Result<interview::Model, Stop> {
    let id = match who {
        Who::Interview(id) => *id,
        Who::Candidate(id) => interviews::insert(txn, actor, *id, Some(slot.job_id), now).await?,
        Who::New(new) => match candidates::insert(txn, actor, new, now).await? {
            Saved::Candidate(id) => {
                interviews::insert(txn, actor, id, Some(slot.job_id), now).await?
            }
            Saved::EmailTaken(id) => return Err(Stop::Refused(Step::EmailTaken(id))),
            Saved::KeyReused => return Err(Stop::Refused(Step::KeyReused)),
        },
    };
    let interview = interviews::find(txn, actor.company_id, id).await?;
    match interview.status {
        Status::Unscheduled | Status::Cancelled => Ok(interview),
        Status::Scheduled | Status::Completed | Status::NoShow => {
            Err(Stop::Refused(Step::AlreadyBooked(interview.id)))
        }
    }
}

/// The conditional write: it holds only while the interview is as it was read.
async fn point(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    interview: &interview::Model,
    slot: &slot::Model,
    notes: &str,
) -> Result<(), Stop> {
    // Booking a cancelled interview anew: the link in its old mails stays dead.
    let link_version = interview.link_version + i32::from(interview.status == Status::Cancelled);
    let written = interview::Entity::update_many()
        .col_expr(interview::Column::SlotId, Expr::value(slot.id))
        .col_expr(
            interview::Column::Status,
            Expr::value(Status::Scheduled.to_value()),
        )
        .col_expr(interview::Column::BookingNotes, Expr::value(notes))
        .col_expr(interview::Column::CancelReason, Expr::value(""))
        .col_expr(interview::Column::BookedBy, Expr::value(actor.user_id))
        .col_expr(interview::Column::LinkVersion, Expr::value(link_version))
        .col_expr(
            interview::Column::Revision,
            Expr::col(interview::Column::Revision).add(1),
        )
        .col_expr(
            interview::Column::IcsSequence,
            Expr::col(interview::Column::IcsSequence).add(1),
        )
        .col_expr(
            interview::Column::Version,
            Expr::col(interview::Column::Version).add(1),
        )
        .col_expr(
            interview::Column::OpenedAt,
            Expr::value(None::<DateTime<Utc>>),
        )
        .col_expr(
            interview::Column::JoinedAt,
            Expr::value(None::<DateTime<Utc>>),
        )
        .filter(interview::COLUMN.id.eq(interview.id))
        .filter(interview::COLUMN.company_id.eq(actor.company_id))
        .filter(interview::COLUMN.version.eq(interview.version))
        .exec(txn)
        .await?
        .rows_affected;
    if written == 1 {
        Ok(())
    } else {
        Err(Stop::Refused(Step::AlreadyBooked(interview.id)))
    }
}

async fn tell(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    interview: &interview::Model,
    now: DateTime<Utc>,
) -> Result<(), Stop> {
    let details = interviews::details(txn, actor.company_id, interview.id).await?;
    let window = details.join_window().ok_or(Error::NotFound)?;
    let email_id = notifications::tell(txn, actor, email::Kind::Scheduled, &details, now).await?;
    let event = Event::InterviewBooked {
        interview_id: interview.id,
        slot_id: details.interview.slot_id,
        starts_at: window.starts_at,
        version: Some(details.interview.version),
        email_id,
    };
    events::record(txn, actor, event, now).await?;
    Ok(())
}

/// An interview with the newest message that tells of it.
pub(super) async fn told(
    db: &impl ConnectionTrait,
    company_id: i64,
    interview_id: i64,
) -> Result<Step> {
    let details = interviews::details(db, company_id, interview_id).await?;
    let email = email::Entity::find()
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::COLUMN.interview_id.eq(interview_id))
        .filter(emails::of_kinds(email::Kind::tells_of_change))
        .order_by_desc(email::Column::Id)
        .one(db)
        .await?
        .ok_or(Error::NotFound)?;
    Ok(Step::Booked(Box::new(Booked { details, email })))
}
