//! Secret addresses at which calendar programs read the interviews that a user holds: one for each user, while they want it.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{feed, user};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::OnConflict,
};

use crate::{
    crypto,
    db::{self, Db},
    domain::{
        actions::Actor,
        events::{self, Event},
        interviews::held::{self, Held},
        rate_limits::{self, Limit, Turn},
    },
    error::Result,
    secret::Secret,
};

/// So long an interview that was held stays in the feed.
const PAST: TimeDelta = TimeDelta::days(30);
/// So far ahead a feed looks.
const AHEAD: TimeDelta = TimeDelta::days(365);
/// Calendar programs ask every few minutes; one that asks more often is broken.
const READS: Limit = Limit {
    name: "feed",
    most: 120,
    window: TimeDelta::hours(1),
};

/// What a calendar program gets.
#[derive(Debug)]
pub struct Feed {
    /// Whose it is.
    pub user: user::Model,
    /// What they hold, the earliest first.
    pub held: Vec<Held>,
}

/// Makes a user's address, or another instead of the one there is: that one is dead at once. Answers with its secret
/// part, which cannot be read again.
pub async fn create(db: &Db, actor: &Actor, user_id: i64, now: DateTime<Utc>) -> Result<Secret> {
    let token = crypto::random_token();
    db::transaction(db, async |txn| -> Result<_> {
        let row = feed::ActiveModel {
            company_id: Set(actor.company_id),
            user_id: Set(user_id),
            token_hash: Set(crypto::sha256_hex(&token)),
            created_at: Set(now),
        };
        use feed::Column::{CompanyId, CreatedAt, TokenHash, UserId};
        let newest = OnConflict::columns([CompanyId, UserId])
            .update_columns([TokenHash, CreatedAt])
            .to_owned();
        feed::Entity::insert(row)
            .on_conflict(newest)
            .exec_without_returning(txn)
            .await?;
        events::record(txn, actor, Event::FeedCreated { user_id }, now).await
    })
    .await?;
    Ok(Secret::new(token))
}

/// Ends a user's address; nothing where there is none.
pub async fn end(db: &Db, actor: &Actor, user_id: i64, now: DateTime<Utc>) -> Result<()> {
    db::transaction(db, async |txn| {
        let ended = feed::Entity::delete_many()
            .filter(feed::COLUMN.company_id.eq(actor.company_id))
            .filter(feed::COLUMN.user_id.eq(user_id))
            .exec(txn)
            .await?;
        if ended.rows_affected > 0 {
            events::record(txn, actor, Event::FeedEnded { user_id }, now).await?;
        }
        Ok(())
    })
    .await
}

/// Since when a user has an address; none where they have none.
pub async fn since(
    db: &impl ConnectionTrait,
    (company_id, user_id): (i64, i64),
) -> Result<Option<DateTime<Utc>>> {
    Ok(feed::Entity::find()
        .select_only()
        .column(feed::Column::CreatedAt)
        .filter(feed::COLUMN.company_id.eq(company_id))
        .filter(feed::COLUMN.user_id.eq(user_id))
        .into_tuple()
        .one(db)
        .await?)
}

/// Whose address it is: nobody's where it was never made, was replaced or ended, or its user can't sign in any more.
/// The one look-up without a company, because the secret is what gives access.
pub async fn owner(db: &Db, token: &str) -> Result<Option<user::Model>> {
    let hash = crypto::sha256_hex(token);
    let found = feed::Entity::find().filter(feed::COLUMN.token_hash.eq(hash));
    let Some(row) = found.one(db.read()).await? else {
        return Ok(None);
    };
    Ok(user::Entity::find_by_id(row.user_id)
        .filter(user::COLUMN.company_id.eq(row.company_id))
        .filter(user::COLUMN.disabled_at.is_null())
        .one(db.read())
        .await?)
}

/// Counts a look at an address against its user, before anything is read for it.
pub async fn count_read(db: &Db, owner: &user::Model, now: DateTime<Utc>) -> Result<Turn> {
    rate_limits::take(db, READS, &owner.id.to_string(), now).await
}

/// What is behind the address of a user.
pub async fn read(db: &Db, user: user::Model, now: DateTime<Utc>) -> Result<Feed> {
    let whose = (user.company_id, user.id);
    let held = held::not_cancelled(db, whose, now - PAST, now + AHEAD).await?;
    Ok(Feed { user, held })
}
