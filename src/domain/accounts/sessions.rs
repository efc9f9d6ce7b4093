//! Sign-ins: they end twelve hours after the last use and seven days after the first.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{company, session, user};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter,
    QuerySelect, sea_query::Expr,
};

use crate::{
    db::{self, Db},
    error::{Error, Result},
};

const IDLE: TimeDelta = TimeDelta::hours(12);
const ABSOLUTE: TimeDelta = TimeDelta::days(7);
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(5);

/// A sign-in that counts, with the user and the company as they are now.
#[derive(Clone, Debug, FromQueryResult)]
pub struct SignedIn {
    /// Who.
    pub user_id: i64,
    /// In which company.
    pub company_id: i64,
    /// The user's canonical address.
    pub email: String,
    /// The user's name.
    pub name: String,
    /// What the user may do.
    pub role: user::Role,
    /// The user's own zone.
    pub time_zone: Option<String>,
    /// The language of emails to the user.
    pub locale: String,
    /// Where candidates can call the user; may be empty.
    pub phone: String,
    /// The version of the user's row.
    pub version: i32,
    /// The company's name.
    pub company_name: String,
    /// The company's zone.
    pub company_time_zone: String,
    /// The company's accent.
    pub brand_colour: String,
    /// How long before the start the company's links open.
    pub join_window_minutes: i32,
    /// What can come of the company's interviews, as it is stored.
    pub outcomes: sea_orm::JsonValue,
    /// Whose public holidays the company keeps, as it is stored.
    pub holiday_region: Option<String>,
    /// What the session keeps between two pages.
    pub state: sea_orm::JsonValue,
    /// When the session began.
    pub created_at: DateTime<Utc>,
    /// When it was last seen, to five minutes.
    pub last_used_at: DateTime<Utc>,
}

/// A session to begin.
pub struct NewSession {
    /// Whose.
    pub company_id: i64,
    /// Whose.
    pub user_id: i64,
    /// The hash of the password by which they came in.
    pub password_hash: String,
    /// The hash of the session's key.
    pub key_hash: String,
    /// What the session keeps between two pages.
    pub state: sea_orm::JsonValue,
}

/// Begins a session; none for a user whose password was changed, or who was disabled, meanwhile.
pub async fn begin(db: &Db, new: NewSession, now: DateTime<Utc>) -> Result<()> {
    db::transaction(db, async |txn| {
        user::Entity::find_by_id(new.user_id)
            .filter(user::COLUMN.company_id.eq(new.company_id))
            .filter(user::COLUMN.password_hash.eq(new.password_hash))
            .filter(user::COLUMN.disabled_at.is_null())
            .lock_exclusive()
            .one(txn)
            .await?
            .ok_or(Error::NotFound)?;
        let row = session::ActiveModel {
            key_hash: Set(new.key_hash),
            company_id: Set(new.company_id),
            user_id: Set(new.user_id),
            state: Set(new.state),
            created_at: Set(now),
            last_used_at: Set(now),
            expires_at: Set(now + IDLE),
        };
        session::Entity::insert(row)
            .exec_without_returning(txn)
            .await?;
        Ok(())
    })
    .await
}

/// The sign-in behind a key, unless it has ended or its user was disabled. One query for every page.
pub async fn find(db: &Db, key_hash: &str, now: DateTime<Utc>) -> Result<Option<SignedIn>> {
    let users = session::Entity::belongs_to(user::Entity)
        .from(session::Column::UserId)
        .to(user::Column::Id)
        .into();
    let companies = user::Entity::belongs_to(company::Entity)
        .from(user::Column::CompanyId)
        .to(company::Column::Id)
        .into();
    let found = session::Entity::find_by_id(key_hash)
        .filter(session::COLUMN.expires_at.gt(now))
        .filter(user::COLUMN.disabled_at.is_null())
        .join(JoinType::InnerJoin, users)
        .join(JoinType::InnerJoin, companies)
        .select_only()
        .columns([
            session::Column::UserId,
            session::Column::CompanyId,
            session::Column::State,
            session::Column::CreatedAt,
            session::Column::LastUsedAt,
        ])
        .columns([
            user::Column::Email,
            user::Column::Name,
            user::Column::Role,
            user::Column::TimeZone,
            user::Column::Locale,
            user::Column::Phone,
            user::Column::Version,
        ])
        .column_as(company::Column::Name, "company_name")
        .column_as(company::Column::TimeZone, "company_time_zone")
        .column(company::Column::BrandColour)
        .column(company::Column::JoinWindowMinutes)
        .column(company::Column::Outcomes)
        .column(company::Column::HolidayRegion)
        .into_model::<SignedIn>()
        .one(db.read())
        .await?;
    Ok(found)
}

/// Notes that a session is in use; writes at most every five minutes.
pub async fn touch(db: &Db, key_hash: &str, seen: &SignedIn, now: DateTime<Utc>) -> Result<()> {
    let is_noted = seen.last_used_at <= now + SEEN_EVERY && now - seen.last_used_at < SEEN_EVERY;
    if is_noted {
        return Ok(());
    }
    // A clock that was wrong gives nobody more time.
    let created_at = Ord::min(seen.created_at, now);
    let expires_at = Ord::min(now + IDLE, created_at + ABSOLUTE);
    db::transaction(db, async |txn| {
        session::Entity::update_many()
            .col_expr(session::Column::LastUsedAt, Expr::value(now))
            .col_expr(session::Column::ExpiresAt, Expr::value(expires_at))
            .col_expr(session::Column::CreatedAt, Expr::value(created_at))
            .filter(session::COLUMN.key_hash.eq(key_hash))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await
}

/// Keeps what a session carries from one page to the next; a session that has ended stays so.
pub async fn keep(db: &Db, key_hash: &str, state: sea_orm::JsonValue) -> Result<()> {
    db::transaction(db, async |txn| {
        session::Entity::update_many()
            .col_expr(session::Column::State, Expr::value(state))
            .filter(session::COLUMN.key_hash.eq(key_hash))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await
}

/// Ends one session.
pub async fn end(db: &Db, key_hash: &str) -> Result<()> {
    db::transaction(db, async |txn| {
        session::Entity::delete_by_id(key_hash).exec(txn).await?;
        Ok(())
    })
    .await
}

/// Ends every session of a user but the one given, inside the caller's transaction.
pub async fn end_others(
    txn: &impl ConnectionTrait,
    company_id: i64,
    user_id: i64,
    but: Option<&str>,
) -> Result<()> {
    let mut ending = session::Entity::delete_many()
        .filter(session::COLUMN.company_id.eq(company_id))
        .filter(session::COLUMN.user_id.eq(user_id));
    if let Some(key_hash) = but {
        ending = ending.filter(session::COLUMN.key_hash.ne(key_hash));
    }
    ending.exec(txn).await?;
    Ok(())
}

/// Removes the rows of sessions that have ended. None lasts longer than it may because a clock was wrong.
pub async fn clear(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    session::Entity::update_many()
        .col_expr(session::Column::ExpiresAt, Expr::value(now + IDLE))
        .filter(session::COLUMN.expires_at.gt(now + IDLE))
        .exec(txn)
        .await?;
    session::Entity::delete_many()
        .filter(session::COLUMN.expires_at.lte(now))
        .exec(txn)
        .await?;
    Ok(())
}
