//! The mark that a form or API call was carried out, so that a repetition is harmless.
use sea_orm::entity::prelude::*;

/// The mark that a form or API call was carried out, so that a repetition is harmless.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "one_time_keys")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose row this is.
    pub company_id: i64,
    /// Which operation.
    pub scope: String,
    /// The caller's key.
    pub key: String,
    /// SHA-256 of what was asked, hexadecimal.
    pub fingerprint: String,
    /// What came of it.
    pub object_id: i64,
    /// When.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
