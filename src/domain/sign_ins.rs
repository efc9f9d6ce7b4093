//! Who may come in: an address and a password, tried so often and not more.
use chrono::{DateTime, TimeDelta, Utc};
use entity::user;
use sea_orm::{EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;

use super::{
    actions::{self, Act, Actor},
    rate_limits::{self, Limit, Turn},
    users,
};
use crate::{
    crypto,
    db::{self, Db},
    error::Result,
    passwords::{Match, Passwords},
    text,
};

/// Tries at one account from anywhere; of one's own present password, too.
pub const PER_ACCOUNT: Limit = Limit {
    name: "sign-in.account",
    most: 10,
    window: TimeDelta::minutes(15),
};
/// Tries from a browser in which the user has signed in before: others' tries do not lock it out.
const PER_DEVICE: Limit = Limit {
    name: "sign-in.device",
    most: 10,
    window: TimeDelta::minutes(15),
};
const PER_CLIENT: Limit = Limit {
    name: "sign-in.client",
    most: 30,
    window: TimeDelta::minutes(15),
};

/// Somebody wants to sign in.
pub struct Attempt<'a> {
    /// As typed.
    pub email: &'a str,
    /// As typed.
    pub password: &'a str,
    /// The browser's own mark, when this account has signed in there before.
    pub known_device: Option<&'a str>,
    /// The client's block of addresses: what is counted as one.
    pub client: &'a str,
    /// The client's address, for the audit log.
    pub ip: &'a str,
}

/// What comes of it.
#[derive(Debug)]
pub enum SignIn {
    /// It is this user.
    Welcome(user::Model),
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
    let email = text::email(attempt.email).ok();
    let account = account_key(email.as_deref().unwrap_or(attempt.email));
    let counters = [
        (PER_CLIENT, attempt.client),
        match attempt.known_device {
            Some(device) => (PER_DEVICE, device),
            None => (PER_ACCOUNT, account.as_str()),
        },
    ];
    for (limit, who) in counters {
        if let Turn::Limited(seconds) = rate_limits::take(db, limit, who, now).await? {
            return Ok(SignIn::TooOften(seconds));
        }
    }
    let found = match &email {
        Some(email) => users::find_active_by_email(db, email).await?,
        None => None,
    };
    let stored = found.as_ref().map(|user| user.password_hash.as_str());
    let fit = passwords.verify(stored, attempt.password).await?;
    let Some(user) = found.filter(|_| fit != Match::Wrong) else {
        return Ok(SignIn::Refused);
    };
    for (limit, who) in counters {
        rate_limits::give_back(db, limit, who).await?;
    }
    let renewed_hash = match fit {
        Match::RightButOutdated => Some(passwords.hash(attempt.password).await?),
        Match::Right | Match::Wrong => None,
    };
    welcome(db, &user, renewed_hash, attempt.ip, now).await?;
    Ok(SignIn::Welcome(user))
}

/// The name under which an account's tries are counted.
pub fn account_key(email: &str) -> String {
    crypto::sha256_hex(email)
}

async fn welcome(
    db: &Db,
    user: &user::Model,
    renewed_hash: Option<String>,
    ip: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let actor = Actor {
        company_id: user.company_id,
        user_id: Some(user.id),
        ip: ip.to_owned(),
    };
    db::transaction(db, async |txn| {
        if let Some(hash) = renewed_hash {
            // Unless it was changed meanwhile.
            user::Entity::update_many()
                .col_expr(user::Column::PasswordHash, Expr::value(hash))
                .filter(user::COLUMN.id.eq(user.id))
                .filter(user::COLUMN.password_hash.eq(&user.password_hash))
                .exec(txn)
                .await?;
        }
        let act = Act {
            verb: "user.signed_in",
            object_type: "user",
            object_id: user.id,
            details: json!({}),
        };
        actions::record(txn, &actor, act, now).await
    })
    .await
}
