//! What is due, in the order in which it leaves.
use chrono::{DateTime, TimeDelta, Utc};
use entity::email::{self, Kind, Status};
use sea_orm::{
    ActiveEnum, Condition, ConnectionTrait, EntityTrait, ExprTrait, Iterable, QueryFilter,
    QueryOrder, QuerySelect, Select,
    sea_query::{Alias, Expr, Query},
};

use super::super::waits;
use crate::{
    db::constant::Constant,
    domain::rows::{self, Stored},
    error::Result,
};

/// What is of no more use in this time goes before everything that may wait longer.
const URGENT: TimeDelta = TimeDelta::hours(24);

/// The next messages that are due: first those that are soon of no more use, the most urgent one first, so that an
/// interview that begins in a moment waits behind no backlog; then those that wait longest.
pub(super) async fn next(
    txn: &impl ConnectionTrait,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<Stored<email::Model>>> {
    let mut found = rows::all(urgent(now).limit(limit), txn).await?;
    let left = limit - Ord::min(found.len() as u64, limit);
    if left > 0 {
        found.extend(rows::all(patient(now).limit(left), txn).await?);
    }
    Ok(found)
}

pub(super) fn urgent(now: DateTime<Utc>) -> Select<email::Entity> {
    due(now)
        .filter(email::COLUMN.expires_at.lte(now + URGENT))
        .order_by_asc(email::Column::ExpiresAt)
        .order_by_asc(email::Column::Id)
}

pub(super) fn patient(now: DateTime<Utc>) -> Select<email::Entity> {
    due(now)
        .filter(email::COLUMN.expires_at.gt(now + URGENT))
        .order_by_asc(email::Column::DueAt)
        .order_by_asc(email::Column::Id)
}

/// Due messages that are of use still, each only when no older one to the same person about the
/// same interview is on its way: a later message never overtakes an earlier one.
fn due(now: DateTime<Utc>) -> Select<email::Entity> {
    let older = Alias::new("older");
    let col = |column: email::Column| Expr::col((older.clone(), column));
    let constant = |status: Status| Expr::Constant(status.to_value().into());
    let on_its_way = Condition::any()
        .add(col(email::Column::Status).is_in([Status::Sending, Status::Retrying].map(constant)))
        .add(
            col(email::Column::Status)
                .eq(constant(Status::Queued))
                .and(col(email::Column::DueAt).lte(now)),
        );
    let blocked = Query::select()
        .expr(Expr::value(1))
        .from_as(email::Entity, older.clone())
        .and_where(
            col(email::Column::InterviewId).equals((email::Entity, email::Column::InterviewId)),
        )
        .and_where(col(email::Column::Recipient).equals((email::Entity, email::Column::Recipient)))
        .and_where(col(email::Column::Id).lt(Expr::col((email::Entity, email::Column::Id))))
        .cond_where(on_its_way)
        .to_owned();
    email::Entity::find()
        .filter(waits())
        // What a newer Greenroom queued waits for it.
        .filter(email::Column::Kind.in_const(Kind::iter()))
        .filter(email::COLUMN.due_at.lte(now))
        .filter(email::COLUMN.expires_at.gt(now))
        .filter(Expr::exists(blocked).not())
}
