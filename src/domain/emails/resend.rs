//! Sending a message once more.
use chrono::{DateTime, Utc};
use entity::email::{self, Status};
use sea_orm::ConnectionTrait;

use super::{
    Addressee, find, is_of_use,
    queue::{NewEmail, insert},
    snapshot::{previous_snapshot_of, snapshot, snapshot_of},
    story::{attempts, may_have_arrived, repeated_by},
};
use crate::{
    db::{Db, Txn},
    domain::{
        actions::Actor,
        commands::{self, Abort, refuse},
        events::{self, Event},
        idempotency_keys::{self, IdempotencyKey, KeyConflict},
        interviews::{self, Details},
    },
    error::{Error, Result},
};

/// A request to send a message again.
#[derive(Clone, Debug, Default)]
pub struct Again {
    /// Its idempotency key.
    pub idempotency_key: Option<IdempotencyKey>,
    /// Is a second copy meant, though the candidate may have the first?
    pub is_confirmed: bool,
}

/// What became of the request to send a message again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resent {
    /// A new message is queued.
    Queued(i64),
    /// A new message is there, and held back: its address is suppressed.
    Held(i64),
    /// The interview was moved, cancelled or is over: this message would be wrong.
    Outdated,
    /// The candidate may have it already, and nobody said that a second copy is meant.
    Unconfirmed,
    /// It has not ended yet: it will be tried by itself.
    Underway,
    /// It was repeated before, by this one: that is the one to look at.
    Repeated(i64),
    /// The idempotency key came with another request.
    KeyConflict,
}

/// Queues a new message that tells the same as one that has ended.
pub async fn resend(
    db: &Db,
    actor: &Actor,
    id: i64,
    again: Again,
    now: DateTime<Utc>,
) -> Result<Resent> {
    let (company_id, key) = (actor.company_id, again.idempotency_key.as_ref());
    let work = async |txn: &Txn| carry_out(txn, actor, id, &again, now).await;
    let earlier = async |id| resent(db.read(), company_id, id).await;
    let (Ok(resent) | Err(resent)) = commands::run_once(db, company_id, key, work, earlier).await?;
    Ok(resent)
}

impl From<KeyConflict> for Resent {
    fn from(_: KeyConflict) -> Self {
        Self::KeyConflict
    }
}

async fn carry_out(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    id: i64,
    again: &Again,
    now: DateTime<Utc>,
) -> Result<Resent, Abort<Resent>> {
    let old = find(txn, actor.company_id, id).await?;
    let details = match repeatable(txn, &old, again.is_confirmed, now).await? {
        Ok(details) => details,
        Err(why_not) => return refuse(why_not),
    };
    let new = NewEmail {
        kind: old.kind,
        // It tells what is so; what it told before may be lost.
        snapshot: or_as_it_is(snapshot_of(&old), || snapshot(&details))?,
        previous_snapshot: or_as_it_is(previous_snapshot_of(&old), || Ok(None))?,
        due_at: now,
        expires_at: old.expires_at,
        lead_minutes: old.lead_minutes,
    };
    let all = vec![(Addressee::again(&old, &details), new)];
    let queued = insert(txn, actor, &details, all, Some(old.id), now).await?;
    let new_id = queued.first().ok_or(Error::NotFound)?.id;
    let event = Event::EmailResent {
        email_id: old.id,
        new_id,
    };
    events::record(txn, actor, event, now).await?;
    let key = again.idempotency_key.as_ref();
    idempotency_keys::insert(txn, actor.company_id, key, new_id, now).await?;
    Ok(resent(txn, actor.company_id, new_id).await?)
}

/// The interview that a message is about, as it is now; or why the message is not sent again.
async fn repeatable(
    txn: &impl ConnectionTrait,
    old: &email::Model,
    is_confirmed: bool,
    now: DateTime<Utc>,
) -> Result<Result<Details, Resent>> {
    if !old.status.is_final() {
        return Ok(Err(Resent::Underway));
    }
    if let Some(id) = repeated_by(txn, old).await? {
        return Ok(Err(Resent::Repeated(id)));
    }
    // What is about no interview is asked for anew instead.
    let Some(interview_id) = old.interview_id else {
        return Ok(Err(Resent::Outdated));
    };
    let details = interviews::details(txn, old.company_id, interview_id).await?;
    if !is_of_use(old, &details, now) {
        return Ok(Err(Resent::Outdated));
    }
    let attempts = attempts(txn, old).await?;
    if !is_confirmed && may_have_arrived(old, &attempts) {
        return Ok(Err(Resent::Unconfirmed));
    }
    Ok(Ok(details))
}

fn or_as_it_is<T>(kept: Result<T>, now: impl FnOnce() -> Result<T>) -> Result<T> {
    match kept {
        Err(Error::Stored(_)) => now(),
        kept => kept,
    }
}

async fn resent(db: &impl ConnectionTrait, company_id: i64, new_id: i64) -> Result<Resent> {
    Ok(match find(db, company_id, new_id).await?.status {
        Status::Held => Resent::Held(new_id),
        _ => Resent::Queued(new_id),
    })
}
