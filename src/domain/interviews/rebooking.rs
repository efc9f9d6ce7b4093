//! A new interview in the place of one that its candidate missed: for the same candidate and job, not booked yet. The
//! missed one stays what it is.
use chrono::{DateTime, Utc};
use entity::interview::{self, Status};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{
    change::{self, Target},
    creation,
    details::Details,
    ending::Refusal,
};
use crate::{
    db::{Db, Txn, constant::Constant},
    domain::{
        actions::Actor,
        commands::{self, Abort},
        events::Event,
    },
    error::Result,
};

/// Makes up for a missed interview: the key of the one that takes its place. There is one at most; asked again, it is the
/// answer.
pub async fn rebook(
    db: &Db,
    actor: &Actor,
    target: &Target,
    now: DateTime<Utc>,
) -> Result<Result<i64, Refusal>> {
    let (company_id, key) = (actor.company_id, target.idempotency_key.as_ref());
    let work = async |txn: &Txn| carry_out(txn, actor, target, now).await;
    commands::run_once(db, company_id, key, work, async |id| Ok(id)).await
}

async fn carry_out(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    target: &Target,
    now: DateTime<Utc>,
) -> Result<i64, Abort<Refusal>> {
    let company_id = actor.company_id;
    let was_missed = |details: &Details| details.interview.status == Status::NoShow;
    // One that is there already is the answer to whoever saw an older version, too.
    let any_version = Target {
        version: None,
        ..target.clone()
    };
    let missed = change::open::<Refusal>(txn, actor, &any_version, was_missed).await?;
    let row = &missed.interview;
    if let Some(other) = in_place_of(txn, company_id, row.id).await? {
        return Ok(other);
    }
    if target.version.is_some_and(|seen| seen != row.version) {
        return change::changed(txn, actor, row.id).await;
    }
    let job_id = missed.job.as_ref().map(|job| job.id);
    let id = match waiting(txn, &missed).await? {
        Some(id) => id,
        None => creation::insert(txn, actor, row.candidate_id, job_id, now).await?,
    };
    forget_cancelled(txn, company_id, row.id).await?;
    interview::Entity::update_many()
        .set(interview::ActiveModel {
            rebook_of: Set(Some(row.id)),
            ..Default::default()
        })
        .filter(interview::COLUMN.id.eq(id))
        .filter(interview::COLUMN.company_id.eq(company_id))
        .exec(txn)
        .await?;
    let event = Event::InterviewRebooked {
        interview_id: row.id,
        new_id: id,
    };
    let what = (id, target.idempotency_key.as_ref());
    change::record(txn, actor, what, event, now).await?;
    Ok(id)
}

/// An interview of the same candidate and job that waits for a time already, and makes up for no other.
async fn waiting(txn: &impl ConnectionTrait, missed: &Details) -> Result<Option<i64>> {
    let row = &missed.interview;
    let Some(job) = &missed.job else {
        return Ok(None);
    };
    let found = creation::waiting(txn, row.company_id, row.candidate_id, job.id).await?;
    let found = found.filter(|other| other.rebook_of.is_none());
    Ok(found.map(|other| other.id))
}

/// What was to take the place of an interview and was cancelled no longer is what takes it: something else does, or the
/// interview was not missed. It may be booked anew, for itself.
pub(super) async fn forget_cancelled(
    txn: &impl ConnectionTrait,
    company_id: i64,
    missed_id: i64,
) -> Result<()> {
    interview::Entity::update_many()
        .set(interview::ActiveModel {
            rebook_of: Set(None),
            ..Default::default()
        })
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interview::COLUMN.rebook_of.eq(Some(missed_id)))
        .filter(interview::Column::Status.eq_const(Status::Cancelled))
        .exec(txn)
        .await?;
    Ok(())
}

/// The interview that takes the place of a missed one; one that was cancelled does not.
pub async fn in_place_of(
    db: &impl ConnectionTrait,
    company_id: i64,
    missed_id: i64,
) -> Result<Option<i64>> {
    Ok(interview::Entity::find()
        .select_only()
        .column(interview::Column::Id)
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interview::COLUMN.rebook_of.eq(Some(missed_id)))
        .filter(interview::Column::Status.ne_const(Status::Cancelled))
        .into_tuple()
        .one(db)
        .await?)
}
