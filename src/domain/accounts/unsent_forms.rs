//! Forms that arrived after their user's session had ended: kept for ten minutes, for the same user in
//! the same browser, and never carried out by themselves.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{unsent_form, user};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::{
    crypto,
    db::{self, Db},
    domain::rate_limits::{self, Limit, Turn},
    error::Result,
};

/// How long a form is kept.
pub const KEPT: TimeDelta = TimeDelta::minutes(10);
/// So many of one browser; the oldest gives way.
const PER_BROWSER: u64 = 5;
/// Whoever sends them is not signed in: nobody may fill the database.
const PER_CLIENT: Limit = Limit {
    name: "unsent.client",
    most: 60,
    window: KEPT,
};
const ALTOGETHER: Limit = Limit {
    name: "unsent",
    most: 500,
    window: KEPT,
};

/// A form that came too late.
pub struct NewUnsentForm<'a> {
    /// Who signed in last in the browser that sent it.
    pub user_id: i64,
    /// The hash of the browser's cookie.
    pub browser_hash: String,
    /// The client's block of addresses: what is counted as one.
    pub client: &'a str,
    /// The path to which it was sent.
    pub target: &'a str,
    /// Its fields, urlencoded, without passwords.
    pub body: String,
}

/// Keeps a form, in place of what the same browser sent to the same address before; answers with its id.
/// None when there is no such user, or too much is kept already.
pub async fn keep(db: &Db, new: NewUnsentForm<'_>, now: DateTime<Utc>) -> Result<Option<String>> {
    for (limit, who) in [(PER_CLIENT, new.client), (ALTOGETHER, "all")] {
        if rate_limits::take(db, limit, who, now).await? != Turn::Allowed {
            return Ok(None);
        }
    }
    let id = crypto::random_id();
    db::transaction(db, async |txn| {
        let user = user::Entity::find_by_id(new.user_id).filter(user::COLUMN.disabled_at.is_null());
        let Some(user) = user.one(txn).await? else {
            return Ok(None);
        };
        make_room(txn, &new, now).await?;
        let row = unsent_form::ActiveModel {
            id: Set(id.clone()),
            company_id: Set(user.company_id),
            user_id: Set(user.id),
            browser_hash: Set(new.browser_hash),
            target: Set(new.target.to_owned()),
            body: Set(new.body),
            created_at: Set(now),
        };
        unsent_form::Entity::insert(row)
            .exec_without_returning(txn)
            .await?;
        Ok(Some(id))
    })
    .await
}

/// The form of this id, if this user sent it from this browser less than ten minutes ago.
pub async fn find(
    db: &Db,
    (company_id, user_id): (i64, i64),
    browser_hash: &str,
    id: &str,
    now: DateTime<Utc>,
) -> Result<Option<unsent_form::Model>> {
    Ok(unsent_form::Entity::find_by_id(id)
        .filter(unsent_form::COLUMN.company_id.eq(company_id))
        .filter(unsent_form::COLUMN.user_id.eq(user_id))
        .filter(unsent_form::COLUMN.browser_hash.eq(browser_hash))
        .filter(unsent_form::COLUMN.created_at.gt(now - KEPT))
        .one(db.read())
        .await?)
}

/// Forgets what a user sent from a browser to an address, because it comes again.
pub async fn forget(
    db: &Db,
    (company_id, user_id): (i64, i64),
    browser_hash: &str,
    target: &str,
) -> Result<()> {
    db::transaction(db, async |txn| {
        unsent_form::Entity::delete_many()
            .filter(unsent_form::COLUMN.company_id.eq(company_id))
            .filter(unsent_form::COLUMN.user_id.eq(user_id))
            .filter(unsent_form::COLUMN.browser_hash.eq(browser_hash))
            .filter(unsent_form::COLUMN.target.eq(target))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await
}

/// Removes forms whose time is over.
pub async fn clear(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    unsent_form::Entity::delete_many()
        .filter(unsent_form::COLUMN.created_at.lte(now - KEPT))
        .exec(txn)
        .await?;
    Ok(())
}

async fn make_room(
    txn: &impl ConnectionTrait,
    new: &NewUnsentForm<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    clear(txn, now).await?;
    let of_browser = unsent_form::COLUMN.browser_hash.eq(&new.browser_hash);
    unsent_form::Entity::delete_many()
        .filter(of_browser.clone())
        .filter(unsent_form::COLUMN.target.eq(new.target))
        .exec(txn)
        .await?;
    let surplus: Vec<String> = unsent_form::Entity::find()
        .select_only()
        .column(unsent_form::Column::Id)
        .filter(of_browser)
        .order_by_desc(unsent_form::Column::CreatedAt)
        .order_by_asc(unsent_form::Column::Id)
        .offset(PER_BROWSER - 1)
        // SQLite takes no offset without a limit.
        .limit(PER_BROWSER)
        .into_tuple()
        .all(txn)
        .await?;
    if !surplus.is_empty() {
        unsent_form::Entity::delete_many()
            .filter(unsent_form::COLUMN.id.is_in(surplus))
            .exec(txn)
            .await?;
    }
    Ok(())
}
