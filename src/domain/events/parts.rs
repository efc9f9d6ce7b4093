//! What events are made of, as it is stored.
use chrono::{DateTime, Utc};
use entity::{
    InstructionLine,
    interview::{self, Status},
    job,
    slot::InterviewType,
    user::Role,
};
use serde::{Deserialize, Serialize};

/// When an interview takes place; a booked one has both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Time {
    /// Its slot.
    #[serde(rename = "slot")]
    pub slot_id: Option<i64>,
    /// Its start.
    pub starts_at: Option<DateTime<Utc>>,
}

/// When a slot begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The instant.
    pub starts_at: DateTime<Utc>,
}

/// Why a time was moved without anybody asking: so that its local time stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneRules {
    /// The local time that stays.
    pub local_start: String,
    /// The zone whose rules changed.
    pub time_zone: String,
    /// The release of the time zone database that has the new rules.
    pub time_zone_rules: String,
}

/// What was corrected on an interview. Correcting it and rescheduling it to its own time write two shapes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Correction {
    /// Its details.
    Details {
        /// From what to what.
        change: Corrected,
    },
    /// Only what is personal: nothing but its name is kept.
    Personal {
        /// The names.
        #[serde(default)]
        changed: Vec<Field>,
    },
}

impl Correction {
    /// The names of what was corrected.
    pub fn changed(&self) -> &[Field] {
        match self {
            Self::Details { change } => &change.changed,
            Self::Personal { changed } => changed,
        }
    }
}

/// A correction of an interview's details.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrected {
    /// As it was.
    pub before: Talk,
    /// As it is.
    pub after: Talk,
    /// The names of what differs. Notes may be personal and a meeting's address may let people in: only that
    /// they changed is kept.
    #[serde(default)]
    pub changed: Vec<Field>,
}

/// The kind and length of an interview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Talk {
    /// The kind.
    pub interview_type: Option<InterviewType>,
    /// The length.
    pub duration_minutes: Option<i32>,
}

/// What can be corrected on an interview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Its kind.
    InterviewType,
    /// Its length.
    DurationMinutes,
    /// Where it takes place.
    MeetingUrl,
    /// What the candidate is told besides.
    BookingNotes,
    /// What the interviewers are told besides.
    InterviewerNotes,
    /// What a newer version calls it.
    #[serde(untagged)]
    Other(String),
}

impl Field {
    /// As it is stored.
    pub fn as_str(&self) -> &str {
        match self {
            Self::InterviewType => "interview_type",
            Self::DurationMinutes => "duration_minutes",
            Self::MeetingUrl => "meeting_url",
            Self::BookingNotes => "booking_notes",
            Self::InterviewerNotes => "interviewer_notes",
            Self::Other(name) => name,
        }
    }
}

/// Why an interview does not take place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cancellation {
    /// As the candidate is told; may be empty.
    pub reason: String,
}

/// How an interview ended; of one whose end nobody has told, that it is booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Where it stands.
    pub status: Status,
    /// What came of it, as it was called then.
    pub outcome: Option<String>,
}

impl Ended {
    /// As an interview is.
    pub fn of(row: &interview::Model) -> Self {
        Self {
            status: row.status,
            outcome: row.outcome.clone(),
        }
    }
}

/// Who was not told of a change by email, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotTold {
    /// Was it the candidate?
    pub candidate: bool,
    /// Were it the interviewers?
    pub interviewers: bool,
    /// As whoever changed it said.
    pub reason: String,
}

/// Of a replaced link nothing is kept; written as `{}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {}

/// What is kept of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobFacts {
    /// Its title.
    pub title: String,
    /// Whether people are still wanted.
    pub status: job::Status,
}

/// A user's role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleChange {
    /// As it was.
    pub before: Role,
    /// As it is.
    pub after: Role,
}

/// A company's settings. Those that came later are missing in older lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyFacts {
    /// Its name.
    pub name: String,
    /// The default zone of slots and pages.
    pub time_zone: String,
    /// Where candidates answer.
    pub contact_email: String,
    /// Where they can call.
    pub phone: Option<String>,
    /// The colour of its messages.
    pub brand_colour: String,
    /// Where interviews take place whose slot does not say.
    pub default_meeting_url: Option<String>,
    /// How long before the start a link opens.
    pub join_window_minutes: i32,
    /// How long before the start candidates are reminded.
    pub reminder_lead_minutes: Option<Vec<i32>>,
    /// How many hours before the start candidates are asked to confirm.
    pub confirm_hours: Option<i32>,
    /// Until how many hours before it they may move it.
    pub move_notice_hours: Option<i32>,
    /// How long messages wait for corrections.
    pub undo_seconds: Option<i32>,
    /// How many messages may leave in an hour.
    pub hourly_email_limit: Option<i32>,
    /// What can come of interviews.
    pub outcomes: Option<Vec<String>>,
    /// Why interviews are cancelled.
    pub cancel_reasons: Option<Vec<String>>,
    /// Why they are moved.
    pub move_reasons: Option<Vec<String>>,
    /// Why candidates are not told.
    pub silence_reasons: Option<Vec<String>>,
    /// Whose public holidays it keeps.
    pub holiday_region: Option<String>,
    /// What candidates are asked to do.
    pub instruction_lines: Vec<InstructionLine>,
}

/// How a candidate's answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// By a press on their page.
    Page,
    /// Their calendar sent it (iTIP, RFC 5546).
    Calendar,
}

/// Why a reply that came by email decides nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyNote {
    /// A program answered, such as one that says who is out of office.
    Automatic,
    /// The candidate's calendar says perhaps.
    Tentative,
    /// A calendar answered an invitation that is no longer the newest.
    Outdated,
    /// Somebody else answered the candidate's invitation.
    SomeoneElse,
    /// A calendar answered, but nothing that counts as an answer.
    NoAnswer,
    /// A calendar answered when nothing could be answered any more.
    TooLate,
}
