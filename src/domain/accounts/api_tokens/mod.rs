//! Tokens: keys with which programs act on behalf of a user.
mod list;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{api_token, company, user};
use sea_orm::{
    ActiveValue::Set, Condition, ConnectionTrait, EntityTrait, FromQueryResult, JoinType,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

use self::list::users;
pub use self::list::{Listed, State, list};
use crate::{
    crypto,
    db::{self, Db},
    domain::{
        actions::Actor,
        events::{self, Event},
    },
    error::{Error, Result},
    secret::Secret,
};

/// How a token begins, so that people and secret scanners know one when they see it.
const PREFIX: &str = "grm_";

const SEEN_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A token that was just made. It can be read here and never again.
#[derive(Debug)]
pub struct NewToken {
    /// The row's key.
    pub id: i64,
    /// The token itself.
    pub token: Secret,
}

/// Whom a token speaks for, as the database knows them now.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Bearer {
    /// The token's key.
    pub token_id: i64,
    /// The user.
    pub user_id: i64,
    /// What the user may do.
    pub role: user::Role,
    /// The user's company.
    pub company_id: i64,
    /// The company's zone.
    pub company_time_zone: String,
    /// When the token was last shown, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// Makes a token that acts on behalf of a user of the actor's company who has something to do with one. Only its
/// hash is kept.
pub async fn create(
    db: &Db,
    actor: &Actor,
    user_id: i64,
    name: &str,
    expires_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<NewToken> {
    let token = format!("{PREFIX}{}", crypto::random_token());
    let id = db::transaction(db, async |txn| -> Result<_> {
        lock_user(txn, actor.company_id, user_id).await?;
        let row = api_token::ActiveModel {
            company_id: Set(actor.company_id),
            user_id: Set(user_id),
            name: Set(name.into()),
            token_hash: Set(crypto::sha256_hex(&token)),
            created_at: Set(now),
            expires_at: Set(expires_at),
            ..Default::default()
        };
        let id = api_token::Entity::insert(row)
            .exec(txn)
            .await?
            .last_insert_id;
        let event = Event::TokenCreated {
            token_id: id,
            name: name.into(),
            user_id,
            expires_at,
        };
        events::record(txn, actor, event, now).await?;
        Ok(id)
    })
    .await?;
    Ok(NewToken {
        id,
        token: Secret::new(token),
    })
}

/// Whoever disables the user at the same moment sees the token, or this sees them disabled.
async fn lock_user(txn: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<()> {
    user::Entity::find_by_id(id)
        .filter(user::COLUMN.company_id.eq(company_id))
        .filter(user::COLUMN.disabled_at.is_null())
        .lock_exclusive()
        .one(txn)
        .await?
        .filter(|user| user.role.may_have_tokens())
        .ok_or(Error::NotFound)?;
    Ok(())
}

/// Whom a token speaks for; nobody when it is unknown, revoked or expired, or its user disabled.
pub async fn find(db: &Db, token: &str, now: DateTime<Utc>) -> Result<Option<Bearer>> {
    let still_valid = Condition::any()
        .add(api_token::COLUMN.expires_at.is_null())
        .add(api_token::COLUMN.expires_at.gt(now));
    let companies = user::Entity::belongs_to(company::Entity)
        .from(user::Column::CompanyId)
        .to(company::Column::Id)
        .into();
    Ok(api_token::Entity::find()
        .join(JoinType::InnerJoin, users())
        .join(JoinType::InnerJoin, companies)
        .select_only()
        .column_as(api_token::Column::Id, "token_id")
        .columns([
            api_token::Column::UserId,
            api_token::Column::CompanyId,
            api_token::Column::LastUsedAt,
        ])
        .column(user::Column::Role)
        .column_as(company::Column::TimeZone, "company_time_zone")
        .filter(api_token::COLUMN.token_hash.eq(crypto::sha256_hex(token)))
        .filter(api_token::COLUMN.revoked_at.is_null())
        .filter(still_valid)
        .filter(user::COLUMN.disabled_at.is_null())
        .into_model::<Bearer>()
        .one(db.read())
        .await?)
}

/// Notes that a token is in use; writes at most once a minute.
pub async fn touch(db: &Db, bearer: &Bearer, now: DateTime<Utc>) -> Result<()> {
    if bearer
        .last_used_at
        .is_some_and(|seen| now - seen < SEEN_EVERY)
    {
        return Ok(());
    }
    db::transaction(db, async |txn| {
        api_token::Entity::update_many()
            .col_expr(api_token::Column::LastUsedAt, Expr::value(now))
            .filter(api_token::COLUMN.id.eq(bearer.token_id))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await
}

/// Takes a token back, from this instant on. Taking it back twice is harmless.
pub async fn revoke(db: &Db, actor: &Actor, id: i64, now: DateTime<Utc>) -> Result<()> {
    db::transaction(db, async |txn| {
        let token = api_token::Entity::find_by_id(id)
            .filter(api_token::COLUMN.company_id.eq(actor.company_id))
            .one(txn)
            .await?
            .ok_or(Error::NotFound)?;
        take_back(txn, actor, &token, now).await
    })
    .await
}

/// Takes all tokens of a user back, for good, inside the caller's transaction. The user's row is locked
/// already, so that none is made meanwhile.
pub async fn revoke_all(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    user_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let valid = api_token::Entity::find()
        .filter(api_token::COLUMN.company_id.eq(actor.company_id))
        .filter(api_token::COLUMN.user_id.eq(user_id))
        .filter(api_token::COLUMN.revoked_at.is_null())
        .order_by_asc(api_token::Column::Id)
        .all(txn)
        .await?;
    for token in &valid {
        take_back(txn, actor, token, now).await?;
    }
    Ok(())
}

/// How many tokens of a user open the API.
pub async fn count_valid(
    db: &Db,
    company_id: i64,
    user_id: i64,
    now: DateTime<Utc>,
) -> Result<u64> {
    let not_over = Condition::any()
        .add(api_token::COLUMN.expires_at.is_null())
        .add(api_token::COLUMN.expires_at.gt(now));
    Ok(api_token::Entity::find()
        .filter(api_token::COLUMN.company_id.eq(company_id))
        .filter(api_token::COLUMN.user_id.eq(user_id))
        .filter(api_token::COLUMN.revoked_at.is_null())
        .filter(not_over)
        .count(db.read())
        .await?)
}

async fn take_back(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    token: &api_token::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    let revoked = api_token::Entity::update_many()
        .col_expr(api_token::Column::RevokedAt, Expr::value(now))
        .filter(api_token::COLUMN.id.eq(token.id))
        .filter(api_token::COLUMN.revoked_at.is_null())
        .exec(txn)
        .await?
        .rows_affected;
    if revoked == 0 {
        return Ok(());
    }
    let event = Event::TokenRevoked {
        token_id: token.id,
        name: token.name.clone(),
    };
    events::record(txn, actor, event, now).await
}
