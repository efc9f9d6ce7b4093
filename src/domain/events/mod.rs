//! Events: all that can happen, each with what is known of it. One enum, in one file that is long for being whole.
mod parts;
mod stored;
#[cfg(test)]
mod tests;
mod verb;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{
    device_check::{Browser, Part},
    email,
    interview::{Answer, AnswerReason},
    user::Role,
};
use serde::{Deserialize, Serialize};

pub use self::{
    parts::{
        Cancellation, CompanyFacts, Corrected, Correction, Ended, Field, JobFacts, NotTold,
        Replaced, ReplyNote, RoleChange, Start, Talk, Time, Via, ZoneRules,
    },
    stored::{UnknownChange, record, record_all},
    verb::{Object, Verb},
};

/// Something that happened, written to the audit log in the transaction in which it happens.
///
/// The field that is named for the object is its key and has a column of its own; all others are the line's
/// details, under these names or those that they are renamed to. Lines are kept for years: a field that came
/// later has a default, and none that was written once gets another meaning. `version` is the one that the
/// object has from then on; older lines lack it. `changed` names fields whose values may be personal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event")]
pub enum Event {
    /// A candidate is to be interviewed; there may be no time yet.
    InterviewCreated {
        interview_id: i64,
        #[serde(rename = "candidate")]
        candidate_id: i64,
    },
    /// It got a slot, and the invitation was queued.
    InterviewBooked {
        interview_id: i64,
        #[serde(rename = "slot")]
        slot_id: Option<i64>,
        starts_at: DateTime<Utc>,
        version: Option<i32>,
        #[serde(rename = "email")]
        email_id: Option<i64>,
    },
    /// Its booking was taken back before anybody heard of it: it waits for a time again.
    InterviewUnbooked {
        interview_id: i64,
        #[serde(rename = "slot")]
        slot_id: Option<i64>,
        version: Option<i32>,
    },
    /// It got another time: by hand, or to keep its local time under new time zone rules.
    InterviewRescheduled {
        interview_id: i64,
        before: Time,
        after: Time,
        #[serde(flatten)]
        rules: Option<ZoneRules>,
        /// Why, where somebody said so.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        not_told: Option<NotTold>,
        version: Option<i32>,
        #[serde(rename = "email")]
        email_id: Option<i64>,
    },
    /// Something that the candidate sees was changed, but not the time.
    InterviewCorrected {
        interview_id: i64,
        #[serde(flatten)]
        correction: Correction,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        not_told: Option<NotTold>,
        version: Option<i32>,
        #[serde(rename = "email")]
        email_id: Option<i64>,
    },
    /// It does not take place.
    InterviewCancelled {
        interview_id: i64,
        #[serde(default)]
        change: Cancellation,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        not_told: Option<NotTold>,
        version: Option<i32>,
        #[serde(rename = "email")]
        email_id: Option<i64>,
    },
    /// The candidate is told by email how it stands, who was not told when it was changed.
    CandidateNotified {
        interview_id: i64,
        version: Option<i32>,
        #[serde(rename = "email")]
        email_id: Option<i64>,
    },
    /// It took place, somebody said; or something else came of it than was said before.
    InterviewCompleted {
        interview_id: i64,
        before: Ended,
        after: Ended,
        /// Of the note itself nothing is kept.
        #[serde(default)]
        is_note_changed: bool,
        version: Option<i32>,
    },
    /// The candidate did not come, somebody said.
    InterviewMissed {
        interview_id: i64,
        before: Ended,
        /// Of the note itself nothing is kept.
        #[serde(default)]
        is_note_changed: bool,
        version: Option<i32>,
    },
    /// What was said of its end is taken back.
    InterviewReopened {
        interview_id: i64,
        before: Ended,
        version: Option<i32>,
        #[serde(rename = "email")]
        email_id: Option<i64>,
    },
    /// It was missed, and another interview takes its place.
    InterviewRebooked {
        interview_id: i64,
        #[serde(rename = "new")]
        new_id: i64,
    },
    /// The earlier join link is dead.
    LinkReplaced {
        interview_id: i64,
        #[serde(default)]
        change: Replaced,
        version: Option<i32>,
        #[serde(rename = "email")]
        email_id: Option<i64>,
    },
    /// A user was shown the short join link, to pass it on.
    LinkShown { interview_id: i64 },
    /// The candidate asked for the link once more, and this message brings it.
    LinkRequested {
        interview_id: i64,
        #[serde(rename = "email")]
        email_id: i64,
    },
    /// The candidate did not come, and was asked to.
    CandidateNudged {
        interview_id: i64,
        version: Option<i32>,
        #[serde(rename = "email")]
        email_id: Option<i64>,
    },
    /// The candidate has another email address, so links sent to the old one are dead.
    AddressChanged {
        interview_id: i64,
        version: Option<i32>,
    },
    /// The candidate went to the meeting.
    CandidateJoined { interview_id: i64 },
    /// The candidate had the details open for the first time at this time.
    CandidateOpened { interview_id: i64 },
    /// Somebody of the company came to the interview.
    InterviewAttended { interview_id: i64 },
    /// The candidate joined and cannot get into the meeting.
    CandidateStuck { interview_id: i64 },
    /// Somebody of the company saw to that.
    TroubleHandled { interview_id: i64 },
    /// The candidate said whether they come.
    CandidateAnswered {
        interview_id: i64,
        answer: Answer,
        reason: Option<AnswerReason>,
        words: String,
        via: Via,
    },
    /// The candidate checked camera, sound, connection and clock of a device.
    DeviceChecked {
        interview_id: i64,
        browser: Browser,
        failed: Vec<Part>,
    },
    /// Somebody of the company saw to an answer that was no yes.
    AnswerHandled { interview_id: i64 },
    /// The candidate asked for something in private. What it is, is not for the log.
    AccommodationRequested {
        interview_id: i64,
        version: Option<i32>,
    },
    /// A recruiter answered that; what, is not for the log either.
    AccommodationAnswered {
        interview_id: i64,
        version: Option<i32>,
        #[serde(rename = "email")]
        email_id: Option<i64>,
    },
    /// A recruiter passed something of it on to the interviewers.
    AccommodationReleased { interview_id: i64 },
    /// The candidate may choose the time by themselves, until then.
    TimeOffered {
        interview_id: i64,
        choose_by: DateTime<Utc>,
        version: Option<i32>,
        #[serde(rename = "email")]
        email_id: Option<i64>,
    },
    /// The candidate chose this slot.
    TimeChosen { interview_id: i64, slot_id: i64 },
    /// Somebody of the company saw that the candidate moved the interview.
    MoveSeen { interview_id: i64 },
    /// A reply to this message came by email and decides nothing.
    ReplyNoted {
        interview_id: i64,
        #[serde(rename = "email")]
        email_id: i64,
        why: ReplyNote,
    },
    /// A person replied to this message, and the recruiter gets that as another one.
    ReplyForwarded {
        interview_id: i64,
        #[serde(rename = "email")]
        email_id: i64,
        #[serde(rename = "new")]
        new_id: i64,
    },
    /// A recruiter told the candidate what this message could not.
    ToldByPhone {
        interview_id: i64,
        #[serde(rename = "email")]
        email_id: i64,
    },
    /// That was a mistake.
    ToldByPhoneUndone {
        interview_id: i64,
        #[serde(rename = "email")]
        email_id: i64,
    },
    /// The candidate was not notified of a time: its message failed, expired or bounced.
    NotificationFailed {
        interview_id: i64,
        slot_id: Option<i64>,
        email_id: i64,
        error: String,
    },
    /// A message is sent once more, as another one.
    EmailResent {
        email_id: i64,
        #[serde(rename = "new")]
        new_id: i64,
    },
    /// A message went to a wrong address; another goes to the right one.
    EmailCorrected {
        email_id: i64,
        #[serde(rename = "new")]
        new_id: i64,
    },
    /// A message does not wait for its next attempt.
    EmailRetriedNow {
        email_id: i64,
        was_due_at: DateTime<Utc>,
    },
    /// A message does not leave.
    EmailCancelled { email_id: i64 },
    /// Messages to an address that mail servers refused leave all the same: so many.
    EmailReleased { email_id: i64, queued: u64 },
    /// A mail server took a message and reported later that it cannot be delivered.
    EmailBounced {
        email_id: i64,
        before: email::Status,
    },
    /// The recipient of a message marked it as spam.
    EmailComplained {
        email_id: i64,
        before: email::Status,
    },
    /// There is a slot.
    SlotCreated {
        slot_id: i64,
        starts_at: DateTime<Utc>,
        #[serde(rename = "job")]
        job_id: i64,
    },
    /// A free slot was changed.
    SlotChanged {
        slot_id: i64,
        before: Start,
        after: Start,
        #[serde(default)]
        changed: Vec<String>,
        version: Option<i32>,
    },
    /// A slot can no longer be booked.
    SlotClosed { slot_id: i64, version: Option<i32> },
    /// A slot that was closed can be booked again.
    SlotReopened { slot_id: i64, version: Option<i32> },
    /// A slot that nobody was ever booked into is gone.
    SlotDeleted {
        slot_id: i64,
        starts_at: DateTime<Utc>,
        #[serde(rename = "job")]
        job_id: i64,
    },
    /// New time zone rules would have moved its local time.
    SlotMoved {
        slot_id: i64,
        before: Time,
        after: Time,
        #[serde(flatten)]
        rules: ZoneRules,
        version: Option<i32>,
    },
    /// There are many slots, made at once.
    SeriesCreated {
        series_id: i64,
        #[serde(rename = "job")]
        job_id: i64,
        /// How many.
        slots: u64,
        first_starts_at: DateTime<Utc>,
        last_starts_at: DateTime<Utc>,
    },
    /// They are gone again: so many.
    SeriesUndone { series_id: i64, slots: u64 },
    /// There is a job.
    JobCreated { job_id: i64, title: String },
    /// A job was changed.
    JobChanged {
        job_id: i64,
        before: JobFacts,
        after: JobFacts,
        #[serde(default)]
        changed: Vec<String>,
        version: Option<i32>,
    },
    /// There is a candidate.
    CandidateCreated { candidate_id: i64 },
    /// A candidate was changed.
    CandidateChanged {
        candidate_id: i64,
        address_changed: bool,
        name_changed: bool,
        #[serde(default)]
        changed: Vec<String>,
        version: Option<i32>,
    },
    /// The candidate chose the language of their page and emails, on the page of this interview.
    LanguageChosen {
        candidate_id: i64,
        #[serde(rename = "interview")]
        interview_id: i64,
        version: Option<i32>,
    },
    /// The same of the time zone of all times they are told.
    TimeZoneChosen {
        candidate_id: i64,
        #[serde(rename = "interview")]
        interview_id: i64,
        version: Option<i32>,
    },
    /// There is a user.
    UserCreated { user_id: i64, role: Role },
    /// A user was changed by an admin, who may change the role, or by themselves.
    UserUpdated {
        user_id: i64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<RoleChange>,
        #[serde(default)]
        changed: Vec<String>,
        version: Option<i32>,
    },
    /// A user can no longer sign in.
    UserDisabled { user_id: i64, version: Option<i32> },
    /// A user can sign in again.
    UserEnabled { user_id: i64, version: Option<i32> },
    /// A user made an address at which calendar programs read their interviews; one that was there before is dead.
    FeedCreated { user_id: i64 },
    /// A user ended that address.
    FeedEnded { user_id: i64 },
    /// A user has Greenroom read a calendar of theirs.
    CalendarConnected { user_id: i64 },
    /// A user has it read no more.
    CalendarDisconnected { user_id: i64 },
    /// A user signed in.
    UserSignedIn { user_id: i64 },
    /// A user changed their own password.
    PasswordChanged { user_id: i64, version: Option<i32> },
    /// A user was given another password.
    PasswordReset { user_id: i64, version: Option<i32> },
    /// A program may sign in for a user.
    TokenCreated {
        token_id: i64,
        name: String,
        #[serde(rename = "user")]
        user_id: i64,
        expires_at: Option<DateTime<Utc>>,
    },
    /// It may no longer.
    TokenRevoked { token_id: i64, name: String },
    /// The first company and its admin were made in the browser.
    CompanySetUp { company_id: i64, name: String },
    /// A company was made on the terminal.
    CompanyCreated { company_id: i64, name: String },
    /// A company's settings were changed.
    CompanyUpdated {
        company_id: i64,
        #[serde(default)]
        changed: Vec<String>,
        version: Option<i32>,
        before: Box<CompanyFacts>,
        after: Box<CompanyFacts>,
    },
    /// Messages show this logo; `before` and `after` are the logos' keys.
    LogoChosen {
        company_id: i64,
        before: Option<i64>,
        after: i64,
        content_hash: String,
    },
    /// Messages show no logo.
    LogoRemoved {
        company_id: i64,
        before: Option<i64>,
        /// Written as null, for who reads both events alike.
        after: (),
        /// Written as null.
        content_hash: (),
    },
    /// The company has its own words in messages of this kind and language, by the names of their parts.
    MailTextsUpdated {
        company_id: i64,
        kind: email::Kind,
        locale: String,
        #[serde(default)]
        changed: Vec<String>,
        version: Option<i32>,
        before: BTreeMap<String, String>,
        after: BTreeMap<String, String>,
    },
    /// These messages have Greenroom's words again.
    MailTextsReset {
        company_id: i64,
        kind: email::Kind,
        locale: String,
        #[serde(default)]
        changed: Vec<String>,
        version: Option<i32>,
        before: BTreeMap<String, String>,
        after: BTreeMap<String, String>,
    },
    /// The mail settings were examined; with a test email or without.
    MailChecked { company_id: i64, sends: bool },
}

impl Event {
    /// What was done.
    pub fn verb(&self) -> Verb {
        self.into()
    }
}
