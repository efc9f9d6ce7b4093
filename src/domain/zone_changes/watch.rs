//! Finding the slots concerned, in all companies.
use chrono::{DateTime, Utc};
use entity::slot;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};

use super::{Reading, read};
use crate::{
    db::{self, Db},
    domain::rows::Stored,
    error::Result,
    zones,
};

/// So many are compared between two looks at the database.
const AT_ONCE: u64 = 1000;

/// What of a slot says when it starts.
#[derive(FromQueryResult)]
struct Times {
    id: i64,
    starts_at: DateTime<Utc>,
    time_zone: String,
    local_start: String,
    rules_changed_at: Option<DateTime<Utc>>,
}

/// Compares the start of every slot to come with its wall time, and marks those that differ. Rules change with the
/// program, but not on all machines at once: what another one marked or wrote meanwhile is put right an hour later.
pub async fn check(db: &Db, now: DateTime<Utc>) -> Result<()> {
    let mut last = 0;
    let mut found = 0;
    loop {
        let rows = times_after(db, last, now).await?;
        let Some(newest) = rows.iter().filter_map(key).max() else {
            break;
        };
        last = newest;
        let rows = rows.into_iter().filter_map(|row| row.or_log("slot"));
        let Wrong { unmarked, marked } = Wrong::of(rows, now);
        found += unmarked.len();
        if !unmarked.is_empty() || !marked.is_empty() {
            db::transaction(db, async |txn| -> Result<_> {
                mark(txn, unmarked, Some(now)).await?;
                mark(txn, marked, None).await
            })
            .await?;
        }
    }
    if found > 0 {
        tracing::warn!(
            slots = found,
            rules = zones::version(),
            "Time zone rules have changed: upcoming slots no longer start at their local time; confirm their move under /zone-changes"
        );
    }
    Ok(())
}

/// The slots whose mark is wrong.
#[derive(Default)]
struct Wrong {
    /// They start at another time than they say.
    unmarked: Vec<i64>,
    /// They start when they say.
    marked: Vec<i64>,
}

impl Wrong {
    fn of(rows: impl Iterator<Item = Times>, now: DateTime<Utc>) -> Self {
        let mut wrong = Self::default();
        for row in rows {
            let reading = read(&row.time_zone, &row.local_start, row.starts_at, now);
            let is_marked = row.rules_changed_at.is_some();
            match reading {
                Reading::Same if is_marked => wrong.marked.push(row.id),
                Reading::Same => {}
                Reading::Unreadable => {
                    tracing::warn!(
                        slot.id = row.id,
                        "The zone or wall time of a slot cannot be read: whether it still starts then is not known"
                    );
                }
                _ if !is_marked => wrong.unmarked.push(row.id),
                _ => {}
            }
        }
        wrong
    }
}

fn key(row: &Stored<Times>) -> Option<i64> {
    match row {
        Stored::Read(row) => Some(row.id),
        Stored::Unreadable(row) => row.id,
    }
}

async fn times_after(db: &Db, id: i64, now: DateTime<Utc>) -> Result<Vec<Stored<Times>>> {
    Ok(slot::Entity::find()
        .select_only()
        .columns([
            slot::Column::Id,
            slot::Column::StartsAt,
            slot::Column::TimeZone,
            slot::Column::LocalStart,
            slot::Column::RulesChangedAt,
        ])
        .filter(slot::COLUMN.id.gt(id))
        .filter(slot::COLUMN.starts_at.gt(now))
        .order_by_asc(slot::Column::Id)
        .limit(AT_ONCE)
        .into_model::<Stored<Times>>()
        .all(db.read())
        .await?)
}

async fn mark(
    txn: &impl ConnectionTrait,
    ids: Vec<i64>,
    since: Option<DateTime<Utc>>,
) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    slot::Entity::update_many()
        .col_expr(slot::Column::RulesChangedAt, Expr::value(since))
        .filter(slot::Column::Id.is_in(ids))
        .exec(txn)
        .await?;
    Ok(())
}
