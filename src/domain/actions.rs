//! The audit log: who did what, on what, when, from where.
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::{action, user};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde_json::Value;

use super::rows;
use crate::{db::Db, error::Result};

const HISTORY_LENGTH: u64 = 200;

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

/// A line of the log, and who it names.
#[derive(Clone, Debug)]
pub struct Told {
    /// The line.
    pub action: action::Model,
    /// The user's name; none for the system and for candidates.
    pub by: Option<String>,
}

/// The newest lines about one thing, oldest first.
pub async fn history(
    db: &Db,
    company_id: i64,
    object_type: &str,
    object_id: i64,
) -> Result<Vec<Told>> {
    let lines = action::Entity::find()
        .filter(action::COLUMN.company_id.eq(company_id))
        .filter(action::COLUMN.object_type.eq(object_type))
        .filter(action::COLUMN.object_id.eq(object_id))
        .order_by_desc(action::Column::Id)
        .limit(HISTORY_LENGTH);
    let mut lines = rows::readable(lines, db.read(), "line of a history").await?;
    lines.reverse();
    let users = lines.iter().filter_map(|line| line.user_id);
    let names: HashMap<i64, String> = user::Entity::find()
        .select_only()
        .column(user::Column::Id)
        .column(user::Column::Name)
        .filter(user::COLUMN.company_id.eq(company_id))
        .filter(user::Column::Id.is_in(users.collect::<HashSet<_>>()))
        .into_tuple::<(i64, String)>()
        .all(db.read())
        .await?
        .into_iter()
        .collect();
    let told = lines.into_iter().map(|action| Told {
        by: action.user_id.and_then(|id| names.get(&id).cloned()),
        action,
    });
    Ok(told.collect())
}
