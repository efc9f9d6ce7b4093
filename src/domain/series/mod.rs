//! Series: many slots that are planned, looked at and made at once, and can be taken back as one.
pub mod plan;
pub mod preview;
mod undo;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{series, series_slot, slot, user};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, sea_query::LockType,
};

pub(super) use self::undo::slots_of;
pub use self::undo::{Undone, undo};
use self::{
    plan::{Plan, TooMany},
    preview::Preview,
};
use crate::{
    db::{Db, Txn},
    domain::{
        actions::Actor,
        commands::{self, Abort, refuse},
        events::{self, Event},
        idempotency_keys::{self, IdempotencyKey, KeyConflict},
        jobs, rows,
        slots::{self, interviewers},
    },
    error::{Error, Reference, Result},
};

/// How long a series can be taken back as a whole.
pub const UNDO: TimeDelta = TimeDelta::minutes(10);

/// So many of a company's newest series are looked through for one that its maker may want to take back.
const LAST: u64 = 20;

/// Why a series was not made. Nothing of it was.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// It would not make what its preview showed: this is what it would make now.
    Changed(Preview),
    /// There is nothing to make.
    Nothing(Preview),
    /// There is too much of it.
    TooMany(TooMany),
    /// The idempotency key came with another request.
    KeyConflict,
}

impl From<KeyConflict> for Refusal {
    fn from(_: KeyConflict) -> Self {
        Self::KeyConflict
    }
}

/// The series, if one of the company's.
pub async fn find(db: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<series::Model> {
    let found = series::Entity::find_by_id(id).filter(series::COLUMN.company_id.eq(company_id));
    let found = rows::strictly_one(found, db).await?;
    found.ok_or(Error::NotFound)
}

/// The keys of the slots that are left of it, earliest first.
pub async fn slot_ids(db: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<Vec<i64>> {
    Ok(slot::Entity::find()
        .select_only()
        .column(slot::Column::Id)
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(slot::Column::Id.in_subquery(slots_of(company_id, id)))
        .order_by_asc(slot::Column::StartsAt)
        .order_by_asc(slot::Column::Id)
        .into_tuple()
        .all(db)
        .await?)
}

/// When a series can no longer be taken back; none when it was.
pub fn undo_until(series: &series::Model) -> Option<DateTime<Utc>> {
    match series.undone_at {
        Some(_) => None,
        None => Some(series.created_at + UNDO),
    }
}

/// The newest series of a user's that can be taken back still.
pub async fn newest_to_undo(
    db: &Db,
    (company_id, user_id): (i64, i64),
    now: DateTime<Utc>,
) -> Result<Option<series::Model>> {
    // The last ones of the company are found by their keys, however many there are.
    let last = series::Entity::find()
        .filter(series::COLUMN.company_id.eq(company_id))
        .order_by_desc(series::Column::Id)
        .limit(LAST);
    let last = rows::readable(last, db.read(), "series").await?;
    let can_be_undone = |series: &series::Model| {
        series.created_by == Some(user_id) && undo_until(series).is_some_and(|until| now < until)
    };
    Ok(last.into_iter().find(can_be_undone))
}

/// Makes a series, all of it in one transaction, which decides anew over each slot. With `seen`, the fingerprint of a
/// preview, only what that showed. Answers with its key, now or of an earlier call with the same idempotency key.
pub async fn create(
    db: &Db,
    actor: &Actor,
    plan: &Plan,
    (seen, idempotency_key): (Option<&str>, Option<&IdempotencyKey>),
    now: DateTime<Utc>,
) -> Result<Result<i64, Refusal>> {
    let company_id = actor.company_id;
    let work = async |txn: &Txn| {
        let id = carry_out(txn, actor, plan, seen, now).await?;
        idempotency_keys::insert(txn, company_id, idempotency_key, id, now).await?;
        Ok(id)
    };
    commands::run_once(db, company_id, idempotency_key, work, async |id| Ok(id)).await
}

async fn carry_out(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    plan: &Plan,
    seen: Option<&str>,
    now: DateTime<Utc>,
) -> Result<i64, Abort<Refusal>> {
    let company_id = actor.company_id;
    require(txn, company_id, plan).await?;
    let preview = match preview::decide(txn, company_id, plan, now).await? {
        Ok(preview) => preview,
        Err(too_many) => return refuse(Refusal::TooMany(too_many)),
    };
    if seen.is_some_and(|seen| seen != preview.fingerprint()) {
        return refuse(Refusal::Changed(preview));
    }
    let instants = || preview.made().map(|(_, at, _)| at);
    let (Some(first_starts_at), Some(last_starts_at)) = (instants().min(), instants().max()) else {
        return refuse(Refusal::Nothing(preview));
    };
    let count = instants().count();
    let row = series::ActiveModel {
        company_id: Set(company_id),
        job_id: Set(plan.job_id),
        slots: Set(i32::try_from(count).map_err(|error| Error::System(error.to_string()))?),
        created_by: Set(actor.user_id),
        created_at: Set(now),
        ..Default::default()
    };
    let id = series::Entity::insert(row).exec(txn).await?.last_insert_id;
    insert_slots(txn, actor, plan, (id, &preview), now).await?;
    let event = Event::SeriesCreated {
        series_id: id,
        job_id: plan.job_id,
        slots: count as u64,
        first_starts_at,
        last_starts_at,
    };
    events::record(txn, actor, event, now).await?;
    Ok(id)
}

/// What it names must be there. The interviewers are locked, or else the job: whoever else makes slots for them waits,
/// and finds these.
async fn require(txn: &impl ConnectionTrait, company_id: i64, plan: &Plan) -> Result<()> {
    jobs::require(txn, company_id, plan.job_id).await?;
    if plan.interviewers.is_empty() {
        return jobs::lock(txn, company_id, plan.job_id).await;
    }
    let locked: Vec<i64> = user::Entity::find()
        .select_only()
        .column(user::Column::Id)
        .filter(user::COLUMN.company_id.eq(company_id))
        .filter(user::COLUMN.disabled_at.is_null())
        .filter(user::Column::Id.is_in(plan.interviewers.iter().copied()))
        .order_by_asc(user::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .into_tuple()
        .all(txn)
        .await?;
    match locked.len() == plan.interviewers.len() {
        true => Ok(()),
        false => Err(Error::NoSuch(Reference::Interviewer)),
    }
}

/// In as many statements as there are interviewers, however many slots.
async fn insert_slots(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    plan: &Plan,
    (series_id, preview): (i64, &Preview),
    now: DateTime<Utc>,
) -> Result<()> {
    let company_id = actor.company_id;
    let (mut links, mut seats) = (Vec::new(), Vec::new());
    for seated in plan.seats() {
        let rows = preview
            .made()
            .filter(|(.., interviewers)| *interviewers == seated);
        let rows = rows.map(|(local, at, _)| slot::ActiveModel {
            company_id: Set(company_id),
            created_by: Set(actor.user_id),
            created_at: Set(now),
            ..slots::columns(&plan.slot(local, at, Vec::new()))
        });
        let ids = slot::Entity::insert_many(rows)
            .exec_with_returning_keys(txn)
            .await?;
        for slot_id in ids {
            links.push(series_slot::ActiveModel {
                company_id: Set(company_id),
                slot_id: Set(slot_id),
                series_id: Set(series_id),
            });
            seats.extend(seated.iter().map(|user_id| (slot_id, *user_id)));
        }
    }
    series_slot::Entity::insert_many(links)
        .exec_without_returning(txn)
        .await?;
    interviewers::insert_all(txn, company_id, seats).await
}
