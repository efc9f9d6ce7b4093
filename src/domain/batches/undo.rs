//! Taking back what was booked together, while its invitations wait.
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{batch, interview};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr,
};

use super::{Batch, Outcome, find};
use crate::{
    db::{self, Db},
    domain::{
        actions::Actor,
        commands::Abort,
        companies,
        interviews::{
            cancellation,
            change::Target,
            telling::Telling,
            unbooking::{self, Unbooked},
        },
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
        /// So many wait for a time again, as they did before.
        unscheduled: usize,
        /// So many were changed since, and stay.
        kept: usize,
        /// So many candidates were added for them, and stay, with what was known of them.
        candidates: usize,
    },
    /// An earlier request did it.
    Before,
    /// Its invitations wait no longer.
    TooLate,
}

/// Cancels every interview of a batch that nobody changed since, with the mail that waits. Whoever was told already is told
/// of that. One that waited for a time before waits for one again, unless somebody was told. Candidates who were added stay:
/// their interviews name them.
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
                was_waiting,
                ..
            } => Some((interview_id, (version, was_waiting))),
            _ => None,
        });
        let booked: HashMap<i64, (i32, bool)> = booked.collect();
        let owners: Vec<(i64, i64)> = interview::Entity::find()
            .select_only()
            .columns([interview::Column::CandidateId, interview::Column::Id])
            .filter(interview::COLUMN.company_id.eq(actor.company_id))
            .filter(interview::Column::Id.is_in(booked.keys().copied()))
            .into_tuple()
            .all(txn)
            .await?;
        let targets = owners.into_iter();
        let targets =
            targets.filter_map(|(candidate_id, id)| Some((candidate_id, id, *booked.get(&id)?)));
        let mut targets: Vec<(i64, i64, (i32, bool))> = targets.collect();
        // Whoever else cancels or books takes candidates in this order, too.
        targets.sort_unstable();
        let (mut untold, mut unscheduled) = (Vec::new(), Vec::new());
        let (mut told, mut kept) = (0, 0);
        for (_, interview_id, (version, was_waiting)) in targets {
            match take_back(txn, actor, (interview_id, version), was_waiting, now).await? {
                TakenBack::Untold => untold.push(interview_id),
                TakenBack::Told => told += 1,
                TakenBack::Unscheduled => unscheduled.push(interview_id),
                TakenBack::Not => kept += 1,
            }
        }
        let counts = (untold.len() + told, unscheduled.len());
        forget_booking(txn, &batch, [untold, unscheduled].concat()).await?;
        Ok(Undone::Done {
            cancelled: counts.0,
            unscheduled: counts.1,
            kept,
            candidates: batch.added_candidates(),
        })
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

/// Of what nobody heard of, the booking does not count: not as the first one of its interview, and in no report.
async fn forget_booking(txn: &impl ConnectionTrait, batch: &Batch, ids: Vec<i64>) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    interview::Entity::update_many()
        .col_expr(
            interview::Column::BookedAt,
            Expr::value(None::<DateTime<Utc>>),
        )
        .filter(interview::COLUMN.company_id.eq(batch.row.company_id))
        .filter(interview::Column::Id.is_in(ids))
        .filter(interview::COLUMN.booked_at.eq(batch.row.created_at))
        .exec(txn)
        .await?;
    Ok(())
}

/// What became of one of the interviews.
enum TakenBack {
    /// It is cancelled, and its candidate never heard of it.
    Untold,
    /// It is cancelled, and its candidate, who had been invited, is told.
    Told,
    /// It waits for a time again.
    Unscheduled,
    /// Somebody changed it since.
    Not,
}

async fn take_back(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    (interview_id, version): (i64, i32),
    was_waiting: bool,
    now: DateTime<Utc>,
) -> Result<TakenBack> {
    let target = Target {
        interview_id,
        version: Some(version),
        idempotency_key: None,
    };
    if was_waiting {
        match unbooking::carry_out(txn, actor, &target, now).await {
            Ok(Unbooked::Done) => return Ok(TakenBack::Unscheduled),
            Ok(Unbooked::Told) => {}
            Err(Abort::Refused(_)) => return Ok(TakenBack::Not),
            Err(Abort::Failed(error)) => return Err(error),
        }
    }
    match cancellation::carry_out(txn, actor, &target, ("", &Telling::everybody()), now).await {
        Ok(done) if done.email.is_none() => Ok(TakenBack::Untold),
        Ok(_) => Ok(TakenBack::Told),
        Err(Abort::Refused(_)) => Ok(TakenBack::Not),
        Err(Abort::Failed(error)) => Err(error),
    }
}
