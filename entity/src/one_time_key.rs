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
    /// What came of it; 0 for what was refused.
    pub object_id: i64,
    /// When.
    pub created_at: DateTimeUtc,
    /// The status of the answer, once one was given that a repetition must get as well.
    pub answer_status: Option<i32>,
    /// Its `Location`.
    pub answer_location: Option<String>,
    /// Its body.
    #[sea_orm(column_type = "Text", nullable)]
    pub answer_body: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
