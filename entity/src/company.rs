//! A company: the owner of every other row.
use sea_orm::entity::prelude::*;

/// A company: the owner of every other row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "companies")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// As it stands in subjects and signatures.
    pub name: String,
    /// IANA name; the default zone of slots and pages.
    pub time_zone: String,
    /// Where candidates may write when they cannot reach the recruiter.
    pub contact_email: String,
    /// Where they may call it then; may be empty.
    pub phone: String,
    /// `#rrggbb`, the accent of the candidate's pages and mails.
    pub brand_colour: String,
    /// Where an interview takes place when its slot does not say.
    pub default_meeting_url: Option<String>,
    /// How long before the start a join link opens.
    pub join_window_minutes: i32,
    /// Minutes before the start at which reminders leave, a list of numbers.
    pub reminder_lead_minutes: Json,
    /// How many hours before the start candidates who have not answered are asked to; none for never.
    pub confirm_hours: Option<i32>,
    /// Until how many hours before the start candidates may move an interview by themselves; none for never.
    pub move_notice_hours: Option<i32>,
    /// How long a message waits for corrections, in seconds; 0 for not at all.
    pub undo_seconds: i32,
    /// The most messages that leave for one address within an hour; the rest waits.
    pub hourly_email_limit: i32,
    /// The instructions that mails print, a list of [`crate::InstructionLine`] names.
    pub instruction_lines: Json,
    /// What can come of an interview, a list of names.
    pub outcomes: Json,
    /// Why interviews are cancelled, a list to choose from; candidates read it.
    pub cancel_reasons: Json,
    /// Why they are moved, a list to choose from.
    pub move_reasons: Json,
    /// Why candidates are not told, a list to choose from.
    pub silence_reasons: Json,
    /// ISO 3166 code of the country, or of its part, whose public holidays it keeps; none for no holidays.
    pub holiday_region: Option<String>,
    /// The picture that its mails show, one of `logos`.
    pub logo_id: Option<i64>,
    /// +1 at each change, for compare-and-set.
    pub version: i32,
    /// When it was set up.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
