//! Calendars that users keep elsewhere: where they are, when they say that somebody is busy, and how sure that is. Nothing
//! that they say cancels or refuses anything; whoever books is told.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{busy_span, calendar, slot, slot_interviewer, user};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, ExprTrait, JoinType, OnConflict, Query},
};

use crate::{
    db::{self, Db},
    domain::{
        actions::Actor,
        events::{self, Event},
    },
    error::{Error, Result},
};

/// So often a calendar is read.
pub const EVERY: TimeDelta = TimeDelta::minutes(10);
/// What was read longer ago than this is not relied on.
pub const STALE: TimeDelta = TimeDelta::minutes(30);
/// So many rows are written at once: databases count the values of a statement.
const ROWS: usize = 1_000;
/// So many times a slot's page names.
const NAMED: u64 = 20;

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

/// Has the actor's calendar read from now on, instead of another one.
pub async fn connect(db: &Db, actor: &Actor, address: Address, now: DateTime<Utc>) -> Result<()> {
    let user_id = actor.user_id.ok_or(Error::NotFound)?;
    db::transaction(db, async |txn| {
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
    })
    .await
}

/// Forgets the actor's calendar and all that it said; nothing where there is none.
pub async fn disconnect(db: &Db, actor: &Actor, now: DateTime<Utc>) -> Result<()> {
    let user_id = actor.user_id.ok_or(Error::NotFound)?;
    db::transaction(db, async |txn| {
        if forget(txn, (actor.company_id, user_id)).await? {
            events::record(txn, actor, Event::CalendarDisconnected { user_id }, now).await?;
        }
        Ok(())
    })
    .await
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

/// The same of a slot's interviewers, if theirs were read longer ago than this.
pub async fn claim_of_slot(
    db: &Db,
    (company_id, slot_id): (i64, i64),
    older_than: TimeDelta,
    now: DateTime<Utc>,
) -> Result<Vec<(calendar::Model, Option<String>)>> {
    let on_slot = crate::domain::slots::interviewers::on_slot(company_id, slot_id);
    let is_old = calendar::COLUMN.next_read_at.lte(now + EVERY - older_than);
    let which = Condition::all()
        .add(calendar::COLUMN.company_id.eq(company_id))
        .add(calendar::Column::UserId.in_subquery(on_slot))
        .add(is_old);
    claim(db, which, NAMED, now).await
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

/// What an interviewer's own calendar says of the time of a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It says that they are busy then.
    Busy {
        /// Who.
        name: String,
        /// From when.
        starts_at: DateTime<Utc>,
        /// Until when.
        ends_at: DateTime<Utc>,
        /// When that was so.
        as_of: Option<DateTime<Utc>>,
    },
    /// It says that they are free, so far as it was understood.
    Free {
        /// Who.
        name: String,
        /// When that was so.
        as_of: DateTime<Utc>,
        /// How many of its events could not be understood.
        skipped: i32,
    },
    /// It was not read for too long, or never.
    Stale {
        /// Who.
        name: String,
        /// When it was read last.
        as_of: Option<DateTime<Utc>>,
        /// Why not since; may be empty.
        failure: String,
    },
}

/// A row of the look-up: an interviewer with a calendar, and a time at which it says they are busy.
#[derive(FromQueryResult)]
struct Row {
    name: String,
    succeeded_at: Option<DateTime<Utc>>,
    failure: String,
    skipped: i32,
    busy_from: Option<DateTime<Utc>>,
    busy_until: Option<DateTime<Utc>>,
}

/// What the own calendars of a slot's interviewers say of its time; of those who gave one.
pub async fn findings(
    db: &impl ConnectionTrait,
    slot: &slot::Model,
    now: DateTime<Utc>,
) -> Result<Vec<Finding>> {
    let user = |column| Expr::col((user::Entity, column));
    let of_calendar = |column| Expr::col((calendar::Entity, column));
    let span = |column| Expr::col((busy_span::Entity, column));
    let seat = |column| Expr::col((slot_interviewer::Entity, column));
    let query = Query::select()
        .expr_as(user(user::Column::Name), "name")
        .expr_as(of_calendar(calendar::Column::SucceededAt), "succeeded_at")
        .expr_as(of_calendar(calendar::Column::Failure), "failure")
        .expr_as(of_calendar(calendar::Column::Skipped), "skipped")
        .expr_as(span(busy_span::Column::StartsAt), "busy_from")
        .expr_as(span(busy_span::Column::EndsAt), "busy_until")
        .from(slot_interviewer::Entity)
        .join(
            JoinType::InnerJoin,
            user::Entity,
            user(user::Column::Id)
                .eq(seat(slot_interviewer::Column::UserId))
                .and(user(user::Column::CompanyId).eq(seat(slot_interviewer::Column::CompanyId))),
        )
        .join(
            JoinType::InnerJoin,
            calendar::Entity,
            of_calendar(calendar::Column::UserId)
                .eq(user(user::Column::Id))
                .and(of_calendar(calendar::Column::CompanyId).eq(user(user::Column::CompanyId))),
        )
        .join(
            JoinType::LeftJoin,
            busy_span::Entity,
            span(busy_span::Column::UserId)
                .eq(user(user::Column::Id))
                .and(span(busy_span::Column::CompanyId).eq(user(user::Column::CompanyId)))
                .and(span(busy_span::Column::StartsAt).lt(slot.ends_at()))
                .and(span(busy_span::Column::EndsAt).gt(slot.starts_at)),
        )
        .and_where(slot_interviewer::COLUMN.company_id.eq(slot.company_id))
        .and_where(slot_interviewer::COLUMN.slot_id.eq(slot.id))
        .order_by((user::Entity, user::Column::Name), sea_orm::Order::Asc)
        .order_by((user::Entity, user::Column::Id), sea_orm::Order::Asc)
        .order_by(
            (busy_span::Entity, busy_span::Column::StartsAt),
            sea_orm::Order::Asc,
        )
        .limit(NAMED)
        .to_owned();
    let rows = db.query_all(&query).await?;
    let rows = rows.iter().map(|row| Row::from_query_result(row, ""));
    let rows = rows.collect::<std::result::Result<Vec<_>, _>>()?;
    let mut findings = Vec::new();
    for row in rows {
        findings.extend(row.findings(now));
    }
    findings.dedup();
    Ok(findings)
}

impl Row {
    fn findings(self, now: DateTime<Utc>) -> Vec<Finding> {
        let is_stale = self.succeeded_at.is_none_or(|at| now - at > STALE);
        let stale = is_stale.then(|| Finding::Stale {
            name: self.name.clone(),
            as_of: self.succeeded_at,
            failure: self.failure.clone(),
        });
        let said = match (self.busy_from, self.busy_until, self.succeeded_at) {
            (Some(starts_at), Some(ends_at), as_of) => Some(Finding::Busy {
                name: self.name,
                starts_at,
                ends_at,
                as_of,
            }),
            (_, _, Some(as_of)) if !is_stale => Some(Finding::Free {
                name: self.name,
                as_of,
                skipped: self.skipped,
            }),
            _ => None,
        };
        said.into_iter().chain(stale).collect()
    }
}
