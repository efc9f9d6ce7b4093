//! Jobs: what people are interviewed for.
mod list;
mod many;

use chrono::{DateTime, Utc};
use entity::job::{self, Status};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::LockType,
};
use serde_json::json;

pub(super) use self::list::searchable;
pub use self::{
    list::{Filter, choices, filter, filters, list, titles},
    many::{insert_many, open_by_title},
};
use crate::{
    db::{Db, Txn},
    domain::{
        actions::Actor,
        commands::{self, Abort, refuse},
        events::{self, Event, JobFacts},
        idempotency_keys::{self, IdempotencyKey, KeyConflict},
        versions::{self, Target},
    },
    error::{Error, Reference, Result},
};

/// A job as somebody enters it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// As it stands in subjects.
    pub title: String,
    /// Markdown.
    pub description: String,
    /// Field of work.
    pub domain: String,
    /// In words.
    pub team_size: String,
    /// At least 1.
    pub positions_to_fill: i32,
    /// Words.
    pub key_skills: Vec<String>,
    /// Yearly, whole units.
    pub salary_min: Option<i64>,
    /// Yearly, whole units; not below `salary_min`.
    pub salary_max: Option<i64>,
    /// ISO 4217.
    pub salary_currency: String,
    /// In words.
    pub location: String,
    /// Whether people are still wanted.
    pub status: Status,
}

impl NewJob {
    /// A job as it is.
    pub fn of(job: job::Model) -> Result<Self> {
        Ok(Self {
            key_skills: skills(&job)?,
            title: job.title,
            description: job.description,
            domain: job.domain,
            team_size: job.team_size,
            positions_to_fill: job.positions_to_fill,
            salary_min: job.salary_min,
            salary_max: job.salary_max,
            salary_currency: job.salary_currency,
            location: job.location,
            status: job.status,
        })
    }
}

/// The skills that a job wants, as they are stored.
pub fn skills(job: &job::Model) -> Result<Vec<String>> {
    serde_json::from_value(job.key_skills.clone())
        .map_err(|error| Error::Stored(format!("key skills of job {}: {error}", job.id)))
}

/// The job, if it is the company's.
pub async fn find(db: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<job::Model> {
    job::Entity::find_by_id(id)
        .filter(job::COLUMN.company_id.eq(company_id))
        .one(db)
        .await?
        .ok_or(Error::NotFound)
}

/// Refuses a job that is not the company's, for a row that is to point at it.
pub async fn require(txn: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<()> {
    let found = find(txn, company_id, id).await;
    found.map_err(|error| error.of(Reference::Job))?;
    Ok(())
}

/// Locks it: whoever else makes slots for it waits.
pub(super) async fn lock(txn: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<()> {
    job::Entity::find_by_id(id)
        .filter(job::COLUMN.company_id.eq(company_id))
        .lock(LockType::NoKeyUpdate)
        .one(txn)
        .await?;
    Ok(())
}

/// Enters a job; answers with its key, now or of an earlier call with the same idempotency key.
pub async fn create(
    db: &Db,
    actor: &Actor,
    new: NewJob,
    idempotency_key: Option<IdempotencyKey>,
    now: DateTime<Utc>,
) -> Result<Result<i64, KeyConflict>> {
    let (company_id, key) = (actor.company_id, idempotency_key.as_ref());
    let work = async |txn: &Txn| {
        let id = insert(txn, actor, &new, now).await?;
        idempotency_keys::insert(txn, company_id, key, id, now).await?;
        Ok(id)
    };
    commands::run_once(db, company_id, key, work, async |id| Ok(id)).await
}

async fn insert(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    new: &NewJob,
    now: DateTime<Utc>,
) -> Result<i64> {
    let row = job::ActiveModel {
        company_id: Set(actor.company_id),
        created_at: Set(now),
        ..columns(new)
    };
    let id = job::Entity::insert(row).exec(txn).await?.last_insert_id;
    let event = Event::JobCreated {
        job_id: id,
        title: new.title.clone(),
    };
    events::record(txn, actor, event, now).await?;
    Ok(id)
}

/// What came of changing a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Updated {
    /// It is done, now or by an earlier call with the same key.
    Done,
    /// The job is like that already; nothing was written.
    Same,
}

/// Why a job was not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody changed it after the caller saw it; this is how it is now.
    Stale(Box<job::Model>),
    /// The idempotency key came with another request.
    KeyConflict,
}

impl From<KeyConflict> for Refusal {
    fn from(_: KeyConflict) -> Self {
        Self::KeyConflict
    }
}

/// Changes a job, if nobody else did since the caller saw it. Mails that have not been composed yet will
/// tell the new title.
pub async fn update(
    db: &Db,
    actor: &Actor,
    target: &Target,
    new: &NewJob,
    now: DateTime<Utc>,
) -> Result<Result<Updated, Refusal>> {
    let (company_id, key) = (actor.company_id, target.idempotency_key.as_ref());
    let work = async |txn: &Txn| change(txn, actor, target, new, now).await;
    commands::run_once(db, company_id, key, work, async |_| Ok(Updated::Done)).await
}

async fn change(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    target: &Target,
    new: &NewJob,
    now: DateTime<Utc>,
) -> Result<Updated, Abort<Refusal>> {
    let (company_id, id) = (actor.company_id, target.id);
    let before = find(txn, company_id, id).await?;
    let old = NewJob::of(before.clone())?;
    if old == *new {
        return Ok(Updated::Same);
    }
    if !write(txn, company_id, target, new).await? {
        let now = find(txn, company_id, id).await?;
        return refuse(Refusal::Stale(Box::new(now)));
    }
    let event = Event::JobChanged {
        job_id: id,
        before: JobFacts {
            title: before.title,
            status: before.status,
        },
        after: JobFacts {
            title: new.title.clone(),
            status: new.status,
        },
        changed: differences(&old, new),
        version: Some(target.version + 1),
    };
    events::record(txn, actor, event, now).await?;
    idempotency_keys::insert(txn, company_id, target.idempotency_key.as_ref(), id, now).await?;
    Ok(Updated::Done)
}

/// False when somebody else changed the job since the caller saw it.
async fn write(
    txn: &impl ConnectionTrait,
    company_id: i64,
    target: &Target,
    new: &NewJob,
) -> Result<bool> {
    let after = job::ActiveModel {
        version: Set(target.version + 1),
        ..columns(new)
    };
    let written = job::Entity::update_many()
        .set(after)
        .filter(job::COLUMN.id.eq(target.id))
        .filter(job::COLUMN.company_id.eq(company_id))
        .filter(job::COLUMN.version.eq(target.version))
        .exec(txn)
        .await?;
    Ok(written.rows_affected == 1)
}

/// The names of what a change gives another value.
fn differences(old: &NewJob, new: &NewJob) -> Vec<String> {
    let NewJob {
        title,
        description,
        domain,
        team_size,
        positions_to_fill,
        key_skills,
        salary_min,
        salary_max,
        salary_currency,
        location,
        status,
    } = new;
    versions::changed([
        ("title", old.title != *title),
        ("description", old.description != *description),
        ("key_skills", old.key_skills != *key_skills),
        ("domain", old.domain != *domain),
        ("location", old.location != *location),
        ("team_size", old.team_size != *team_size),
        (
            "positions_to_fill",
            old.positions_to_fill != *positions_to_fill,
        ),
        ("salary_min", old.salary_min != *salary_min),
        ("salary_max", old.salary_max != *salary_max),
        ("salary_currency", old.salary_currency != *salary_currency),
        ("status", old.status != *status),
    ])
}

fn columns(new: &NewJob) -> job::ActiveModel {
    // Taken apart, so that a field that is not written does not compile.
    let NewJob {
        title,
        description,
        domain,
        team_size,
        positions_to_fill,
        key_skills,
        salary_min,
        salary_max,
        salary_currency,
        location,
        status,
    } = new.clone();
    job::ActiveModel {
        title: Set(title),
        description: Set(description),
        domain: Set(domain),
        team_size: Set(team_size),
        positions_to_fill: Set(positions_to_fill),
        key_skills: Set(json!(key_skills)),
        salary_min: Set(salary_min),
        salary_max: Set(salary_max),
        salary_currency: Set(salary_currency),
        location: Set(location),
        status: Set(status),
        ..Default::default()
    }
}
