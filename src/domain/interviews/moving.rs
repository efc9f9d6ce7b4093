//! A candidate who needs another time takes one of the job's free ones that suit the same interviewers, where the company
//! lets candidates do so. All of it is decided again at the moment of writing.
use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{interview, slot};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::{
    admission,
    booking::Booked,
    details::{Details, details},
    join_link::Keys,
    offered,
    overlap::Overlaps,
    rescheduling::{self, Move},
    slot_choice::SlotChoice,
    telling::Telling,
};
use crate::{
    db::{Db, Txn},
    domain::{
        actions::Actor,
        availability,
        commands::{self, Abort, refuse},
        events::{self, Event},
        idempotency_keys::KeyConflict,
        rate_limits::{self, Limit, Turn},
        slots::{self, Like, With, interviewers},
    },
    error::{Error, Result},
};

/// Farther away no time is shown.
const HORIZON: TimeDelta = TimeDelta::days(30);
/// Whoever moves an interview all the time talks to the recruiter.
const MOVES: Limit = Limit {
    name: "candidate-move",
    most: 3,
    window: TimeDelta::hours(24),
};

/// Where the candidate wants the interview that they saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The slot.
    pub slot_id: i64,
    /// The interview's revision then.
    pub revision: i32,
}

/// Why the interview stays where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The company does not let candidates move it, or no longer.
    NotAllowed,
    /// This time cannot be had, or no longer.
    Gone,
    /// The interview is not as the candidate saw it.
    Changed,
    /// Not before so many seconds have passed.
    TooOften(i64),
}

impl From<KeyConflict> for Refusal {
    fn from(_: KeyConflict) -> Self {
        Self::Gone
    }
}

/// The times to which its candidate may move an interview now, the earliest first; none where the company lets nobody.
pub async fn slots(db: &Db, details: &Details, now: DateTime<Utc>) -> Result<Vec<slot::Model>> {
    let (Some(span), Some(present), Some(job)) = (span(details, now), &details.slot, &details.job)
    else {
        return Ok(Vec::new());
    };
    let row = &details.interview;
    let of_present = interviewers::of(db.read(), row.company_id, present.id).await?;
    let like = Like {
        interview_type: present.interview_type,
        duration_minutes: present.duration_minutes,
        with: match of_present.first() {
            Some(id) => With::User(*id),
            None => With::Named(present.interviewer.clone()),
        },
    };
    let mut found = offered::free(db, (row, job.id), span, Some(&like), now).await?;
    if found.is_empty() {
        return Ok(found);
    }
    let ids: Vec<i64> = found.iter().map(|slot| slot.id).collect();
    let holders = interviewers::by_slot(db.read(), row.company_id, ids).await?;
    found.retain(|slot| {
        let of_slot = holders.get(&slot.id).map_or(&[][..], Vec::as_slice);
        are_same((present, &of_present), (slot, of_slot))
    });
    Ok(found)
}

/// May its candidate move it now, where there is a time?
pub fn can_move(details: &Details, now: DateTime<Utc>) -> bool {
    span(details, now).is_some()
}

/// When the new time may begin; none where the interview may not be moved.
fn span(details: &Details, now: DateTime<Utc>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let hours = details.company.move_notice_hours?;
    let earliest = now + TimeDelta::hours(hours.into());
    let starts_at = details.slot.as_ref()?.starts_at;
    (details.is_to_come(now) && earliest <= starts_at && now < starts_at)
        .then_some((earliest, now + HORIZON))
}

/// Is it the same talk at another time?
fn is_alike(present: &slot::Model, other: &slot::Model) -> bool {
    let talk = |slot: &slot::Model| (slot.interview_type, slot.duration_minutes);
    present.id != other.id && talk(present) == talk(other)
}

/// Are the interviewers the same people? Where they are no users, they are called the same.
fn are_same(
    (present, of_present): (&slot::Model, &[i64]),
    (other, of_other): (&slot::Model, &[i64]),
) -> bool {
    let people = |ids: &[i64]| ids.iter().copied().collect::<HashSet<i64>>();
    match of_present.is_empty() {
        true => of_other.is_empty() && present.interviewer == other.interviewer,
        false => people(of_present) == people(of_other),
    }
}

/// Moves the interview into the slot that the candidate chose. `NotFound` when the link is wrong.
pub async fn choose(
    db: &Db,
    keys: &Keys,
    token: &str,
    (wanted, ip): (Wanted, &str),
    now: DateTime<Utc>,
) -> Result<Result<Box<Booked>, Refusal>> {
    let admission = admission::admit(db, keys, token, now).await?;
    let row = &admission.details.interview;
    if row.slot_id == Some(wanted.slot_id) {
        // Sent once more, it has been done.
        return Ok(Ok(Booked::read(db.read(), row.company_id, row.id).await?));
    }
    if span(&admission.details, now).is_none() {
        return Ok(Err(Refusal::NotAllowed));
    }
    if let Turn::Limited(seconds) = rate_limits::take(db, MOVES, &row.public_id, now).await? {
        return Ok(Err(Refusal::TooOften(seconds)));
    }
    let actor = admission::candidate(row, ip);
    let (company_id, seen) = (row.company_id, (row.id, row.link_version));
    let moved = commands::run_once(
        db,
        company_id,
        None,
        async |txn: &Txn| carry_out(txn, &actor, (seen, wanted), now).await,
        async |id| Booked::read(db.read(), company_id, id).await,
    )
    .await?;
    if moved.is_err() {
        rate_limits::give_back(db, MOVES, &row.public_id).await?;
    }
    Ok(moved)
}

async fn carry_out(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    ((interview_id, link_version), wanted): ((i64, i32), Wanted),
    now: DateTime<Utc>,
) -> Result<Box<Booked>, Abort<Refusal>> {
    let before = details(txn, actor.company_id, interview_id).await?;
    if before.interview.link_version != link_version {
        return Err(Error::NotFound.into());
    }
    if before.interview.revision != wanted.revision {
        return refuse(Refusal::Changed);
    }
    let slot_id = wanted.slot_id;
    require_allowed(txn, &before, slot_id, now).await?;
    let new = Move {
        interview_id,
        version: Some(before.interview.version),
        slot: SlotChoice::Existing(slot_id),
        notes: None,
        overlaps: Overlaps::Confirmed(Vec::new()),
        reason: String::new(),
        telling: Telling::everybody(),
        idempotency_key: None,
    };
    let moved = rescheduling::carry_out(txn, actor, &new, now).await;
    let moved = moved.map_err(refused)?;
    // Only now the slot is locked, and nobody else books its interviewers beside it.
    let slot = slots::find(txn, actor.company_id, slot_id).await?;
    let found = availability::of_slot(txn, &slot, Some(interview_id), now).await?;
    if offered::refuses(&found) {
        return refuse(Refusal::Gone);
    }
    note(txn, &before, now).await?;
    let event = Event::TimeChosen {
        interview_id,
        slot_id,
    };
    events::record(txn, actor, event, now).await?;
    Ok(moved)
}

/// For the recruiters, until one of them sees it.
async fn note(txn: &impl ConnectionTrait, before: &Details, now: DateTime<Utc>) -> Result<()> {
    interview::Entity::update_many()
        .col_expr(interview::Column::MovedAt, Expr::value(now))
        .filter(interview::COLUMN.id.eq(before.interview.id))
        .filter(interview::COLUMN.company_id.eq(before.interview.company_id))
        .exec(txn)
        .await?;
    Ok(())
}

/// Is it one of the times that are shown, by what does not change while others book?
async fn require_allowed(
    txn: &impl ConnectionTrait,
    before: &Details,
    slot_id: i64,
    now: DateTime<Utc>,
) -> Result<(), Abort<Refusal>> {
    let company_id = before.interview.company_id;
    let (Some((from, until)), Some(present)) = (span(before, now), &before.slot) else {
        return refuse(Refusal::NotAllowed);
    };
    let slot = match slots::find(txn, company_id, slot_id).await {
        Ok(slot) => slot,
        Err(Error::NotFound) => return refuse(Refusal::Gone),
        Err(error) => return Err(error.into()),
    };
    let of_present = interviewers::of(txn, company_id, present.id).await?;
    let of_slot = interviewers::of(txn, company_id, slot.id).await?;
    let is_shown = before.job.as_ref().map(|job| job.id) == Some(slot.job_id)
        && from <= slot.starts_at
        && slot.starts_at < until
        && is_alike(present, &slot)
        && are_same((present, &of_present), (&slot, &of_slot));
    match is_shown {
        true => Ok(()),
        false => refuse(Refusal::Gone),
    }
}

fn refused(abort: Abort<rescheduling::Refusal>) -> Abort<Refusal> {
    match abort {
        Abort::Failed(error) => Abort::Failed(error),
        Abort::Refused(rescheduling::Refusal::Interview(_)) => Abort::Refused(Refusal::Changed),
        Abort::Refused(_) => Abort::Refused(Refusal::Gone),
    }
}
