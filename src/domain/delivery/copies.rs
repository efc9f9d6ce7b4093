//! Copies for the terminal: where that is wished, each message is printed once, the first time that no mail server took it.
use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use entity::email::{self, Kind, Status};
use sea_orm::{
    Condition, EntityTrait, Iterable, QueryFilter, QueryOrder, QuerySelect, Select, sea_query::Expr,
};

use super::{Claimed, waits};
use crate::{
    db::{self, Db, constant::Constant},
    domain::{
        emails::lifecycle::stands_in,
        interviews,
        mail_servers::{self, Route},
        rows::{self, Stored, Unreadable},
    },
    error::{Error, Result},
};

/// What ended longer ago was told in other ways.
const LATELY: TimeDelta = TimeDelta::hours(1);

/// Notes that a copy of a message is being printed; false when one was printed before. Noted first: whoever dies while
/// printing has printed it, and nobody prints it twice.
pub async fn begin_copy(db: &Db, email_id: i64, now: DateTime<Utc>) -> Result<bool> {
    db::transaction(db, async |txn| {
        let noted = email::Entity::update_many()
            .col_expr(email::Column::PrintedAt, Expr::value(now))
            .filter(email::COLUMN.id.eq(email_id))
            .filter(email::COLUMN.printed_at.is_null())
            .exec(txn)
            .await?;
        Ok(noted.rows_affected == 1)
    })
    .await
}

/// Takes the note back: nothing can be printed now.
pub async fn take_copy_back(db: &Db, email_id: i64) -> Result<()> {
    db::transaction(db, async |txn| {
        email::Entity::update_many()
            .col_expr(email::Column::PrintedAt, Expr::value(None::<DateTime<Utc>>))
            .filter(email::COLUMN.id.eq(email_id))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await
}

/// Messages that no mail server took and of which no copy was printed: those that ended so, those that were tried, and
/// those that are due while every circuit breaker is open. They stay in the queue.
pub async fn not_printed(
    db: &Db,
    routes: &[Route],
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<Claimed>> {
    let now = db.shared_now(now).await?;
    let mut rows = rows::all(tried(now).limit(limit), db.read()).await?;
    if mail_servers::all_are_open(db, routes).await? {
        rows.extend(rows::all(due(now).limit(limit), db.read()).await?);
    }
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        match row {
            Stored::Read(email) => found.push(email),
            Stored::Unreadable(row) => pass_over(db, &row, now).await?,
        }
    }
    let mut seen = HashSet::new();
    let mut all = Vec::with_capacity(found.len());
    for email in found {
        if !seen.insert(email.id) {
            continue;
        }
        all.extend(to_print(db, email, now).await?);
    }
    Ok(all)
}

/// A message for the console; none when its interview cannot be read: then it cannot be printed, and delivery says so.
async fn to_print(db: &Db, email: email::Model, now: DateTime<Utc>) -> Result<Option<Claimed>> {
    let details = match email.interview_id {
        None => None,
        Some(id) => match interviews::details(db.read(), email.company_id, id).await {
            Ok(details) => Some(details),
            Err(error @ Error::Unavailable(_)) => return Err(error),
            Err(_) => return Ok(None),
        },
    };
    Ok(Some(Claimed {
        email,
        details,
        transport: None,
        is_probe: false,
        follows_others: true,
        started_at: now,
    }))
}

/// What cannot be read is not looked at again and again, and keeps nobody else's copy.
async fn pass_over(db: &Db, row: &Unreadable, now: DateTime<Utc>) -> Result<()> {
    row.log("email");
    match row.id {
        // A newer Greenroom may read it.
        Some(id) if !db::is_ahead(db.read()).await? => begin_copy(db, id, now).await.map(|_| ()),
        _ => Ok(()),
    }
}

fn tried(now: DateTime<Utc>) -> Select<email::Entity> {
    let tried = [
        Status::Retrying,
        Status::Failed,
        Status::Uncertain,
        Status::Expired,
    ];
    let lately = Condition::any()
        .add(email::COLUMN.finished_at.is_null())
        .add(email::COLUMN.finished_at.gt(now - LATELY));
    not_yet()
        .filter(stands_in(&tried))
        .filter(lately)
        .order_by_asc(email::Column::Id)
}

fn due(now: DateTime<Utc>) -> Select<email::Entity> {
    not_yet()
        .filter(waits())
        .filter(email::COLUMN.due_at.lte(now))
        .order_by_asc(email::Column::DueAt)
        .order_by_asc(email::Column::Id)
}

fn not_yet() -> Select<email::Entity> {
    email::Entity::find()
        .filter(email::COLUMN.printed_at.is_null())
        // What a newer Greenroom queued waits for it.
        .filter(email::Column::Kind.in_const(Kind::iter()))
}
