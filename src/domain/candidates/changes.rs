//! Changes of candidates: of what is known of them, and of their address.
use chrono::{DateTime, Utc};
use entity::candidate;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter};

use super::{NewCandidate, columns, find, find_by_email, search::index};
use crate::{
    db::{Db, Txn},
    domain::{
        actions::Actor,
        commands::{self, refuse},
        emails,
        events::{self, Event},
        idempotency_keys::{self, KeyConflict},
        interviews::address_change,
        jobs,
        versions::{self, Target},
    },
    error::Result,
};

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
        jobs::require(txn, company_id, job_id).await?;
    }
    if !write(txn, company_id, before, new).await? {
        let now = find(txn, company_id, id).await?;
        return Ok(Err(ChangeRefusal::Stale(Box::new(now))));
    }
    index(txn, company_id, id, new).await?;
    if before.locale != new.locale {
        emails::speak(txn, company_id, id, &new.locale).await?;
    }
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
    let NewCandidate {
        name,
        email,
        phone,
        time_zone,
        locale,
        job_id,
        notes,
    } = new;
    versions::changed([
        ("name", before.name != *name),
        ("email", before.email != *email),
        ("phone", before.phone != *phone),
        ("time_zone", before.time_zone != *time_zone),
        ("locale", before.locale != *locale),
        ("job", before.job_id != *job_id),
        ("notes", before.notes != *notes),
    ])
}
