//! Adding an interview that is not booked yet.
use chrono::{DateTime, Utc};
use entity::interview::{self, Status};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

use crate::{
    crypto,
    db::{Db, Txn},
    domain::{
        actions::Actor,
        candidates, commands,
        events::{self, Event},
        idempotency_keys::{self, IdempotencyKey, KeyConflict},
        jobs,
    },
    error::{Reference, Result},
};

/// Adds an interview that is not booked yet: its key.
pub async fn create(
    db: &Db,
    actor: &Actor,
    candidate_id: i64,
    job_id: Option<i64>,
    idempotency_key: Option<IdempotencyKey>,
    now: DateTime<Utc>,
) -> Result<Result<i64, KeyConflict>> {
    let (company_id, key) = (actor.company_id, idempotency_key.as_ref());
    let work = async |txn: &Txn| {
        let id = insert(txn, actor, candidate_id, job_id, now).await?;
        idempotency_keys::insert(txn, company_id, key, id, now).await?;
        Ok(id)
    };
    commands::run_once(db, company_id, key, work, async |id| Ok(id)).await
}

/// Adds an interview inside a transaction that does more. Candidate and job must be the company's.
pub async fn insert(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    candidate_id: i64,
    job_id: Option<i64>,
    now: DateTime<Utc>,
) -> Result<i64> {
    candidates::find(txn, actor.company_id, candidate_id)
        .await
        .map_err(|error| error.of(Reference::Candidate))?;
    if let Some(job_id) = job_id {
        jobs::require(txn, actor.company_id, job_id).await?;
    }
    let row = interview::ActiveModel {
        company_id: Set(actor.company_id),
        candidate_id: Set(candidate_id),
        job_id: Set(job_id),
        status: Set(Status::Unscheduled),
        public_id: Set(crypto::random_id()),
        link_version: Set(1),
        revision: Set(0),
        ics_sequence: Set(0),
        booking_notes: Set(String::new()),
        cancel_reason: Set(String::new()),
        version: Set(1),
        created_by: Set(actor.user_id),
        created_at: Set(now),
        ..Default::default()
    };
    let id = interview::Entity::insert(row)
        .exec(txn)
        .await?
        .last_insert_id;
    let event = Event::InterviewCreated {
        interview_id: id,
        candidate_id,
    };
    events::record(txn, actor, event, now).await?;
    Ok(id)
}
