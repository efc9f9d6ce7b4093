//! A time at which somebody can be interviewed for a job.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What kind of talk it is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "snake_case"
)]
#[serde(rename_all = "snake_case")]
pub enum InterviewType {
    /// Technical.
    Technical,
    /// Behavioral.
    Behavioral,
    /// Screening.
    Screening,
    /// System design.
    SystemDesign,
    /// Cultural.
    Cultural,
    /// Final.
    Final,
}

/// How hard it will be.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "snake_case"
)]
#[serde(rename_all = "snake_case")]
pub enum DifficultyLevel {
    /// Easy.
    Easy,
    /// Medium.
    Medium,
    /// Hard.
    Hard,
}

/// A time at which somebody can be interviewed for a job.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "slots")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose row this is.
    pub company_id: i64,
    /// For which job.
    pub job_id: i64,
    /// The instant it starts.
    pub starts_at: DateTimeUtc,
    /// How long it takes.
    pub duration_minutes: i32,
    /// IANA zone in which it was entered.
    pub time_zone: String,
    /// Wall time as entered, `YYYY-MM-DDTHH:MM:SS`.
    pub local_start: String,
    /// What kind of talk it is.
    pub interview_type: InterviewType,
    /// For interviewers; candidates do not see it.
    pub difficulty_level: Option<DifficultyLevel>,
    /// Where it takes place; the company's default when absent.
    pub meeting_url: Option<String>,
    /// Who asks, may be empty.
    pub interviewer: String,
    /// Since when it is no longer offered.
    pub closed_at: Option<DateTimeUtc>,
    /// Since when its start is not what its wall time means: the rules of its zone were changed.
    pub rules_changed_at: Option<DateTimeUtc>,
    /// Was somebody booked into it once? Such a slot stays.
    pub was_booked: bool,
    /// The user who made it.
    pub created_by: Option<i64>,
    /// +1 at each change, for compare-and-set.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTimeUtc,
    #[sea_orm(belongs_to, from = "job_id", to = "id")]
    pub job: BelongsTo<super::job::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The instant at which it ends.
    pub fn ends_at(&self) -> DateTimeUtc {
        self.starts_at + chrono::TimeDelta::minutes(self.duration_minutes.into())
    }
}
