//! Candidates: people who are interviewed.
mod search;

use chrono::{DateTime, Utc};
use entity::candidate;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use self::search::index;
pub use self::search::{Filter, list};
use crate::{
    db::{Db, Txn},
    domain::{
        actions::Actor,
        commands::{self, refuse},
        events::{self, Event},
        idempotency_keys::{self, IdempotencyKey, KeyConflict},
        interviews::address_change,
        jobs,
        versions::{self, Target},
    },
    error::{Error, Result},
};

/// A candidate as somebody enters one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCandidate {
    /// As the mail greets.
    pub name: String,
    /// Canonical: from [`text::email`].
    pub email: String,
    /// As typed.
    pub phone: String,
    /// IANA name, when known.
    pub time_zone: Option<String>,
    /// Language of the mails, BCP 47.
    pub locale: String,
    /// The job the person applied for.
    pub job_id: Option<i64>,
    /// For recruiters only.
    pub notes: String,
}

impl NewCandidate {
    /// A candidate as they are.
    pub fn of(candidate: candidate::Model) -> Self {
        Self {
            name: candidate.name,
            email: candidate.email,
            phone: candidate.phone,
            time_zone: candidate.time_zone,
            locale: candidate.locale,
            job_id: candidate.job_id,
            notes: candidate.notes,
        }
    }
}

/// Somebody has this address already: this candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmailTaken(pub i64);

/// Why a candidate was not added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreationRefusal {
    /// Somebody with this address is there already.
    EmailTaken(i64),
    /// The idempotency key came with another request.
    KeyConflict,
}

impl From<EmailTaken> for CreationRefusal {
    fn from(EmailTaken(id): EmailTaken) -> Self {
        Self::EmailTaken(id)
    }
}

impl From<KeyConflict> for CreationRefusal {
    fn from(_: KeyConflict) -> Self {
        Self::KeyConflict
    }
}

/// What came of changing a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Updated {
    /// It is done, now or by an earlier call with the same key.
    Done {
        /// Then the links that went to the old address are dead.
        address_changed: bool,
    },
    /// The candidate is like that already; nothing was written.
    Same,
}

/// Why a candidate was not changed by a call that carries a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpdateRefusal {
    /// The candidate cannot be.
    Candidate(ChangeRefusal),
    /// The idempotency key came with another request.
    KeyConflict,
}

impl From<ChangeRefusal> for UpdateRefusal {
    fn from(refusal: ChangeRefusal) -> Self {
        Self::Candidate(refusal)
    }
}

impl From<KeyConflict> for UpdateRefusal {
    fn from(_: KeyConflict) -> Self {
        Self::KeyConflict
    }
}

/// Why a candidate was not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeRefusal {
    /// Somebody changed the candidate after they were read; this is how they are now.
    Stale(Box<candidate::Model>),
    /// Another candidate has this address.
    EmailTaken(i64),
}

/// The candidate, if one of the company's.
pub async fn find(db: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<candidate::Model> {
    candidate::Entity::find_by_id(id)
        .filter(candidate::COLUMN.company_id.eq(company_id))
        .one(db)
        .await?
        .ok_or(Error::NotFound)
}

/// Keeps a candidate as they are until the transaction ends: whoever would change their address waits,
/// and then knows of the interview that is booked meanwhile.
pub async fn lock(txn: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<()> {
    candidate::Entity::find_by_id(id)
        .filter(candidate::COLUMN.company_id.eq(company_id))
        .lock_shared()
        .one(txn)
        .await?
        .ok_or(Error::NotFound)?;
    Ok(())
}

/// The candidate with this canonical address.
pub async fn find_by_email(
    db: &impl ConnectionTrait,
    company_id: i64,
    email: &str,
) -> Result<Option<candidate::Model>> {
    Ok(candidate::Entity::find()
        .filter(candidate::COLUMN.company_id.eq(company_id))
        .filter(candidate::COLUMN.email.eq(email))
        .one(db)
        .await?)
}

/// Adds a candidate.
pub async fn create(
    db: &Db,
    actor: &Actor,
    new: NewCandidate,
    idempotency_key: Option<IdempotencyKey>,
    now: DateTime<Utc>,
) -> Result<Result<i64, CreationRefusal>> {
    let (company_id, key) = (actor.company_id, idempotency_key.as_ref());
    let work = async |txn: &Txn| match insert(txn, actor, &new, now).await? {
        Ok(id) => {
            idempotency_keys::insert(txn, company_id, key, id, now).await?;
            Ok(id)
        }
        Err(taken) => refuse(taken),
    };
    commands::run_once(db, company_id, key, work, async |id| Ok(id)).await
}

/// Adds a candidate inside a transaction that does more; nothing is written when somebody has the address.
pub async fn insert(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    new: &NewCandidate,
    now: DateTime<Utc>,
) -> Result<Result<i64, EmailTaken>> {
    if let Some(row) = find_by_email(txn, actor.company_id, &new.email).await? {
        return Ok(Err(EmailTaken(row.id)));
    }
    if let Some(job_id) = new.job_id {
        jobs::find(txn, actor.company_id, job_id).await?;
    }
    let row = candidate::ActiveModel {
        company_id: Set(actor.company_id),
        created_at: Set(now),
        ..columns(new)
    };
    let id = candidate::Entity::insert(row)
        .exec(txn)
        .await?
        .last_insert_id;
    index(txn, actor.company_id, id, new).await?;
    let event = Event::CandidateCreated { candidate_id: id };
    events::record(txn, actor, event, now).await?;
    Ok(Ok(id))
}

/// Changes the candidate, if nobody else did since the caller saw them.
pub async fn update(
    db: &Db,
    actor: &Actor,
    target: &Target,
    new: &NewCandidate,
    now: DateTime<Utc>,
) -> Result<Result<Updated, UpdateRefusal>> {
    let (company_id, key) = (actor.company_id, target.idempotency_key.as_ref());
    let work = async |txn: &Txn| {
        let before = find(txn, company_id, target.id).await?;
        if NewCandidate::of(before.clone()) == *new {
            return Ok(Updated::Same);
        }
        if before.version != target.version {
            return refuse(ChangeRefusal::Stale(Box::new(before)));
        }
        let address_changed = match change(txn, actor, &before, new, now).await? {
            Ok(address_changed) => address_changed,
            Err(refusal) => return refuse(refusal),
        };
        idempotency_keys::insert(txn, company_id, key, target.id, now).await?;
        Ok(Updated::Done { address_changed })
    };
    let earlier = async |_| {
        Ok(Updated::Done {
            address_changed: false,
        })
    };
    commands::run_once(db, company_id, key, work, earlier).await
}

/// Changes a candidate inside a transaction that does more, unless somebody else did after they were read. A
/// changed address kills the links that went to the old one, and what the old one was told is told to the
/// new one: true when it did.
pub async fn change(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    before: &candidate::Model,
    new: &NewCandidate,
    now: DateTime<Utc>,
) -> Result<Result<bool, ChangeRefusal>> {
    let (company_id, id) = (actor.company_id, before.id);
    if let Some(other) = find_by_email(txn, company_id, &new.email).await?
        && other.id != id
    {
        return Ok(Err(ChangeRefusal::EmailTaken(other.id)));
    }
    if let Some(job_id) = new.job_id {
        jobs::find(txn, company_id, job_id).await?;
    }
    if !write(txn, company_id, before, new).await? {
        let now = find(txn, company_id, id).await?;
        return Ok(Err(ChangeRefusal::Stale(Box::new(now))));
    }
    index(txn, company_id, id, new).await?;
    let address_changed = before.email != new.email;
    let event = Event::CandidateChanged {
        candidate_id: id,
        address_changed,
        name_changed: before.name != new.name,
        changed: differences(before, new),
        version: Some(before.version + 1),
    };
    events::record(txn, actor, event, now).await?;
    if address_changed {
        address_change::notify(txn, actor, before, now).await?;
    }
    Ok(Ok(address_changed))
}

/// False when somebody else changed the candidate since they were read.
async fn write(
    txn: &impl ConnectionTrait,
    company_id: i64,
    before: &candidate::Model,
    new: &NewCandidate,
) -> Result<bool> {
    let after = candidate::ActiveModel {
        version: Set(before.version + 1),
        ..columns(new)
    };
    let written = candidate::Entity::update_many()
        .set(after)
        .filter(candidate::COLUMN.id.eq(before.id))
        .filter(candidate::COLUMN.company_id.eq(company_id))
        .filter(candidate::COLUMN.version.eq(before.version))
        .exec(txn)
        .await?;
    Ok(written.rows_affected == 1)
}

/// The names of what a change gives another value.
fn differences(before: &candidate::Model, new: &NewCandidate) -> Vec<String> {
    versions::changed([
        ("name", before.name != new.name),
        ("email", before.email != new.email),
        ("phone", before.phone != new.phone),
        ("time_zone", before.time_zone != new.time_zone),
        ("locale", before.locale != new.locale),
        ("job", before.job_id != new.job_id),
        ("notes", before.notes != new.notes),
    ])
}

fn columns(new: &NewCandidate) -> candidate::ActiveModel {
    candidate::ActiveModel {
        name: Set(new.name.clone()),
        email: Set(new.email.clone()),
        phone: Set(new.phone.clone()),
        time_zone: Set(new.time_zone.clone()),
        locale: Set(new.locale.clone()),
        job_id: Set(new.job_id),
        notes: Set(new.notes.clone()),
        ..Default::default()
    }
}
