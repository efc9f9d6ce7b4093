//! That a candidate may choose the time of an interview by themselves.
use sea_orm::entity::prelude::*;

/// That a candidate may choose the time of an interview by themselves, while it waits for one.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "offers")]
pub struct Model {
    /// Of which interview.
    #[sea_orm(primary_key, auto_increment = false)]
    pub interview_id: i64,
    /// Whose row this is.
    pub company_id: i64,
    /// Until when.
    pub choose_by: DateTimeUtc,
    /// A time must be so far away at least.
    pub notice_hours: i32,
    /// And so far away at most.
    pub horizon_days: i32,
    /// The user who asked: candidates reply to this person.
    pub offered_by: Option<i64>,
    /// When the candidate was asked.
    pub offered_at: DateTimeUtc,
    /// When the candidate first had the times open.
    pub opened_at: Option<DateTimeUtc>,
    /// When the candidate chose one.
    pub chosen_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
