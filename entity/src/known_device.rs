//! A browser in which a user has signed in before; the mark in its cookie is kept as a hash.
use sea_orm::entity::prelude::*;

/// A browser in which a user has signed in before; the mark in its cookie is kept as a hash.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_devices")]
pub struct Model {
    /// SHA-256 of the mark, hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub mark_hash: String,
    /// Whose row this is.
    pub company_id: i64,
    /// Who signed in there.
    pub user_id: i64,
    /// When they last did.
    pub last_used_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
