//! Booking several people at once: all of them or nobody, in one transaction.
use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entity::{batch::Kind, candidate, slot, slot_interviewer, user};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::LockType,
};

use super::{Line, Outcome, insert};
use crate::{
    db::{Db, Txn},
    domain::{
        actions::Actor,
        candidates::{self, NewCandidate},
        commands::{self, Abort, refuse},
        idempotency_keys::{self, IdempotencyKey, KeyConflict},
        interviews::{
            booking::{self, Before, NewBooking, Refusal as RowRefusal, Who},
            overlap::Overlaps,
            slot_choice::SlotChoice,
        },
    },
    error::Result,
};

/// So many people are booked at once at most: until they are, nobody else books.
pub const MOST: usize = 100;

/// A row that is to be booked.
#[derive(Clone, Debug)]
pub struct NewRow {
    /// Where it begins in the list, from 1.
    pub number: usize,
    /// Whose interview.
    pub who: Who,
    /// Into which slot.
    pub slot_id: i64,
    /// For the candidate; part of the mail.
    pub notes: String,
}

/// What is to be booked, and what else stood in the list.
#[derive(Clone, Debug)]
pub struct NewBatch {
    /// Each in its own slot.
    pub rows: Vec<NewRow>,
    /// Lines of which nothing is made, with the reason.
    pub left_out: Vec<(usize, String)>,
    /// The caller's idempotency key.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// Why nobody was booked.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// The row with this slot cannot be booked, for this.
    Row(i64, Box<RowRefusal>),
    /// The idempotency key came with another request.
    KeyConflict,
}

impl From<KeyConflict> for Refusal {
    fn from(_: KeyConflict) -> Self {
        Self::KeyConflict
    }
}

/// Books everybody, and queues their invitations; answers with the batch's key.
pub async fn book(
    db: &Db,
    actor: &Actor,
    new: &NewBatch,
    now: DateTime<Utc>,
) -> Result<Result<i64, Refusal>> {
    let (company_id, key) = (actor.company_id, new.idempotency_key.as_ref());
    let work = async |txn: &Txn| {
        lock_slots_and_candidates(txn, company_id, &new.rows).await?;
        let added = add_candidates(txn, actor, &new.rows, now).await?;
        lock_interviewers(txn, company_id, &new.rows).await?;
        let mut lines: Vec<Line> = Vec::new();
        for row in &new.rows {
            let who = added.get(&row.slot_id).cloned();
            lines.push(book_one(txn, actor, (row, who), now).await?);
        }
        lines.extend(new.left_out.iter().map(|(number, why)| Line {
            number: *number,
            outcome: Outcome::LeftOut { why: why.clone() },
        }));
        lines.sort_by_key(|line| line.number);
        let id = insert(txn, actor, Kind::Bookings, &lines, now).await?;
        idempotency_keys::insert(txn, company_id, key, id, now).await?;
        Ok(id)
    };
    commands::run_once(db, company_id, key, work, async |id| Ok(id)).await
}

/// Adds who is new, in the order of their addresses, before any interviewer is locked: whoever adds the same person by a
/// single booking holds no interviewer yet either. Answers with them by the slot of their row.
async fn add_candidates(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    rows: &[NewRow],
    now: DateTime<Utc>,
) -> Result<HashMap<i64, Who>, Abort<Refusal>> {
    let new = rows.iter().filter_map(|row| match &row.who {
        Who::New(new) => Some((row.slot_id, new)),
        Who::Candidate(_) | Who::Interview(_) => None,
    });
    let mut new: Vec<(i64, &NewCandidate)> = new.collect();
    new.sort_by(|(_, one), (_, other)| one.email.cmp(&other.email));
    let mut added = HashMap::new();
    for (slot_id, new) in new {
        match candidates::insert(txn, actor, new, now).await? {
            Ok(id) => added.insert(slot_id, Who::Candidate(id)),
            Err(taken) => return refuse(Refusal::Row(slot_id, Box::new(taken.into()))),
        };
    }
    Ok(added)
}

async fn book_one(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    (row, added): (&NewRow, Option<Who>),
    now: DateTime<Utc>,
) -> Result<Line, Abort<Refusal>> {
    let new = NewBooking {
        slot: SlotChoice::Existing(row.slot_id),
        who: added.unwrap_or_else(|| row.who.clone()),
        notes: row.notes.clone(),
        overlaps: Overlaps::Confirmed(Vec::new()),
        idempotency_key: None,
    };
    let (booked, before) = match booking::carry_out(txn, actor, &new, now).await {
        Ok(booked) => booked,
        Err(Abort::Refused(refusal)) => {
            return refuse(Refusal::Row(row.slot_id, Box::new(refusal)));
        }
        Err(Abort::Failed(error)) => return Err(Abort::Failed(error)),
    };
    let interview = &booked.details.interview;
    let outcome = Outcome::Booked {
        interview_id: interview.id,
        version: interview.version,
        is_new: matches!(row.who, Who::New(_)),
        was_waiting: before == Before::Waiting,
    };
    Ok(Line {
        number: row.number,
        outcome,
    })
}

/// Locks what is to be written, each kind in the order of its keys: of two batches, or of a batch and a booking, one waits
/// for the other before it holds anything that the other still needs. A booking takes the same kinds in the same order: its
/// slot, its candidate, the interviewers.
async fn lock_slots_and_candidates(
    txn: &impl ConnectionTrait,
    company_id: i64,
    rows: &[NewRow],
) -> Result<()> {
    let slot_ids: BTreeSet<i64> = rows.iter().map(|row| row.slot_id).collect();
    slot::Entity::find()
        .select_only()
        .column(slot::Column::Id)
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(slot::Column::Id.is_in(slot_ids.iter().copied()))
        .order_by_asc(slot::Column::Id)
        .lock_exclusive()
        .into_tuple::<i64>()
        .all(txn)
        .await?;
    let candidate_ids = rows.iter().filter_map(|row| match row.who {
        Who::Candidate(id) => Some(id),
        Who::Interview(_) | Who::New(_) => None,
    });
    candidate::Entity::find()
        .select_only()
        .column(candidate::Column::Id)
        .filter(candidate::COLUMN.company_id.eq(company_id))
        .filter(candidate::Column::Id.is_in(candidate_ids))
        .order_by_asc(candidate::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .into_tuple::<i64>()
        .all(txn)
        .await?;
    Ok(())
}

async fn lock_interviewers(
    txn: &impl ConnectionTrait,
    company_id: i64,
    rows: &[NewRow],
) -> Result<()> {
    let slot_ids: BTreeSet<i64> = rows.iter().map(|row| row.slot_id).collect();
    let holders = slot_interviewer::Entity::find()
        .select_only()
        .column(slot_interviewer::Column::UserId)
        .filter(slot_interviewer::COLUMN.company_id.eq(company_id))
        .filter(slot_interviewer::Column::SlotId.is_in(slot_ids))
        .into_query();
    user::Entity::find()
        .select_only()
        .column(user::Column::Id)
        .filter(user::COLUMN.company_id.eq(company_id))
        .filter(user::Column::Id.in_subquery(holders))
        .order_by_asc(user::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .into_tuple::<i64>()
        .all(txn)
        .await?;
    Ok(())
}
