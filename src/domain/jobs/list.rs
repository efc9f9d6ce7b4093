//! Jobs in lists, and as choices.
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::job::{self, Status};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    db::Db,
    domain::{
        page::{Cursor, Page},
        rows,
    },
    error::Result,
};

/// How many jobs a choice offers; the newest.
const CHOICES: u64 = 500;

/// Which jobs a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those.
    pub status: Option<Status>,
    /// Only those entered at this instant or later.
    pub from: Option<DateTime<Utc>>,
    /// Only those entered before this instant.
    pub until: Option<DateTime<Utc>>,
}

/// Newest first.
pub async fn list(
    db: &Db,
    company_id: i64,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Page<job::Model>> {
    let matching = Condition::all()
        .add_option(filter.status.map(|status| job::Column::Status.eq(status)))
        .add_option(filter.from.map(|from| job::COLUMN.created_at.gte(from)))
        .add_option(filter.until.map(|until| job::COLUMN.created_at.lt(until)));
    let mut jobs = job::Entity::find()
        .filter(job::COLUMN.company_id.eq(company_id))
        .filter(matching);
    if let Some(cursor) = cursor {
        jobs = jobs.filter(job::COLUMN.id.lt(cursor.id));
    }
    let all = jobs.order_by_desc(job::Column::Id).limit(limit + 1);
    let rows = rows::all(all, db.read()).await?;
    Ok(Page::of_stored(rows, limit, "job", |job| Cursor {
        at: job.created_at,
        id: job.id,
    }))
}

/// Open jobs to choose from, by title.
pub async fn choices(db: &Db, company_id: i64) -> Result<Vec<(i64, String)>> {
    let mut jobs: Vec<(i64, String)> = job::Entity::find()
        .select_only()
        .column(job::Column::Id)
        .column(job::Column::Title)
        .filter(job::COLUMN.company_id.eq(company_id))
        .filter(job::Column::Status.eq(Status::Open))
        .order_by_desc(job::Column::Id)
        .limit(CHOICES)
        .into_tuple()
        .all(db.read())
        .await?;
    jobs.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(jobs)
}

/// The titles of jobs, by key.
pub async fn titles(
    db: &Db,
    company_id: i64,
    ids: impl Iterator<Item = i64>,
) -> Result<HashMap<i64, String>> {
    let rows: Vec<(i64, String)> = job::Entity::find()
        .select_only()
        .column(job::Column::Id)
        .column(job::Column::Title)
        .filter(job::COLUMN.company_id.eq(company_id))
        .filter(job::Column::Id.is_in(ids.collect::<HashSet<_>>()))
        .into_tuple()
        .all(db.read())
        .await?;
    Ok(rows.into_iter().collect())
}
