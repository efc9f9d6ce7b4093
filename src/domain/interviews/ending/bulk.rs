//! The ends of several interviews, said at once.
use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::interview;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Closing, Refusal, carry_out};
use crate::{
    db::{self, Db, Txn},
    domain::{
        actions::Actor,
        candidates,
        commands::{Abort, refuse},
        interviews::change::{Done, InterviewRefusal, Target},
    },
    error::Result,
};

/// What is to be kept of several endings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Each that is not refused.
    Each,
    /// All, or none when one is refused.
    AllOrNone,
    /// None: it is only asked what would be refused.
    Trial,
}

/// Says how several ended, in one transaction; answers for each whether it can be said, in the order of the call.
pub async fn end_all(
    db: &Db,
    actor: &Actor,
    all: &[(Target, Closing)],
    extent: Extent,
    now: DateTime<Utc>,
) -> Result<Vec<Result<Done, Refusal>>> {
    let ended = db::transaction(db, async |txn: &Txn| {
        let known = lock(txn, actor.company_id, all).await?;
        let mut ended = Vec::with_capacity(all.len());
        for (target, closing) in all {
            ended.push(match known.contains(&target.interview_id) {
                true => end_one(txn, actor, (target, closing), now).await?,
                false => Err(Refusal::Missing),
            });
        }
        let is_kept = match extent {
            Extent::Each => true,
            Extent::AllOrNone => ended.iter().all(Result::is_ok),
            Extent::Trial => false,
        };
        match is_kept {
            true => Ok(ended),
            false => refuse(ended),
        }
    });
    match ended.await {
        Ok(ended) | Err(Abort::Refused(ended)) => Ok(ended),
        Err(Abort::Failed(error)) => Err(error),
    }
}

/// Refused before anything of it is written.
async fn end_one(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    (target, closing): (&Target, &Closing),
    now: DateTime<Utc>,
) -> Result<Result<Done, Refusal>> {
    match carry_out(txn, actor, target, closing, now).await {
        Ok(done) => Ok(Ok(done)),
        // Sent twice: it is as it was to be.
        Err(Abort::Refused(Refusal::Interview(InterviewRefusal::Changed(details))))
            if closing.is_made(&details) =>
        {
            Ok(Ok(Done {
                details,
                email: None,
            }))
        }
        Err(Abort::Refused(refusal)) => Ok(Err(refusal)),
        Err(Abort::Failed(error)) => Err(error),
    }
}

/// Locks their candidates in one order: two who close the same interviews in other orders wait for each other once. Answers
/// with the interviews that are there.
async fn lock(
    txn: &impl ConnectionTrait,
    company_id: i64,
    all: &[(Target, Closing)],
) -> Result<HashSet<i64>> {
    let rows: Vec<(i64, i64)> = interview::Entity::find()
        .select_only()
        .column(interview::Column::CandidateId)
        .column(interview::Column::Id)
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interview::Column::Id.is_in(all.iter().map(|(target, _)| target.interview_id)))
        .order_by_asc(interview::Column::CandidateId)
        .into_tuple()
        .all(txn)
        .await?;
    let mut last = None;
    for (candidate_id, _) in &rows {
        if last != Some(candidate_id) {
            candidates::lock_bookings(txn, company_id, *candidate_id).await?;
            last = Some(candidate_id);
        }
    }
    Ok(rows.into_iter().map(|(_, id)| id).collect())
}
