//! Closing, reopening and deleting slots, one or many at once: the one room in which a slot comes and goes.
use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::{interview, slot};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};

use super::removal;
use crate::{
    db::{self, Db},
    domain::{
        actions::Actor,
        events::{self, Event},
        interviews, rows,
    },
    error::{Error, Result},
};

/// What is done to slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// They are no longer offered.
    Close,
    /// They are offered again.
    Reopen,
    /// They are gone, as if they had never been.
    Delete,
}

/// A slot that is chosen, as its caller saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Which one.
    pub id: i64,
    /// In this version; none means as it is.
    pub version: Option<i32>,
}

/// What became of a slot that was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It is like that already; nothing was written.
    Already,
    /// Somebody is booked into it: move or cancel the interview first.
    Booked,
    /// Somebody was booked into it once, so that it stays in the history.
    WasBooked,
    /// It has begun: there is nothing to offer again.
    Past,
    /// Somebody changed it after the caller saw it.
    Stale,
    /// It is not there, or not the company's.
    Missing,
}

/// A slot that was chosen, and what became of it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Which one.
    pub id: i64,
    /// What became of it.
    pub outcome: Outcome,
    /// As it was before; none of one that is not there.
    pub slot: Option<slot::Model>,
}

/// Does it to each of these for which it can be done, in one transaction; the others stay as they are. What is chosen twice
/// is judged once.
pub async fn apply(
    db: &Db,
    actor: &Actor,
    act: Act,
    chosen: &[Chosen],
    now: DateTime<Utc>,
) -> Result<Vec<Judged>> {
    let mut seen = HashSet::new();
    let chosen = chosen.iter().filter(|chosen| seen.insert(chosen.id));
    let chosen: Vec<Chosen> = chosen.copied().collect();
    db::transaction(db, async |txn| {
        let judged = judge(txn, actor.company_id, act, &chosen, now).await?;
        let done = judged
            .iter()
            .filter(|judged| judged.outcome == Outcome::Done);
        let done: Vec<&slot::Model> = done.filter_map(|judged| judged.slot.as_ref()).collect();
        if !done.is_empty() {
            write(txn, actor.company_id, act, &done, now).await?;
            let events = done.iter().map(|slot| event(act, slot));
            events::record_all(txn, actor, events, now).await?;
        }
        Ok(judged)
    })
    .await
}

/// Locks them, in one order; whoever books one of them meanwhile waits.
async fn judge(
    txn: &impl ConnectionTrait,
    company_id: i64,
    act: Act,
    chosen: &[Chosen],
    now: DateTime<Utc>,
) -> Result<Vec<Judged>> {
    let ids = || chosen.iter().map(|chosen| chosen.id);
    let slots = slot::Entity::find()
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(slot::Column::Id.is_in(ids()))
        .order_by_asc(slot::Column::Id)
        .lock_exclusive();
    let slots = rows::strictly(slots, txn).await?;
    let booked: Vec<Option<i64>> = interview::Entity::find()
        .select_only()
        .column(interview::Column::SlotId)
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interview::Column::SlotId.is_in(ids()))
        .filter(interviews::is_live())
        .into_tuple()
        .all(txn)
        .await?;
    let booked: HashSet<i64> = booked.into_iter().flatten().collect();
    let judged = chosen.iter().map(|chosen| {
        let slot = slots.iter().find(|slot| slot.id == chosen.id);
        Judged {
            id: chosen.id,
            outcome: match slot {
                None => Outcome::Missing,
                Some(slot) => outcome(act, slot, booked.contains(&slot.id), chosen.version, now),
            },
            slot: slot.cloned(),
        }
    });
    Ok(judged.collect())
}

fn outcome(
    act: Act,
    slot: &slot::Model,
    is_booked: bool,
    seen: Option<i32>,
    now: DateTime<Utc>,
) -> Outcome {
    match act {
        Act::Close if slot.closed_at.is_some() => Outcome::Already,
        Act::Reopen if slot.closed_at.is_none() => Outcome::Already,
        _ if is_booked => Outcome::Booked,
        _ if seen.is_some_and(|seen| seen != slot.version) => Outcome::Stale,
        Act::Reopen if slot.starts_at <= now => Outcome::Past,
        Act::Delete if slot.was_booked => Outcome::WasBooked,
        Act::Close | Act::Reopen | Act::Delete => Outcome::Done,
    }
}

async fn write(
    txn: &impl ConnectionTrait,
    company_id: i64,
    act: Act,
    slots: &[&slot::Model],
    now: DateTime<Utc>,
) -> Result<()> {
    let ids: Vec<i64> = slots.iter().map(|slot| slot.id).collect();
    let closed_at = match act {
        Act::Close => Some(now),
        Act::Reopen => None,
        Act::Delete => return removal::remove(txn, company_id, &ids).await,
    };
    let written = slot::Entity::update_many()
        .col_expr(slot::Column::ClosedAt, Expr::value(closed_at))
        .col_expr(
            slot::Column::Version,
            Expr::col(slot::Column::Version).add(1),
        )
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(slot::Column::Id.is_in(ids.iter().copied()))
        .exec(txn)
        .await?;
    match written.rows_affected == ids.len() as u64 {
        true => Ok(()),
        false => Err(Error::Conflict("the slots changed meanwhile")),
    }
}

fn event(act: Act, slot: &slot::Model) -> Event {
    let (slot_id, version) = (slot.id, Some(slot.version + 1));
    match act {
        Act::Close => Event::SlotClosed { slot_id, version },
        Act::Reopen => Event::SlotReopened { slot_id, version },
        Act::Delete => Event::SlotDeleted {
            slot_id,
            starts_at: slot.starts_at,
            job_id: slot.job_id,
        },
    }
}
