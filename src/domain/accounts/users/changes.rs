//! Changes of users: by admins, and by themselves.
use chrono::{DateTime, Utc};
use entity::user::{self, Role};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, Iterable, PaginatorTrait,
    QueryFilter,
};

use super::super::{api_tokens, known_devices, sessions};
use super::{locked, read, write};
use crate::{
    db::{self, Db},
    domain::{
        actions::Actor,
        events::{self, Event, RoleChange},
        versions::{self, Target, Updated},
    },
    error::{Error, Result},
    zones::Tz,
};

/// What an admin may change of a user.
#[derive(Clone, Debug)]
pub struct Changes {
    /// As candidates read it.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// What comes of changing a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is as wished.
    Done,
    /// Somebody changed the user after the caller saw them; this is how they are now.
    Stale(Box<user::Model>),
    /// Nobody could undo it: no admin who can sign in would be left.
    LastAdmin,
}

/// Changes name and role, if nobody else changed the user since the caller saw them. With another role one
/// signs in anew.
pub async fn update(
    db: &Db,
    actor: &Actor,
    target: &Target,
    changes: &Changes,
    now: DateTime<Utc>,
) -> Result<Change> {
    let id = target.id;
    db::transaction(db, async |txn| {
        let user = locked(txn, actor.company_id, id).await?;
        let changed = changes.differences(&user);
        if changed.is_empty() {
            return Ok(Change::Done);
        }
        if user.version != target.version {
            return Ok(Change::Stale(Box::new(user)));
        }
        if !changes.role.is_admin() && is_last_admin(txn, &user).await? {
            return Ok(Change::LastAdmin);
        }
        let Some(version) = write(txn, &user, changes.columns()).await? else {
            return stale(txn, &user).await;
        };
        if changes.role != user.role {
            sessions::end_others(txn, actor.company_id, id, None).await?;
        }
        let event = Event::UserUpdated {
            user_id: id,
            role: Some(RoleChange {
                before: user.role,
                after: changes.role,
            }),
            changed,
            version: Some(version),
        };
        events::record(txn, actor, event, now).await?;
        Ok(Change::Done)
    })
    .await
}

impl Changes {
    /// The names of the fields that are to be different.
    fn differences(&self, user: &user::Model) -> Vec<String> {
        versions::changed([
            ("name", user.name != self.name),
            ("role", user.role != self.role),
        ])
    }

    fn columns(&self) -> user::ActiveModel {
        user::ActiveModel {
            name: Set(self.name.clone()),
            role: Set(self.role),
            ..Default::default()
        }
    }
}

/// Shuts a user out at once, as the caller saw them: sessions end, no browser is known to them any more, and
/// their tokens are revoked for good: enabling them brings none back.
pub async fn disable(
    db: &Db,
    actor: &Actor,
    target: &Target,
    now: DateTime<Utc>,
) -> Result<Change> {
    db::transaction(db, async |txn| {
        let user = locked(txn, actor.company_id, target.id).await?;
        if !user.is_active() {
            return Ok(Change::Done);
        }
        if user.version != target.version {
            return Ok(Change::Stale(Box::new(user)));
        }
        if is_last_admin(txn, &user).await? {
            return Ok(Change::LastAdmin);
        }
        let Some(version) = set_disabled(txn, &user, Some(now)).await? else {
            return stale(txn, &user).await;
        };
        sessions::end_others(txn, actor.company_id, user.id, None).await?;
        known_devices::forget_others(txn, actor.company_id, user.id, &[]).await?;
        api_tokens::revoke_all(txn, actor, user.id, now).await?;
        let event = Event::UserDisabled {
            user_id: user.id,
            version: Some(version),
        };
        events::record(txn, actor, event, now).await?;
        Ok(Change::Done)
    })
    .await
}

/// Lets a disabled user in again, as the caller saw them.
pub async fn enable(db: &Db, actor: &Actor, target: &Target, now: DateTime<Utc>) -> Result<Change> {
    db::transaction(db, async |txn| {
        let user = locked(txn, actor.company_id, target.id).await?;
        if user.is_active() {
            return Ok(Change::Done);
        }
        if user.version != target.version {
            return Ok(Change::Stale(Box::new(user)));
        }
        let Some(version) = set_disabled(txn, &user, None).await? else {
            return stale(txn, &user).await;
        };
        let event = Event::UserEnabled {
            user_id: user.id,
            version: Some(version),
        };
        events::record(txn, actor, event, now).await?;
        Ok(Change::Done)
    })
    .await
}

async fn set_disabled(
    txn: &impl ConnectionTrait,
    user: &user::Model,
    at: Option<DateTime<Utc>>,
) -> Result<Option<i32>> {
    let after = user::ActiveModel {
        disabled_at: Set(at),
        ..Default::default()
    };
    write(txn, user, after).await
}

/// What users change of themselves.
#[derive(Clone, Debug)]
pub struct Own {
    /// As candidates read it.
    pub name: String,
    /// The company's where there is none.
    pub zone: Option<Tz>,
    /// Where candidates can call them; may be empty.
    pub phone: String,
    /// The language of emails to them, BCP 47.
    pub locale: String,
}

/// Changes the actor's own name, phone, zone and language, if nobody else changed the user since the version was `seen`.
pub async fn update_own(
    db: &Db,
    actor: &Actor,
    seen: i32,
    own: &Own,
    now: DateTime<Utc>,
) -> Result<Updated<user::Model>> {
    let id = actor.user_id.ok_or(Error::NotFound)?;
    let zone = own.zone.map(|zone| zone.name());
    db::transaction(db, async |txn| {
        let user = read(txn, actor.company_id, id).await?;
        let changed = versions::changed([
            ("name", user.name != own.name),
            ("phone", user.phone != own.phone),
            ("time_zone", user.time_zone.as_deref() != zone),
            ("locale", user.locale != own.locale),
        ]);
        if changed.is_empty() {
            return Ok(Updated::Same);
        }
        let as_seen = user::Model {
            version: seen,
            ..user
        };
        let Some(version) = write(txn, &as_seen, own_columns(own, zone)).await? else {
            let user = read(txn, actor.company_id, id).await?;
            return Ok(Updated::Stale(Box::new(user)));
        };
        let event = Event::UserUpdated {
            user_id: id,
            role: None,
            changed,
            version: Some(version),
        };
        events::record(txn, actor, event, now).await?;
        Ok(Updated::Done)
    })
    .await
}

fn own_columns(own: &Own, zone: Option<&str>) -> user::ActiveModel {
    user::ActiveModel {
        name: Set(own.name.clone()),
        phone: Set(own.phone.clone()),
        locale: Set(own.locale.clone()),
        time_zone: Set(zone.map(str::to_owned)),
        ..Default::default()
    }
}

async fn stale(txn: &impl ConnectionTrait, user: &user::Model) -> Result<Change> {
    let now = read(txn, user.company_id, user.id).await?;
    Ok(Change::Stale(Box::new(now)))
}

async fn is_last_admin(txn: &impl ConnectionTrait, user: &user::Model) -> Result<bool> {
    if !user.role.is_admin() || !user.is_active() {
        return Ok(false);
    }
    Ok(active_admins(user.company_id).count(txn).await? <= 1)
}

pub(super) fn active_admins(company_id: i64) -> sea_orm::Select<user::Entity> {
    let admins = Role::iter().filter(|role| role.is_admin());
    user::Entity::find()
        .filter(user::COLUMN.company_id.eq(company_id))
        .filter(user::Column::Role.is_in(admins))
        .filter(user::COLUMN.disabled_at.is_null())
}
