//! Browsers in which a user has signed in before: wrong tries from elsewhere do not lock them out.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{known_device, user};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};

use crate::{db::Db, error::Result};

/// How long a browser stays known after its last sign-in.
pub const KEPT: TimeDelta = TimeDelta::days(90);
/// So many browsers of one user are known: whoever had the password once cannot store up tries.
const MOST: u64 = 20;

/// Which of a browser's marks says that the user of this address has signed in there before. One
/// query, whether there is such a user or not.
pub async fn find(
    db: &Db,
    email: &str,
    mark_hashes: &[String],
    now: DateTime<Utc>,
) -> Result<Option<String>> {
    if mark_hashes.is_empty() {
        return Ok(None);
    }
    let users = known_device::Entity::belongs_to(user::Entity)
        .from(known_device::Column::UserId)
        .to(user::Column::Id)
        .into();
    let found = known_device::Entity::find()
        .join(JoinType::InnerJoin, users)
        .filter(known_device::COLUMN.mark_hash.is_in(mark_hashes))
        .filter(known_device::COLUMN.last_used_at.gt(now - KEPT))
        .filter(user::COLUMN.email.eq(email))
        .filter(user::COLUMN.disabled_at.is_null())
        .one(db.read())
        .await?;
    Ok(found.map(|device| device.mark_hash))
}

/// From now on the browser with this mark is known to the user, inside the caller's transaction.
pub async fn remember(
    txn: &impl ConnectionTrait,
    company_id: i64,
    user_id: i64,
    mark_hash: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = known_device::ActiveModel {
        mark_hash: Set(mark_hash.to_owned()),
        company_id: Set(company_id),
        user_id: Set(user_id),
        last_used_at: Set(now),
    };
    let seen_again = OnConflict::column(known_device::Column::MarkHash)
        .update_column(known_device::Column::LastUsedAt)
        .to_owned();
    known_device::Entity::insert(row)
        .on_conflict(seen_again)
        .exec_without_returning(txn)
        .await?;
    forget_surplus(txn, company_id, user_id).await
}

/// Only so many browsers are known to one user: the latest.
async fn forget_surplus(txn: &impl ConnectionTrait, company_id: i64, user_id: i64) -> Result<()> {
    let surplus: Vec<String> = known_device::Entity::find()
        .select_only()
        .column(known_device::Column::MarkHash)
        .filter(known_device::COLUMN.company_id.eq(company_id))
        .filter(known_device::COLUMN.user_id.eq(user_id))
        .order_by_desc(known_device::Column::LastUsedAt)
        .order_by_asc(known_device::Column::MarkHash)
        .offset(MOST)
        // SQLite takes no offset without a limit.
        .limit(MOST)
        .into_tuple()
        .all(txn)
        .await?;
    if !surplus.is_empty() {
        known_device::Entity::delete_many()
            .filter(known_device::COLUMN.mark_hash.is_in(surplus))
            .exec(txn)
            .await?;
    }
    Ok(())
}

/// No browser is known to the user any more but the ones given, inside the caller's transaction.
pub async fn forget_others(
    txn: &impl ConnectionTrait,
    company_id: i64,
    user_id: i64,
    but: &[String],
) -> Result<()> {
    known_device::Entity::delete_many()
        .filter(known_device::COLUMN.company_id.eq(company_id))
        .filter(known_device::COLUMN.user_id.eq(user_id))
        .filter(known_device::COLUMN.mark_hash.is_not_in(but))
        .exec(txn)
        .await?;
    Ok(())
}

/// Removes browsers that are not known any more.
pub async fn clear(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    known_device::Entity::delete_many()
        .filter(known_device::COLUMN.last_used_at.lte(now - KEPT))
        .exec(txn)
        .await?;
    Ok(())
}
