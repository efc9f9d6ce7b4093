//! A message to a candidate, a user or any address: the queue and the log at once.
mod kind;

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

pub use self::kind::Kind;

/// Whom an email goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "snake_case"
)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The candidate of its interview.
    Candidate,
    /// A user of the company.
    User,
    /// Whoever reads mail at its address.
    Address,
}

/// Where an email stands.
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
    /// Waits for its first attempt.
    Queued,
    /// A worker has it.
    Sending,
    /// Waits for another attempt.
    Retrying,
    /// A mail server took it.
    Accepted,
    /// The connection died after the last byte; it may have been taken.
    Uncertain,
    /// Printed to the console; nobody received it.
    Printed,
    /// Refused for good.
    Failed,
    /// Kept back until somebody decides.
    Held,
    /// A newer message made it needless.
    Superseded,
    /// Called off before it left.
    Cancelled,
    /// Too late to be of use.
    Expired,
    /// A mail server took it, and then reported that it could not be delivered.
    Bounced,
    /// A mail server took it, and the recipient's own mail server reported that it has it.
    Delivered,
    /// It arrived, and its recipient marked it as spam.
    Complained,
}

/// A message to a candidate, a user or any address: the queue and the log at once.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "emails")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose row this is.
    pub company_id: i64,
    /// What it tells.
    pub kind: Kind,
    /// Whom it goes to.
    pub audience: Audience,
    /// The user whom it goes to, where it goes to one.
    pub user_id: Option<i64>,
    /// Which interview it is about; none where it is about no interview.
    pub interview_id: Option<i64>,
    /// The interview's revision that it tells of; 0 where it is about none.
    pub revision: i32,
    /// The version of the join link in it; 0 where there is none.
    pub link_version: i32,
    /// The one address it goes to.
    pub recipient: String,
    /// Whom it greets.
    pub recipient_name: String,
    /// The language that the recipient wanted when it was queued, BCP 47; a candidate may want another until it is composed.
    pub locale: String,
    /// Unique: the same event never queues two messages.
    pub idem_key: String,
    /// Message-ID without angle brackets, equal at every attempt.
    pub message_id: String,
    /// Date header, equal at every attempt; when it was queued, until it is composed.
    pub date: DateTimeUtc,
    /// From header, fixed when composed.
    pub sender: Option<String>,
    /// Reply-To header, fixed when composed.
    pub reply_to: Option<String>,
    /// Fixed when composed.
    pub subject: Option<String>,
    /// Plain part with a placeholder for the join link.
    pub text: Option<String>,
    /// HTML part with a placeholder for the join link.
    pub html: Option<String>,
    /// Calendar part, when there is one.
    pub ics: Option<String>,
    /// The picture that its HTML part shows, one of `logos`; fixed when composed.
    pub logo_id: Option<i64>,
    /// Where it stands.
    pub status: Status,
    /// Why it stands there, in words for a recruiter; may be empty.
    pub reason: String,
    /// Not before this instant.
    pub due_at: DateTimeUtc,
    /// When it was to leave; `due_at` moves with every attempt, this does not.
    pub first_due_at: DateTimeUtc,
    /// Of no more use from this instant.
    pub expires_at: DateTimeUtc,
    /// Until when a worker has it.
    pub lease_until: Option<DateTimeUtc>,
    /// +1 at each claim; only the newest claim may record.
    pub fence: i32,
    /// How often a mail server was asked to take it.
    pub attempts: i32,
    /// How often the recipient's side put it off; a mail server that is away puts nothing off.
    pub put_off: i32,
    /// How often in a row it met a mail server that was away or unwell.
    pub server_failures: i32,
    /// What it tells, as [`crate::email::InterviewSnapshot`]; none where it tells of no interview, and for what was queued before
    /// facts were kept.
    pub facts: Option<Json>,
    /// What the candidate was told before, when this message tells of a change.
    pub facts_before: Option<Json>,
    /// How long before the start a reminder is due.
    pub lead_minutes: Option<i32>,
    /// The message that this one repeats.
    pub resend_of: Option<i64>,
    /// The message to a wrong address that this one corrects.
    pub corrects: Option<i64>,
    /// The user whose act queued it.
    pub created_by: Option<i64>,
    /// When it was queued.
    pub created_at: DateTimeUtc,
    /// When it reached a final status.
    pub finished_at: Option<DateTimeUtc>,
    /// When a copy was printed because no mail server took it; none where that is not wished.
    pub printed_at: Option<DateTimeUtc>,
    /// When somebody told the candidate another way what it tells.
    pub told_at: Option<DateTimeUtc>,
    /// Who did.
    pub told_by: Option<i64>,
    #[sea_orm(belongs_to, from = "interview_id", to = "id")]
    pub interview: BelongsTo<Option<super::interview::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What a message tells of an interview: two messages with equal facts tell the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterviewSnapshot {
    /// When it begins.
    pub starts_at: DateTimeUtc,
    /// How long it takes.
    pub duration_minutes: i32,
    /// What kind of talk it is.
    pub interview_type: crate::slot::InterviewType,
    /// Where it takes place; never shown in a mail, but a change of place is told.
    pub place: Option<String>,
    /// What the recruiter adds.
    pub notes: String,
    /// The version of the join link.
    pub link_version: i32,
    /// Was it called off?
    pub is_cancelled: bool,
    /// When it moved because its wall time stayed as newer time zone rules came: the offset by which it was
    /// told, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former_offset_minutes: Option<i32>,
}

impl InterviewSnapshot {
    /// Is there nothing to learn from these for who knows the others? Why an interview moved is not news of its own.
    pub fn tell_the_same(&self, others: &Self) -> bool {
        let former_offset_minutes = self.former_offset_minutes;
        *self
            == Self {
                former_offset_minutes,
                ..others.clone()
            }
    }
}

impl Status {
    /// Is this the end of the message's story?
    pub fn is_final(self) -> bool {
        !matches!(
            self,
            Self::Queued | Self::Sending | Self::Retrying | Self::Held
        )
    }
}
