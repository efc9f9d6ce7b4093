//! Those who can be put on slots, with what is known of their time; and changes of that.
use chrono::{DateTime, Utc};
use entity::{calendar, user};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::Availability;
use crate::{
    db::{Db, Txn},
    domain::{
        accounts::users,
        actions::Actor,
        calendars::{self, Address},
        commands::{self, Abort, refuse},
        events::{self, Event},
        idempotency_keys::{self, KeyConflict},
        page::{self, Cursor, Page, Seek, Sort},
        rows,
        versions::Target,
    },
    error::{Error, Result},
};

/// Somebody who can be put on slots.
#[derive(Clone, Debug)]
pub struct Interviewer {
    /// Who.
    pub user: user::Model,
    /// What they wish.
    pub availability: Availability,
    /// The calendar that they keep elsewhere.
    pub calendar: Option<calendar::Model>,
}

/// Those of the company, newest first: all who can sign in.
pub async fn list(
    db: &Db,
    company_id: i64,
    seek: Option<Seek>,
    limit: u64,
) -> Result<Page<Interviewer>> {
    let active = user::Entity::find()
        .filter(user::COLUMN.company_id.eq(company_id))
        .filter(user::COLUMN.disabled_at.is_null());
    let by = (user::Column::CreatedAt, user::Column::Id);
    let some = page::seek(active, Sort::Descending, by, seek).limit(limit + 1);
    let rows = rows::all(some, db.read()).await?;
    let users = Page::of_stored(rows, (seek, limit), "user", |user: &user::Model| Cursor {
        at: user.created_at,
        id: user.id,
    });
    let ids = users.rows.iter().map(|user| user.id);
    let mut calendars = calendars_of(db.read(), company_id, ids).await?;
    let mut page = Page {
        rows: Vec::with_capacity(users.rows.len()),
        previous: users.previous,
        next: users.next,
        unreadable: users.unreadable,
    };
    for user in users.rows {
        let at = calendars.iter().position(|it| it.user_id == user.id);
        let calendar = at.map(|at| calendars.swap_remove(at));
        match Availability::of(&user) {
            Ok(availability) => page.rows.push(Interviewer {
                user,
                availability,
                calendar,
            }),
            Err(error) => {
                tracing::error!(user.id = user.id, %error, "A user can't be read");
                page.unreadable.push(user.id);
            }
        }
    }
    Ok(page)
}

async fn calendars_of(
    db: &impl ConnectionTrait,
    company_id: i64,
    ids: impl Iterator<Item = i64>,
) -> Result<Vec<calendar::Model>> {
    Ok(calendar::Entity::find()
        .filter(calendar::COLUMN.company_id.eq(company_id))
        .filter(calendar::Column::UserId.is_in(ids))
        .all(db)
        .await?)
}

/// One of them.
pub async fn find(db: &Db, company_id: i64, id: i64) -> Result<Interviewer> {
    let user = users::find(db, company_id, id).await?;
    if !user.is_active() {
        return Err(Error::NotFound);
    }
    Ok(Interviewer {
        calendar: calendars::find(db, (company_id, id)).await?,
        availability: Availability::of(&user)?,
        user,
    })
}

/// What is to be different.
#[derive(Clone, Debug)]
pub struct Change {
    /// What they wish from now on.
    pub availability: Availability,
    /// Another calendar, or none any more; none here leaves it as it is.
    pub calendar: Option<Option<Address>>,
}

/// What came of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Updated {
    /// It is done, now or by an earlier call with the same key.
    Done,
    /// It is like that already; nothing was written.
    Same,
}

/// Why nothing was changed.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// Somebody changed the user after the caller saw them; this is how they are now.
    Stale(Box<user::Model>),
    /// The idempotency key came with another request.
    KeyConflict,
}

impl From<KeyConflict> for Refusal {
    fn from(_: KeyConflict) -> Self {
        Self::KeyConflict
    }
}

/// Changes it, if nobody else changed the user since the caller saw them.
pub async fn update(
    db: &Db,
    actor: &Actor,
    target: &Target,
    change: &Change,
    now: DateTime<Utc>,
) -> Result<Result<Updated, Refusal>> {
    let (company_id, key) = (actor.company_id, target.idempotency_key.as_ref());
    let work = async |txn: &Txn| carry_out(txn, actor, target, change, now).await;
    commands::run_once(db, company_id, key, work, async |_| Ok(Updated::Done)).await
}

async fn carry_out(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    target: &Target,
    change: &Change,
    now: DateTime<Utc>,
) -> Result<Updated, Abort<Refusal>> {
    let user = users::read(txn, actor.company_id, target.id).await?;
    let changed = Availability::of(&user)?.differences(&change.availability);
    if changed.is_empty() && change.calendar.is_none() {
        return Ok(Updated::Same);
    }
    if user.version != target.version {
        return refuse(Refusal::Stale(Box::new(user)));
    }
    if !changed.is_empty() {
        write(txn, actor, (&user, changed), &change.availability, now).await?;
    }
    match &change.calendar {
        Some(Some(address)) => calendars::connect_in(txn, actor, user.id, address, now).await?,
        Some(None) => calendars::disconnect_in(txn, actor, user.id, now).await?,
        None => {}
    }
    let key = target.idempotency_key.as_ref();
    idempotency_keys::insert(txn, actor.company_id, key, user.id, now).await?;
    Ok(Updated::Done)
}

async fn write(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    (user, changed): (&user::Model, Vec<String>),
    availability: &Availability,
    now: DateTime<Utc>,
) -> Result<(), Abort<Refusal>> {
    let Some(version) = users::write(txn, user, availability.columns()).await? else {
        let user = users::read(txn, actor.company_id, user.id).await?;
        return refuse(Refusal::Stale(Box::new(user)));
    };
    let event = Event::UserUpdated {
        user_id: user.id,
        role: None,
        changed,
        version: Some(version),
    };
    events::record(txn, actor, event, now).await?;
    Ok(())
}
