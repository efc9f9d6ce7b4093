//! Users who hold the interviews of slots.
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{slot, slot_interviewer, user};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, JoinType, SelectStatement},
};

use crate::{
    domain::accounts::users,
    error::{Reference, Result},
};

/// Who is on a slot, in the order of their keys.
pub async fn of(db: &impl ConnectionTrait, company_id: i64, slot_id: i64) -> Result<Vec<i64>> {
    let mut all = by_slot(db, company_id, [slot_id]).await?;
    Ok(all.remove(&slot_id).unwrap_or_default())
}

/// The same of several slots, by the slot.
pub async fn by_slot(
    db: &impl ConnectionTrait,
    company_id: i64,
    slot_ids: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, Vec<i64>>> {
    let pairs: Vec<(i64, i64)> = slot_interviewer::Entity::find()
        .select_only()
        .column(slot_interviewer::Column::SlotId)
        .column(slot_interviewer::Column::UserId)
        .filter(slot_interviewer::COLUMN.company_id.eq(company_id))
        .filter(slot_interviewer::Column::SlotId.is_in(slot_ids))
        .order_by_asc(slot_interviewer::Column::UserId)
        .into_tuple()
        .all(db)
        .await?;
    let mut by_slot: HashMap<i64, Vec<i64>> = HashMap::new();
    for (slot_id, user_id) in pairs {
        by_slot.entry(slot_id).or_default().push(user_id);
    }
    Ok(by_slot)
}

/// The same as a query.
pub(in crate::domain) fn on_slot(company_id: i64, slot_id: i64) -> SelectStatement {
    slot_interviewer::Entity::find()
        .select_only()
        .column(slot_interviewer::Column::UserId)
        .filter(slot_interviewer::COLUMN.company_id.eq(company_id))
        .filter(slot_interviewer::COLUMN.slot_id.eq(slot_id))
        .into_query()
}

/// The same of a job's open slots that are to come.
pub(in crate::domain) fn on_job(
    company_id: i64,
    job_id: i64,
    now: DateTime<Utc>,
) -> SelectStatement {
    let open = slot::Entity::find()
        .select_only()
        .column(slot::Column::Id)
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(slot::COLUMN.job_id.eq(job_id))
        .filter(slot::COLUMN.closed_at.is_null())
        .filter(slot::COLUMN.starts_at.gt(now))
        .into_query();
    slot_interviewer::Entity::find()
        .select_only()
        .column(slot_interviewer::Column::UserId)
        .filter(slot_interviewer::COLUMN.company_id.eq(company_id))
        .filter(slot_interviewer::Column::SlotId.in_subquery(open))
        .into_query()
}

/// Their names as well.
pub async fn named(
    db: &impl ConnectionTrait,
    company_id: i64,
    slot_id: i64,
) -> Result<Vec<(i64, String)>> {
    Ok(user::Entity::find()
        .select_only()
        .columns([user::Column::Id, user::Column::Name])
        .filter(user::COLUMN.company_id.eq(company_id))
        .filter(user::Column::Id.in_subquery(on_slot(company_id, slot_id)))
        .order_by_asc(user::Column::Name)
        .order_by_asc(user::Column::Id)
        .into_tuple()
        .all(db)
        .await?)
}

/// The names of those on several slots, by the slot.
pub async fn names_by_slot(
    db: &impl ConnectionTrait,
    company_id: i64,
    slot_ids: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, Vec<String>>> {
    let of_user = Expr::col((user::Entity, user::Column::Id))
        .equals((slot_interviewer::Entity, slot_interviewer::Column::UserId));
    let mut pairs = slot_interviewer::Entity::find()
        .select_only()
        .column(slot_interviewer::Column::SlotId)
        .column_as(user::Column::Name, "name")
        .filter(slot_interviewer::COLUMN.company_id.eq(company_id))
        .filter(slot_interviewer::Column::SlotId.is_in(slot_ids))
        .filter(user::COLUMN.company_id.eq(company_id))
        .order_by_asc(user::Column::Name)
        .order_by_asc(user::Column::Id);
    QueryTrait::query(&mut pairs).join(JoinType::InnerJoin, user::Entity, of_user);
    let pairs: Vec<(i64, String)> = pairs.into_tuple().all(db).await?;
    let mut by_slot: HashMap<i64, Vec<String>> = HashMap::new();
    for (slot_id, name) in pairs {
        by_slot.entry(slot_id).or_default().push(name);
    }
    Ok(by_slot)
}

/// Puts these on a new slot; they must be the company's, and able to sign in.
pub(super) async fn put(
    txn: &impl ConnectionTrait,
    slot: (i64, i64),
    user_ids: &[i64],
) -> Result<()> {
    require(txn, slot.0, user_ids.to_vec()).await?;
    insert(txn, slot, user_ids).await
}

async fn insert(
    txn: &impl ConnectionTrait,
    (company_id, slot_id): (i64, i64),
    user_ids: &[i64],
) -> Result<()> {
    let rows = user_ids.iter().map(|id| (slot_id, *id));
    insert_all(txn, company_id, rows.collect()).await
}

/// The same for many slots: slot and user.
pub(in crate::domain) async fn insert_all(
    txn: &impl ConnectionTrait,
    company_id: i64,
    rows: Vec<(i64, i64)>,
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    // Below the number of values that one statement can have.
    for rows in rows.chunks(5_000) {
        let rows = rows
            .iter()
            .map(|(slot_id, user_id)| slot_interviewer::ActiveModel {
                company_id: Set(company_id),
                slot_id: Set(*slot_id),
                user_id: Set(*user_id),
            });
        slot_interviewer::Entity::insert_many(rows)
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}

async fn require(txn: &impl ConnectionTrait, company_id: i64, user_ids: Vec<i64>) -> Result<()> {
    if user_ids.is_empty() {
        return Ok(());
    }
    let there = users::require_active(txn, company_id, &user_ids).await;
    there.map_err(|error| error.of(Reference::Interviewer))
}

/// Puts these on a slot instead of those who are. Who stays may have left the company's users meanwhile.
pub(super) async fn replace(
    txn: &impl ConnectionTrait,
    slot: (i64, i64),
    (old, new): (&[i64], &[i64]),
) -> Result<()> {
    let added = new.iter().copied().filter(|id| !old.contains(id));
    require(txn, slot.0, added.collect()).await?;
    slot_interviewer::Entity::delete_many()
        .filter(slot_interviewer::COLUMN.company_id.eq(slot.0))
        .filter(slot_interviewer::COLUMN.slot_id.eq(slot.1))
        .exec(txn)
        .await?;
    insert(txn, slot, new).await
}
