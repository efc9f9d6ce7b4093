//! New passwords: one's own, or somebody's on an admin's word.
use chrono::{DateTime, Utc};
use entity::user;
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;

use super::{
    actions::{self, Act, Actor},
    rate_limits::{self, Turn},
    sessions,
    sign_ins::{self, PER_ACCOUNT},
    users,
};
use crate::{
    db::{self, Db},
    error::{Error, Result},
    passwords::{Match, NewPassword, Passwords},
};

/// Gives a user a new password; every session of theirs ends.
pub async fn reset(
    db: &Db,
    passwords: &Passwords,
    actor: &Actor,
    id: i64,
    new: &NewPassword,
    now: DateTime<Utc>,
) -> Result<()> {
    let user = users::find(db, actor.company_id, id).await?;
    let hash = passwords.hash(new.expose()).await?;
    db::transaction(db, async |txn| {
        set(txn, &user, hash, None).await?;
        actions::record(txn, actor, act("user.password_reset", id), now).await
    })
    .await
}

/// One's own password, before and after.
pub struct OwnPassword<'a> {
    /// As typed.
    pub present: &'a str,
    /// What it shall be.
    pub new: &'a NewPassword,
    /// The hash of the key of the session that goes on.
    pub session: &'a str,
}

/// What comes of changing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Changed; all other sessions have ended.
    Done,
    /// The present password is another.
    Wrong,
    /// Too many tries; seconds until the next.
    TooOften(i64),
}

/// Changes the actor's own password; only the session that asks for it goes on.
pub async fn change(
    db: &Db,
    passwords: &Passwords,
    actor: &Actor,
    own: OwnPassword<'_>,
    now: DateTime<Utc>,
) -> Result<Change> {
    let id = actor.user_id.ok_or(Error::NotFound)?;
    let user = users::find(db, actor.company_id, id).await?;
    let account = sign_ins::account_key(&user.email);
    if let Turn::Limited(seconds) = rate_limits::take(db, PER_ACCOUNT, &account, now).await? {
        return Ok(Change::TooOften(seconds));
    }
    let stored = Some(user.password_hash.as_str());
    if passwords.verify(stored, own.present).await? == Match::Wrong {
        return Ok(Change::Wrong);
    }
    rate_limits::give_back(db, PER_ACCOUNT, &account).await?;
    let hash = passwords.hash(own.new.expose()).await?;
    db::transaction(db, async |txn| {
        set(txn, &user, hash, Some(own.session)).await?;
        actions::record(txn, actor, act("user.password_changed", id), now).await
    })
    .await?;
    Ok(Change::Done)
}

async fn set(
    txn: &impl ConnectionTrait,
    user: &user::Model,
    hash: String,
    surviving_session: Option<&str>,
) -> Result<()> {
    user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, Expr::value(hash))
        .filter(user::COLUMN.id.eq(user.id))
        .exec(txn)
        .await?;
    sessions::end_others(txn, user.company_id, user.id, surviving_session).await
}

fn act(verb: &'static str, id: i64) -> Act {
    Act {
        verb,
        object_type: "user",
        object_id: id,
        details: json!({}),
    }
}
