//! One candidate for one job; unscheduled until it is booked into a slot.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::device_check::DeviceCheck;

/// Where an interview stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "snake_case"
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not booked yet.
    Unscheduled,
    /// Booked into a slot.
    Scheduled,
    /// It took place.
    Completed,
    /// The candidate did not come.
    NoShow,
    /// Called off.
    Cancelled,
}

impl Status {
    /// Has somebody said how it ended?
    pub fn is_ended(self) -> bool {
        match self {
            Self::Completed | Self::NoShow => true,
            Self::Unscheduled | Self::Scheduled | Self::Cancelled => false,
        }
    }
}

/// What a candidate says to the time of an interview.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "snake_case"
)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// They will be there.
    Confirmed,
    /// They would come at another time.
    AnotherTime,
    /// They cannot come.
    Declined,
}

/// Why a candidate cannot come, or not at that time.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "snake_case"
)]
#[serde(rename_all = "snake_case")]
pub enum AnswerReason {
    /// Something else is at that time.
    Busy,
    /// They are ill.
    Ill,
    /// They are on the way somewhere.
    Travel,
    /// They accepted another offer.
    OtherOffer,
    /// They no longer want the job.
    Withdrawn,
}

/// One candidate for one job; unscheduled until it is booked into a slot.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "interviews")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose row this is.
    pub company_id: i64,
    /// Who is interviewed.
    pub candidate_id: i64,
    /// For which job; else the slot's, else the candidate's.
    pub job_id: Option<i64>,
    /// When; none until it is booked.
    pub slot_id: Option<i64>,
    /// Where it stands.
    pub status: Status,
    /// Random; what a join link says of the interview.
    pub public_id: String,
    /// A join link of another version is dead.
    pub link_version: i32,
    /// +1 at each change of time or place.
    pub revision: i32,
    /// SEQUENCE of the calendar entry, RFC 5546.
    pub ics_sequence: i32,
    /// For the candidate; part of the mail.
    pub booking_notes: String,
    /// For the interviewers; never part of what the candidate gets.
    pub interviewer_notes: String,
    /// Why it was called off, as the candidate is told; may be empty.
    pub cancel_reason: String,
    /// Why the candidate does not know how it stands, where somebody wanted it so.
    pub not_told_reason: Option<String>,
    /// What came of it, by the name that the company gave it; only of what took place.
    pub outcome: Option<String>,
    /// For recruiters alone, about the end; may be empty.
    pub private_note: String,
    /// The missed interview in whose place this one is.
    pub rebook_of: Option<i64>,
    /// +1 at each write, for compare-and-set.
    pub version: i32,
    /// When the candidate first had the details open.
    pub opened_at: Option<DateTimeUtc>,
    /// When the candidate first joined.
    pub joined_at: Option<DateTimeUtc>,
    /// When somebody of the company came; until then a candidate who joined waits alone.
    pub attended_at: Option<DateTimeUtc>,
    /// When the candidate, who had joined, said that the meeting cannot be entered.
    pub trouble_at: Option<DateTimeUtc>,
    /// With which meeting link, empty for none: one that was set since may work.
    pub trouble_url: Option<String>,
    /// When somebody of the company saw to it.
    pub trouble_handled_at: Option<DateTimeUtc>,
    /// What the candidate says to the time that it has.
    pub answer: Option<Answer>,
    /// When they said so.
    pub answered_at: Option<DateTimeUtc>,
    /// Why, from a list.
    pub answer_reason: Option<AnswerReason>,
    /// Why, in words of their own; may be empty.
    pub answer_words: String,
    /// When somebody of the company saw to an answer that was no yes.
    pub answer_handled_at: Option<DateTimeUtc>,
    /// When the candidate moved it here by themselves; none once somebody of the company saw it.
    pub moved_at: Option<DateTimeUtc>,
    /// What their newest check of camera, sound and connection found; another time keeps it.
    pub device_check: Option<DeviceCheck>,
    /// When it was first booked, however often it was moved since.
    pub booked_at: Option<DateTimeUtc>,
    /// The user who booked it: candidates reply to this person.
    pub booked_by: Option<i64>,
    /// The user who entered it.
    pub created_by: Option<i64>,
    /// When it was entered.
    pub created_at: DateTimeUtc,
    #[sea_orm(belongs_to, from = "candidate_id", to = "id")]
    pub candidate: BelongsTo<super::candidate::Entity>,
    #[sea_orm(belongs_to, from = "slot_id", to = "id")]
    pub slot: BelongsTo<Option<super::slot::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
