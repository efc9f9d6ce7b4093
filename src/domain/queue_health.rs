//! How the queue of emails is: what waits too long, what went wrong lately, how each mail server is.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    email::{self, Status},
    transport,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QuerySelect,
};

use super::{emails::lifecycle::stands_in, rows::Stored};
use crate::{
    db::{Db, constant::Constant},
    domain::mail_servers,
    error::Result,
};

/// What is older is history.
const LATELY: TimeDelta = TimeDelta::hours(24);

/// Whose messages are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// A company's own, for its admins.
    Company(i64),
    /// Everybody's, for whoever runs the installation.
    Everybody,
}

/// How the queue is.
#[derive(Clone, Debug)]
pub struct QueueHealth {
    /// So many messages are due and wait.
    pub due: u64,
    /// Since when the oldest of them is due.
    pub oldest_due_at: Option<DateTime<Utc>>,
    /// So many ended in doubt within a day.
    pub uncertain_lately: u64,
    /// So many were given up within a day.
    pub failed_lately: u64,
    /// The mail servers.
    pub transports: Vec<transport::Model>,
}

#[derive(Default, FromQueryResult)]
struct Due {
    due: i64,
    oldest: Option<DateTime<Utc>>,
}

/// Looks at the queue.
pub async fn look(db: &Db, whose: Whose, now: DateTime<Utc>) -> Result<QueueHealth> {
    let owner = match whose {
        Whose::Company(id) => Condition::all().add(email::COLUMN.company_id.eq(id)),
        Whose::Everybody => Condition::all(),
    };
    let Due { due, oldest } = due(db, owner.clone(), now).await?;
    let ended = ended_lately(db, owner, now).await?;
    let count = |status| {
        let found = ended.iter().find(|(found, _)| *found == status);
        found.map_or(0, |(_, count)| count.unsigned_abs())
    };
    Ok(QueueHealth {
        due: due.unsigned_abs(),
        oldest_due_at: oldest,
        uncertain_lately: count(Status::Uncertain),
        failed_lately: count(Status::Failed),
        transports: mail_servers::all(db).await?,
    })
}

async fn due(db: &Db, owner: Condition, now: DateTime<Utc>) -> Result<Due> {
    let waits = stands_in(&[Status::Queued, Status::Retrying]);
    let due = email::Entity::find()
        .select_only()
        .column_as(email::Column::Id.count(), "due")
        .column_as(email::Column::DueAt.min(), "oldest")
        .filter(owner)
        .filter(waits)
        .filter(email::COLUMN.due_at.lte(now))
        .into_model::<Stored<Due>>()
        .one(db.read())
        .await?;
    // An instant that cannot be read is that of a message that is set aside at this moment.
    let due = due.and_then(|due| due.or_log("instant"));
    Ok(due.unwrap_or_default())
}

async fn ended_lately(db: &Db, owner: Condition, now: DateTime<Utc>) -> Result<Vec<(Status, i64)>> {
    Ok(email::Entity::find()
        .select_only()
        .column(email::Column::Status)
        .column_as(email::Column::Id.count(), "count")
        .filter(owner)
        .filter(email::Column::Status.in_const([Status::Uncertain, Status::Failed]))
        .filter(email::COLUMN.finished_at.gt(now - LATELY))
        .group_by(email::Column::Status)
        .into_tuple()
        .all(db.read())
        .await?)
}

/// How many messages are due and wait, of whatever company: all of them leave by the same mail servers.
pub async fn backlog(db: &Db, now: DateTime<Utc>) -> Result<u64> {
    let waits = stands_in(&[Status::Queued, Status::Retrying]);
    let due = email::Entity::find()
        .filter(waits)
        .filter(email::COLUMN.due_at.lte(now));
    Ok(due.count(db.read()).await?)
}
