//! People who sign in.
use chrono::{DateTime, Utc};
use entity::user::{self, Role};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, sea_query::Expr,
};
use serde_json::json;

use super::{
    actions::{self, Act, Actor},
    api_tokens, known_devices,
    page::{self, Cursor, PAGE_SIZE, Page},
    rows, sessions,
};
use crate::{
    db::{self, Db},
    error::{Error, Result},
    passwords::{NewPassword, Passwords},
    zones::Tz,
};

/// How many users a choice offers.
const CHOICES: u64 = 500;

/// The user of this address, unless disabled. Only for sign-in and for commands on the terminal:
/// addresses are unique over all companies.
pub async fn find_active_by_email(db: &Db, email: &str) -> Result<Option<user::Model>> {
    Ok(user::Entity::find()
        .filter(user::COLUMN.email.eq(email))
        .filter(user::COLUMN.disabled_at.is_null())
        .one(db.read())
        .await?)
}

/// A user of the company.
pub async fn find(db: &Db, company_id: i64, id: i64) -> Result<user::Model> {
    of_company(company_id, id)
        .one(db.read())
        .await?
        .ok_or(Error::NotFound)
}

/// The company's users, newest first.
pub async fn list(db: &Db, company_id: i64, after: Option<Cursor>) -> Result<Page<user::Model>> {
    let mut users = user::Entity::find().filter(user::COLUMN.company_id.eq(company_id));
    if let Some(cursor) = after {
        users = users.filter(page::before(
            user::Column::CreatedAt,
            user::Column::Id,
            cursor,
        ));
    }
    let all = users
        .order_by_desc(user::Column::CreatedAt)
        .order_by_desc(user::Column::Id)
        .limit(PAGE_SIZE + 1);
    let rows = rows::all(all, db.read()).await?;
    Ok(Page::of_stored(rows, PAGE_SIZE, "user", |user| Cursor {
        at: user.created_at,
        id: user.id,
    }))
}

/// Those who can sign in, to choose from: key, name and address, by name.
pub async fn choices(db: &Db, company_id: i64) -> Result<Vec<(i64, String, String)>> {
    Ok(user::Entity::find()
        .select_only()
        .columns([user::Column::Id, user::Column::Name, user::Column::Email])
        .filter(user::COLUMN.company_id.eq(company_id))
        .filter(user::COLUMN.disabled_at.is_null())
        .order_by_asc(user::Column::Name)
        .order_by_asc(user::Column::Id)
        .limit(CHOICES)
        .into_tuple()
        .all(db.read())
        .await?)
}

/// Somebody to add.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// As candidates read it.
    pub name: String,
    /// Canonical address.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// What they sign in with.
    pub password: NewPassword,
}

/// What comes of adding a user.
#[derive(Debug)]
pub enum Creation {
    /// Added.
    Created(user::Model),
    /// The address belongs to a user, of this company or another.
    EmailTaken,
}

/// Adds a user to the actor's company.
pub async fn create(
    db: &Db,
    passwords: &Passwords,
    actor: &Actor,
    new: NewUser,
    now: DateTime<Utc>,
) -> Result<Creation> {
    let hash = passwords.hash(new.password.expose()).await?;
    let created = db::transaction(db, async |txn| {
        let user = insert(txn, actor.company_id, new, hash, now).await?;
        let details = json!({ "role": user.role });
        actions::record(txn, actor, act("user.created", user.id, details), now).await?;
        Ok(user)
    })
    .await;
    match created {
        Ok(user) => Ok(Creation::Created(user)),
        Err(error) if db::is_duplicate(&error) => Ok(Creation::EmailTaken),
        Err(error) => Err(error),
    }
}

/// Adds the row, in the transaction of whoever needs the user.
pub async fn insert(
    txn: &impl ConnectionTrait,
    company_id: i64,
    new: NewUser,
    password_hash: String,
    now: DateTime<Utc>,
) -> Result<user::Model> {
    let row = user::ActiveModel {
        company_id: Set(company_id),
        email: Set(new.email),
        name: Set(new.name),
        password_hash: Set(password_hash),
        role: Set(new.role),
        created_at: Set(now),
        ..Default::default()
    };
    Ok(user::Entity::insert(row).exec_with_returning(txn).await?)
}

/// What an admin may change of a user.
#[derive(Clone, Debug)]
pub struct Changes {
    /// As candidates read it.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// What comes of changing a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is as wished.
    Done,
    /// Nobody could undo it: no admin who can sign in would be left.
    LastAdmin,
}

/// Changes name and role. With another role one signs in anew.
pub async fn update(
    db: &Db,
    actor: &Actor,
    id: i64,
    changes: Changes,
    now: DateTime<Utc>,
) -> Result<Change> {
    db::transaction(db, async |txn| {
        let user = locked(txn, actor.company_id, id).await?;
        if changes.role != Role::Admin && is_last_admin(txn, &user).await? {
            return Ok(Change::LastAdmin);
        }
        user::Entity::update_many()
            .col_expr(user::Column::Name, Expr::value(&changes.name))
            .col_expr(user::Column::Role, Expr::value(changes.role))
            .filter(user::COLUMN.id.eq(user.id))
            .exec(txn)
            .await?;
        if changes.role != user.role {
            sessions::end_others(txn, actor.company_id, id, None).await?;
        }
        let details = json!({ "role": { "before": user.role, "after": changes.role } });
        actions::record(txn, actor, act("user.updated", id, details), now).await?;
        Ok(Change::Done)
    })
    .await
}

/// Shuts a user out at once: sessions end, no browser is known to them any more, and their tokens are
/// revoked for good: enabling them brings none back.
pub async fn disable(db: &Db, actor: &Actor, id: i64, now: DateTime<Utc>) -> Result<Change> {
    db::transaction(db, async |txn| {
        let user = locked(txn, actor.company_id, id).await?;
        if !user.is_active() {
            return Ok(Change::Done);
        }
        if is_last_admin(txn, &user).await? {
            return Ok(Change::LastAdmin);
        }
        set_disabled(txn, id, Some(now)).await?;
        sessions::end_others(txn, actor.company_id, id, None).await?;
        known_devices::forget_others(txn, actor.company_id, id, &[]).await?;
        api_tokens::revoke_all(txn, actor, id, now).await?;
        actions::record(txn, actor, act("user.disabled", id, json!({})), now).await?;
        Ok(Change::Done)
    })
    .await
}

/// Lets a disabled user in again.
pub async fn enable(db: &Db, actor: &Actor, id: i64, now: DateTime<Utc>) -> Result<()> {
    db::transaction(db, async |txn| {
        let user = locked(txn, actor.company_id, id).await?;
        if user.is_active() {
            return Ok(());
        }
        set_disabled(txn, id, None).await?;
        actions::record(txn, actor, act("user.enabled", id, json!({})), now).await
    })
    .await
}

async fn set_disabled(
    txn: &impl ConnectionTrait,
    id: i64,
    at: Option<DateTime<Utc>>,
) -> Result<()> {
    user::Entity::update_many()
        .col_expr(user::Column::DisabledAt, Expr::value(at))
        .filter(user::COLUMN.id.eq(id))
        .exec(txn)
        .await?;
    Ok(())
}

/// Changes the actor's own name and zone.
pub async fn update_own(db: &Db, actor: &Actor, name: &str, zone: Option<Tz>) -> Result<()> {
    let id = actor.user_id.ok_or(Error::NotFound)?;
    db::transaction(db, async |txn| {
        user::Entity::update_many()
            .col_expr(user::Column::Name, Expr::value(name))
            .col_expr(
                user::Column::TimeZone,
                Expr::value(zone.map(|zone| zone.name())),
            )
            .filter(user::COLUMN.company_id.eq(actor.company_id))
            .filter(user::COLUMN.id.eq(id))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await
}

fn of_company(company_id: i64, id: i64) -> sea_orm::Select<user::Entity> {
    user::Entity::find_by_id(id).filter(user::COLUMN.company_id.eq(company_id))
}

/// The user, with all admins of the company locked: two who disable each other at once take turns.
async fn locked(txn: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<user::Model> {
    active_admins(company_id)
        .order_by_asc(user::Column::Id)
        .lock_exclusive()
        .all(txn)
        .await?;
    of_company(company_id, id)
        .one(txn)
        .await?
        .ok_or(Error::NotFound)
}

async fn is_last_admin(txn: &impl ConnectionTrait, user: &user::Model) -> Result<bool> {
    if user.role != Role::Admin || !user.is_active() {
        return Ok(false);
    }
    Ok(active_admins(user.company_id).count(txn).await? <= 1)
}

fn active_admins(company_id: i64) -> sea_orm::Select<user::Entity> {
    user::Entity::find()
        .filter(user::COLUMN.company_id.eq(company_id))
        .filter(user::COLUMN.role.eq(Role::Admin))
        .filter(user::COLUMN.disabled_at.is_null())
}

fn act(verb: &'static str, id: i64, details: serde_json::Value) -> Act {
    Act {
        verb,
        object_type: "user",
        object_id: id,
        details,
    }
}
