//! Slots as lists and pages show them: with what became of each.
use chrono::{DateTime, Utc};
use entity::{
    interview, job,
    slot::{self, DifficultyLevel, InterviewType},
};
use sea_orm::{
    ColumnTrait, Condition, DbErr, DerivePartialModel, EntityTrait, EnumIter, ExprTrait,
    FromQueryResult, JoinType, PartialModelTrait, QueryFilter, QueryResult, QuerySelect,
    QueryTrait, RelationTrait, Select,
    sea_query::{Expr, SelectStatement},
};

use crate::{
    db::Db,
    domain::{
        busy, interviews,
        page::{self, Cursor, Page, Seek, Sort},
        rows::Stored,
        series,
    },
    error::{Error, Result},
};

/// What a slot is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter)]
pub enum State {
    /// It can be booked.
    Open,
    /// It could be, but one of its interviewers is in another interview then.
    Blocked,
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
    /// Only those that were made as this series.
    pub series_id: Option<i64>,
    /// Only those that start at this instant or later.
    pub from: Option<DateTime<Utc>>,
    /// Only those that start before this instant.
    pub until: Option<DateTime<Utc>>,
    /// In which order.
    pub sort: Sort,
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
    /// The interview that one of its interviewers is in at the time.
    pub blocked_by: Option<i64>,
}

/// A slot as pages list it: a few columns.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "slot::Entity")]
pub struct Line {
    /// Key.
    pub id: i64,
    /// The instant it starts.
    pub starts_at: DateTime<Utc>,
    /// How long it takes.
    pub duration_minutes: i32,
    /// What kind of talk it is.
    pub interview_type: InterviewType,
    /// For interviewers.
    pub difficulty_level: Option<DifficultyLevel>,
    /// Who asks, may be empty.
    pub interviewer: String,
    /// Since when it is no longer offered.
    pub closed_at: Option<DateTime<Utc>>,
    /// Increases with each change.
    pub version: i32,
    /// Of its job.
    #[sea_orm(from_expr = "job::Column::Title")]
    pub job_title: String,
    /// The live interview in it.
    #[sea_orm(from_expr = "live_interview_id()")]
    pub interview_id: Option<i64>,
    /// The interview that one of its interviewers is in at the time.
    #[sea_orm(from_expr = "busy::blocked_by()")]
    pub blocked_by: Option<i64>,
}

impl Line {
    /// What it is good for.
    pub fn state(&self, now: DateTime<Utc>) -> State {
        state(
            (self.starts_at, self.closed_at),
            (self.interview_id, self.blocked_by),
            now,
        )
    }
}

/// The slot as a list would show it.
pub async fn show(db: &Db, company_id: i64, id: i64, now: DateTime<Utc>) -> Result<Listed> {
    let row = whole(company_id).filter(slot::COLUMN.id.eq(id));
    let row = row.into_model::<Row>().one(db.read()).await?;
    row.ok_or(Error::NotFound)?.listed(now)
}

/// By start.
pub async fn list(
    db: &Db,
    company_id: i64,
    filter: &Filter,
    seek: Option<Seek>,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Page<Listed>> {
    let rows = whole(company_id).filter(matching(company_id, filter, now));
    let all = by_start(rows, filter, seek)
        .limit(limit + 1)
        .into_model::<Stored<Row>>()
        .all(db.read())
        .await?;
    let mut page = Page::of_stored(all, (seek, limit), "slot", |row| Cursor {
        at: row.slot.starts_at,
        id: row.slot.id,
    });
    let rows = std::mem::take(&mut page.rows).into_iter();
    let rows = rows.map(|row| row.listed(now));
    Ok(page.with(rows.collect::<Result<_>>()?))
}

/// The same, for pages.
pub async fn lines(
    db: &Db,
    company_id: i64,
    filter: &Filter,
    seek: Option<Seek>,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Page<Line>> {
    let rows = of_company(company_id).select_only();
    let rows = Line::select_cols(rows).filter(matching(company_id, filter, now));
    let all = by_start(rows, filter, seek)
        .limit(limit + 1)
        .into_model::<Stored<Line>>()
        .all(db.read())
        .await?;
    Ok(Page::of_stored(all, (seek, limit), "slot", |line| Cursor {
        at: line.starts_at,
        id: line.id,
    }))
}

fn by_start(
    rows: Select<slot::Entity>,
    filter: &Filter,
    seek: Option<Seek>,
) -> Select<slot::Entity> {
    page::seek(
        rows,
        filter.sort,
        (slot::Column::StartsAt, slot::Column::Id),
        seek,
    )
}

/// A slot with what a list tells of it, in one look-up.
struct Row {
    slot: slot::Model,
    job_title: Option<String>,
    interview_id: Option<i64>,
    blocked_by: Option<i64>,
}

impl FromQueryResult for Row {
    fn from_query_result(row: &QueryResult, pre: &str) -> std::result::Result<Self, DbErr> {
        Ok(Self {
            slot: slot::Model::from_query_result(row, pre)?,
            job_title: row.try_get(pre, "job_title")?,
            interview_id: row.try_get(pre, "live_interview_id")?,
            blocked_by: row.try_get(pre, "blocked_by")?,
        })
    }
}

impl Row {
    fn listed(self, now: DateTime<Utc>) -> Result<Listed> {
        let Self {
            slot,
            job_title,
            interview_id,
            blocked_by,
        } = self;
        Ok(Listed {
            job_title: job_title.ok_or(Error::NotFound)?,
            state: state(
                (slot.starts_at, slot.closed_at),
                (interview_id, blocked_by),
                now,
            ),
            interview_id,
            blocked_by,
            slot,
        })
    }
}

/// Rows for [`Row`].
fn whole(company_id: i64) -> Select<slot::Entity> {
    of_company(company_id)
        .column_as(job::Column::Title, "job_title")
        .expr_as(live_interview_id(), "live_interview_id")
        .expr_as(busy::blocked_by(), "blocked_by")
}

/// The company's slots. The job is looked up for each slot: asked for both at once, SQLite may begin with the jobs.
fn of_company(company_id: i64) -> Select<slot::Entity> {
    slot::Entity::find()
        .join(JoinType::LeftJoin, slot::Relation::Job.def())
        .filter(slot::COLUMN.company_id.eq(company_id))
}

/// The live interview in the outer query's slot.
pub(in crate::domain) fn live_interview_id() -> Expr {
    Expr::SubQuery(None, Box::new(live_interview().into()))
}

/// Holds for slots at which a live interview points: the fact has no second copy.
pub fn is_booked() -> Condition {
    Condition::all().add(Expr::exists(live_interview()))
}

/// The key of the live interview that points at the outer query's slot.
fn live_interview() -> SelectStatement {
    let slot_id = Expr::col((interview::Entity, interview::Column::SlotId));
    interview::Entity::find()
        .select_only()
        .column(interview::Column::Id)
        .filter(slot_id.equals((slot::Entity, slot::Column::Id)))
        .filter(interviews::is_live())
        .into_query()
}

pub(super) fn matching(company_id: i64, filter: &Filter, now: DateTime<Utc>) -> Condition {
    let unbooked = || is_booked().not();
    let offered = || {
        Condition::all()
            .add(unbooked())
            .add(slot::COLUMN.closed_at.is_null())
            .add(slot::COLUMN.starts_at.gt(now))
    };
    let in_state = filter.state.map(|state| match state {
        State::Booked => is_booked(),
        State::Closed => Condition::all()
            .add(unbooked())
            .add(slot::COLUMN.closed_at.is_not_null()),
        State::Open => offered().add(busy::is_blocked().not()),
        State::Blocked => offered().add(busy::is_blocked()),
        State::Past => Condition::all()
            .add(unbooked())
            .add(slot::COLUMN.closed_at.is_null())
            .add(slot::COLUMN.starts_at.lte(now)),
    });
    let in_series = filter.series_id.map(|id| {
        let slots = series::slots_of(company_id, id);
        slot::Column::Id.in_subquery(slots)
    });
    Condition::all()
        .add_option(in_state)
        .add_option(in_series)
        .add_option(filter.job_id.map(|id| slot::COLUMN.job_id.eq(id)))
        .add_option(filter.from.map(|from| slot::COLUMN.starts_at.gte(from)))
        .add_option(filter.until.map(|until| slot::COLUMN.starts_at.lt(until)))
}

fn state(
    (starts_at, closed_at): (DateTime<Utc>, Option<DateTime<Utc>>),
    (interview_id, blocked_by): (Option<i64>, Option<i64>),
    now: DateTime<Utc>,
) -> State {
    match closed_at {
        _ if interview_id.is_some() => State::Booked,
        Some(_) => State::Closed,
        None if starts_at <= now => State::Past,
        None if blocked_by.is_some() => State::Blocked,
        None => State::Open,
    }
}
