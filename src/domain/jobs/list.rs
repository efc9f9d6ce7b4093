//! Jobs in lists, and as choices.
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::job::{self, Status};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use crate::{
    db::Db,
    domain::{
        page::{self, Cursor, Page, Seek},
        rows,
    },
    error::Result,
    text,
};

/// How many jobs a choice offers; the newest.
const CHOICES: u64 = 500;
/// How many jobs are searched; the newest. A company has hundreds, so their titles need no index of words.
const SEARCHED: u64 = 5000;

/// Which jobs a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those of whose title every word begins a word.
    pub search: String,
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
    seek: Option<Seek>,
    limit: u64,
) -> Result<Page<job::Model>> {
    let found = match text::search_words(&filter.search) {
        words if words.is_empty() => None,
        words => Some(searchable(db, company_id).await?.found_by(&words)),
    };
    let matching = Condition::all()
        .add_option(found.map(|ids| job::Column::Id.is_in(ids)))
        .add_option(filter.status.map(|status| job::Column::Status.eq(status)))
        .add_option(filter.from.map(|from| job::COLUMN.created_at.gte(from)))
        .add_option(filter.until.map(|until| job::COLUMN.created_at.lt(until)));
    let jobs = job::Entity::find()
        .filter(job::COLUMN.company_id.eq(company_id))
        .filter(matching);
    let all = page::seek_newest(jobs, job::Column::Id, seek).limit(limit + 1);
    let rows = rows::all(all, db.read()).await?;
    Ok(Page::of_stored(rows, (seek, limit), "job", |job| Cursor {
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

/// The newest jobs to ask a list for, and whether they are closed: open ones first, by title.
pub async fn filters(db: &Db, company_id: i64) -> Result<Vec<(i64, String, bool)>> {
    let newest = of_filter(company_id)
        .order_by_desc(job::Column::Id)
        .limit(CHOICES);
    // As texts: a status that cannot be read keeps nobody from the list.
    let jobs: Vec<(i64, String, String)> = newest.into_tuple().all(db.read()).await?;
    let mut jobs: Vec<_> = jobs.into_iter().map(closed).collect();
    jobs.sort_by(|a, b| (a.2, &a.1).cmp(&(b.2, &b.1)));
    Ok(jobs)
}

/// The same of one job, if it is the company's.
pub async fn filter(db: &Db, company_id: i64, id: i64) -> Result<Option<(i64, String, bool)>> {
    let asked = of_filter(company_id).filter(job::COLUMN.id.eq(id));
    Ok(asked.into_tuple().one(db.read()).await?.map(closed))
}

fn of_filter(company_id: i64) -> Select<job::Entity> {
    job::Entity::find()
        .select_only()
        .columns([job::Column::Id, job::Column::Title, job::Column::Status])
        .filter(job::COLUMN.company_id.eq(company_id))
}

fn closed((id, title, status): (i64, String, String)) -> (i64, String, bool) {
    (id, title, status == Status::Closed.to_value())
}

/// The words of the jobs' titles, the newest first.
pub(in crate::domain) struct Titles(Vec<(i64, Vec<String>)>);

impl Titles {
    /// The keys of those in which every one of these words begins a word.
    pub(in crate::domain) fn found_by(&self, words: &[String]) -> Vec<i64> {
        let found = self.0.iter().filter(|(_, title)| text::finds(words, title));
        found.map(|(id, _)| *id).collect()
    }
}

/// The words by which jobs are found.
pub(in crate::domain) async fn searchable(db: &Db, company_id: i64) -> Result<Titles> {
    let rows: Vec<(i64, String)> = job::Entity::find()
        .select_only()
        .columns([job::Column::Id, job::Column::Title])
        .filter(job::COLUMN.company_id.eq(company_id))
        .order_by_desc(job::Column::Id)
        .limit(SEARCHED)
        .into_tuple()
        .all(db.read())
        .await?;
    let rows = rows.into_iter();
    let rows = rows.map(|(id, title)| (id, text::search_words(&title)));
    Ok(Titles(rows.collect()))
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
