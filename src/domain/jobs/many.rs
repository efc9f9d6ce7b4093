//! Many jobs at once, in few statements.
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::job::{self, Status};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    QueryTrait, sea_query::Query,
};

use super::{NewJob, columns};
use crate::{
    domain::{
        actions::Actor,
        events::{self, Event},
    },
    error::Result,
};

/// So many rows one statement asks for or writes: databases take only so many values at once.
const AT_ONCE: usize = 500;

/// The keys of the open jobs with these titles.
pub async fn open_by_title(
    db: &impl ConnectionTrait,
    company_id: i64,
    titles: &[&str],
) -> Result<HashMap<String, i64>> {
    let mut found = HashMap::new();
    for some in titles.chunks(AT_ONCE) {
        let rows: Vec<(String, i64)> = job::Entity::find()
            .select_only()
            .columns([job::Column::Title, job::Column::Id])
            .filter(job::COLUMN.company_id.eq(company_id))
            .filter(job::Column::Status.eq(Status::Open))
            .filter(job::Column::Title.is_in(some.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// Adds jobs with titles of their own, inside a transaction that does more: their keys, by title.
pub async fn insert_many(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    all: &[&NewJob],
    now: DateTime<Utc>,
) -> Result<HashMap<String, i64>> {
    let mut added = HashMap::new();
    for some in all.chunks(AT_ONCE) {
        let rows = some.iter().map(|new| job::ActiveModel {
            company_id: Set(actor.company_id),
            created_at: Set(now),
            ..columns(new)
        });
        let mut inserting = job::Entity::insert_many(rows).into_query();
        let kept = [job::Column::Id, job::Column::Title];
        inserting.returning(Query::returning().columns(kept));
        for row in txn.query_all(&inserting).await? {
            added.insert(row.try_get("", "title")?, row.try_get("", "id")?);
        }
    }
    let created = all.iter().filter_map(|new| {
        let title = new.title.clone();
        Some(Event::JobCreated {
            job_id: *added.get(&title)?,
            title,
        })
    });
    events::record_all(txn, actor, created, now).await?;
    Ok(added)
}
