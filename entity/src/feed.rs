//! The address at which a calendar program reads the interviews that a user holds.
use sea_orm::entity::prelude::*;

/// The address at which a calendar program reads the interviews that a user holds.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feeds")]
pub struct Model {
    /// Whose row this is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub company_id: i64,
    /// Whose interviews.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: i64,
    /// SHA-256 of the secret part of the address; the address itself is kept nowhere.
    #[sea_orm(unique)]
    pub token_hash: String,
    /// When the address was made.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
