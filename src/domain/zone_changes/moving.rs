//! Moving the slots concerned to where their wall time is, and telling whoever is booked.
use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use entity::{
    email::Kind,
    interview::{self, Status},
    slot,
};
use sea_orm::{ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};

use super::{MOST_AT_ONCE, Reading, WALL_TIME, concerned, list, reading};
use crate::{
    db::{self, Db, constant::Constant},
    domain::{
        actions::Actor,
        busy::{self, Clashes},
        candidates,
        commands::{Abort, refuse},
        events::{self, Event, Time, ZoneRules},
        idempotency_keys::{self, IdempotencyKey, Seen},
        interviews::{self, change, overlap, telling::Telling},
        notifications, rows,
    },
    error::{Error, Result},
    zones,
};

/// What somebody looked at and agreed to.
#[derive(Clone, Debug)]
pub struct Confirmation {
    /// The edition of the rules by which the new starts were shown.
    pub rules: String,
    /// The caller's idempotency key.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// How many were moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Slots.
    pub slots: usize,
    /// Of them those whose candidate will be told.
    pub told: usize,
    /// Slots that stay where they are because the candidate would have another interview at the new time.
    pub overlapping: usize,
    /// Slots that stay where they are because something about them cannot be read.
    pub unreadable: usize,
}

/// What became of a confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Moved(Moved),
    /// It came before and is done, or being done.
    Repeated,
    /// The rules are others by now: the new starts have to be looked at again.
    OtherRules,
    /// The idempotency key came with another request.
    KeyConflict,
}

/// Moves the slots concerned, earliest first. What changed while somebody looked at the list is left as it is, and
/// stays listed if it still has to move.
pub async fn apply(
    db: &Db,
    actor: &Actor,
    confirmation: &Confirmation,
    now: DateTime<Utc>,
) -> Result<Outcome> {
    if confirmation.rules != zones::version() {
        return Ok(Outcome::OtherRules);
    }
    match take_key(db, actor, confirmation.idempotency_key.as_ref(), now).await? {
        Seen::New => {}
        Seen::Done(_) => return Ok(Outcome::Repeated),
        Seen::Conflict => return Ok(Outcome::KeyConflict),
    }
    let mut so_far = SoFar::default();
    let mut left = list::first(db, actor.company_id, MOST_AT_ONCE, now).await?;
    // What stands in the way of a slot may have to move as well: another turn as long as one makes room.
    loop {
        let slots = so_far.moved.slots;
        left = so_far.turn(db, actor, left, now).await?;
        if left.is_empty() || so_far.moved.slots == slots {
            so_far.moved.overlapping = left.len();
            return Ok(Outcome::Moved(so_far.moved));
        }
    }
}

#[derive(Default)]
struct SoFar {
    moved: Moved,
    before: Before,
}

/// Slots that were moved just now, as they were before.
type Before = HashMap<i64, slot::Model>;

impl SoFar {
    /// Tries each of these once; gives those that would be beside another interview of their candidate.
    async fn turn(
        &mut self,
        db: &Db,
        actor: &Actor,
        slots: Vec<slot::Model>,
        now: DateTime<Utc>,
    ) -> Result<Vec<slot::Model>> {
        let mut overlapping = Vec::new();
        for slot in slots {
            let Reading::Moves(at) = reading(&slot, now) else {
                continue;
            };
            let moving = db::transaction(db, async |txn| {
                move_one(txn, actor, (&slot, &self.before), at, now).await
            });
            match moving.await {
                Ok(is_told) => {
                    self.moved.slots += 1;
                    self.moved.told += usize::from(is_told);
                    self.before.insert(slot.id, slot);
                }
                Err(Abort::Refused(Left::Overlapping)) => overlapping.push(slot),
                // Somebody else was first: the list shows what is left to do.
                Err(Abort::Refused(Left::ChangedMeanwhile) | Abort::Failed(Error::NotFound)) => {}
                // It stays listed; the others must not wait for it.
                Err(Abort::Failed(Error::Stored(why))) => {
                    tracing::error!(slot.id, why, "A slot cannot be moved to its local time");
                    self.moved.unreadable += 1;
                }
                Err(Abort::Failed(error)) => return Err(error),
            }
        }
        Ok(overlapping)
    }
}

/// The key is taken before anything is moved: a second click finds it, however long the first one takes.
async fn take_key(
    db: &Db,
    actor: &Actor,
    idempotency_key: Option<&IdempotencyKey>,
    now: DateTime<Utc>,
) -> Result<Seen> {
    db::transaction_retrying_duplicates(db, async |txn| {
        let seen = idempotency_keys::look_up(txn, actor.company_id, idempotency_key).await?;
        if seen == Seen::New {
            let company_id = actor.company_id;
            idempotency_keys::insert(txn, company_id, idempotency_key, company_id, now).await?;
        }
        Ok(seen)
    })
    .await
}

/// Why a slot is left where it is.
enum Left {
    /// Somebody changed it, or the interview in it, after it was listed.
    ChangedMeanwhile,
    /// Its candidate or an interviewer would have another interview at the new time, and the candidate did not have it
    /// before: whether both are meant is asked where one interview is moved.
    Overlapping,
}

impl From<Clashes> for Left {
    fn from(_: Clashes) -> Self {
        Self::Overlapping
    }
}

/// Takes the rows in this order: candidate, interview, slot. Answers whether there was anybody to tell.
async fn move_one(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    (seen, before): (&slot::Model, &Before),
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, Abort<Left>> {
    let booked = interview::Entity::find()
        .filter(interview::COLUMN.company_id.eq(actor.company_id))
        .filter(interview::COLUMN.slot_id.eq(Some(seen.id)))
        .filter(interview::Column::Status.eq_const(Status::Scheduled));
    let booked = rows::strictly_one(booked, txn).await?;
    if let Some(row) = &booked {
        candidates::lock_bookings(txn, actor.company_id, row.candidate_id).await?;
        if overlaps_anew(txn, row, (seen, before), at).await? {
            return refuse(Left::Overlapping);
        }
        if !change::write(txn, row, change::another_time(row)).await? {
            return refuse(Left::ChangedMeanwhile);
        }
    }
    if !move_slot(txn, seen, at, now).await? {
        return refuse(Left::ChangedMeanwhile);
    }
    if let Some(row) = &booked {
        let moved = slot::Model {
            starts_at: at,
            ..seen.clone()
        };
        busy::retake::<Left>(txn, row, &moved).await?;
    }
    let event = Event::SlotMoved {
        slot_id: seen.id,
        before: time(seen, seen.starts_at),
        after: time(seen, at),
        rules: rules(seen),
        version: Some(seen.version + 1),
    };
    events::record(txn, actor, event, now).await?;
    match booked {
        Some(row) => Ok(tell(txn, actor, row.id, seen, at, now).await?),
        None => Ok(false),
    }
}

/// Would the move put the interview beside another one of its candidate that it was not beside? The others are where they
/// are now, moved or not: one that has to move may yet be left. Two that were meant to meet and both moved meet as before.
async fn overlaps_anew(
    txn: &impl ConnectionTrait,
    row: &interview::Model,
    (seen, before): (&slot::Model, &Before),
    at: DateTime<Utc>,
) -> Result<bool> {
    let moved = slot::Model {
        starts_at: at,
        ..seen.clone()
    };
    let whose = (row.candidate_id, row.id);
    let others = overlap::overlapping(txn, row.company_id, whose, &moved).await?;
    Ok(others.iter().any(|overlap::Overlap { slot: other, .. }| {
        !overlap::meet(before.get(&other.id).unwrap_or(other), seen)
    }))
}

/// False when the slot is no longer as it was listed.
async fn move_slot(
    txn: &impl ConnectionTrait,
    seen: &slot::Model,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let written = slot::Entity::update_many()
        .col_expr(slot::Column::StartsAt, Expr::value(at))
        .col_expr(
            slot::Column::RulesChangedAt,
            Expr::value(None::<DateTime<Utc>>),
        )
        .col_expr(
            slot::Column::Version,
            Expr::col(slot::Column::Version).add(1),
        )
        .filter(concerned(seen.company_id, now))
        .filter(slot::COLUMN.id.eq(seen.id))
        .filter(slot::COLUMN.version.eq(seen.version))
        .filter(slot::COLUMN.starts_at.eq(seen.starts_at))
        .exec(txn)
        .await?
        .rows_affected;
    Ok(written == 1)
}

/// Queues the message; true when there is anybody to tell.
async fn tell(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    interview_id: i64,
    slot: &slot::Model,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let after = interviews::details(txn, actor.company_id, interview_id).await?;
    let email = match former_offset_minutes(slot) {
        Some(former) => {
            notifications::notify_changed_rules(txn, actor, former, &after, now).await?
        }
        None => {
            let everybody = Telling::everybody();
            notifications::notify(txn, actor, Kind::Rescheduled, &after, &everybody, now).await?
        }
    };
    let event = Event::InterviewRescheduled {
        reason: String::new(),
        not_told: None,
        interview_id,
        before: time(slot, slot.starts_at),
        after: time(slot, at),
        rules: Some(rules(slot)),
        version: Some(after.interview.version),
        email_id: email.map(|email| email.id),
    };
    events::record(txn, actor, event, now).await?;
    Ok(email.is_some())
}

/// The offset by which a slot was told: what its wall time was ahead of its start.
fn former_offset_minutes(slot: &slot::Model) -> Option<i32> {
    let local = NaiveDateTime::parse_from_str(&slot.local_start, WALL_TIME).ok()?;
    let ahead = local.and_utc() - slot.starts_at;
    i32::try_from(ahead.num_minutes()).ok()
}

fn time(slot: &slot::Model, starts_at: DateTime<Utc>) -> Time {
    Time {
        slot_id: Some(slot.id),
        starts_at: Some(starts_at),
    }
}

fn rules(slot: &slot::Model) -> ZoneRules {
    ZoneRules {
        local_start: slot.local_start.clone(),
        time_zone: slot.time_zone.clone(),
        time_zone_rules: zones::version().into(),
    }
}
