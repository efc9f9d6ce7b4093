//! People who sign in.
mod changes;

use chrono::{DateTime, Utc};
use entity::user::{self, Role};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, Iterable, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};

use self::changes::active_admins;
pub use self::changes::{Change, Changes, Own, disable, enable, update, update_own};
use crate::{
    db::{self, Db},
    domain::{
        actions::Actor,
        events::{self, Event},
        page::{self, Cursor, PAGE_SIZE, Page, Seek, Sort},
        rows,
    },
    error::{Error, Result},
    passwords::{NewPassword, Passwords},
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
pub async fn list(db: &Db, company_id: i64, seek: Option<Seek>) -> Result<Page<user::Model>> {
    let users = user::Entity::find().filter(user::COLUMN.company_id.eq(company_id));
    let by = (user::Column::CreatedAt, user::Column::Id);
    let all = page::seek(users, Sort::Descending, by, seek).limit(PAGE_SIZE + 1);
    let rows = rows::all(all, db.read()).await?;
    Ok(Page::of_stored(rows, (seek, PAGE_SIZE), "user", |user| {
        Cursor {
            at: user.created_at,
            id: user.id,
        }
    }))
}

/// Those on whose behalf programs can act, to choose from: key, name and address, by name.
pub async fn choices(db: &Db, company_id: i64) -> Result<Vec<(i64, String, String)>> {
    let roles = Role::iter().filter(|role| role.may_have_tokens());
    choose(db, company_id, roles).await
}

async fn choose(
    db: &Db,
    company_id: i64,
    roles: impl Iterator<Item = Role>,
) -> Result<Vec<(i64, String, String)>> {
    Ok(user::Entity::find()
        .select_only()
        .columns([user::Column::Id, user::Column::Name, user::Column::Email])
        .filter(user::COLUMN.company_id.eq(company_id))
        .filter(user::COLUMN.disabled_at.is_null())
        .filter(user::COLUMN.role.is_in(roles))
        .order_by_asc(user::Column::Name)
        .order_by_asc(user::Column::Id)
        .limit(CHOICES)
        .into_tuple()
        .all(db.read())
        .await?)
}

/// Those who can be put on slots: all who can sign in, by name.
pub async fn interviewers(db: &Db, company_id: i64) -> Result<Vec<(i64, String, String)>> {
    choose(db, company_id, Role::iter()).await
}

/// Are all of these users of the company who can sign in? [`Error::NotFound`] when one is not.
pub async fn require_active(db: &impl ConnectionTrait, company_id: i64, ids: &[i64]) -> Result<()> {
    let there = user::Entity::find()
        .filter(user::COLUMN.company_id.eq(company_id))
        .filter(user::COLUMN.disabled_at.is_null())
        .filter(user::Column::Id.is_in(ids.iter().copied()))
        .count(db)
        .await?;
    match there == ids.len() as u64 {
        true => Ok(()),
        false => Err(Error::NotFound),
    }
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
    Created(Box<user::Model>),
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
    let created = db::transaction(db, async |txn| -> Result<_> {
        let user = insert(txn, actor.company_id, new, hash, now).await?;
        let event = Event::UserCreated {
            user_id: user.id,
            role: user.role,
        };
        events::record(txn, actor, event, now).await?;
        Ok(user)
    })
    .await;
    match created {
        Ok(user) => Ok(Creation::Created(Box::new(user))),
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

/// A user of the company, in a transaction.
pub(in crate::domain) async fn read(
    txn: &impl ConnectionTrait,
    company_id: i64,
    id: i64,
) -> Result<user::Model> {
    let user = of_company(company_id, id).one(txn).await?;
    user.ok_or(Error::NotFound)
}

/// The version of a user of the company.
pub(super) async fn version(txn: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<i32> {
    Ok(read(txn, company_id, id).await?.version)
}

/// Writes a user who is still as they were read: the new version; none when they are not.
pub(in crate::domain) async fn write(
    txn: &impl ConnectionTrait,
    read: &user::Model,
    after: user::ActiveModel,
) -> Result<Option<i32>> {
    let version = read.version + 1;
    let written = user::Entity::update_many()
        .set(user::ActiveModel {
            version: Set(version),
            ..after
        })
        .filter(user::COLUMN.company_id.eq(read.company_id))
        .filter(user::COLUMN.id.eq(read.id))
        .filter(user::COLUMN.version.eq(read.version))
        .exec(txn)
        .await?;
    Ok((written.rows_affected == 1).then_some(version))
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
