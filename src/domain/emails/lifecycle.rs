//! The life of an email: every way from one status to another. Nothing else writes a status, but for the first one,
//! which [`queue`](super::queue) gives.
use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::email::{self, Status};
use sea_orm::{
    ActiveEnum, Condition, ConnectionTrait, EntityTrait, ExprTrait, Iterable, QueryFilter,
    QueryTrait, UpdateMany,
    sea_query::{Expr, Func, Query, SimpleExpr, UpdateStatement},
};

use super::undelivered;
use crate::{db::constant::Constant, error::Result};

/// A worker's hold on a message: the message's key, and the fence.
pub(in crate::domain) type Claim = (i64, i32);

/// Where a message may stand before it comes to stand here.
pub fn origins(to: Status) -> &'static [Status] {
    use Status::{Accepted, Bounced, Delivered, Held, Queued, Retrying, Sending, Uncertain};
    match to {
        // A worker gives it back that never asked a mail server; or a person releases it.
        Status::Queued => &[Sending, Held],
        Status::Sending => &[Queued, Retrying],
        Status::Retrying | Status::Accepted | Status::Printed => &[Sending],
        // What waits with a doubt ends in one when its time is over.
        Status::Uncertain => &[Sending, Queued, Retrying],
        // What waits fails when it cannot be made.
        Status::Failed => &[Sending, Queued, Retrying],
        Status::Held => &[Queued, Retrying],
        Status::Superseded | Status::Cancelled | Status::Expired => &[Queued, Retrying, Held],
        // What is being retried may have been taken before. Whose server took it and then sends it back has lost it.
        Status::Bounced => &[Accepted, Uncertain, Retrying, Delivered],
        // A report of a failure is never outdone by good news, in whatever order they come.
        Status::Delivered => &[Accepted, Uncertain, Retrying],
        // Only what arrived can be marked as spam, whatever was said of it before.
        Status::Complained => &[Accepted, Uncertain, Retrying, Delivered, Bounced],
    }
}

/// Moves messages to a status, but for those that stand where none comes from. To be narrowed by the caller.
pub fn to(status: Status) -> UpdateMany<email::Entity> {
    email::Entity::update_many()
        .col_expr(email::Column::Status, Expr::value(status.to_value()))
        .filter(stands_in(origins(status)))
}

/// Holds for messages that stand in one of these. In constants instead of parameters: else SQLite does not see that an
/// index of such messages is the one, and reads the whole log.
pub(in crate::domain) fn stands_in(statuses: &[Status]) -> SimpleExpr {
    let constants = statuses
        .iter()
        .map(|status| Expr::Constant(status.to_value().into()));
    Expr::col((email::Entity, email::Column::Status)).is_in(constants)
}

/// A worker takes messages; answers with its claims.
pub(in crate::domain) async fn claim(
    txn: &impl ConnectionTrait,
    which: Condition,
    lease_until: DateTime<Utc>,
) -> Result<HashSet<Claim>> {
    let taking = to(Status::Sending)
        .col_expr(email::Column::LeaseUntil, Expr::value(lease_until))
        .col_expr(email::Column::Fence, Expr::col(email::Column::Fence).add(1))
        .filter(which);
    returned_claims(txn, &mut taking.into_query()).await
}

/// Mail servers took messages; answers with the claims under which that was written.
pub(in crate::domain) async fn accept(
    txn: &impl ConnectionTrait,
    which: Condition,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<HashSet<Claim>> {
    let tried = Expr::col(email::Column::Attempts).add(1);
    let accepting = to(Status::Accepted)
        .col_expr(email::Column::Reason, Expr::value(reason))
        .col_expr(email::Column::FinishedAt, Expr::value(now))
        .col_expr(email::Column::Attempts, tried)
        .col_expr(email::Column::ServerFailures, Expr::value(0))
        .col_expr(
            email::Column::LeaseUntil,
            Expr::value(None::<DateTime<Utc>>),
        )
        .filter(which);
    returned_claims(txn, &mut accepting.into_query()).await
}

/// An attempt is over, or never began: the message stands there now, with what else is written of it. False when the
/// claim is no more.
pub(in crate::domain) async fn record(
    txn: &impl ConnectionTrait,
    which: Condition,
    status: Status,
    row: email::ActiveModel,
    now: Option<DateTime<Utc>>,
) -> Result<bool> {
    let recording = to(status).set(row).filter(which);
    let claims = returned_claims(txn, &mut recording.into_query()).await?;
    if let Some(now) = now {
        undelivered::note(txn, keys(&claims), status, now).await?;
    }
    Ok(!claims.is_empty())
}

/// Ends messages for good, with the reason; answers with their keys. What a booking's candidate does not learn by that
/// is noted.
pub(in crate::domain) async fn end(
    txn: &impl ConnectionTrait,
    status: Status,
    which: impl Into<Condition>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Vec<i64>> {
    let ending = to(status)
        .col_expr(email::Column::Reason, Expr::value(reason))
        .col_expr(email::Column::FinishedAt, Expr::value(now))
        .filter(which.into());
    let ended = keys(&returned_claims(txn, &mut ending.into_query()).await?);
    undelivered::note(txn, ended.clone(), status, now).await?;
    Ok(ended)
}

/// The recipient's own server has the message, which mail servers had taken before; false when it stands where that
/// cannot be. When it was handed over stays known.
pub(in crate::domain) async fn deliver(
    txn: &impl ConnectionTrait,
    which: impl Into<Condition>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let handed_over = Func::coalesce([Expr::col(email::Column::FinishedAt), Expr::value(now)]);
    let delivering = to(Status::Delivered)
        .col_expr(email::Column::Reason, Expr::value(reason))
        .col_expr(email::Column::FinishedAt, handed_over.into())
        .filter(which.into());
    Ok(delivering.exec(txn).await?.rows_affected > 0)
}

/// Keeps a message back that waits.
pub(in crate::domain) async fn hold(
    txn: &impl ConnectionTrait,
    id: i64,
    reason: &str,
) -> Result<()> {
    to(Status::Held)
        .col_expr(email::Column::Reason, Expr::value(reason))
        .filter(email::COLUMN.id.eq(id))
        .exec(txn)
        .await?;
    Ok(())
}

/// Lets messages wait for their turn that were kept back; answers how many.
pub(in crate::domain) async fn release(
    txn: &impl ConnectionTrait,
    which: Condition,
) -> Result<u64> {
    let releasing = to(Status::Queued)
        .col_expr(email::Column::Reason, Expr::value(""))
        .filter(email::Column::Status.eq_const(Status::Held))
        .filter(which);
    Ok(releasing.exec(txn).await?.rows_affected)
}

/// Ends a message that cannot be read, wherever it stands, unless it has ended: also where nobody knows. Writes the row
/// as well.
pub(in crate::domain) async fn set_aside(
    txn: &impl ConnectionTrait,
    id: i64,
    status: Status,
    mended: Vec<(email::Column, SimpleExpr)>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let unended: Vec<Status> = Status::iter().filter(|it| !it.is_final()).collect();
    let stands_nowhere = email::Column::Status.not_in_const(Status::iter());
    let mut setting = email::Entity::update_many();
    for (column, value) in mended {
        setting = setting.col_expr(column, value);
    }
    let set = setting
        .col_expr(email::Column::Status, Expr::value(status.to_value()))
        .col_expr(email::Column::Reason, Expr::value(reason))
        .col_expr(email::Column::FinishedAt, Expr::value(now))
        .filter(email::COLUMN.id.eq(id))
        .filter(stands_in(&unended).or(stands_nowhere))
        .exec(txn)
        .await?
        .rows_affected;
    match set {
        0 => Ok(()),
        _ => undelivered::note(txn, vec![id], status, now).await,
    }
}

/// Writes, and answers with the claims under which messages were written: a process may hold an old one and a new one
/// of the same message.
pub(in crate::domain) async fn returned_claims(
    txn: &impl ConnectionTrait,
    update: &mut UpdateStatement,
) -> Result<HashSet<Claim>> {
    update.returning(Query::returning().columns([email::Column::Id, email::Column::Fence]));
    let rows = txn.query_all(update).await?;
    let claims = rows
        .iter()
        .map(|row| Ok((row.try_get("", "id")?, row.try_get("", "fence")?)));
    claims.collect()
}

fn keys(claims: &HashSet<Claim>) -> Vec<i64> {
    claims.iter().map(|(id, _)| *id).collect()
}
