//! A candidate chooses the time of their interview: a booking like any other, and by the rules of the offer. All of it is
//! decided again at the moment of writing.
use chrono::{DateTime, Utc};
use entity::{
    interview::{self, Status},
    offer,
};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::{
    admission,
    booking::{self, Booked, NewBooking, Who},
    details::details,
    join_link::Keys,
    offer as offers,
    offered::{self, Offered},
    overlap::Overlaps,
    slot_choice::SlotChoice,
};
use crate::{
    db::{Db, Txn},
    domain::{
        actions::Actor,
        availability,
        commands::{self, Abort, refuse},
        events::{self, Event},
        idempotency_keys::KeyConflict,
        slots,
    },
    error::{Error, Result},
};

/// Why nothing was booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is too late to choose.
    Over,
    /// This time cannot be had, or no longer.
    Gone,
    /// The interview has a time by now.
    Booked,
}

impl From<KeyConflict> for Refusal {
    fn from(_: KeyConflict) -> Self {
        Self::Booked
    }
}

/// Books the slot that the candidate chose. `NotFound` when the link is wrong or leads to nothing to choose.
pub async fn choose(
    db: &Db,
    keys: &Keys,
    token: &str,
    (slot_id, ip): (i64, &str),
    now: DateTime<Utc>,
) -> Result<Result<Box<Booked>, Refusal>> {
    let offered = offered::behind(db, keys, token).await?;
    let row = &offered.details.interview;
    let actor = admission::candidate(row, ip);
    let company_id = row.company_id;
    commands::run_once(
        db,
        company_id,
        None,
        async |txn: &Txn| carry_out(txn, &actor, (&offered, slot_id), now).await,
        async |id| Booked::read(db.read(), company_id, id).await,
    )
    .await
}

async fn carry_out(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    (seen, slot_id): (&Offered, i64),
    now: DateTime<Utc>,
) -> Result<Box<Booked>, Abort<Refusal>> {
    let seen = &seen.details.interview;
    let offer = offers::find(txn, seen.company_id, seen.id).await?;
    let offered = Offered {
        offer: offer.ok_or(Error::NotFound)?,
        details: details(txn, seen.company_id, seen.id).await?,
    };
    let row = &offered.details.interview;
    if row.link_version != seen.link_version {
        return Err(Error::NotFound.into());
    }
    if matches!(row.status, Status::Scheduled) {
        return refuse(Refusal::Booked);
    }
    if !offered.is_open(now) {
        return refuse(Refusal::Over);
    }
    require_offered(txn, &offered, slot_id, now).await?;
    let new = NewBooking {
        slot: SlotChoice::Existing(slot_id),
        who: Who::Interview(row.id),
        notes: row.booking_notes.clone(),
        overlaps: Overlaps::Confirmed(Vec::new()),
        idempotency_key: None,
    };
    let booked = booking::carry_out(txn, actor, &new, now).await;
    let (booked, _) = booked.map_err(refused)?;
    // Only now the slot is locked, and nobody else books its interviewers beside it.
    let slot = slots::find(txn, row.company_id, slot_id).await?;
    if offered::refuses(&availability::of_slot(txn, &slot, Some(row.id), now).await?) {
        return refuse(Refusal::Gone);
    }
    settle(txn, &offered.offer, now).await?;
    let event = Event::TimeChosen {
        interview_id: row.id,
        slot_id,
    };
    events::record(txn, actor, event, now).await?;
    Ok(booked)
}

/// Is the slot one of those that are offered, by what does not change while others book?
async fn require_offered(
    txn: &impl ConnectionTrait,
    offered: &Offered,
    slot_id: i64,
    now: DateTime<Utc>,
) -> Result<(), Abort<Refusal>> {
    let row = &offered.details.interview;
    let slot = match slots::find(txn, row.company_id, slot_id).await {
        Ok(slot) => slot,
        Err(Error::NotFound) => return refuse(Refusal::Gone),
        Err(error) => return Err(error.into()),
    };
    let (from, until) = offered.span(now);
    let is_of_job = offered.details.job.as_ref().map(|job| job.id) == Some(slot.job_id);
    match is_of_job && from <= slot.starts_at && slot.starts_at < until {
        true => Ok(()),
        false => refuse(Refusal::Gone),
    }
}

fn refused(abort: Abort<booking::Refusal>) -> Abort<Refusal> {
    match abort {
        Abort::Failed(error) => Abort::Failed(error),
        Abort::Refused(booking::Refusal::AlreadyBooked(_)) => Abort::Refused(Refusal::Booked),
        Abort::Refused(_) => Abort::Refused(Refusal::Gone),
    }
}

/// Keeps that it was chosen; whoever asked is whom the candidate writes to.
async fn settle(
    txn: &impl ConnectionTrait,
    offer: &offer::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    offer::Entity::update_many()
        .col_expr(offer::Column::ChosenAt, Expr::value(now))
        .filter(offer::COLUMN.interview_id.eq(offer.interview_id))
        .filter(offer::COLUMN.company_id.eq(offer.company_id))
        .exec(txn)
        .await?;
    interview::Entity::update_many()
        .col_expr(interview::Column::BookedBy, Expr::value(offer.offered_by))
        .filter(interview::COLUMN.id.eq(offer.interview_id))
        .filter(interview::COLUMN.company_id.eq(offer.company_id))
        .exec(txn)
        .await?;
    Ok(())
}
