//! Slots: times at which somebody can be interviewed for a job.
use chrono::{DateTime, Months, NaiveDateTime, Utc};
use entity::{
    interview,
    slot::{self, DifficultyLevel, InterviewType},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, sea_query::Expr,
};

use crate::{
    db::{self, Db},
    domain::{
        actions::Actor,
        events::{self, Event},
        jobs,
        one_time_keys::{self, Once, Seen},
        page::{self, Cursor, Page},
        rows,
        versions::Target,
    },
    error::{Error, Result},
    zones::Tz,
};

/// How many free slots a refused booking is offered.
const NEAREST: usize = 5;
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
    /// Where that clock hangs.
    pub zone: Tz,
    /// 5 to 720.
    pub duration_minutes: i32,
    /// What kind of talk.
    pub interview_type: InterviewType,
    /// For interviewers.
    pub difficulty_level: Option<DifficultyLevel>,
    /// From [`crate::text::https_url`].
    pub meeting_url: Option<String>,
    /// Who asks.
    pub interviewer: String,
}

impl NewSlot {
    /// A slot as it is.
    pub fn of(slot: &slot::Model) -> Result<Self> {
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
        })
    }
}

/// What became of a slot that was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// It is there, now or since an earlier call with the same key.
    Slot(i64),
    /// It would have begun already.
    Past,
    /// It would begin more than five years from now.
    TooFar,
    /// The one-time key stands for another wish.
    KeyReused,
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

/// What a slot is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It can be booked.
    Open,
    /// A live interview points at it.
    Booked,
    /// It was closed.
    Closed,
    /// It has begun, and nobody was booked.
    Past,
}

/// Which slots a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only of this job.
    pub job_id: Option<i64>,
    /// Only in this state.
    pub state: Option<State>,
    /// Only those that start at this instant or later.
    pub from: Option<DateTime<Utc>>,
    /// Only those that start before this instant.
    pub until: Option<DateTime<Utc>>,
}

/// A slot of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The row.
    pub slot: slot::Model,
    /// Of its job.
    pub job_title: String,
    /// What it is good for.
    pub state: State,
    /// The live interview in it.
    pub interview_id: Option<i64>,
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

/// The slot as a list would show it.
pub async fn show(db: &Db, company_id: i64, id: i64, now: DateTime<Utc>) -> Result<Listed> {
    let row = find(db.read(), company_id, id).await?;
    let mut listed = with_states(db, company_id, vec![row], now).await?;
    listed.pop().ok_or(Error::NotFound)
}

/// Earliest first.
pub async fn list(
    db: &Db,
    company_id: i64,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Page<Listed>> {
    let mut rows = slot::Entity::find()
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(matching(filter, now));
    if let Some(cursor) = cursor {
        rows = rows.filter(page::after(
            slot::Column::StartsAt,
            slot::Column::Id,
            cursor,
        ));
    }
    let all = rows
        .order_by_asc(slot::Column::StartsAt)
        .order_by_asc(slot::Column::Id)
        .limit(limit + 1);
    let all = rows::all(all, db.read()).await?;
    let page = Page::of_stored(all, limit, "slot", |row| Cursor {
        at: row.starts_at,
        id: row.id,
    });
    Ok(Page {
        rows: with_states(db, company_id, page.rows, now).await?,
        next: page.next,
        unreadable: page.unreadable,
    })
}

/// How many there are. Counts what lies between `from` and `until`: give both.
pub async fn count(db: &Db, company_id: i64, filter: &Filter, now: DateTime<Utc>) -> Result<u64> {
    Ok(slot::Entity::find()
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(matching(filter, now))
        .count(db.read())
        .await?)
}

/// The free slots of a job that start nearest to an instant, earliest first.
pub async fn free_near(
    db: &impl ConnectionTrait,
    company_id: i64,
    job_id: i64,
    around: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<slot::Model>> {
    let free = || {
        let filter = Filter {
            job_id: Some(job_id),
            state: Some(State::Open),
            ..Filter::default()
        };
        slot::Entity::find()
            .filter(slot::COLUMN.company_id.eq(company_id))
            .filter(matching(&filter, now))
            .filter(slot::COLUMN.rules_changed_at.is_null())
            .limit(NEAREST as u64)
    };
    let later = free()
        .filter(slot::COLUMN.starts_at.gte(around))
        .order_by_asc(slot::Column::StartsAt);
    let earlier = free()
        .filter(slot::COLUMN.starts_at.lt(around))
        .order_by_desc(slot::Column::StartsAt);
    let later = rows::readable(later, db, "slot").await?;
    let earlier = rows::readable(earlier, db, "slot").await?;
    let mut nearest: Vec<_> = later.into_iter().chain(earlier).collect();
    nearest.sort_by_key(|slot| (slot.starts_at - around).abs());
    nearest.truncate(NEAREST);
    nearest.sort_by_key(|slot| (slot.starts_at, slot.id));
    Ok(nearest)
}

/// Enters a slot.
pub async fn create(
    db: &Db,
    actor: &Actor,
    new: NewSlot,
    once: Option<Once>,
    now: DateTime<Utc>,
) -> Result<Created> {
    db::transaction_retrying_duplicates(db, async |txn| {
        match one_time_keys::look_up(txn, actor.company_id, once.as_ref()).await? {
            Seen::Done(id) => return Ok(Created::Slot(id)),
            Seen::Reused => return Ok(Created::KeyReused),
            Seen::New => {}
        }
        match timing(new.starts_at, now) {
            Timing::Ahead => {}
            Timing::Past => return Ok(Created::Past),
            Timing::TooFar => return Ok(Created::TooFar),
        }
        let id = insert(txn, actor, &new, now).await?;
        one_time_keys::keep(txn, actor.company_id, once.as_ref(), id, now).await?;
        Ok(Created::Slot(id))
    })
    .await
}

/// Enters a slot inside a transaction that does more. The job must be the company's.
pub async fn insert(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    new: &NewSlot,
    now: DateTime<Utc>,
) -> Result<i64> {
    jobs::find(txn, actor.company_id, new.job_id).await?;
    let row = slot::ActiveModel {
        company_id: Set(actor.company_id),
        created_by: Set(actor.user_id),
        created_at: Set(now),
        ..columns(new)
    };
    let id = slot::Entity::insert(row).exec(txn).await?.last_insert_id;
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
    slot::ActiveModel {
        job_id: Set(new.job_id),
        starts_at: Set(new.starts_at),
        duration_minutes: Set(new.duration_minutes),
        time_zone: Set(new.zone.name().into()),
        local_start: Set(new.local_start.format("%Y-%m-%dT%H:%M:%S").to_string()),
        interview_type: Set(new.interview_type),
        difficulty_level: Set(new.difficulty_level),
        meeting_url: Set(new.meeting_url.clone()),
        interviewer: Set(new.interviewer.clone()),
        ..Default::default()
    }
}

/// Takes a slot off the offer, unless somebody is booked into it or changed it since the caller saw it.
/// Closing twice is harmless.
pub async fn close(db: &Db, actor: &Actor, target: &Target, now: DateTime<Utc>) -> Result<Closing> {
    let id = target.id;
    db::transaction(db, async |txn| {
        let before = lock(txn, actor.company_id, id).await?;
        if before.closed_at.is_some() {
            return Ok(Closing::Closed);
        }
        let closed = slot::Entity::update_many()
            .col_expr(slot::Column::ClosedAt, Expr::value(now))
            .col_expr(slot::Column::Version, Expr::value(before.version + 1))
            .filter(slot::COLUMN.id.eq(id))
            .filter(slot::COLUMN.company_id.eq(actor.company_id))
            .filter(slot::COLUMN.version.eq(target.version))
            .filter(slot::COLUMN.closed_at.is_null())
            .filter(is_booked().not())
            .exec(txn)
            .await?
            .rows_affected;
        if closed == 0 && before.version != target.version {
            return Ok(Closing::Stale);
        }
        if closed == 0 {
            return Ok(Closing::Booked);
        }
        let event = Event::SlotClosed {
            slot_id: id,
            version: Some(before.version + 1),
        };
        events::record(txn, actor, event, now).await?;
        Ok(Closing::Closed)
    })
    .await
}

/// Holds for slots at which a live interview points: the fact has no second copy.
pub fn is_booked() -> Condition {
    let live = interview::Entity::find()
        .select_only()
        .column(interview::Column::Id)
        .filter(
            Expr::col((interview::Entity, interview::Column::SlotId))
                .equals((slot::Entity, slot::Column::Id)),
        )
        .filter(interview::Column::Status.ne(interview::Status::Cancelled));
    Condition::all().add(Expr::exists(live.into_query()))
}

fn matching(filter: &Filter, now: DateTime<Utc>) -> Condition {
    let unbooked = || is_booked().not();
    let in_state = filter.state.map(|state| match state {
        State::Booked => is_booked(),
        State::Closed => Condition::all()
            .add(unbooked())
            .add(slot::COLUMN.closed_at.is_not_null()),
        State::Open => Condition::all()
            .add(unbooked())
            .add(slot::COLUMN.closed_at.is_null())
            .add(slot::COLUMN.starts_at.gt(now)),
        State::Past => Condition::all()
            .add(unbooked())
            .add(slot::COLUMN.closed_at.is_null())
            .add(slot::COLUMN.starts_at.lte(now)),
    });
    Condition::all()
        .add_option(in_state)
        .add_option(filter.job_id.map(|id| slot::COLUMN.job_id.eq(id)))
        .add_option(filter.from.map(|from| slot::COLUMN.starts_at.gte(from)))
        .add_option(filter.until.map(|until| slot::COLUMN.starts_at.lt(until)))
}

async fn with_states(
    db: &Db,
    company_id: i64,
    rows: Vec<slot::Model>,
    now: DateTime<Utc>,
) -> Result<Vec<Listed>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let live: Vec<(Option<i64>, i64)> = interview::Entity::find()
        .select_only()
        .column(interview::Column::SlotId)
        .column(interview::Column::Id)
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interview::Column::SlotId.is_in(ids))
        .filter(interview::Column::Status.ne(interview::Status::Cancelled))
        .into_tuple()
        .all(db.read())
        .await?;
    let titles = jobs::titles(db, company_id, rows.iter().map(|row| row.job_id)).await?;
    rows.into_iter()
        .map(|slot| {
            let interview_id = live
                .iter()
                .find(|(slot_id, _)| *slot_id == Some(slot.id))
                .map(|(_, id)| *id);
            let job_title = titles.get(&slot.job_id).cloned();
            Ok(Listed {
                job_title: job_title.ok_or(Error::NotFound)?,
                state: state(&slot, interview_id.is_some(), now),
                interview_id,
                slot,
            })
        })
        .collect()
}

fn state(slot: &slot::Model, is_booked: bool, now: DateTime<Utc>) -> State {
    match slot {
        _ if is_booked => State::Booked,
        slot if slot.closed_at.is_some() => State::Closed,
        slot if slot.starts_at <= now => State::Past,
        _ => State::Open,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

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
