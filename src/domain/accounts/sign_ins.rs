//! Who may come in: an address and a password, tried so often and not more.
use chrono::{DateTime, TimeDelta, Utc};
use entity::user;
use sea_orm::{EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};

use super::{known_devices, users};
use crate::{
    crypto,
    db::{self, Db},
    domain::{
        actions::Actor,
        events::{self, Event},
        rate_limits::{self, Limit, Turn},
    },
    error::Result,
    passwords::{Match, Passwords, Share},
    text,
};

/// Tries at one account by browsers that it does not know, from anywhere.
const PER_ACCOUNT: Limit = Limit {
    name: "sign-in.account",
    most: 10,
    window: TimeDelta::minutes(15),
};
/// Tries by browsers that an account does not know, from one address.
const PER_CLIENT: Limit = Limit {
    name: "sign-in.client",
    most: 30,
    window: TimeDelta::minutes(15),
};
/// Tries by one browser that the account knows. Nobody else's count, and whoever copies its mark has no more.
const PER_DEVICE: Limit = Limit {
    name: "sign-in.device",
    most: 10,
    window: TimeDelta::minutes(15),
};

/// Somebody wants to sign in.
pub struct Attempt<'a> {
    /// As typed.
    pub email: &'a str,
    /// As typed.
    pub password: &'a str,
    /// The hashes of the browser's marks.
    pub mark_hashes: &'a [String],
    /// The hash of the mark that it gets when the account does not know it yet.
    pub fresh_mark_hash: &'a str,
    /// The client's block of addresses: what is counted as one.
    pub client: &'a str,
    /// The client's address, for the audit log.
    pub ip: &'a str,
}

/// What comes of it.
#[derive(Debug)]
pub enum SignIn {
    /// It is this user; with the hash of the mark by which their account knew the browser.
    Welcome(Box<user::Model>, Option<String>),
    /// It is nobody; which half was wrong is not said.
    Refused,
    /// Too many tries; seconds until the next.
    TooOften(i64),
}

/// Checks an address and a password. Unknown accounts take as long and are counted like known ones.
pub async fn authenticate(
    db: &Db,
    passwords: &Passwords,
    attempt: Attempt<'_>,
    now: DateTime<Utc>,
) -> Result<SignIn> {
    // What is no address is nobody's, and is looked up all the same; PostgreSQL refuses to be asked for a NUL.
    let email =
        text::email(attempt.email).unwrap_or_else(|_| attempt.email.replace('\0', "\u{fffd}"));
    let known = known_devices::find(db, &email, attempt.mark_hashes, now).await?;
    let counters = counters(attempt.client, &email, known.as_deref());
    for (limit, who) in &counters {
        if let Turn::Limited(seconds) = rate_limits::take(db, *limit, who, now).await? {
            return Ok(SignIn::TooOften(seconds));
        }
    }
    let share = match known {
        Some(_) => Share::Known,
        None => Share::Strangers,
    };
    // Twice, because somebody else who signs in at the same moment may have renewed the hash.
    for _ in 0..2 {
        let verified = verify(db, passwords, &email, attempt.password, share).await?;
        let Some((user, renewed_hash)) = verified else {
            return Ok(SignIn::Refused);
        };
        let mark_hash = known.as_deref().unwrap_or(attempt.fresh_mark_hash);
        let welcomed = welcome(db, user, renewed_hash, mark_hash, attempt.ip, now).await?;
        if let Some(user) = welcomed {
            for (limit, who) in &counters {
                rate_limits::give_back(db, *limit, who).await?;
            }
            return Ok(SignIn::Welcome(Box::new(user), known));
        }
    }
    Ok(SignIn::Refused)
}

/// What an attempt counts against: a browser that the user is known to have has its own count.
fn counters(client: &str, email: &str, known_device: Option<&str>) -> Vec<(Limit, String)> {
    match known_device {
        Some(device) => vec![(PER_DEVICE, device.to_owned())],
        None => vec![
            (PER_CLIENT, client.to_owned()),
            (PER_ACCOUNT, crypto::sha256_hex(email)),
        ],
    }
}

/// Whose address and password these are, and the hash to store if theirs is outdated.
async fn verify(
    db: &Db,
    passwords: &Passwords,
    email: &str,
    password: &str,
    share: Share,
) -> Result<Option<(user::Model, Option<String>)>> {
    let found = users::find_active_by_email(db, email).await?;
    let stored = found.as_ref().map(|user| user.password_hash.as_str());
    let fit = passwords.verify(stored, password, share).await?;
    let Some(user) = found.filter(|_| fit != Match::Wrong) else {
        return Ok(None);
    };
    let renewed_hash = match fit {
        Match::RightButOutdated => Some(passwords.hash(password).await?),
        Match::Right | Match::Wrong => None,
    };
    Ok(Some((user, renewed_hash)))
}

/// Lets a user in and makes the browser known to their account; none when the password was changed,
/// or the user disabled, while it was being checked.
async fn welcome(
    db: &Db,
    user: user::Model,
    renewed_hash: Option<String>,
    mark_hash: &str,
    ip: &str,
    now: DateTime<Utc>,
) -> Result<Option<user::Model>> {
    let actor = Actor {
        company_id: user.company_id,
        user_id: Some(user.id),
        ip: ip.to_owned(),
    };
    db::transaction(db, async |txn| {
        let unchanged = user::Entity::find_by_id(user.id)
            .filter(user::COLUMN.password_hash.eq(&user.password_hash))
            .filter(user::COLUMN.disabled_at.is_null())
            .lock_exclusive()
            .one(txn)
            .await?;
        let Some(mut user) = unchanged else {
            return Ok(None);
        };
        if let Some(hash) = renewed_hash {
            user::Entity::update_many()
                .col_expr(user::Column::PasswordHash, Expr::value(&hash))
                .filter(user::COLUMN.id.eq(user.id))
                .exec(txn)
                .await?;
            user.password_hash = hash;
        }
        known_devices::remember(txn, user.company_id, user.id, mark_hash, now).await?;
        let event = Event::UserSignedIn { user_id: user.id };
        events::record(txn, &actor, event, now).await?;
        Ok(Some(user))
    })
    .await
}
