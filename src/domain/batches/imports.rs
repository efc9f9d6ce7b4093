//! Candidates and jobs from lists: all of a list in one transaction, and in few statements however long it is.
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::batch::Kind;

use super::{Line, Outcome, insert};
use crate::{
    db::{Db, Txn},
    domain::{
        actions::Actor,
        candidates::{self, NewCandidate},
        commands::{self, Abort},
        idempotency_keys::{self, IdempotencyKey, KeyConflict},
        jobs::{self, NewJob},
    },
    error::Result,
};

/// A line of a list that is to be carried out.
#[derive(Clone, Debug)]
pub struct Wanted<T> {
    /// Where it begins in the list, from 1.
    pub number: usize,
    /// What is to be added, or why nothing is.
    pub what: Result<T, String>,
}

/// What was made of a list, now or by an earlier call with the same key: the batch's key.
pub type Imported = Result<Result<i64, KeyConflict>>;

/// Adds those who are not there. Addresses must not repeat.
pub async fn import_candidates(
    db: &Db,
    actor: &Actor,
    list: &[Wanted<NewCandidate>],
    idempotency_key: Option<IdempotencyKey>,
    now: DateTime<Utc>,
) -> Imported {
    run(
        db,
        actor,
        Kind::Candidates,
        idempotency_key,
        now,
        async |txn| {
            let people: Vec<&NewCandidate> =
                list.iter().filter_map(|it| it.what.as_ref().ok()).collect();
            let emails: Vec<&str> = people.iter().map(|new| new.email.as_str()).collect();
            let there = candidates::keys_by_email(txn, actor.company_id, &emails).await?;
            let new: Vec<&NewCandidate> = people
                .into_iter()
                .filter(|new| !there.contains_key(&new.email))
                .collect();
            let added = candidates::insert_many(txn, actor, &new, now).await?;
            Ok(lines(list, |new: &NewCandidate| {
                outcome_of(
                    &new.email,
                    (&added, &there),
                    |candidate_id| Outcome::CandidateAdded { candidate_id },
                    |candidate_id| Outcome::CandidateThere { candidate_id },
                )
            }))
        },
    )
    .await
}

/// Adds those of whose title there is no open job. Titles must not repeat.
pub async fn import_jobs(
    db: &Db,
    actor: &Actor,
    list: &[Wanted<NewJob>],
    idempotency_key: Option<IdempotencyKey>,
    now: DateTime<Utc>,
) -> Imported {
    run(db, actor, Kind::Jobs, idempotency_key, now, async |txn| {
        let jobs: Vec<&NewJob> = list.iter().filter_map(|it| it.what.as_ref().ok()).collect();
        let titles: Vec<&str> = jobs.iter().map(|new| new.title.as_str()).collect();
        let there = jobs::open_by_title(txn, actor.company_id, &titles).await?;
        let new: Vec<&NewJob> = jobs
            .into_iter()
            .filter(|new| !there.contains_key(&new.title))
            .collect();
        let added = jobs::insert_many(txn, actor, &new, now).await?;
        Ok(lines(list, |new: &NewJob| {
            outcome_of(
                &new.title,
                (&added, &there),
                |job_id| Outcome::JobAdded { job_id },
                |job_id| Outcome::JobThere { job_id },
            )
        }))
    })
    .await
}

async fn run(
    db: &Db,
    actor: &Actor,
    kind: Kind,
    idempotency_key: Option<IdempotencyKey>,
    now: DateTime<Utc>,
    work: impl AsyncFn(&Txn) -> Result<Vec<Line>>,
) -> Imported {
    let (company_id, key) = (actor.company_id, idempotency_key.as_ref());
    let whole = async |txn: &Txn| {
        let lines = work(txn).await?;
        let id = insert(txn, actor, kind, &lines, now).await?;
        idempotency_keys::insert(txn, company_id, key, id, now).await?;
        Ok::<_, Abort<KeyConflict>>(id)
    };
    commands::run_once(db, company_id, key, whole, async |id| Ok(id)).await
}

fn lines<T>(list: &[Wanted<T>], outcome: impl Fn(&T) -> Outcome) -> Vec<Line> {
    let line = |wanted: &Wanted<T>| Line {
        number: wanted.number,
        outcome: match &wanted.what {
            Ok(what) => outcome(what),
            Err(why) => Outcome::LeftOut { why: why.clone() },
        },
    };
    list.iter().map(line).collect()
}

fn outcome_of(
    name: &str,
    (added, there): (&HashMap<String, i64>, &HashMap<String, i64>),
    is_added: impl Fn(i64) -> Outcome,
    is_there: impl Fn(i64) -> Outcome,
) -> Outcome {
    match (added.get(name), there.get(name)) {
        (Some(id), _) => is_added(*id),
        (None, Some(id)) => is_there(*id),
        (None, None) => Outcome::LeftOut {
            why: "Not added.".into(),
        },
    }
}
