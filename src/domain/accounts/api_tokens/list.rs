//! Tokens as their page lists them.
use chrono::{DateTime, Utc};
use entity::{api_token, user};
use sea_orm::{EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect};

use crate::{
    db::Db,
    domain::{
        page::{self, Cursor, Page, Seek},
        rows::Stored,
    },
    error::Result,
};

/// A token of a list; the token itself is known to nobody here.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Listed {
    /// The row's key.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// The user on whose behalf it acts.
    pub user_name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last shown to us, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// From when it is void.
    pub expires_at: Option<DateTime<Utc>>,
    /// Since when it is void.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Listed {
    /// What it is good for.
    pub fn state(&self, now: DateTime<Utc>) -> State {
        match self {
            _ if self.revoked_at.is_some() => State::Revoked,
            _ if self.expires_at.is_some_and(|at| at <= now) => State::Expired,
            _ => State::Active,
        }
    }
}

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It opens the API.
    Active,
    /// Its time is over.
    Expired,
    /// Somebody took it back, or its user was disabled or got a new password.
    Revoked,
}

/// The company's tokens, newest first.
pub async fn list(
    db: &Db,
    company_id: i64,
    seek: Option<Seek>,
    limit: u64,
) -> Result<Page<Listed>> {
    let rows = api_token::Entity::find()
        .join(JoinType::InnerJoin, users())
        .select_only()
        .columns([
            api_token::Column::Id,
            api_token::Column::Name,
            api_token::Column::CreatedAt,
            api_token::Column::LastUsedAt,
            api_token::Column::ExpiresAt,
            api_token::Column::RevokedAt,
        ])
        .column_as(user::Column::Name, "user_name")
        .filter(api_token::COLUMN.company_id.eq(company_id));
    let rows = page::seek_newest(rows, api_token::Column::Id, seek)
        .limit(limit + 1)
        .into_model::<Stored<Listed>>()
        .all(db.read())
        .await?;
    Ok(Page::of_stored(rows, (seek, limit), "token", |row| {
        Cursor {
            at: row.created_at,
            id: row.id,
        }
    }))
}

pub(super) fn users() -> sea_orm::RelationDef {
    api_token::Entity::belongs_to(user::Entity)
        .from(api_token::Column::UserId)
        .to(user::Column::Id)
        .into()
}
