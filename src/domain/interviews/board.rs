//! A day's interviews with what a recruiter needs to run it.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    candidate,
    interview::{self, Answer, AnswerReason, Status},
    slot::{self, DifficultyLevel, InterviewType},
};
use sea_orm::{DerivePartialModel, QueryFilter, QueryOrder, QuerySelect};

use super::{
    line::{job_title, without_needless},
    reach::{self, Facts, Message, Reach},
};
use crate::{
    db::{Db, constant::Constant},
    domain::rows::Stored,
    error::Result,
};

/// An interview that has a time, as the board of its day shows it.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "interview::Entity")]
pub struct Appointment {
    /// Key.
    pub id: i64,
    /// Where it stands.
    pub status: Status,
    /// What came of it, once it is completed and that was decided.
    pub outcome: Option<String>,
    /// +1 at each write, for compare-and-set.
    pub version: i32,
    /// Why the candidate does not know how it stands, where somebody wanted it so.
    pub not_told_reason: Option<String>,
    /// When the candidate had the join page open.
    pub opened_at: Option<DateTime<Utc>>,
    /// What the candidate says to the time,
    pub answer: Option<Answer>,
    /// when they said so,
    pub answered_at: Option<DateTime<Utc>>,
    /// why,
    pub answer_reason: Option<AnswerReason>,
    /// and when somebody saw to an answer that was no yes.
    pub answer_handled_at: Option<DateTime<Utc>>,
    /// When the candidate joined.
    pub joined_at: Option<DateTime<Utc>>,
    /// Who is interviewed.
    pub candidate_id: i64,
    /// By name.
    #[sea_orm(from_expr = "candidate::Column::Name")]
    pub candidate: String,
    /// As it was typed; may be empty.
    #[sea_orm(from_expr = "candidate::Column::Phone")]
    pub phone: String,
    /// For which job, when there is one: its title.
    #[sea_orm(from_expr = "job_title()")]
    pub job: Option<String>,
    /// Its slot.
    #[sea_orm(from_expr = "slot::Column::Id")]
    pub slot_id: i64,
    /// The instant it starts.
    #[sea_orm(from_expr = "slot::Column::StartsAt")]
    pub starts_at: DateTime<Utc>,
    /// How long it takes.
    #[sea_orm(from_expr = "slot::Column::DurationMinutes")]
    pub duration_minutes: i32,
    /// What kind of talk it is.
    #[sea_orm(from_expr = "slot::Column::InterviewType")]
    pub interview_type: InterviewType,
    /// How hard it will be.
    #[sea_orm(from_expr = "slot::Column::DifficultyLevel")]
    pub difficulty_level: Option<DifficultyLevel>,
    /// Where it takes place; the company's default when absent.
    #[sea_orm(from_expr = "slot::Column::MeetingUrl")]
    pub meeting_url: Option<String>,
    /// Who holds it, in free text; may be empty.
    #[sea_orm(from_expr = "slot::Column::Interviewer")]
    pub label: String,
    /// The email that decides what the candidate knows.
    #[sea_orm(nested)]
    pub message: Option<Stored<Message>>,
}

impl Appointment {
    /// The instant at which it ends.
    pub fn ends_at(&self) -> DateTime<Utc> {
        self.starts_at + TimeDelta::minutes(self.duration_minutes.into())
    }

    /// The email that decides what the candidate knows, when there is one that can be read.
    pub fn message(&self) -> Option<&Message> {
        match &self.message {
            Some(Stored::Read(message)) => Some(message),
            Some(Stored::Unreadable(_)) | None => None,
        }
    }

    /// How far its candidate is reached.
    pub fn reach(&self, now: DateTime<Utc>) -> Reach {
        let facts = Facts {
            status: self.status,
            starts_at: self.starts_at,
            ends_at: self.ends_at(),
            is_untold: self.not_told_reason.is_some(),
            message: self.message(),
            opened_at: self.opened_at,
            answer: self.answer.zip(self.answered_at),
            is_answer_handled: self.answer_handled_at.is_some(),
            joined_at: self.joined_at,
        };
        reach::of(facts, now)
    }
}

/// The company's interviews that start in this half-open span and were not cancelled, the earliest first, at most `limit`.
pub async fn appointments(
    db: &Db,
    company_id: i64,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    limit: u64,
) -> Result<Vec<Appointment>> {
    let rows = without_needless::<Appointment>()
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interview::Column::Status.ne_const(Status::Cancelled))
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(slot::COLUMN.starts_at.gte(from))
        .filter(slot::COLUMN.starts_at.lt(until))
        .order_by_asc(slot::Column::StartsAt)
        .order_by_asc(interview::Column::Id)
        .limit(limit);
    let rows = rows
        .into_model::<Stored<Appointment>>()
        .all(db.read())
        .await?;
    let rows = rows.into_iter().filter_map(|row| row.or_log("interview"));
    Ok(rows.collect())
}
