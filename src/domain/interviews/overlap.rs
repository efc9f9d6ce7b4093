//! Two interviews of one candidate at the same time: possible, but only if somebody means it.
use chrono::{DateTime, Utc};
use entity::{
    interview::{self, Status},
    slot,
};
use sea_orm::{ConnectionTrait, QueryFilter, QueryOrder};

use super::list::{Listed, listed};
use crate::{
    db::constant::Constant,
    domain::{
        commands::{Abort, refuse},
        rows::Stored,
    },
    error::Result,
};

/// Which interviews of the same candidate may lie at the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overlaps {
    /// Any: nobody is there to be warned, or a program asked for no warning.
    Any,
    /// These: somebody was warned of them.
    Confirmed(Vec<i64>),
}

/// Another interview of the candidate at the same time.
#[derive(Clone, Debug)]
pub struct Overlap {
    /// Which one.
    pub interview_id: i64,
    /// When it is.
    pub slot: slot::Model,
}

/// Interviews at the same time that nobody confirmed, the earliest first.
#[derive(Clone, Debug)]
pub struct Unconfirmed(pub Vec<Overlap>);

/// What else is booked for the candidate while this slot lasts, the earliest first. Both are half-open: one may begin
/// when the other ends.
pub async fn overlapping(
    db: &impl ConnectionTrait,
    company_id: i64,
    (candidate_id, interview_id): (i64, i64),
    slot: &slot::Model,
) -> Result<Vec<Overlap>> {
    let mut others = others(db, company_id, (candidate_id, interview_id), slot.ends_at()).await?;
    others.retain(|other| meet(&other.slot, slot));
    Ok(others)
}

/// What else is booked for the candidate that starts before an instant, the earliest first.
pub(super) async fn others(
    db: &impl ConnectionTrait,
    company_id: i64,
    (candidate_id, interview_id): (i64, i64),
    until: DateTime<Utc>,
) -> Result<Vec<Overlap>> {
    let earlier = listed()
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interview::COLUMN.candidate_id.eq(candidate_id))
        .filter(interview::COLUMN.id.ne(interview_id))
        .filter(interview::Column::Status.eq_const(Status::Scheduled))
        .filter(slot::COLUMN.starts_at.lt(until))
        .order_by_asc(slot::Column::StartsAt)
        .order_by_asc(interview::Column::Id);
    // One that cannot be read stands in nobody's way: it is listed where it needs somebody.
    let rows = earlier.into_model::<Stored<Listed>>().all(db).await?;
    let others = rows.into_iter().filter_map(|row| row.or_log("interview"));
    let others = others.filter_map(|row| {
        Some(Overlap {
            interview_id: row.interview.id,
            slot: row.slot?,
        })
    });
    Ok(others.collect())
}

/// The same of what was not beside the interview before, when its slot was like this: somebody who moves the end of an
/// interview does not answer once more for what they see.
pub async fn newly_overlapping(
    db: &impl ConnectionTrait,
    company_id: i64,
    whose: (i64, i64),
    (before, after): (&slot::Model, &slot::Model),
) -> Result<Vec<Overlap>> {
    if before.starts_at <= after.starts_at && after.ends_at() <= before.ends_at() {
        return Ok(Vec::new());
    }
    let mut others = overlapping(db, company_id, whose, after).await?;
    others.retain(|other| !meet(&other.slot, before));
    Ok(others)
}

/// Are both on at some moment?
pub fn meet(one: &slot::Model, other: &slot::Model) -> bool {
    one.starts_at < other.ends_at() && other.starts_at < one.ends_at()
}

/// Refuses what would put the interview beside others that nobody confirmed. The candidate must be locked.
pub(super) async fn require_confirmed<R: From<Unconfirmed>>(
    txn: &impl ConnectionTrait,
    row: &interview::Model,
    slot: &slot::Model,
    overlaps: &Overlaps,
) -> Result<(), Abort<R>> {
    let Overlaps::Confirmed(ids) = overlaps else {
        return Ok(());
    };
    let others = overlapping(txn, row.company_id, (row.candidate_id, row.id), slot).await?;
    require_all(others, ids)
}

/// The same for an interview whose slot changes under it: as it was, and as it will be.
pub(in crate::domain) async fn require_new_confirmed<R: From<Unconfirmed>>(
    txn: &impl ConnectionTrait,
    row: &interview::Model,
    slots: (&slot::Model, &slot::Model),
    overlaps: &Overlaps,
) -> Result<(), Abort<R>> {
    let Overlaps::Confirmed(ids) = overlaps else {
        return Ok(());
    };
    let whose = (row.candidate_id, row.id);
    let others = newly_overlapping(txn, row.company_id, whose, slots).await?;
    require_all(others, ids)
}

fn require_all<R: From<Unconfirmed>>(others: Vec<Overlap>, ids: &[i64]) -> Result<(), Abort<R>> {
    match others.iter().all(|other| ids.contains(&other.interview_id)) {
        true => Ok(()),
        false => refuse(Unconfirmed(others)),
    }
}
