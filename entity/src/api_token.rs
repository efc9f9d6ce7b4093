//! A key for the API; only its hash is kept.
use sea_orm::entity::prelude::*;

/// A key for the API; only its hash is kept.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_tokens")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose row this is.
    pub company_id: i64,
    /// On whose behalf it acts.
    pub user_id: i64,
    /// What the user calls it.
    pub name: String,
    /// SHA-256 of the token, hexadecimal.
    pub token_hash: String,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it was last shown to us, to the minute.
    pub last_used_at: Option<DateTimeUtc>,
    /// From when it is void.
    pub expires_at: Option<DateTimeUtc>,
    /// Since when it is void.
    pub revoked_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
