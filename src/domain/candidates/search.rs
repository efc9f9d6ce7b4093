//! Candidates as lists show them, and how one is found by the beginnings of words.
use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::{candidate, candidate_word};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, IntoColumnRef, Query, SelectStatement, SimpleExpr, UnionType},
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
/// Common words meet often when so many of so many of the newest have them all: a page of a list.
const OFTEN: u64 = 51;
/// So many words are written by one statement: databases take only so many values at once.
const AT_ONCE: usize = 2000;
const NEWEST: i64 = 2000;

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
/// Whom a rare word finds is looked up first; a common word is then asked of each. Where all words are common, those who
/// have them all are soon met on the way through the list, unless words meet in few: these are looked up together.
async fn found_by(db: &Db, company_id: i64, search: &str) -> Result<Condition> {
    let mut found: Option<HashSet<i64>> = None;
    let mut common = Vec::new();
    for word in text::search_words(search) {
        let ids = first_with(db, company_id, &word).await?;
        if ids.len() as u64 > RARE {
            common.push(word);
        } else {
            let mut ids: HashSet<i64> = ids.into_iter().collect();
            if let Some(found) = found {
                ids.retain(|id| found.contains(id));
            }
            found = Some(ids);
        }
    }
    let id = candidate::Column::Id;
    if found.is_none()
        && let Some(have_all) = who_have(company_id, &common)
        && !meet_often(db, company_id, &common).await?
    {
        return Ok(Condition::all().add(id.in_subquery(have_all)));
    }
    let has_each = common.iter().map(|word| {
        has_word(
            (candidate::Entity, candidate::Column::CompanyId),
            (candidate::Entity, id),
            word,
        )
    });
    let all = has_each.fold(Condition::all(), Condition::add);
    Ok(all.add_option(found.map(|ids| id.is_in(ids))))
}

/// The keys of candidates with a word that begins with this one: of all, if it is rare.
async fn first_with(db: &Db, company_id: i64, word: &str) -> Result<Vec<i64>> {
    let ids = candidate_word::Entity::find()
        .select_only()
        .column(candidate_word::Column::CandidateId)
        .filter(candidate_word::COLUMN.company_id.eq(company_id))
        .filter(begins_with(word))
        .limit(RARE + 1)
        .into_tuple();
    Ok(ids.all(db.read()).await?)
}

/// Do these words meet in many of the newest candidates? Then it takes no time to meet somebody who has them all.
pub(in crate::domain) async fn meet_often(
    db: &Db,
    company_id: i64,
    words: &[String],
) -> Result<bool> {
    let newest: Option<Option<i64>> = candidate::Entity::find()
        .select_only()
        .column_as(candidate::Column::Id.max(), "newest")
        .filter(candidate::COLUMN.company_id.eq(company_id))
        .into_tuple()
        .one(db.read())
        .await?;
    let since = newest.flatten().unwrap_or_default() - NEWEST;
    let newer = candidate_word::COLUMN.candidate_id.gt(since);
    let Some(mut have_all) = of_all(words, |word| {
        having(company_id, word).and_where(newer.clone()).to_owned()
    }) else {
        return Ok(true);
    };
    let met = db.read().query_all(have_all.limit(OFTEN)).await?;
    Ok(met.len() as u64 == OFTEN)
}

/// The keys of the candidates who have a word for each of these; none without words. Each word's list is read from the
/// index in full: that takes the same time whether they meet in many or in none, and whatever a database knows of them.
pub(in crate::domain) fn who_have(company_id: i64, words: &[String]) -> Option<SelectStatement> {
    of_all(words, |word| having(company_id, word))
}

fn of_all(words: &[String], having: impl Fn(&str) -> SelectStatement) -> Option<SelectStatement> {
    let each = words.iter().map(|word| having(word));
    each.reduce(|mut all, next| all.union(UnionType::Intersect, next).to_owned())
}

fn having(company_id: i64, word: &str) -> SelectStatement {
    Query::select()
        .column(candidate_word::Column::CandidateId)
        .from(candidate_word::Entity)
        .and_where(candidate_word::COLUMN.company_id.eq(company_id))
        .cond_where(begins_with(word))
        .to_owned()
}

/// The keys of those whom a search finds; none when they are too many to be looked up.
pub(in crate::domain) async fn keys(
    db: &Db,
    company_id: i64,
    search: &str,
) -> Result<Option<Vec<i64>>> {
    if let [word] = text::search_words(search).as_slice() {
        let ids = first_with(db, company_id, word).await?;
        return Ok((ids.len() as u64 <= RARE).then_some(ids));
    }
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
    candidate_word::Entity::insert_many(words(company_id, id, new))
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// The same of candidates who were just added.
pub(super) async fn index_new(
    txn: &impl ConnectionTrait,
    company_id: i64,
    all: &[(i64, &NewCandidate)],
) -> Result<()> {
    let of_each = all.iter().flat_map(|(id, new)| words(company_id, *id, new));
    let all: Vec<candidate_word::ActiveModel> = of_each.collect();
    for some in all.chunks(AT_ONCE) {
        candidate_word::Entity::insert_many(some.to_vec())
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}

/// The words by which a candidate is found.
fn words(
    company_id: i64,
    id: i64,
    new: &NewCandidate,
) -> impl Iterator<Item = candidate_word::ActiveModel> + use<> {
    let words = text::search_words(&format!("{} {}", new.name, new.email));
    words
        .into_iter()
        .map(move |word| candidate_word::ActiveModel {
            company_id: Set(company_id),
            word: Set(word),
            candidate_id: Set(id),
        })
}
