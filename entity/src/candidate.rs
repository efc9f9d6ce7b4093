//! A person who is interviewed.
use sea_orm::entity::prelude::*;

/// A person who is interviewed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "candidates")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose row this is.
    pub company_id: i64,
    /// As the mail greets.
    pub name: String,
    /// Canonical address, unique in the company.
    pub email: String,
    /// As typed, may be empty.
    pub phone: String,
    /// IANA name, when known.
    pub time_zone: Option<String>,
    /// Language of the mails, BCP 47.
    pub locale: String,
    /// The job the person applied for: the last fallback for an interview's job.
    pub job_id: Option<i64>,
    /// For recruiters only.
    pub notes: String,
    /// +1 at each change, for compare-and-set.
    pub version: i32,
    /// When the person was entered.
    pub created_at: DateTimeUtc,
    #[sea_orm(belongs_to, from = "job_id", to = "id")]
    pub job: BelongsTo<Option<super::job::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
