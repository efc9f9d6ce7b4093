//! Interviews in lists.
use chrono::{DateTime, Utc};
use entity::{
    candidate,
    interview::{self, Status},
    slot,
};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, FromQueryResult, JoinType, PartialModelTrait,
    QueryFilter, QueryResult, QuerySelect, QueryTrait, RelationTrait, Select,
    sea_query::{Expr, Query},
};

use super::{
    line::{self, Line},
    search, unclosed,
};
use crate::{
    db::{Db, constant::Constant},
    domain::{
        page::{self, Cursor, Page, Seek, Sort},
        rows::Stored,
    },
    error::Result,
};

/// Which interviews a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those with a word of the candidate or of the job for each word of it.
    pub search: String,
    /// Only in this status.
    pub status: Option<Status>,
    /// Only those with this outcome.
    pub outcome: Option<String>,
    /// Only those that were over by this instant and that nobody has closed.
    pub unclosed_by: Option<DateTime<Utc>>,
    /// Only those for this job.
    pub job_id: Option<i64>,
    /// Only of this candidate.
    pub candidate_id: Option<i64>,
    /// Only those that start at this instant or later.
    pub from: Option<DateTime<Utc>>,
    /// Only those that start before this instant.
    pub until: Option<DateTime<Utc>>,
    /// In which order those that have a time are listed.
    pub sort: Sort,
}

/// An interview of a list, as programs are told of it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The row.
    pub interview: interview::Model,
    /// When; none until it is booked.
    pub slot: Option<slot::Model>,
    /// For which job, when there is one.
    pub job_id: Option<i64>,
}

/// Booked ones by start. A cancelled interview keeps the slot it was booked into.
pub async fn list(
    db: &Db,
    company_id: i64,
    filter: &Filter,
    seek: Option<Seek>,
    limit: u64,
) -> Result<Page<Listed>> {
    let rows = by_start(db, company_id, listed(), filter, (seek, limit)).await?;
    let rows = rows.into_model::<Stored<Listed>>().all(db.read()).await?;
    Ok(Page::of_stored(rows, (seek, limit), "interview", |row| {
        Cursor {
            at: row
                .slot
                .as_ref()
                .map_or(row.interview.created_at, |slot| slot.starts_at),
            id: row.interview.id,
        }
    }))
}

/// Booked or not, newest first; when they start plays no part.
pub async fn newest(
    db: &Db,
    company_id: i64,
    filter: &Filter,
    seek: Option<Seek>,
    limit: u64,
) -> Result<Page<Listed>> {
    let rows = by_key(db, company_id, listed(), filter, (seek, limit)).await?;
    let rows = rows.into_model::<Stored<Listed>>().all(db.read()).await?;
    Ok(Page::of_stored(rows, (seek, limit), "interview", |row| {
        Cursor {
            at: row.interview.created_at,
            id: row.interview.id,
        }
    }))
}

/// The same as [`list`], for pages.
pub async fn lines(
    db: &Db,
    company_id: i64,
    filter: &Filter,
    seek: Option<Seek>,
    limit: u64,
) -> Result<Page<Line>> {
    let rows = by_start(db, company_id, line::lines(), filter, (seek, limit)).await?;
    let rows = line::each(&rows.into_query(), db.read()).await?;
    Ok(Page::of_stored(rows, (seek, limit), "interview", |row| {
        Cursor {
            at: row
                .slot
                .as_ref()
                .map_or(row.created_at, |slot| slot.starts_at),
            id: row.id,
        }
    }))
}

/// The same as [`newest`], for pages.
pub async fn newest_lines(
    db: &Db,
    company_id: i64,
    filter: &Filter,
    seek: Option<Seek>,
    limit: u64,
) -> Result<Page<Line>> {
    let rows = by_key(db, company_id, line::lines(), filter, (seek, limit)).await?;
    let rows = line::each(&rows.into_query(), db.read()).await?;
    Ok(Page::of_stored(rows, (seek, limit), "interview", |row| {
        Cursor {
            at: row.created_at,
            id: row.id,
        }
    }))
}

/// Those that wait to be booked, newest first.
pub async fn unscheduled(
    db: &Db,
    company_id: i64,
    filter: &Filter,
    seek: Option<Seek>,
    limit: u64,
) -> Result<Page<Line>> {
    let filter = Filter {
        status: Some(Status::Unscheduled),
        ..filter.clone()
    };
    newest_lines(db, company_id, &filter, seek, limit).await
}

/// Of these rows, the booked ones by start.
async fn by_start(
    db: &Db,
    company_id: i64,
    rows: Select<interview::Entity>,
    filter: &Filter,
    (seek, limit): (Option<Seek>, u64),
) -> Result<Select<interview::Entity>> {
    let rows = match search::found_by(db, company_id, &filter.search).await? {
        // Not by the company's slots in their order: these few are soon sorted.
        Some(found) if found.few.is_some() => {
            narrowed(rows, company_id, Some(found)).filter(slot::Column::Id.is_not_null())
        }
        found => narrowed(rows, company_id, found).filter(slot::COLUMN.company_id.eq(company_id)),
    };
    let rows = rows.filter(matching(company_id, filter)).filter(
        Condition::all()
            .add_option(filter.from.map(|from| slot::COLUMN.starts_at.gte(from)))
            .add_option(filter.until.map(|until| slot::COLUMN.starts_at.lt(until))),
    );
    let by = (slot::Column::StartsAt, interview::Column::Id);
    Ok(page::seek(rows, filter.sort, by, seek).limit(limit + 1))
}

/// Of these rows, booked or not, the newest.
async fn by_key(
    db: &Db,
    company_id: i64,
    rows: Select<interview::Entity>,
    filter: &Filter,
    (seek, limit): (Option<Seek>, u64),
) -> Result<Select<interview::Entity>> {
    let found = search::found_by(db, company_id, &filter.search).await?;
    let rows = narrowed(rows, company_id, found).filter(matching(company_id, filter));
    Ok(page::seek_newest(rows, interview::Column::Id, seek).limit(limit + 1))
}

/// Holds for interviews that have their slot to themselves.
pub fn is_live() -> Expr {
    interview::Column::Status.ne_const(Status::Cancelled)
}

/// The company's, or those of them that a search finds.
fn narrowed(
    rows: Select<interview::Entity>,
    company_id: i64,
    found: Option<search::Found>,
) -> Select<interview::Entity> {
    let rows = rows.filter(interview::COLUMN.company_id.eq(company_id));
    let Some(found) = found else {
        return rows;
    };
    let few = found.few.map(|ids| interview::Column::Id.is_in(ids));
    rows.filter(found.in_passing.add_option(few))
}

fn matching(company_id: i64, filter: &Filter) -> Condition {
    Condition::all()
        .add_option(
            filter
                .status
                .map(|status| interview::Column::Status.eq_const(status)),
        )
        .add_option(filter.unclosed_by.map(unclosed::is_unclosed))
        .add_option(
            filter
                .outcome
                .as_ref()
                .map(|name| interview::COLUMN.outcome.eq(Some(name.clone()))),
        )
        .add_option(
            filter
                .candidate_id
                .map(|id| interview::COLUMN.candidate_id.eq(id)),
        )
        .add_option(filter.job_id.map(|id| of_job(company_id, id)))
}

/// Holds for the company's interviews for this job: their own, else their slot's, else their candidate's.
pub fn of_job(company_id: i64, job_id: i64) -> Condition {
    let through_slot = Query::select()
        .column(slot::Column::Id)
        .from(slot::Entity)
        .and_where(slot::COLUMN.company_id.eq(company_id))
        .and_where(slot::COLUMN.job_id.eq(job_id))
        .to_owned();
    let through_candidate = Query::select()
        .column(candidate::Column::Id)
        .from(candidate::Entity)
        .and_where(candidate::COLUMN.company_id.eq(company_id))
        .and_where(candidate::COLUMN.job_id.eq(Some(job_id)))
        .to_owned();
    Condition::any()
        .add(interview::COLUMN.job_id.eq(Some(job_id)))
        .add(
            Condition::all()
                .add(interview::Column::JobId.is_null())
                .add(interview::Column::SlotId.in_subquery(through_slot)),
        )
        .add(
            Condition::all()
                .add(interview::Column::JobId.is_null())
                .add(interview::Column::SlotId.is_null())
                .add(interview::Column::CandidateId.in_subquery(through_candidate)),
        )
}

/// Rows for [`Listed`].
pub(super) fn listed() -> Select<interview::Entity> {
    let rows = interview::Entity::find()
        .join(JoinType::LeftJoin, interview::Relation::Slot.def())
        .join(JoinType::LeftJoin, interview::Relation::Candidate.def())
        .expr_as(line::job_id(), JOB);
    slot::Model::select_cols_nested(rows, Some(SLOT), None)
}

/// How the columns of [`Listed`] begin that are not the interview's own.
const SLOT: &str = "S_";
const JOB: &str = "job_in_force";

impl FromQueryResult for Listed {
    fn from_query_result(row: &QueryResult, pre: &str) -> std::result::Result<Self, DbErr> {
        let interview = interview::Model::from_query_result(row, pre)?;
        let slot = match interview.slot_id {
            Some(_) => Some(slot::Model::from_query_result(row, SLOT)?),
            None => None,
        };
        Ok(Self {
            job_id: row.try_get(pre, JOB)?,
            interview,
            slot,
        })
    }
}
