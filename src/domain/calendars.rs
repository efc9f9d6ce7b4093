//! Calendars that users keep elsewhere: where they are, and when they say that somebody is busy. Nothing that they say
//! cancels or refuses anything; whoever books is told (`availability`).
use chrono::{DateTime, TimeDelta, Utc};
use entity::{busy_span, calendar, user};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, JoinType, OnConflict},
};

use crate::{
    db::{self, Db},
    domain::{
        actions::Actor,
        events::{self, Event},
        slots::interviewers,
    },
    error::Result,
};

/// So often a calendar is read.
pub const EVERY: TimeDelta = TimeDelta::minutes(10);
/// What was read longer ago than this is not relied on.
pub const STALE: TimeDelta = TimeDelta::minutes(30);
/// So many rows are written at once: databases count the values of a statement.
const ROWS: usize = 1_000;
/// So many calendars are read before a booking at most.
const BEFORE_BOOKING: u64 = 20;

/// A key of a calendar: company and user.
pub type Key = (i64, i64);

/// Where a user's calendar is, sealed, and the host that is shown.
#[derive(Clone, Debug)]
pub struct Address {
    /// Sealed.
    pub sealed: String,
    /// In clear.
    pub host: String,
}

/// What came of reading a calendar.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// All of it was read.
    Read {
        /// From when until when its user is busy; none touches another.
        spans: Vec<(DateTime<Utc>, DateTime<Utc>)>,
        /// How many of its events could not be understood.
        skipped: i32,
        /// As its server marks it.
        etag: Option<String>,
    },
    /// It is as it was.
    Same,
    /// It could not be read, for this reason.
    Failed(String),
}

/// Has a calendar of this user read from now on, instead of another one.
pub async fn connect(
    db: &Db,
    actor: &Actor,
    user_id: i64,
    address: Address,
    now: DateTime<Utc>,
) -> Result<()> {
    db::transaction(db, async |txn| {
        connect_in(txn, actor, user_id, &address, now).await
    })
    .await
}

/// The same in a transaction that does more.
pub(super) async fn connect_in(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    user_id: i64,
    address: &Address,
    now: DateTime<Utc>,
) -> Result<()> {
    forget(txn, (actor.company_id, user_id)).await?;
    let row = calendar::ActiveModel {
        company_id: Set(actor.company_id),
        user_id: Set(user_id),
        address: Set(address.sealed.clone()),
        host: Set(address.host.clone()),
        failure: Set(String::new()),
        skipped: Set(0),
        next_read_at: Set(now),
        created_at: Set(now),
        ..Default::default()
    };
    calendar::Entity::insert(row)
        .exec_without_returning(txn)
        .await?;
    events::record(txn, actor, Event::CalendarConnected { user_id }, now).await
}

/// Forgets a user's calendar and all that it said; nothing where there is none.
pub async fn disconnect(db: &Db, actor: &Actor, user_id: i64, now: DateTime<Utc>) -> Result<()> {
    db::transaction(db, async |txn| {
        disconnect_in(txn, actor, user_id, now).await
    })
    .await
}

/// The same in a transaction that does more.
pub(super) async fn disconnect_in(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    user_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    if forget(txn, (actor.company_id, user_id)).await? {
        events::record(txn, actor, Event::CalendarDisconnected { user_id }, now).await?;
    }
    Ok(())
}

/// Was there one?
async fn forget(txn: &impl ConnectionTrait, (company_id, user_id): Key) -> Result<bool> {
    busy_span::Entity::delete_many()
        .filter(busy_span::COLUMN.company_id.eq(company_id))
        .filter(busy_span::COLUMN.user_id.eq(user_id))
        .exec(txn)
        .await?;
    let forgotten = calendar::Entity::delete_many()
        .filter(calendar::COLUMN.company_id.eq(company_id))
        .filter(calendar::COLUMN.user_id.eq(user_id))
        .exec(txn)
        .await?;
    Ok(forgotten.rows_affected > 0)
}

/// A user's calendar; none where they gave none.
pub async fn find(db: &Db, (company_id, user_id): Key) -> Result<Option<calendar::Model>> {
    Ok(calendar::Entity::find()
        .filter(calendar::COLUMN.company_id.eq(company_id))
        .filter(calendar::COLUMN.user_id.eq(user_id))
        .one(db.read())
        .await?)
}

/// Calendars that are to be read now, of users who can sign in, with the zone of each. Whoever gets one here reads it: no
/// other process does for ten minutes.
pub async fn claim_due(
    db: &Db,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<(calendar::Model, Option<String>)>> {
    let due = Condition::all().add(calendar::COLUMN.next_read_at.lte(now));
    claim(db, due, limit, now).await
}

/// Whose calendars somebody who books asks for.
#[derive(Clone, Debug)]
pub enum Whose {
    /// Those of a slot's interviewers.
    Slot(i64),
    /// Those of the interviewers of a job's coming open slots.
    Job(i64),
    /// Those of these users.
    Users(Vec<i64>),
}

/// The same of these users, if theirs were read longer ago than this.
pub async fn claim_again(
    db: &Db,
    company_id: i64,
    whose: &Whose,
    older_than: TimeDelta,
    now: DateTime<Utc>,
) -> Result<Vec<(calendar::Model, Option<String>)>> {
    let user_id = calendar::Column::UserId;
    let theirs = match whose {
        Whose::Slot(id) => user_id.in_subquery(interviewers::on_slot(company_id, *id)),
        Whose::Job(id) => user_id.in_subquery(interviewers::on_job(company_id, *id, now)),
        Whose::Users(ids) => user_id.is_in(ids.iter().copied()),
    };
    let which = Condition::all()
        .add(calendar::COLUMN.company_id.eq(company_id))
        .add(theirs)
        .add(calendar::COLUMN.next_read_at.lte(now + EVERY - older_than));
    claim(db, which, BEFORE_BOOKING, now).await
}

/// The same of one user, whenever it was read.
pub async fn claim_of(
    db: &Db,
    (company_id, user_id): Key,
    now: DateTime<Utc>,
) -> Result<Vec<(calendar::Model, Option<String>)>> {
    let which = Condition::all()
        .add(calendar::COLUMN.company_id.eq(company_id))
        .add(calendar::COLUMN.user_id.eq(user_id));
    claim(db, which, 1, now).await
}

async fn claim(
    db: &Db,
    which: Condition,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<(calendar::Model, Option<String>)>> {
    let users = calendar::Entity::belongs_to(user::Entity)
        .from(calendar::Column::UserId)
        .to(user::Column::Id)
        .into();
    let found: Vec<calendar::Model> = calendar::Entity::find()
        .join(JoinType::InnerJoin, users)
        .filter(user::COLUMN.disabled_at.is_null())
        .filter(which)
        .order_by_asc(calendar::Column::NextReadAt)
        .limit(limit)
        .all(db.read())
        .await?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let ids = found.iter().map(|it| it.user_id);
    let zones: Vec<(i64, Option<String>)> = user::Entity::find()
        .select_only()
        .columns([user::Column::Id, user::Column::TimeZone])
        .filter(user::Column::Id.is_in(ids))
        .into_tuple()
        .all(db.read())
        .await?;
    let mut claimed = Vec::with_capacity(found.len());
    db::transaction(db, async |txn| -> Result<()> {
        claimed.clear();
        for row in &found {
            let ours = calendar::Entity::update_many()
                .col_expr(calendar::Column::NextReadAt, Expr::value(now + EVERY))
                .filter(is_it(row))
                .filter(calendar::COLUMN.next_read_at.eq(row.next_read_at))
                .exec(txn)
                .await?;
            if ours.rows_affected == 1 {
                let zone = zones.iter().find(|(id, _)| *id == row.user_id);
                claimed.push((row.clone(), zone.and_then(|(_, zone)| zone.clone())));
            }
        }
        Ok(())
    })
    .await?;
    Ok(claimed)
}

/// Holds for a calendar whose address is still the one that was read.
fn is_it(row: &calendar::Model) -> Condition {
    Condition::all()
        .add(calendar::COLUMN.company_id.eq(row.company_id))
        .add(calendar::COLUMN.user_id.eq(row.user_id))
        .add(calendar::COLUMN.address.eq(&row.address))
}

/// Keeps what came of reading a calendar. What it said before stays where it could not be read.
pub async fn keep(
    db: &Db,
    row: &calendar::Model,
    outcome: Outcome,
    now: DateTime<Utc>,
) -> Result<()> {
    db::transaction(db, async |txn| {
        let after = match &outcome {
            Outcome::Read { skipped, etag, .. } => calendar::ActiveModel {
                etag: Set(etag.clone()),
                skipped: Set(*skipped),
                read_at: Set(Some(now)),
                succeeded_at: Set(Some(now)),
                failure: Set(String::new()),
                ..Default::default()
            },
            Outcome::Same => calendar::ActiveModel {
                succeeded_at: Set(Some(now)),
                failure: Set(String::new()),
                ..Default::default()
            },
            Outcome::Failed(why) => calendar::ActiveModel {
                failure: Set(why.clone()),
                ..Default::default()
            },
        };
        let written = calendar::Entity::update_many()
            .set(after)
            .filter(is_it(row))
            .exec(txn)
            .await?;
        match &outcome {
            // Somebody gave another address meanwhile: this says nothing of that one.
            Outcome::Read { spans, .. } if written.rows_affected == 1 => {
                replace(txn, (row.company_id, row.user_id), spans).await
            }
            _ => Ok(()),
        }
    })
    .await
}

async fn replace(
    txn: &impl ConnectionTrait,
    (company_id, user_id): Key,
    spans: &[(DateTime<Utc>, DateTime<Utc>)],
) -> Result<()> {
    busy_span::Entity::delete_many()
        .filter(busy_span::COLUMN.company_id.eq(company_id))
        .filter(busy_span::COLUMN.user_id.eq(user_id))
        .exec(txn)
        .await?;
    for spans in spans.chunks(ROWS) {
        let rows = spans
            .iter()
            .map(|(starts_at, ends_at)| busy_span::ActiveModel {
                company_id: Set(company_id),
                user_id: Set(user_id),
                starts_at: Set(*starts_at),
                ends_at: Set(*ends_at),
            });
        use busy_span::Column::{CompanyId, StartsAt, UserId};
        let once = OnConflict::columns([CompanyId, UserId, StartsAt])
            .do_nothing()
            .to_owned();
        busy_span::Entity::insert_many(rows)
            .on_conflict(once)
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}
