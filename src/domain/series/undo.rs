//! Taking a series back, as a whole.
use chrono::{DateTime, Utc};
use entity::{series, series_slot, slot};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, SelectStatement},
};

use super::{UNDO, find};
use crate::{
    db::{self, Db},
    domain::{
        actions::Actor,
        events::{self, Event},
        slots::removal,
    },
    error::Result,
};

/// What came of taking a series back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undone {
    /// So many slots are gone.
    Done(u64),
    /// It was taken back before.
    Already,
    /// It is too old: its slots are closed or deleted one by one.
    TooLate,
    /// Somebody was booked into these slots, so all are left as they are.
    Booked(Vec<slot::Model>),
}

/// Removes the slots of a series, unless somebody was booked into one of them.
pub async fn undo(db: &Db, actor: &Actor, id: i64, now: DateTime<Utc>) -> Result<Undone> {
    db::transaction(db, async |txn| carry_out(txn, actor, id, now).await).await
}

async fn carry_out(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    id: i64,
    now: DateTime<Utc>,
) -> Result<Undone> {
    let company_id = actor.company_id;
    let series = find(txn, company_id, id).await?;
    if series.undone_at.is_some() {
        return Ok(Undone::Already);
    }
    if now >= series.created_at + UNDO {
        return Ok(Undone::TooLate);
    }
    // Who books one of them meanwhile waits for this, or this waits and finds it booked.
    let slots = slot::Entity::find()
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(slot::Column::Id.in_subquery(slots_of(company_id, id)))
        .order_by_asc(slot::Column::Id)
        .lock_exclusive()
        .all(txn)
        .await?;
    let booked: Vec<_> = slots
        .iter()
        .filter(|slot| slot.was_booked)
        .cloned()
        .collect();
    if !booked.is_empty() {
        return Ok(Undone::Booked(booked));
    }
    let undone = series::Entity::update_many()
        .col_expr(series::Column::UndoneAt, Expr::value(now))
        .filter(series::COLUMN.id.eq(id))
        .filter(series::COLUMN.company_id.eq(company_id))
        .filter(series::COLUMN.undone_at.is_null())
        .exec(txn)
        .await?;
    if undone.rows_affected == 0 {
        return Ok(Undone::Already);
    }
    let ids: Vec<i64> = slots.iter().map(|slot| slot.id).collect();
    removal::remove(txn, company_id, &ids).await?;
    let event = Event::SeriesUndone {
        series_id: id,
        slots: ids.len() as u64,
    };
    events::record(txn, actor, event, now).await?;
    Ok(Undone::Done(ids.len() as u64))
}

/// The keys of its slots.
pub(in crate::domain) fn slots_of(company_id: i64, series_id: i64) -> SelectStatement {
    series_slot::Entity::find()
        .select_only()
        .column(series_slot::Column::SlotId)
        .filter(series_slot::COLUMN.company_id.eq(company_id))
        .filter(series_slot::COLUMN.series_id.eq(series_id))
        .into_query()
}
