//! Adding an interview that is not booked yet.
use chrono::{DateTime, Utc};
use entity::interview::{self, Status};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::list::of_job;
use crate::{
    crypto,
    db::{Db, Txn, constant::Constant},
    domain::{
        actions::Actor,
        candidates, commands,
        events::{self, Event},
        idempotency_keys::{self, IdempotencyKey, KeyConflict},
        jobs, rows,
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

/// The candidate's oldest interview for this job that waits for a time.
pub async fn waiting(
    db: &impl ConnectionTrait,
    company_id: i64,
    candidate_id: i64,
    job_id: i64,
) -> Result<Option<interview::Model>> {
    let waits = interview::Entity::find()
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interview::COLUMN.candidate_id.eq(candidate_id))
        .filter(interview::Column::Status.eq_const(Status::Unscheduled))
        .filter(of_job(company_id, job_id))
        .order_by_asc(interview::Column::Id)
        .limit(1);
    rows::strictly_one(waits, db).await
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
        // `notifications` knows the first change by the version after it.
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
