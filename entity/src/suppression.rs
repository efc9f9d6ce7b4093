//! An address that takes no mail: what is to go there is held back for a while.
use sea_orm::entity::prelude::*;

/// An address that takes no mail: what is to go there is held back for a while.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "suppressions")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose row this is: other companies go on sending there.
    pub company_id: i64,
    /// Canonical, as candidates have it.
    pub address: String,
    /// Why, in words for a recruiter.
    pub reason: String,
    /// The message that showed it.
    pub email_id: i64,
    /// Since when.
    pub created_at: DateTimeUtc,
    /// Of no more effect from this instant.
    pub expires_at: DateTimeUtc,
    #[sea_orm(belongs_to, from = "email_id", to = "id")]
    pub email: BelongsTo<super::email::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
