//! Many candidates at once, in few statements.
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::candidate;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    QueryTrait, sea_query::Query,
};

use super::{NewCandidate, columns, search::index_new};
use crate::{
    domain::{
        actions::Actor,
        events::{self, Event},
        jobs,
    },
    error::Result,
};

/// So many rows one statement asks for or writes: databases take only so many values at once.
const AT_ONCE: usize = 500;

/// The keys of the candidates who have these canonical addresses.
pub async fn keys_by_email(
    db: &impl ConnectionTrait,
    company_id: i64,
    emails: &[&str],
) -> Result<HashMap<String, i64>> {
    let mut found = HashMap::new();
    for some in emails.chunks(AT_ONCE) {
        let rows: Vec<(String, i64)> = candidate::Entity::find()
            .select_only()
            .columns([candidate::Column::Email, candidate::Column::Id])
            .filter(candidate::COLUMN.company_id.eq(company_id))
            .filter(candidate::Column::Email.is_in(some.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// The candidates with these keys, by key; those who are not the company's are left out.
pub async fn find_many(
    db: &impl ConnectionTrait,
    company_id: i64,
    ids: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, candidate::Model>> {
    let rows = candidate::Entity::find()
        .filter(candidate::COLUMN.company_id.eq(company_id))
        .filter(candidate::Column::Id.is_in(ids))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Adds candidates of whom none is there, inside a transaction that does more: their keys, by address.
pub async fn insert_many(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    all: &[&NewCandidate],
    now: DateTime<Utc>,
) -> Result<HashMap<String, i64>> {
    let mut job_ids: Vec<i64> = all.iter().filter_map(|new| new.job_id).collect();
    job_ids.sort_unstable();
    job_ids.dedup();
    for id in job_ids {
        jobs::require(txn, actor.company_id, id).await?;
    }
    let mut added = HashMap::new();
    for some in all.chunks(AT_ONCE) {
        let rows = some.iter().map(|new| candidate::ActiveModel {
            company_id: Set(actor.company_id),
            created_at: Set(now),
            ..columns(new)
        });
        let mut inserting = candidate::Entity::insert_many(rows).into_query();
        let kept = [candidate::Column::Id, candidate::Column::Email];
        inserting.returning(Query::returning().columns(kept));
        for row in txn.query_all(&inserting).await? {
            added.insert(row.try_get("", "email")?, row.try_get("", "id")?);
        }
    }
    let with_keys = all
        .iter()
        .filter_map(|new| Some((*added.get(&new.email)?, *new)));
    let with_keys: Vec<(i64, &NewCandidate)> = with_keys.collect();
    index_new(txn, actor.company_id, &with_keys).await?;
    let created = with_keys
        .iter()
        .map(|(id, _)| Event::CandidateCreated { candidate_id: *id });
    events::record_all(txn, actor, created, now).await?;
    Ok(added)
}
