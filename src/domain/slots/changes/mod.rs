//! Changing a slot: a free one as its company likes, a booked one as its interview allows.
mod moving;
mod writing;

use chrono::{DateTime, Utc};
use entity::{interview, slot};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use self::writing::{record, write, write_rest};
use crate::{
    db::{Db, Txn, constant::Constant},
    domain::{
        actions::Actor,
        busy::{self, Clashes},
        candidates,
        commands::{self, Abort, refuse},
        idempotency_keys::{self, KeyConflict},
        interviews::{
            self, Details,
            change::{self, InterviewRefusal},
            correction::{self, Correction},
            overlap::{Overlaps, Unconfirmed},
            telling::Telling,
        },
        jobs,
        slots::{self, NewSlot, Timing, interviewers},
        versions::Target,
    },
    error::{Error, Result},
};

/// What came of changing a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Updated {
    /// It is done, now or by an earlier call with the same key.
    Done,
    /// The slot is like that already; nothing was written.
    Same,
}

/// Why a slot was not changed.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// Somebody changed or booked it after the caller saw it.
    Stale,
    /// This interview is in it, which is for this job.
    Booked(i64),
    /// This interview is in it, and over.
    Over(i64),
    /// The candidate in it has other interviews while it would last.
    Overlaps(Unconfirmed),
    /// Interviewers are in other interviews while it would last.
    Busy(Clashes),
    /// It would have begun already.
    Past,
    /// It would begin more than five years from now.
    TooFar,
    /// The idempotency key came with another request.
    KeyConflict,
}

impl From<InterviewRefusal> for Refusal {
    fn from(refusal: InterviewRefusal) -> Self {
        match refusal {
            InterviewRefusal::Changed(_) => Self::Stale,
            InterviewRefusal::NotBooked(details) => Self::Over(details.interview.id),
        }
    }
}

impl From<Unconfirmed> for Refusal {
    fn from(others: Unconfirmed) -> Self {
        Self::Overlaps(others)
    }
}

impl From<Clashes> for Refusal {
    fn from(clashes: Clashes) -> Self {
        Self::Busy(clashes)
    }
}

impl From<KeyConflict> for Refusal {
    fn from(_: KeyConflict) -> Self {
        Self::KeyConflict
    }
}

/// Changes a slot if nobody else did since the caller saw it. What a candidate who is booked into it can see
/// is told to them.
pub async fn update(
    db: &Db,
    actor: &Actor,
    target: &Target,
    (new, overlaps): (&NewSlot, &Overlaps),
    now: DateTime<Utc>,
) -> Result<Result<Updated, Refusal>> {
    let (company_id, key) = (actor.company_id, target.idempotency_key.as_ref());
    let work = async |txn: &Txn| {
        let updated = match live(txn, company_id, target.id).await? {
            Some(interview) => {
                change_booked(txn, actor, target, &interview, (new, overlaps), now).await?
            }
            None => change_free(txn, actor, target, new, now).await?,
        };
        if updated == Updated::Done {
            idempotency_keys::insert(txn, company_id, key, target.id, now).await?;
        }
        Ok(updated)
    };
    commands::run_once(db, company_id, key, work, async |_| Ok(Updated::Done)).await
}

/// The live interview in a slot.
async fn live(
    txn: &impl ConnectionTrait,
    company_id: i64,
    slot_id: i64,
) -> Result<Option<interview::Model>> {
    Ok(interview::Entity::find()
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interview::COLUMN.slot_id.eq(Some(slot_id)))
        .filter(interview::Column::Status.ne_const(interview::Status::Cancelled))
        .one(txn)
        .await?)
}

async fn change_free(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    target: &Target,
    new: &NewSlot,
    now: DateTime<Utc>,
) -> Result<Updated, Abort<Refusal>> {
    // Who books it meanwhile waits for this, or this finds it booked.
    let before = slots::lock(txn, actor.company_id, target.id).await?;
    let old = stored(txn, &before).await?;
    if before.version != target.version || live(txn, actor.company_id, target.id).await?.is_some() {
        return refuse(Refusal::Stale);
    }
    if old == *new {
        return Ok(Updated::Same);
    }
    let mut after = slots::columns(new);
    if is_moved(&old, new) {
        match slots::timing(new.starts_at, now) {
            Timing::Ahead => {}
            Timing::Past => return refuse(Refusal::Past),
            Timing::TooFar => return refuse(Refusal::TooFar),
        }
        // Read by the rules of today.
        after.rules_changed_at = Set(None);
    }
    jobs::require(txn, actor.company_id, new.job_id).await?;
    if !write(txn, target, actor.company_id, after).await? {
        return refuse(Refusal::Stale);
    }
    if old.interviewers != new.interviewers {
        put_interviewers(txn, (actor.company_id, target.id), (&old, new)).await?;
    }
    record(txn, actor, target, (&old, new), now).await?;
    Ok(Updated::Done)
}

/// Other users hold the interview.
async fn put_interviewers(
    txn: &impl ConnectionTrait,
    slot: (i64, i64),
    (old, new): (&NewSlot, &NewSlot),
) -> Result<()> {
    let users = (old.interviewers.as_slice(), new.interviewers.as_slice());
    interviewers::replace(txn, slot, users).await
}

/// The slot as it is stored.
async fn stored(txn: &impl ConnectionTrait, slot: &slot::Model) -> Result<NewSlot> {
    let interviewers = interviewers::of(txn, slot.company_id, slot.id).await?;
    NewSlot::of(slot, interviewers)
}

fn is_moved(old: &NewSlot, new: &NewSlot) -> bool {
    (old.starts_at, old.local_start, old.zone) != (new.starts_at, new.local_start, new.zone)
}

/// Takes the rows in this order: candidate, interview, slot.
async fn change_booked(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    target: &Target,
    interview: &interview::Model,
    (new, overlaps): (&NewSlot, &Overlaps),
    now: DateTime<Utc>,
) -> Result<Updated, Abort<Refusal>> {
    candidates::lock_bookings(txn, actor.company_id, interview.candidate_id).await?;
    interview::Entity::find_by_id(interview.id)
        .filter(interview::COLUMN.company_id.eq(actor.company_id))
        .lock_exclusive()
        .one(txn)
        .await?
        .ok_or(Error::NotFound)?;
    let details = interviews::details(txn, actor.company_id, interview.id).await?;
    let Some(before) = details.slot.as_ref().filter(|slot| slot.id == target.id) else {
        return refuse(Refusal::Stale);
    };
    if before.version != target.version {
        return refuse(Refusal::Stale);
    }
    let old = stored(txn, before).await?;
    if old == *new {
        return Ok(Updated::Same);
    }
    if old.job_id != new.job_id {
        return refuse(Refusal::Booked(interview.id));
    }
    if is_moved(&old, new) {
        let new = (&old, new, overlaps);
        moving::move_booked(txn, actor, target, (&details, before), new, now).await?;
        record(txn, actor, target, (&old, new.1), now).await?;
        return Ok(Updated::Done);
    }
    correct(txn, actor, &details, (new, overlaps), now).await?;
    write_rest(txn, actor, target, (&old, new)).await?;
    if old.interviewers != new.interviewers {
        put_interviewers(txn, (actor.company_id, target.id), (&old, new)).await?;
        let slot = slots::find(txn, actor.company_id, target.id).await?;
        busy::retake::<Refusal>(txn, &details.interview, &slot).await?;
        // Who held one that is over can still be put right, but nobody is told anything of it.
        if details.is_to_come(now) {
            change::notify_interviewers(txn, actor, interview.id, now).await?;
        }
    }
    record(txn, actor, target, (&old, new), now).await?;
    Ok(Updated::Done)
}

/// What the candidate sees is the interview's to change, with everything that follows.
async fn correct(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    details: &Details,
    (new, overlaps): (&NewSlot, &Overlaps),
    now: DateTime<Utc>,
) -> Result<(), Abort<Refusal>> {
    let correction = Correction {
        interview_type: new.interview_type,
        duration_minutes: new.duration_minutes,
        meeting_url: new.meeting_url.clone(),
        notes: details.interview.booking_notes.clone(),
        interviewer_notes: details.interview.interviewer_notes.clone(),
    };
    if correction.is_made(details) {
        return Ok(());
    }
    let target = change::Target {
        interview_id: details.interview.id,
        version: None,
        idempotency_key: None,
    };
    let new = (&correction, overlaps, &Telling::everybody());
    correction::carry_out::<Refusal>(txn, actor, &target, new, now).await?;
    Ok(())
}
