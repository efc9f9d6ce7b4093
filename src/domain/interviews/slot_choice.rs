//! The slot that an interview is put into: one that is free, or one that is made for it.
use chrono::{DateTime, Utc};
use entity::{
    interview::{self, Status},
    slot,
};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};

use super::details::{Details, details};
use crate::{
    db::constant::Constant,
    domain::{
        actions::Actor,
        commands::{Abort, refuse},
        slots::{self, NewSlot, Timing},
    },
    error::{Reference, Result},
};

/// Into which slot.
#[derive(Clone, Debug)]
pub enum SlotChoice {
    /// One that is there.
    Existing(i64),
    /// One that is made for it.
    New(NewSlot),
}

impl SlotChoice {
    /// Is it the slot that an interview has already?
    pub(super) fn is_slot(&self, id: Option<i64>) -> bool {
        matches!((self, id), (Self::Existing(wanted), Some(id)) if *wanted == id)
    }
}

/// Why a slot cannot be had.
#[derive(Clone, Debug)]
pub enum SlotRefusal {
    /// Somebody else has it.
    Taken(Box<Taken>),
    /// It was closed; these are free.
    Closed(Vec<slot::Model>),
    /// It has begun; these are free.
    Past(Vec<slot::Model>),
    /// It would begin more than five years from now.
    TooFar,
    /// The rules of its zone were changed: somebody has to confirm first when it starts.
    Unsettled,
}

/// A slot that somebody else has.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The interview in it.
    pub by: Details,
    /// The job's free slots nearest to it.
    pub free: Vec<slot::Model>,
}

/// Locks the slot, if it is free; one that is to be made is made here.
pub(super) async fn take<R: From<SlotRefusal>>(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    choice: &SlotChoice,
    now: DateTime<Utc>,
) -> Result<slot::Model, Abort<R>> {
    let id = match choice {
        SlotChoice::Existing(id) => *id,
        SlotChoice::New(new) => {
            require_to_come(txn, actor, (new.job_id, new.starts_at), now).await?;
            slots::insert(txn, actor, new, now).await?
        }
    };
    let slot = slots::lock_for_booking(txn, actor.company_id, id).await;
    let slot = slot.map_err(|error| error.of(Reference::Slot))?;
    if let Some(holder) = holder(txn, &slot).await? {
        let by = details(txn, actor.company_id, holder.id).await?;
        let free = free_near(txn, actor, (slot.job_id, slot.starts_at), now).await?;
        return refuse(SlotRefusal::Taken(Box::new(Taken { by, free })));
    }
    if slot.closed_at.is_some() {
        let free = free_near(txn, actor, (slot.job_id, slot.starts_at), now).await?;
        return refuse(SlotRefusal::Closed(free));
    }
    require_to_come(txn, actor, (slot.job_id, slot.starts_at), now).await?;
    if slot.rules_changed_at.is_some() {
        return refuse(SlotRefusal::Unsettled);
    }
    Ok(slot)
}

/// The live interview in a slot.
async fn holder(
    txn: &impl ConnectionTrait,
    slot: &slot::Model,
) -> Result<Option<interview::Model>> {
    Ok(interview::Entity::find()
        .filter(interview::COLUMN.slot_id.eq(Some(slot.id)))
        .filter(interview::Column::Status.ne_const(Status::Cancelled))
        .one(txn)
        .await?)
}

async fn require_to_come<R: From<SlotRefusal>>(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    (job_id, starts_at): (i64, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<(), Abort<R>> {
    match slots::timing(starts_at, now) {
        Timing::Ahead => Ok(()),
        Timing::Past => refuse(SlotRefusal::Past(
            free_near(txn, actor, (job_id, starts_at), now).await?,
        )),
        Timing::TooFar => refuse(SlotRefusal::TooFar),
    }
}

async fn free_near(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    (job_id, around): (i64, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<Vec<slot::Model>> {
    slots::free_near(txn, actor.company_id, job_id, around, now).await
}
