//! A sign-in; the cookie's key is kept as a hash.
use sea_orm::entity::prelude::*;

/// A sign-in; the cookie's key is kept as a hash.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    /// SHA-256 of the session key, hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key_hash: String,
    /// Whose row this is.
    pub company_id: i64,
    /// Who signed in.
    pub user_id: i64,
    /// The session's values, a map of strings.
    pub state: Json,
    /// When it began; seven days later it ends in any case.
    pub created_at: DateTimeUtc,
    /// When it was last seen, to five minutes.
    pub last_used_at: DateTimeUtc,
    /// When it ends unless it is used.
    pub expires_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
