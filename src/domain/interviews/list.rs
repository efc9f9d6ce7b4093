//! Interviews in lists.
use chrono::{DateTime, Utc};
use entity::{
    candidate,
    interview::{self, Status},
    slot,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    SelectTwo, sea_query::Query,
};

use crate::{
    db::Db,
    domain::{
        jobs,
        page::{self, Cursor, Page},
        rows::{self, Stored, Unreadable},
    },
    error::Result,
};

/// Which interviews a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only in this status.
    pub status: Option<Status>,
    /// Only those for this job.
    pub job_id: Option<i64>,
    /// Only of this candidate.
    pub candidate_id: Option<i64>,
    /// Only those that start at this instant or later.
    pub from: Option<DateTime<Utc>>,
    /// Only those that start before this instant.
    pub until: Option<DateTime<Utc>>,
}

/// An interview of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The row.
    pub interview: interview::Model,
    /// Who is interviewed.
    pub candidate: candidate::Model,
    /// When; none until it is booked.
    pub slot: Option<slot::Model>,
    /// For which job, when there is one.
    pub job_id: Option<i64>,
    /// As it is called.
    pub job_title: Option<String>,
}

/// Booked ones by start, earliest first. A cancelled interview keeps the slot it was booked into.
pub async fn list(
    db: &Db,
    company_id: i64,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Page<Listed>> {
    let mut rows = interview::Entity::find()
        .find_also_related(slot::Entity)
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(matching(company_id, filter))
        .filter(
            Condition::all()
                .add_option(filter.from.map(|from| slot::COLUMN.starts_at.gte(from)))
                .add_option(filter.until.map(|until| slot::COLUMN.starts_at.lt(until))),
        );
    if let Some(cursor) = cursor {
        rows = rows.filter(page::after(
            slot::Column::StartsAt,
            interview::Column::Id,
            cursor,
        ));
    }
    let rows = rows
        .order_by_asc(slot::Column::StartsAt)
        .order_by_asc(interview::Column::Id)
        .limit(limit + 1);
    let rows = both(rows, db.read()).await?;
    let page = Page::of_stored(rows, limit, "interview", |(interview, slot)| Cursor {
        at: slot
            .as_ref()
            .map_or(interview.created_at, |slot| slot.starts_at),
        id: interview.id,
    });
    named_page(db, company_id, page).await
}

/// Those that wait to be booked, newest first.
pub async fn unscheduled(
    db: &Db,
    company_id: i64,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Page<Listed>> {
    let filter = Filter {
        status: Some(Status::Unscheduled),
        ..filter.clone()
    };
    newest(db, company_id, &filter, cursor, limit).await
}

/// Booked or not, newest first; when they start plays no part.
pub async fn newest(
    db: &Db,
    company_id: i64,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Page<Listed>> {
    let mut rows = interview::Entity::find()
        .find_also_related(slot::Entity)
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(matching(company_id, filter));
    if let Some(cursor) = cursor {
        rows = rows.filter(interview::COLUMN.id.lt(cursor.id));
    }
    let rows = rows.order_by_desc(interview::Column::Id).limit(limit + 1);
    let rows = both(rows, db.read()).await?;
    let page = Page::of_stored(rows, limit, "interview", |(row, _)| Cursor {
        at: row.created_at,
        id: row.id,
    });
    named_page(db, company_id, page).await
}

fn matching(company_id: i64, filter: &Filter) -> Condition {
    Condition::all()
        .add_option(
            filter
                .status
                .map(|status| interview::Column::Status.eq(status)),
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

/// A row and its slot.
type Pair = (interview::Model, Option<slot::Model>);

/// What a query finds; a row is read only together with its slot.
pub(in crate::domain) async fn both(
    query: SelectTwo<interview::Entity, slot::Entity>,
    db: &impl ConnectionTrait,
) -> Result<Vec<Stored<Pair>>> {
    let all = query
        .into_model::<Stored<interview::Model>, Stored<slot::Model>>()
        .all(db)
        .await?;
    let read = all.into_iter().map(|pair| match pair {
        (Stored::Read(row), None) => Stored::Read((row, None)),
        (Stored::Read(row), Some(Stored::Read(slot))) => Stored::Read((row, Some(slot))),
        (Stored::Read(row), Some(Stored::Unreadable(slot))) => Stored::Unreadable(Unreadable {
            id: Some(row.id),
            why: format!("its slot: {}", slot.why),
        }),
        (Stored::Unreadable(row), _) => Stored::Unreadable(row),
    });
    Ok(read.collect())
}

async fn named_page(db: &Db, company_id: i64, page: Page<Pair>) -> Result<Page<Listed>> {
    let ids: Vec<i64> = page.rows.iter().map(|(row, _)| row.id).collect();
    let rows = with_names(db, company_id, page.rows).await?;
    let is_missing = |id: &i64| rows.iter().all(|listed| listed.interview.id != *id);
    let mut unreadable = page.unreadable;
    unreadable.extend(ids.into_iter().filter(is_missing));
    Ok(Page {
        rows,
        next: page.next,
        unreadable,
    })
}

/// Rows with the names that a list prints; those whose candidate cannot be read are left out.
pub async fn with_names(db: &Db, company_id: i64, rows: Vec<Pair>) -> Result<Vec<Listed>> {
    let ids: Vec<i64> = rows.iter().map(|(row, _)| row.candidate_id).collect();
    let people = candidate::Entity::find()
        .filter(candidate::COLUMN.company_id.eq(company_id))
        .filter(candidate::Column::Id.is_in(ids));
    let people = rows::readable(people, db.read(), "candidate").await?;
    let rows = rows.into_iter();
    let mut listed: Vec<_> = rows
        .filter_map(|row| Listed::untitled(row, &people))
        .collect();
    let of_jobs = listed.iter().filter_map(|row| row.job_id);
    let titles = jobs::titles(db, company_id, of_jobs).await?;
    for row in &mut listed {
        row.job_title = row.job_id.and_then(|id| titles.get(&id).cloned());
    }
    Ok(listed)
}

impl Listed {
    /// Without what its job is called; none when its candidate is not among these people.
    fn untitled((interview, slot): Pair, people: &[candidate::Model]) -> Option<Self> {
        let of_it = |person: &&candidate::Model| person.id == interview.candidate_id;
        let Some(candidate) = people.iter().find(of_it).cloned() else {
            tracing::error!(interview.id = interview.id, "An interview has no candidate");
            return None;
        };
        Some(Self {
            job_id: interview
                .job_id
                .or(slot.as_ref().map(|slot| slot.job_id))
                .or(candidate.job_id),
            job_title: None,
            interview,
            candidate,
            slot,
        })
    }
}
