//! How a company comes to be: set up once, with its first admin.
use chrono::{DateTime, Utc};
use entity::{
    InstructionLine, company, rate_limit,
    user::{self, Role},
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use serde_json::json;

use super::super::{
    actions::Actor,
    events::{self, Event},
};
use super::DEFAULT_COLOUR;
use crate::{
    db::{self, Db},
    domain::accounts::{
        known_devices,
        users::{self, NewUser},
    },
    error::Result,
    passwords::{NewPassword, Passwords},
    zones::Tz,
};

const JOIN_WINDOW_MINUTES: i32 = 15;

/// A company as it begins; the rest has defaults.
#[derive(Clone, Debug)]
pub struct NewCompany {
    /// As it stands in subjects and signatures.
    pub name: String,
    /// The default zone of slots and pages.
    pub zone: Tz,
    /// Where candidates may write.
    pub contact_email: String,
}

/// The admin who sets a company up.
#[derive(Clone, Debug)]
pub struct FirstAdmin {
    /// As candidates read it.
    pub name: String,
    /// Canonical address.
    pub email: String,
    /// What they sign in with.
    pub password: NewPassword,
    /// The hash of the mark by which their browser is known from now on.
    pub mark_hash: String,
}

/// What comes of setting up.
#[derive(Debug)]
pub enum SetUp {
    /// There is a company now, and this is its admin.
    Done(Box<user::Model>),
    /// There was one already.
    TooLate,
}

/// Has any company been set up?
pub async fn exist(db: &Db) -> Result<bool> {
    Ok(company::Entity::find().one(db.read()).await?.is_some())
}

/// Makes the first company and its admin, once in the life of an installation.
pub async fn set_up(
    db: &Db,
    passwords: &Passwords,
    new: NewCompany,
    admin: FirstAdmin,
    ip: &str,
    now: DateTime<Utc>,
) -> Result<SetUp> {
    if exist(db).await? {
        return Ok(SetUp::TooLate);
    }
    let hash = passwords.hash(admin.password.expose()).await?;
    let done = db::transaction(db, async |txn| -> Result<_> {
        if company::Entity::find().one(txn).await?.is_some() {
            return Ok(SetUp::TooLate);
        }
        guard_set_up(txn, now).await?;
        let company_id = insert(txn, &new, now).await?;
        let user = insert_admin(txn, company_id, admin, hash, now).await?;
        let actor = Actor {
            company_id,
            user_id: Some(user.id),
            ip: ip.to_owned(),
        };
        let event = Event::CompanySetUp {
            company_id,
            name: new.name,
        };
        events::record(txn, &actor, event, now).await?;
        Ok(SetUp::Done(Box::new(user)))
    })
    .await;
    match done {
        Err(error) if db::is_duplicate(&error) => Ok(SetUp::TooLate),
        done => done,
    }
}

/// They are signed in at once, so their browser is known from then on.
async fn insert_admin(
    txn: &impl ConnectionTrait,
    company_id: i64,
    admin: FirstAdmin,
    hash: String,
    now: DateTime<Utc>,
) -> Result<user::Model> {
    let new = NewUser {
        name: admin.name,
        email: admin.email,
        role: Role::Admin,
        password: admin.password,
    };
    let user = users::insert(txn, company_id, new, hash, now).await?;
    known_devices::remember(txn, company_id, user.id, &admin.mark_hash, now).await?;
    Ok(user)
}

/// Two at once both see no company; the key of this row lets one of them pass.
async fn guard_set_up(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    let guard = rate_limit::ActiveModel {
        key: Set("set-up".into()),
        count: Set(1),
        window_started_at: Set(now),
    };
    rate_limit::Entity::insert(guard)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Adds a company without users; for commands on the terminal.
pub async fn create(db: &Db, new: NewCompany, now: DateTime<Utc>) -> Result<i64> {
    db::transaction(db, async |txn| {
        let id = insert(txn, &new, now).await?;
        let event = Event::CompanyCreated {
            company_id: id,
            name: new.name,
        };
        events::record(txn, &Actor::system(id), event, now).await?;
        Ok(id)
    })
    .await
}

async fn insert(txn: &impl ConnectionTrait, new: &NewCompany, now: DateTime<Utc>) -> Result<i64> {
    let row = company::ActiveModel {
        name: Set(new.name.clone()),
        time_zone: Set(new.zone.name().into()),
        contact_email: Set(new.contact_email.clone()),
        brand_colour: Set(DEFAULT_COLOUR.into()),
        default_meeting_url: Set(None),
        join_window_minutes: Set(JOIN_WINDOW_MINUTES),
        reminder_lead_minutes: Set(json!([1440, 60])),
        instruction_lines: Set(json!(InstructionLine::ALL)),
        created_at: Set(now),
        ..Default::default()
    };
    Ok(company::Entity::insert(row).exec(txn).await?.last_insert_id)
}
