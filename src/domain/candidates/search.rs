//! Candidates as lists show them, and how one is found by the beginnings of words.
use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::{candidate, candidate_word};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, IntoColumnRef, Query, SimpleExpr},
};

use super::NewCandidate;
use crate::{
    db::Db,
    domain::{
        page::{self, Cursor, Page, Seek},
        rows,
    },
    error::Result,
    text,
};

/// A word that finds no more than so many is rare.
const RARE: u64 = 2000;

/// Which candidates a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those of whose name or address every word begins a word.
    pub search: String,
    /// Only those who applied for this job.
    pub job_id: Option<i64>,
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
) -> Result<Page<candidate::Model>> {
    let matching = found_by(db, company_id, &filter.search)
        .await?
        .add_option(
            filter
                .job_id
                .map(|id| candidate::COLUMN.job_id.eq(Some(id))),
        )
        .add_option(
            filter
                .from
                .map(|from| candidate::COLUMN.created_at.gte(from)),
        )
        .add_option(
            filter
                .until
                .map(|until| candidate::COLUMN.created_at.lt(until)),
        );
    let rows = candidate::Entity::find()
        .filter(candidate::COLUMN.company_id.eq(company_id))
        .filter(matching);
    let all = page::seek_newest(rows, candidate::Column::Id, seek).limit(limit + 1);
    let rows = rows::all(all, db.read()).await?;
    Ok(Page::of_stored(rows, (seek, limit), "candidate", |row| {
        Cursor {
            at: row.created_at,
            id: row.id,
        }
    }))
}

/// Holds for candidates whose name or address has, for each word of the search, a word that begins with it.
/// Whom a rare word finds is looked up first; a common word is then asked of each, and where all
/// words are common, those who have them all are soon met on the way through the list.
async fn found_by(db: &Db, company_id: i64, search: &str) -> Result<Condition> {
    let mut found: Option<HashSet<i64>> = None;
    let mut all = Condition::all();
    for word in text::search_words(search) {
        let ids: Vec<i64> = candidate_word::Entity::find()
            .select_only()
            .column(candidate_word::Column::CandidateId)
            .filter(candidate_word::COLUMN.company_id.eq(company_id))
            .filter(begins_with(&word))
            .limit(RARE + 1)
            .into_tuple()
            .all(db.read())
            .await?;
        if ids.len() as u64 > RARE {
            all = all.add(has_word(
                (candidate::Entity, candidate::Column::CompanyId),
                (candidate::Entity, candidate::Column::Id),
                &word,
            ));
        } else {
            let mut ids: HashSet<i64> = ids.into_iter().collect();
            if let Some(found) = found {
                ids.retain(|id| found.contains(id));
            }
            found = Some(ids);
        }
    }
    Ok(all.add_option(found.map(|ids| candidate::Column::Id.is_in(ids))))
}

/// The keys of those whom a search finds; none when they are too many to be looked up.
pub(in crate::domain) async fn keys(
    db: &Db,
    company_id: i64,
    search: &str,
) -> Result<Option<Vec<i64>>> {
    let ids: Vec<i64> = candidate::Entity::find()
        .select_only()
        .column(candidate::Column::Id)
        .filter(candidate::COLUMN.company_id.eq(company_id))
        .filter(found_by(db, company_id, search).await?)
        .limit(RARE + 1)
        .into_tuple()
        .all(db.read())
        .await?;
    Ok((ids.len() as u64 <= RARE).then_some(ids))
}

/// Holds where the candidate whose key and company are in these columns has a word that begins with this one.
pub(in crate::domain) fn has_word(
    company: impl IntoColumnRef,
    id: impl IntoColumnRef,
    word: &str,
) -> SimpleExpr {
    let of = |column| Expr::col((candidate_word::Entity, column));
    let theirs = Query::select()
        .expr(Expr::value(1))
        .from(candidate_word::Entity)
        .and_where(of(candidate_word::Column::CompanyId).equals(company))
        .and_where(of(candidate_word::Column::CandidateId).equals(id))
        .cond_where(begins_with(word))
        .to_owned();
    Expr::exists(theirs)
}

fn begins_with(word: &str) -> Condition {
    Condition::all()
        .add(candidate_word::COLUMN.word.gte(word))
        .add(candidate_word::COLUMN.word.lt(format!("{word}\u{10FFFF}")))
}

pub(super) async fn index(
    txn: &impl ConnectionTrait,
    company_id: i64,
    id: i64,
    new: &NewCandidate,
) -> Result<()> {
    candidate_word::Entity::delete_many()
        .filter(candidate_word::COLUMN.company_id.eq(company_id))
        .filter(candidate_word::COLUMN.candidate_id.eq(id))
        .exec(txn)
        .await?;
    let words = text::search_words(&format!("{} {}", new.name, new.email))
        .into_iter()
        .map(|word| candidate_word::ActiveModel {
            company_id: Set(company_id),
            word: Set(word),
            candidate_id: Set(id),
        });
    candidate_word::Entity::insert_many(words)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}
