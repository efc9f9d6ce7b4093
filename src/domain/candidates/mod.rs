//! Candidates: people who are interviewed.
mod changes;
mod many;
mod search;

use chrono::{DateTime, Utc};
use entity::candidate;
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::LockType,
};

use self::search::index;
pub(super) use self::search::{has_word, keys, meet_often, who_have};
pub use self::{
    changes::{ChangeRefusal, UpdateRefusal, Updated, change, update},
    many::{find_many, insert_many, keys_by_email},
    search::{Filter, list},
};
use crate::{
    db::{Db, Txn},
    domain::{
        actions::Actor,
        commands::{self, refuse},
        events::{self, Event},
        idempotency_keys::{self, IdempotencyKey, KeyConflict},
        jobs,
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

/// The candidate, if one of the company's.
pub async fn find(db: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<candidate::Model> {
    candidate::Entity::find_by_id(id)
        .filter(candidate::COLUMN.company_id.eq(company_id))
        .one(db)
        .await?
        .ok_or(Error::NotFound)
}

/// Keeps a candidate as they are until the transaction ends: whoever would change their address waits, and then knows of
/// the interview that is booked meanwhile. Whoever would book, move or change another interview of theirs waits, too: then
/// it is seen whether both lie at the same time.
pub async fn lock_bookings(txn: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<()> {
    candidate::Entity::find_by_id(id)
        .filter(candidate::COLUMN.company_id.eq(company_id))
        // New interviews of theirs need no more than the key.
        .lock(LockType::NoKeyUpdate)
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
        jobs::require(txn, actor.company_id, job_id).await?;
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

fn columns(new: &NewCandidate) -> candidate::ActiveModel {
    // Taken apart, so that a field that is not written does not compile.
    let NewCandidate {
        name,
        email,
        phone,
        time_zone,
        locale,
        job_id,
        notes,
    } = new.clone();
    candidate::ActiveModel {
        name: Set(name),
        email: Set(email),
        phone: Set(phone),
        time_zone: Set(time_zone),
        locale: Set(locale),
        job_id: Set(job_id),
        notes: Set(notes),
        ..Default::default()
    }
}
