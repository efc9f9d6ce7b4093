//! How often something may be tried; counted in the database, so that every process knows.
mod tally;

use chrono::{DateTime, TimeDelta, Utc};
use entity::rate_limit;
use sea_orm::{
    ActiveValue::Set,
    Condition, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{CaseStatement, Expr, ExprTrait, OnConflict},
};

pub use self::tally::Tally;
use crate::{
    db::{self, Db},
    error::Result,
};

/// No window is longer.
const KEPT: TimeDelta = TimeDelta::days(1);
/// What began later than this from now was begun by a clock that was wrong, and is over.
const EARLY: TimeDelta = TimeDelta::minutes(1);

/// So often within so long a time. It never grows: when the time is over, counting starts afresh.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// What is limited; the beginning of the row's key.
    pub name: &'static str,
    /// How often.
    pub most: i32,
    /// Within how long.
    pub window: TimeDelta,
}

/// May it be tried now?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Yes, and it has been counted.
    Allowed,
    /// Not before so many seconds have passed.
    Limited(i64),
}

/// Counts one try by `who` and says whether it may go on. Counted before the work, so that many at once
/// cannot slip through together; a refused try neither counts nor writes.
pub async fn take(db: &Db, limit: Limit, who: &str, now: DateTime<Utc>) -> Result<Turn> {
    let now = db.shared_now(now).await?;
    let key = key(limit, who);
    let found = rate_limit::Entity::find_by_id(&key).one(db.read()).await?;
    if let Some(row) = found
        && row.count >= limit.most
        && let Some(seconds) = seconds_left(limit, row.window_started_at, now)
    {
        return Ok(Turn::Limited(seconds));
    }
    let counted = db::transaction(db, async |txn| -> Result<_> {
        Ok(rate_limit::Entity::insert(rate_limit::ActiveModel {
            key: Set(key),
            count: Set(1),
            window_started_at: Set(now),
        })
        .on_conflict(add_or_start_afresh(limit, now))
        .exec_with_returning(txn)
        .await?)
    })
    .await?;
    Ok(match seconds_left(limit, counted.window_started_at, now) {
        Some(seconds) if counted.count > limit.most => Turn::Limited(seconds),
        _ => Turn::Allowed,
    })
}

/// Takes one try back, because it turned out well.
pub async fn give_back(db: &Db, limit: Limit, who: &str) -> Result<()> {
    let key = key(limit, who);
    db::transaction(db, async |txn| {
        rate_limit::Entity::update_many()
            .col_expr(
                rate_limit::Column::Count,
                Expr::col(rate_limit::Column::Count).sub(1),
            )
            .filter(rate_limit::COLUMN.key.eq(key))
            .filter(rate_limit::COLUMN.count.gt(0))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await
}

/// Removes counters that nothing depends on any more.
pub async fn clear(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    rate_limit::Entity::delete_many()
        .filter(
            Condition::any()
                .add(rate_limit::COLUMN.window_started_at.lt(now - KEPT))
                .add(rate_limit::COLUMN.window_started_at.gt(now + KEPT)),
        )
        .exec(txn)
        .await?;
    Ok(())
}

fn key(limit: Limit, who: &str) -> String {
    format!("{}:{who}", limit.name)
}

/// How long a window still lasts; none when it is over.
fn seconds_left(limit: Limit, started_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<i64> {
    let left = started_at + limit.window - now;
    (left > TimeDelta::zero() && left <= limit.window + EARLY)
        .then(|| Ord::max(1, left.num_seconds()))
}

/// Adds what a row counts to what is stored, unless its window is over.
fn add_or_start_afresh(limit: Limit, now: DateTime<Utc>) -> OnConflict {
    let stored = |column| Expr::col((rate_limit::Entity, column));
    let added = |column| Expr::col(("excluded", column));
    let started_at = || stored(rate_limit::Column::WindowStartedAt);
    let is_over = || {
        let is_past = started_at().lte(now - limit.window);
        is_past.or(started_at().gt(now + EARLY))
    };
    OnConflict::column(rate_limit::Column::Key)
        .value(
            rate_limit::Column::Count,
            CaseStatement::new()
                .case(is_over(), added(rate_limit::Column::Count))
                .finally(stored(rate_limit::Column::Count).add(added(rate_limit::Column::Count))),
        )
        .value(
            rate_limit::Column::WindowStartedAt,
            CaseStatement::new()
                .case(is_over(), added(rate_limit::Column::WindowStartedAt))
                .finally(stored(rate_limit::Column::WindowStartedAt)),
        )
        .to_owned()
}
