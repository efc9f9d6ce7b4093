//! What a candidate asks for in private. In a table of its own, so that nothing that reads interviews has it by the way.
use sea_orm::entity::prelude::*;

/// What the candidate of an interview asks for in private, and the answer.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "accommodations")]
pub struct Model {
    /// Of which interview.
    #[sea_orm(primary_key, auto_increment = false)]
    pub interview_id: i64,
    /// Whose row this is.
    pub company_id: i64,
    /// What the candidate wrote.
    pub words: String,
    /// When.
    pub asked_at: DateTimeUtc,
    /// What a recruiter answered; empty until then.
    pub answer: String,
    /// When.
    pub answered_at: Option<DateTimeUtc>,
    /// Which user did.
    pub answered_by: Option<i64>,
    /// When something of it was passed on to the interviewers.
    pub released_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
