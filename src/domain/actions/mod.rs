//! The audit log: who did what, on what, when, from where.
mod log;

use chrono::{DateTime, Utc};
use entity::action;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use serde_json::Value;

pub use self::log::{Author, Filter, Told, authors, history, list};
use crate::error::Result;

/// On whose behalf something is done.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The company in which it is done; nothing outside it can be seen or changed.
    pub company_id: i64,
    /// The signed-in user; none for the system itself and for candidates.
    pub user_id: Option<i64>,
    /// The client's address; empty when it is not done over HTTP.
    pub ip: String,
}

impl Actor {
    /// The system itself, or a command on the terminal.
    pub fn system(company_id: i64) -> Self {
        Self {
            company_id,
            user_id: None,
            ip: String::new(),
        }
    }
}

/// What was done, for the log.
#[derive(Clone, Debug)]
pub struct Act {
    /// `noun.verb`, in the past tense: `interview.booked`.
    pub verb: &'static str,
    /// The noun.
    pub object_type: &'static str,
    /// The row's key.
    pub object_id: i64,
    /// Before and after; never a secret.
    pub details: Value,
}

/// Adds a line, in the transaction that does the thing.
pub async fn record(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    act: Act,
    now: DateTime<Utc>,
) -> Result<()> {
    let line = action::ActiveModel {
        company_id: Set(actor.company_id),
        user_id: Set(actor.user_id),
        verb: Set(act.verb.into()),
        object_type: Set(act.object_type.into()),
        object_id: Set(act.object_id),
        details: Set(act.details),
        ip: Set(actor.ip.clone()),
        at: Set(now),
        ..Default::default()
    };
    action::Entity::insert(line)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}
