//! New passwords: one's own, or somebody's on an admin's word.
use chrono::{DateTime, TimeDelta, Utc};
use entity::user;
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr,
};

use super::{api_tokens, known_devices, sessions, users};
use crate::{
    db::{self, Db},
    domain::{
        actions::Actor,
        events::{self, Event},
        rate_limits::{self, Limit, Turn},
        versions::{Target, Updated},
    },
    error::{Error, Result},
    passwords::{Match, NewPassword, Passwords, Share},
};

/// Guesses at the present password in one session: nobody else's count, so nobody can use them up.
const PER_SESSION: Limit = Limit {
    name: "password.session",
    most: 10,
    window: TimeDelta::minutes(15),
};

/// Gives a user a new password, if nobody changed the user since the caller saw them. Every session and token of theirs ends, and no browser is known to them
/// any more: whoever had the old password has nothing left.
pub async fn reset(
    db: &Db,
    passwords: &Passwords,
    actor: &Actor,
    target: &Target,
    new: &NewPassword,
    now: DateTime<Utc>,
) -> Result<Updated<user::Model>> {
    let user = users::find(db, actor.company_id, target.id).await?;
    let hash = passwords.hash(new.expose()).await?;
    let seen = user::Model {
        version: target.version,
        ..user
    };
    let done = db::transaction(db, async |txn| -> Result<_> {
        let after = user::ActiveModel {
            password_hash: Set(hash),
            ..Default::default()
        };
        let Some(version) = users::write(txn, &seen, after).await? else {
            return Ok(false);
        };
        sessions::end_others(txn, seen.company_id, seen.id, None).await?;
        known_devices::forget_others(txn, seen.company_id, seen.id, &[]).await?;
        api_tokens::revoke_all(txn, actor, seen.id, now).await?;
        let event = Event::PasswordReset {
            user_id: seen.id,
            version: Some(version),
        };
        events::record(txn, actor, event, now).await?;
        Ok(true)
    })
    .await?;
    if done {
        return Ok(Updated::Done);
    }
    let now = users::find(db, actor.company_id, target.id).await?;
    Ok(Updated::Stale(Box::new(now)))
}

/// Gives a user another password that nobody has a reason to doubt; sessions end, tokens go on.
pub async fn renew(
    db: &Db,
    passwords: &Passwords,
    actor: &Actor,
    id: i64,
    new: &NewPassword,
    now: DateTime<Utc>,
) -> Result<()> {
    let user = users::find(db, actor.company_id, id).await?;
    let after = user::ActiveModel {
        password_hash: Set(passwords.hash(new.expose()).await?),
        ..Default::default()
    };
    db::transaction(db, async |txn| {
        let version = users::write(txn, &user, after).await?;
        let version = version.ok_or(Error::Conflict("the user was changed meanwhile"))?;
        sessions::end_others(txn, user.company_id, id, None).await?;
        let event = Event::PasswordReset {
            user_id: id,
            version: Some(version),
        };
        events::record(txn, actor, event, now).await
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
    /// The hashes of the marks of this browser, which stays known.
    pub mark_hashes: &'a [String],
    /// Shall one's tokens end as well?
    pub ends_tokens: bool,
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

/// Changes the actor's own password; only the session that asks for it goes on, and only this browser
/// stays known. Tokens go on unless it is said that they end: programs do not know the password.
pub async fn change(
    db: &Db,
    passwords: &Passwords,
    actor: &Actor,
    own: OwnPassword<'_>,
    now: DateTime<Utc>,
) -> Result<Change> {
    let id = actor.user_id.ok_or(Error::NotFound)?;
    let user = users::find(db, actor.company_id, id).await?;
    if let Turn::Limited(seconds) = rate_limits::take(db, PER_SESSION, own.session, now).await? {
        return Ok(Change::TooOften(seconds));
    }
    let stored = Some(user.password_hash.as_str());
    let fit = passwords.verify(stored, own.present, Share::Known).await?;
    if fit == Match::Wrong {
        return Ok(Change::Wrong);
    }
    rate_limits::give_back(db, PER_SESSION, own.session).await?;
    let hash = passwords.hash(own.new.expose()).await?;
    db::transaction(db, async |txn| {
        if !replace_hash(txn, &user, hash).await? {
            return Ok(Change::Wrong);
        }
        sessions::end_others(txn, user.company_id, id, Some(own.session)).await?;
        known_devices::forget_others(txn, user.company_id, id, own.mark_hashes).await?;
        if own.ends_tokens {
            api_tokens::revoke_all(txn, actor, id, now).await?;
        }
        let version = users::version(txn, user.company_id, id).await?;
        let event = Event::PasswordChanged {
            user_id: id,
            version: Some(version),
        };
        events::record(txn, actor, event, now).await?;
        Ok(Change::Done)
    })
    .await
}

/// Replaces the hash that was just verified; false when an admin has set another meanwhile.
async fn replace_hash(
    txn: &impl ConnectionTrait,
    user: &user::Model,
    hash: String,
) -> Result<bool> {
    let written = user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, Expr::value(hash))
        .col_expr(
            user::Column::Version,
            Expr::col(user::Column::Version).add(1),
        )
        .filter(user::COLUMN.company_id.eq(user.company_id))
        .filter(user::COLUMN.id.eq(user.id))
        .filter(user::COLUMN.password_hash.eq(&user.password_hash))
        .exec(txn)
        .await?;
    Ok(written.rows_affected == 1)
}
