//! Reading what is known of the time of many interviewers: as many statements for one slot as for hundreds.
use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{busy_cell, busy_span, calendar, candidate, company, interview, slot, user};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, Order, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use serde_json::Value;

use super::{
    Availability, WorkingHours,
    findings::{Found, Held, OwnCalendar, Person},
};
use crate::{
    domain::{busy, slots},
    error::{Error, Result},
    zones::Tz,
};

/// A week lies within so much before and after any time of it, wherever it begins.
const WEEK: TimeDelta = TimeDelta::days(8);
/// What lies within a buffer lies within so much.
const NEAR: TimeDelta = TimeDelta::days(1);

/// Somebody, and a time at which they would hold an interview.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seat {
    /// Who.
    pub user_id: i64,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// What is known of the time of some interviewers.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    people: HashMap<i64, Person>,
    /// By name.
    order: Vec<i64>,
}

/// What the time of a slot's interviewers says of the slot, by name. `moved` is the interview that comes into it.
pub async fn of_slot(
    db: &impl ConnectionTrait,
    slot: &slot::Model,
    moved: Option<i64>,
    now: DateTime<Utc>,
) -> Result<Vec<Found>> {
    let (from, until) = (slot.starts_at, slot.ends_at());
    let on_slot = slots::interviewers::on_slot(slot.company_id, slot.id);
    let which = user::Column::Id.in_subquery(on_slot);
    let facts = Facts::read(db, slot.company_id, which, (from, until)).await?;
    let seats = facts.order.iter().map(|user_id| Seat {
        user_id: *user_id,
        from,
        until,
    });
    Ok(seats
        .flat_map(|seat| facts.findings(&seat, moved, now))
        .collect())
}

/// What is known of all that these seats are about.
pub async fn of_seats(db: &impl ConnectionTrait, company_id: i64, seats: &[Seat]) -> Result<Facts> {
    let first = seats.iter().map(|seat| seat.from).min();
    let last = seats.iter().map(|seat| seat.until).max();
    let Some(range) = first.zip(last) else {
        return Ok(Facts::default());
    };
    let mut ids: Vec<i64> = seats.iter().map(|seat| seat.user_id).collect();
    ids.sort_unstable();
    ids.dedup();
    Facts::read(db, company_id, user::Column::Id.is_in(ids), range).await
}

impl Facts {
    /// What it says of somebody's time. `moved` is the interview that they would hold then, if there is one already.
    pub fn findings(&self, seat: &Seat, moved: Option<i64>, now: DateTime<Utc>) -> Vec<Found> {
        let Some(person) = self.people.get(&seat.user_id) else {
            return Vec::new();
        };
        let findings = person.findings(seat, moved, now).into_iter();
        let found = findings.map(|finding| Found {
            user_id: seat.user_id,
            name: person.name.clone(),
            finding,
        });
        found.collect()
    }

    /// The same, as far as it speaks against the time; of an interview that is not booked yet.
    pub fn warnings(&self, seat: &Seat, now: DateTime<Utc>) -> Vec<Found> {
        let mut found = self.findings(seat, None, now);
        found.retain(|found| found.finding.is_warning());
        found
    }

    /// From now on they hold this one as well.
    pub fn add(&mut self, user_id: i64, held: Held) {
        if let Some(person) = self.people.get_mut(&user_id) {
            person.held.push(held);
        }
    }

    /// In one statement, one more for those who keep calendars elsewhere, and one for those who keep some time free.
    async fn read(
        db: &impl ConnectionTrait,
        company_id: i64,
        which: Expr,
        range: (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<Self> {
        let mut facts = Self::default();
        for row in db.query_all(&people(company_id, which)).await? {
            let row = PersonRow::from_query_result(&row, "")?;
            facts.order.push(row.id);
            facts.people.insert(row.id, row.person()?);
        }
        facts.read_calendars(db, company_id, range).await?;
        facts.read_held(db, company_id, range).await?;
        Ok(facts)
    }

    async fn read_calendars(
        &mut self,
        db: &impl ConnectionTrait,
        company_id: i64,
        (from, until): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<()> {
        let ids = self.whose(|person| person.calendar.is_some());
        if ids.is_empty() {
            return Ok(());
        }
        for (user_id, starts_at, ends_at) in spans(db, company_id, ids, (from, until)).await? {
            let person = self.people.get_mut(&user_id);
            if let Some(calendar) = person.and_then(|person| person.calendar.as_mut()) {
                calendar.busy.push((starts_at, ends_at));
            }
        }
        Ok(())
    }

    async fn read_held(
        &mut self,
        db: &impl ConnectionTrait,
        company_id: i64,
        (from, until): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<()> {
        let wishes = |person: &Person| {
            let availability = &person.availability;
            availability.weekly_limit.is_some() || availability.buffer_minutes() > 0
        };
        let ids = self.whose(wishes);
        if ids.is_empty() {
            return Ok(());
        }
        let has_limit = |person: &Person| person.availability.weekly_limit.is_some();
        let around = match self.whose(has_limit).is_empty() {
            true => NEAR,
            false => WEEK,
        };
        let query = held(company_id, ids, (from - around, until + around));
        for row in db.query_all(&query).await? {
            let row = HeldRow::from_query_result(&row, "")?;
            if let Some(person) = self.people.get_mut(&row.user_id) {
                person.held.push(Held {
                    interview_id: Some(row.interview_id),
                    candidate: row.candidate,
                    starts_at: row.starts_at,
                    ends_at: row.starts_at + TimeDelta::minutes(row.duration_minutes.into()),
                });
            }
        }
        Ok(())
    }

    fn whose(&self, is_one: impl Fn(&Person) -> bool) -> Vec<i64> {
        let ids = self.order.iter().copied();
        ids.filter(|id| self.people.get(id).is_some_and(&is_one))
            .collect()
    }
}

/// When the own calendars of these users say that they are busy: user, from and until, by start.
pub async fn spans(
    db: &impl ConnectionTrait,
    company_id: i64,
    user_ids: Vec<i64>,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<(i64, DateTime<Utc>, DateTime<Utc>)>> {
    Ok(busy_span::Entity::find()
        .select_only()
        .columns([
            busy_span::Column::UserId,
            busy_span::Column::StartsAt,
            busy_span::Column::EndsAt,
        ])
        .filter(busy_span::COLUMN.company_id.eq(company_id))
        .filter(busy_span::Column::UserId.is_in(user_ids))
        .filter(busy_span::COLUMN.starts_at.lt(until))
        .filter(busy_span::COLUMN.ends_at.gt(from))
        .order_by_asc(busy_span::Column::StartsAt)
        .into_tuple()
        .all(db)
        .await?)
}

#[derive(FromQueryResult)]
struct PersonRow {
    id: i64,
    name: String,
    time_zone: Option<String>,
    company_time_zone: String,
    buffer_before_minutes: i32,
    buffer_after_minutes: i32,
    weekly_limit: Option<i32>,
    working_hours: Value,
    /// None where there is no calendar.
    host: Option<String>,
    succeeded_at: Option<DateTime<Utc>>,
    failure: Option<String>,
    skipped: Option<i32>,
}

impl PersonRow {
    fn person(self) -> Result<Person> {
        let zone = self.time_zone.unwrap_or(self.company_time_zone);
        let zone: Tz = zone
            .parse()
            .map_err(|_| Error::Stored(format!("time zone {zone:?} of user {}", self.id)))?;
        Ok(Person {
            name: self.name,
            zone,
            availability: Availability {
                buffer_before_minutes: self.buffer_before_minutes,
                buffer_after_minutes: self.buffer_after_minutes,
                weekly_limit: self.weekly_limit,
                working_hours: WorkingHours::read(&self.working_hours)?,
            },
            calendar: self.host.map(|_| OwnCalendar {
                as_of: self.succeeded_at,
                failure: self.failure.unwrap_or_default(),
                skipped: self.skipped.unwrap_or_default(),
                busy: Vec::new(),
            }),
            held: Vec::new(),
        })
    }
}

/// Users with the zone of their company and their own calendar, by name.
fn people(company_id: i64, which: Expr) -> SelectStatement {
    use user::Column::{
        BufferAfterMinutes, BufferBeforeMinutes, CompanyId, Id, Name, TimeZone, WeeklyLimit,
        WorkingHours,
    };
    let of_user = |column| Expr::col((user::Entity, column));
    let of_calendar = |column| Expr::col((calendar::Entity, column));
    let of_company = |column| Expr::col((company::Entity, column));
    let mut query = Query::select();
    for column in [
        Id,
        Name,
        TimeZone,
        BufferBeforeMinutes,
        BufferAfterMinutes,
        WeeklyLimit,
        WorkingHours,
    ] {
        query.column((user::Entity, column));
    }
    for column in [
        calendar::Column::Host,
        calendar::Column::SucceededAt,
        calendar::Column::Failure,
        calendar::Column::Skipped,
    ] {
        query.column((calendar::Entity, column));
    }
    query
        .expr_as(of_company(company::Column::TimeZone), "company_time_zone")
        .from(user::Entity)
        .join(
            JoinType::InnerJoin,
            company::Entity,
            of_company(company::Column::Id).eq(of_user(CompanyId)),
        )
        .join(
            JoinType::LeftJoin,
            calendar::Entity,
            of_calendar(calendar::Column::UserId)
                .eq(of_user(Id))
                .and(of_calendar(calendar::Column::CompanyId).eq(of_user(CompanyId))),
        )
        .and_where(user::COLUMN.company_id.eq(company_id))
        .and_where(which)
        .order_by((user::Entity, Name), Order::Asc)
        .order_by((user::Entity, Id), Order::Asc)
        .to_owned()
}

#[derive(FromQueryResult)]
struct HeldRow {
    user_id: i64,
    interview_id: i64,
    candidate: String,
    starts_at: DateTime<Utc>,
    duration_minutes: i32,
}

/// The interviews of these users in a time, by start. Those that are cancelled or not booked keep nobody busy.
fn held(
    company_id: i64,
    user_ids: Vec<i64>,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> SelectStatement {
    let of_cell = |column| Expr::col((busy_cell::Entity, column));
    let of_interview = |column| Expr::col((interview::Entity, column));
    let of_slot = |column| Expr::col((slot::Entity, column));
    let of_candidate = |column| Expr::col((candidate::Entity, column));
    let (first, last) = busy::cells(from, until);
    Query::select()
        .distinct()
        .expr(of_cell(busy_cell::Column::UserId))
        .expr(of_cell(busy_cell::Column::InterviewId))
        .expr_as(of_candidate(candidate::Column::Name), "candidate")
        .expr(of_slot(slot::Column::StartsAt))
        .expr(of_slot(slot::Column::DurationMinutes))
        .from(busy_cell::Entity)
        .join(
            JoinType::InnerJoin,
            interview::Entity,
            of_interview(interview::Column::Id).eq(of_cell(busy_cell::Column::InterviewId)),
        )
        .join(
            JoinType::InnerJoin,
            slot::Entity,
            of_slot(slot::Column::Id).eq(of_interview(interview::Column::SlotId)),
        )
        .join(
            JoinType::InnerJoin,
            candidate::Entity,
            of_candidate(candidate::Column::Id).eq(of_interview(interview::Column::CandidateId)),
        )
        .and_where(busy_cell::COLUMN.company_id.eq(company_id))
        .and_where(busy_cell::Column::UserId.is_in(user_ids))
        .and_where(busy_cell::COLUMN.cell.between(first, last))
        .and_where(interview::COLUMN.company_id.eq(company_id))
        .order_by((slot::Entity, slot::Column::StartsAt), Order::Asc)
        .order_by(
            (busy_cell::Entity, busy_cell::Column::InterviewId),
            Order::Asc,
        )
        .to_owned()
}
