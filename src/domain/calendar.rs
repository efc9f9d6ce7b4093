//! A stretch of the calendar: every slot in it, who holds it, who is booked, and what blocks it.
use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{job, slot, slot_interviewer, user};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, RelationTrait, Select,
    sea_query::{Expr, ExprTrait, SelectStatement},
};

use crate::{
    db::Db,
    domain::{
        availability,
        busy::{self, Span},
        interviews::board::{self, Appointment},
        rows::Stored,
        slots::LONGEST,
    },
    error::Result,
};

/// How many slots are read at most; whoever has more in a week looks at a day.
pub const MOST: u64 = 6_000;

/// A stretch of the calendar.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// By start.
    pub slots: Vec<Entry>,
    /// Are there more than are read?
    pub has_more: bool,
    /// Interviewers by their key, with their names, for all that are on slots.
    pub users: HashMap<i64, String>,
    /// When their own calendars say that they are busy: user, from and until, by start.
    pub elsewhere: Vec<(i64, DateTime<Utc>, DateTime<Utc>)>,
}

/// A slot in it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What its row says.
    pub row: Row,
    /// Who holds it, in the order of their keys.
    pub interviewers: Vec<i64>,
    /// The interview that is booked into it.
    pub booked: Option<Appointment>,
    /// The interviewer who is in another interview at the time, where nobody is booked.
    pub blocked_by: Option<i64>,
}

/// A slot: a few columns.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Row {
    /// Key.
    pub id: i64,
    /// The instant it starts.
    pub starts_at: DateTime<Utc>,
    /// How long it takes.
    pub duration_minutes: i32,
    /// Who asks, where it is nobody who signs in.
    pub interviewer: String,
    /// Since when it is no longer offered.
    pub closed_at: Option<DateTime<Utc>>,
    /// Of its job.
    pub job_id: i64,
    /// Of its job.
    pub job: String,
}

impl Row {
    /// When it ends.
    pub fn ends_at(&self) -> DateTime<Utc> {
        self.starts_at + TimeDelta::minutes(self.duration_minutes.into())
    }
}

/// What starts between two instants, of one job or of all. Own calendars are looked at for whoever is on slots, and for
/// `also`; without it, for nobody.
pub async fn read(
    db: &Db,
    company_id: i64,
    (job_id, also): (Option<i64>, Option<&[i64]>),
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Calendar> {
    let between = || {
        slot::Entity::find()
            .filter(slot::COLUMN.company_id.eq(company_id))
            .filter(slot::COLUMN.starts_at.gte(from))
            .filter(slot::COLUMN.starts_at.lt(until))
            .filter(Condition::all().add_option(job_id.map(|id| slot::COLUMN.job_id.eq(id))))
    };
    let rows = with_jobs(between()).limit(MOST + 1);
    let rows = rows.into_model::<Stored<Row>>().all(db.read()).await?;
    let mut rows: Vec<Row> = rows
        .into_iter()
        .filter_map(|row| row.or_log("slot"))
        .collect();
    let has_more = rows.len() as u64 > MOST;
    rows.truncate(MOST as usize);

    let keys = between()
        .select_only()
        .column(slot::Column::Id)
        .into_query();
    let mut users = HashMap::new();
    let mut seats: HashMap<i64, Vec<i64>> = HashMap::new();
    for (slot_id, user_id, name) in seated(db.read(), company_id, keys).await? {
        seats.entry(slot_id).or_default().push(user_id);
        users.entry(user_id).or_insert(name);
    }
    let mut ids: Vec<i64> = users.keys().copied().collect();
    ids.sort_unstable();
    // What starts before the end may last beyond it.
    let while_any_lasts = (from, until + LONGEST);
    let busy = Busy::new(busy::spans(db.read(), company_id, &ids, while_any_lasts).await?);
    let elsewhere = match also {
        Some(also) => {
            ids.extend(also.iter().filter(|id| !users.contains_key(*id)));
            elsewhere(db.read(), company_id, ids, (from, until)).await?
        }
        None => Vec::new(),
    };
    let booked = board::appointments(db, company_id, (from, until), MOST).await?;
    let mut booked: HashMap<i64, Appointment> = booked
        .into_iter()
        .map(|interview| (interview.slot_id, interview))
        .collect();
    let slots = rows.into_iter().map(|row| {
        let interviewers = seats.remove(&row.id).unwrap_or_default();
        let booked = booked.remove(&row.id);
        Entry {
            blocked_by: match booked {
                None => busy.blocking(&row, &interviewers),
                Some(_) => None,
            },
            booked,
            interviewers,
            row,
        }
    });
    Ok(Calendar {
        slots: slots.collect(),
        has_more,
        users,
        elsewhere,
    })
}

async fn elsewhere(
    db: &impl ConnectionTrait,
    company_id: i64,
    ids: Vec<i64>,
    time: (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<(i64, DateTime<Utc>, DateTime<Utc>)>> {
    match ids.is_empty() {
        true => Ok(Vec::new()),
        false => availability::spans(db, company_id, ids, time).await,
    }
}

fn with_jobs(slots: Select<slot::Entity>) -> Select<slot::Entity> {
    slots
        .select_only()
        .columns([
            slot::Column::Id,
            slot::Column::StartsAt,
            slot::Column::DurationMinutes,
            slot::Column::Interviewer,
            slot::Column::ClosedAt,
            slot::Column::JobId,
        ])
        .column_as(job::Column::Title, "job")
        .join(JoinType::LeftJoin, slot::Relation::Job.def())
        .order_by_asc(slot::Column::StartsAt)
        .order_by_asc(slot::Column::Id)
}

/// Who is on these slots: slot, user and name.
async fn seated(
    db: &impl ConnectionTrait,
    company_id: i64,
    slots: SelectStatement,
) -> Result<Vec<(i64, i64, String)>> {
    let id = Expr::col((user::Entity, user::Column::Id));
    let rows = slot_interviewer::Entity::find()
        .select_only()
        .column(slot_interviewer::Column::SlotId)
        .column(slot_interviewer::Column::UserId)
        .column_as(user::Column::Name, "name")
        .filter(slot_interviewer::COLUMN.company_id.eq(company_id))
        .filter(slot_interviewer::Column::SlotId.in_subquery(slots))
        .order_by_asc(slot_interviewer::Column::UserId);
    let mut query = rows.into_query();
    query.inner_join(
        user::Entity,
        id.equals((slot_interviewer::Entity, slot_interviewer::Column::UserId)),
    );
    let rows = db.query_all(&query).await?;
    let seat = |row: &sea_orm::QueryResult| {
        Ok((
            row.try_get("", "slot_id")?,
            row.try_get("", "user_id")?,
            row.try_get("", "name")?,
        ))
    };
    rows.iter().map(seat).collect()
}

/// When each interviewer is busy, by start.
struct Busy(HashMap<i64, Vec<Span>>);

impl Busy {
    fn new(spans: Vec<Span>) -> Self {
        let mut all: HashMap<i64, Vec<Span>> = HashMap::new();
        for span in spans {
            all.entry(span.user_id).or_default().push(span);
        }
        for spans in all.values_mut() {
            spans.sort_by_key(|span| span.from);
        }
        Self(all)
    }

    /// The first of these people who is busy while the slot would last.
    fn blocking(&self, row: &Row, interviewers: &[i64]) -> Option<i64> {
        let is_busy = |id: &&i64| {
            let spans = self.0.get(*id).map_or(&[][..], Vec::as_slice);
            let before = &spans[..spans.partition_point(|span| span.from < row.ends_at())];
            before.iter().any(|span| span.until > row.starts_at)
        };
        interviewers.iter().find(is_busy).copied()
    }
}
