//! Taking back what was booked together, while its invitations wait.
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{batch, interview};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr,
};

use super::{Outcome, find};
use crate::{
    db::{self, Db},
    domain::{
        actions::Actor,
        commands::Abort,
        companies,
        interviews::{cancellation, change::Target, telling::Telling},
    },
    error::Result,
};

/// What became of the request to take a batch back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undone {
    /// It is done.
    Done {
        /// So many interviews are cancelled.
        cancelled: usize,
        /// So many were changed since, and stay.
        kept: usize,
    },
    /// An earlier request did it.
    Before,
    /// Its invitations wait no longer.
    TooLate,
}

/// Cancels every interview of a batch that nobody changed since, with the mail that waits. Whoever was told already is told
/// of that.
pub async fn undo(db: &Db, actor: &Actor, id: i64, now: DateTime<Utc>) -> Result<Undone> {
    db::transaction(db, async |txn| {
        let batch = find(txn, actor.company_id, id).await?;
        let company = companies::find_in(txn, actor.company_id).await?;
        if batch.row.undone_at.is_some() {
            return Ok(Undone::Before);
        }
        if !batch.can_be_undone(company.undo_seconds, now) {
            return Ok(Undone::TooLate);
        }
        if !mark(txn, actor.company_id, id, now).await? {
            return Ok(Undone::Before);
        }
        let booked = batch.lines.iter().filter_map(|line| match line.outcome {
            Outcome::Booked {
                interview_id,
                version,
                ..
            } => Some((interview_id, version)),
            _ => None,
        });
        let versions: HashMap<i64, i32> = booked.collect();
        let owners: Vec<(i64, i64)> = interview::Entity::find()
            .select_only()
            .columns([interview::Column::CandidateId, interview::Column::Id])
            .filter(interview::COLUMN.company_id.eq(actor.company_id))
            .filter(interview::Column::Id.is_in(versions.keys().copied()))
            .into_tuple()
            .all(txn)
            .await?;
        let targets = owners.into_iter();
        let targets =
            targets.filter_map(|(candidate_id, id)| Some((candidate_id, id, *versions.get(&id)?)));
        let mut targets: Vec<(i64, i64, i32)> = targets.collect();
        // Whoever else cancels or books takes candidates in this order, too.
        targets.sort_unstable();
        let (mut cancelled, mut kept) = (0, 0);
        for (_, interview_id, version) in targets {
            match cancel(txn, actor, interview_id, version, now).await? {
                true => cancelled += 1,
                false => kept += 1,
            }
        }
        Ok(Undone::Done { cancelled, kept })
    })
    .await
}

/// False when another request was first.
async fn mark(
    txn: &impl ConnectionTrait,
    company_id: i64,
    id: i64,
    now: DateTime<Utc>,
) -> Result<bool> {
    let marked = batch::Entity::update_many()
        .col_expr(batch::Column::UndoneAt, Expr::value(now))
        .filter(batch::COLUMN.company_id.eq(company_id))
        .filter(batch::COLUMN.id.eq(id))
        .filter(batch::COLUMN.undone_at.is_null())
        .exec(txn)
        .await?;
    Ok(marked.rows_affected == 1)
}

/// False when somebody changed the interview since.
async fn cancel(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    interview_id: i64,
    version: i32,
    now: DateTime<Utc>,
) -> Result<bool> {
    let target = Target {
        interview_id,
        version: Some(version),
        idempotency_key: None,
    };
    match cancellation::carry_out(txn, actor, &target, ("", &Telling::everybody()), now).await {
        Ok(_) => Ok(true),
        Err(Abort::Refused(_)) => Ok(false),
        Err(Abort::Failed(error)) => Err(error),
    }
}
