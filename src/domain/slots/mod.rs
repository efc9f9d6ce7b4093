//! Slots: times at which somebody can be interviewed for a job.
pub mod changes;
pub mod interviewers;
pub mod labels;
mod list;
mod nearest;
mod offered;
pub(super) mod removal;
pub mod standing;

use chrono::{DateTime, Months, NaiveDateTime, TimeDelta, Utc};
use entity::slot::{self, DifficultyLevel, InterviewType};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr,
};

pub(super) use self::list::live_interview_id;
use self::standing::{Act, Chosen, Outcome};
pub use self::{
    list::{Filter, Line, Listed, State, is_booked, lines, list, show},
    nearest::free_near,
    offered::{Like, With, offered},
};
use crate::{
    db::{Db, Txn},
    domain::{
        actions::Actor,
        commands::{self, refuse},
        events::{self, Event},
        idempotency_keys::{self, IdempotencyKey, KeyConflict},
        jobs, rows,
        versions::Target,
    },
    error::{Error, Result},
    zones::Tz,
};

/// The longest that an interview may take: what began earlier than this is over.
pub(super) const LONGEST: TimeDelta = TimeDelta::hours(12);
/// Nobody plans an interview for later: the year is mistyped.
const FARTHEST: Months = Months::new(5 * 12);

/// A slot as somebody enters it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSlot {
    /// For which job.
    pub job_id: i64,
    /// The instant: from [`crate::zones::local_time::resolve`].
    pub starts_at: DateTime<Utc>,
    /// The wall clock at that instant, in `zone`.
    pub local_start: NaiveDateTime,
    /// The time zone of that time.
    pub zone: Tz,
    /// 5 to 720.
    pub duration_minutes: i32,
    /// What kind of talk.
    pub interview_type: InterviewType,
    /// For interviewers.
    pub difficulty_level: Option<DifficultyLevel>,
    /// From [`crate::text::https_url`].
    pub meeting_url: Option<String>,
    /// Who asks, where it is nobody who signs in.
    pub interviewer: String,
    /// Users who ask, in the order of their keys.
    pub interviewers: Vec<i64>,
}

impl NewSlot {
    /// A slot as it is, with its interviewers.
    pub fn of(slot: &slot::Model, interviewers: Vec<i64>) -> Result<Self> {
        let stored = |what: &str| Error::Stored(format!("{what} of slot {}", slot.id));
        let local_start = slot.local_start.parse();
        let zone = slot.time_zone.parse();
        Ok(Self {
            job_id: slot.job_id,
            starts_at: slot.starts_at,
            local_start: local_start.map_err(|_| stored("local time"))?,
            zone: zone.map_err(|_| stored("time zone"))?,
            duration_minutes: slot.duration_minutes,
            interview_type: slot.interview_type,
            difficulty_level: slot.difficulty_level,
            meeting_url: slot.meeting_url.clone(),
            interviewer: slot.interviewer.clone(),
            interviewers,
        })
    }
}

/// Why a slot was not added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreationRefusal {
    /// It would have begun already.
    Past,
    /// It would begin more than five years from now.
    TooFar,
    /// The idempotency key came with another request.
    KeyConflict,
}

impl From<KeyConflict> for CreationRefusal {
    fn from(_: KeyConflict) -> Self {
        Self::KeyConflict
    }
}

/// Can anything begin at an instant?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// It is to come.
    Ahead,
    /// It has begun already.
    Past,
    /// It is more than five years from now: the year is mistyped.
    TooFar,
}

/// Can anything begin at this instant?
pub fn timing(starts_at: DateTime<Utc>, now: DateTime<Utc>) -> Timing {
    match now.checked_add_months(FARTHEST) {
        _ if starts_at <= now => Timing::Past,
        Some(farthest) if starts_at <= farthest => Timing::Ahead,
        _ => Timing::TooFar,
    }
}

/// What became of a slot that was to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// It is no longer offered.
    Closed,
    /// Somebody is booked into it: move or cancel the interview first.
    Booked,
    /// Somebody changed it after the caller saw it.
    Stale,
}

/// The slot, if one of the company's.
pub async fn find(db: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<slot::Model> {
    let found = slot::Entity::find_by_id(id).filter(slot::COLUMN.company_id.eq(company_id));
    let found = rows::strictly_one(found, db).await?;
    found.ok_or(Error::NotFound)
}

/// The slot, for a transaction that decides over it: whoever else would book or close it waits.
pub async fn lock(txn: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<slot::Model> {
    slot::Entity::find_by_id(id)
        .filter(slot::COLUMN.company_id.eq(company_id))
        .lock_exclusive()
        .one(txn)
        .await?
        .ok_or(Error::NotFound)
}

/// The same for a booking: from now on somebody was booked into it, unless the transaction refuses.
pub(super) async fn lock_for_booking(
    txn: &impl ConnectionTrait,
    company_id: i64,
    id: i64,
) -> Result<slot::Model> {
    let rows = slot::Entity::update_many()
        .col_expr(slot::Column::WasBooked, Expr::value(true))
        .filter(slot::COLUMN.id.eq(id))
        .filter(slot::COLUMN.company_id.eq(company_id))
        .exec_with_returning(txn)
        .await?;
    rows.into_iter().next().ok_or(Error::NotFound)
}

/// Enters a slot; answers with its key, now or of an earlier call with the same idempotency key.
pub async fn create(
    db: &Db,
    actor: &Actor,
    new: NewSlot,
    idempotency_key: Option<IdempotencyKey>,
    now: DateTime<Utc>,
) -> Result<Result<i64, CreationRefusal>> {
    let (company_id, key) = (actor.company_id, idempotency_key.as_ref());
    let work = async |txn: &Txn| {
        match timing(new.starts_at, now) {
            Timing::Ahead => {}
            Timing::Past => return refuse(CreationRefusal::Past),
            Timing::TooFar => return refuse(CreationRefusal::TooFar),
        }
        let id = insert(txn, actor, &new, now).await?;
        idempotency_keys::insert(txn, company_id, key, id, now).await?;
        Ok(id)
    };
    commands::run_once(db, company_id, key, work, async |id| Ok(id)).await
}

/// Enters a slot inside a transaction that does more. The job must be the company's.
pub async fn insert(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    new: &NewSlot,
    now: DateTime<Utc>,
) -> Result<i64> {
    jobs::require(txn, actor.company_id, new.job_id).await?;
    let row = slot::ActiveModel {
        company_id: Set(actor.company_id),
        created_by: Set(actor.user_id),
        created_at: Set(now),
        ..columns(new)
    };
    let id = slot::Entity::insert(row).exec(txn).await?.last_insert_id;
    interviewers::put(txn, (actor.company_id, id), &new.interviewers).await?;
    let event = Event::SlotCreated {
        slot_id: id,
        starts_at: new.starts_at,
        job_id: new.job_id,
    };
    events::record(txn, actor, event, now).await?;
    Ok(id)
}

/// What somebody entered, for the row.
pub(super) fn columns(new: &NewSlot) -> slot::ActiveModel {
    // Taken apart, so that a field that is not written does not compile.
    let NewSlot {
        job_id,
        starts_at,
        local_start,
        zone,
        duration_minutes,
        interview_type,
        difficulty_level,
        meeting_url,
        interviewer,
        // Rows of their own.
        interviewers: _,
    } = new.clone();
    slot::ActiveModel {
        job_id: Set(job_id),
        starts_at: Set(starts_at),
        duration_minutes: Set(duration_minutes),
        time_zone: Set(zone.name().into()),
        local_start: Set(local_start.format("%Y-%m-%dT%H:%M:%S").to_string()),
        interview_type: Set(interview_type),
        difficulty_level: Set(difficulty_level),
        meeting_url: Set(meeting_url),
        interviewer: Set(interviewer),
        ..Default::default()
    }
}

/// Takes a slot off the offer, unless somebody is booked into it or changed it since the caller saw it.
/// Closing twice is harmless.
pub async fn close(db: &Db, actor: &Actor, target: &Target, now: DateTime<Utc>) -> Result<Closing> {
    let chosen = Chosen {
        id: target.id,
        version: Some(target.version),
    };
    let judged = standing::apply(db, actor, Act::Close, &[chosen], now).await?;
    match judged
        .first()
        .map_or(Outcome::Missing, |judged| judged.outcome)
    {
        Outcome::Done | Outcome::Already => Ok(Closing::Closed),
        Outcome::Booked | Outcome::WasBooked => Ok(Closing::Booked),
        Outcome::Stale | Outcome::Past => Ok(Closing::Stale),
        Outcome::Missing => Err(Error::NotFound),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_lies_within_five_years() {
        let now: DateTime<Utc> = "2028-02-29T09:00:00Z".parse().expect("an instant");
        let farthest: DateTime<Utc> = "2033-02-28T09:00:00Z".parse().expect("an instant");
        for (at, seconds, expected) in [
            (now, -1, Timing::Past),
            (now, 0, Timing::Past),
            (now, 1, Timing::Ahead),
            (farthest, -1, Timing::Ahead),
            (farthest, 0, Timing::Ahead),
            (farthest, 1, Timing::TooFar),
            (DateTime::<Utc>::MAX_UTC, 0, Timing::TooFar),
        ] {
            assert_eq!(
                timing(at + TimeDelta::seconds(seconds), now),
                expected,
                "{at} {seconds}"
            );
        }
    }
}
