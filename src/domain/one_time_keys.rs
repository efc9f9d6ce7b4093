//! One-time keys: a form or API call that comes twice is carried out once.
use chrono::{DateTime, TimeDelta, Utc};
use entity::one_time_key;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter};

use crate::{crypto, error::Result};

const KEPT_DAYS: i64 = 7;

/// The key of one call.
#[derive(Clone, Debug)]
pub struct Once {
    /// Which operation.
    pub scope: &'static str,
    /// The caller's key.
    pub key: String,
    /// SHA-256 of what is asked: the same key with another wish is a mistake.
    pub fingerprint: String,
}

impl Once {
    /// `wish` is what is asked, in any stable text form.
    pub fn new(scope: &'static str, key: impl Into<String>, wish: &str) -> Self {
        Self {
            scope,
            key: key.into(),
            fingerprint: crypto::sha256_hex(wish),
        }
    }
}

/// What is known of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Never seen: go on.
    New,
    /// Carried out already; the key of what came of it.
    Done(i64),
    /// Seen with another wish.
    Reused,
}

/// Looks a key up, inside the transaction that would carry the call out.
pub async fn look_up(
    txn: &impl ConnectionTrait,
    company_id: i64,
    once: Option<&Once>,
) -> Result<Seen> {
    let Some(once) = once else {
        return Ok(Seen::New);
    };
    let row = one_time_key::Entity::find()
        .filter(one_time_key::COLUMN.company_id.eq(company_id))
        .filter(one_time_key::COLUMN.scope.eq(once.scope))
        .filter(one_time_key::COLUMN.key.eq(&once.key))
        .one(txn)
        .await?;
    Ok(match row {
        None => Seen::New,
        Some(row) if row.fingerprint == once.fingerprint => Seen::Done(row.object_id),
        Some(_) => Seen::Reused,
    })
}

/// Marks a call as carried out, inside its transaction. The unique index refuses a second one.
pub async fn keep(
    txn: &impl ConnectionTrait,
    company_id: i64,
    once: Option<&Once>,
    object_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(once) = once else { return Ok(()) };
    let row = one_time_key::ActiveModel {
        company_id: Set(company_id),
        scope: Set(once.scope.into()),
        key: Set(once.key.clone()),
        fingerprint: Set(once.fingerprint.clone()),
        object_id: Set(object_id),
        created_at: Set(now),
        ..Default::default()
    };
    one_time_key::Entity::insert(row)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Forgets keys that nobody repeats any more.
pub async fn purge(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    one_time_key::Entity::delete_many()
        .filter(
            one_time_key::COLUMN
                .created_at
                .lt(now - TimeDelta::days(KEPT_DAYS)),
        )
        .exec(txn)
        .await?;
    Ok(())
}
