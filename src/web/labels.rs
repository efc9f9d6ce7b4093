//! The words that people read for what is stored as a name: one place for all pages.
use entity::{
    InstructionLine,
    device_check::Browser,
    email,
    interview::{Answer, AnswerReason, Status},
    job,
    slot::{DifficultyLevel, InterviewType},
    transport,
    user::Role,
};

use crate::{domain::slots::State, mail::wording::Block};

/// `Technical`: stands before the word interview.
pub fn interview_type(kind: InterviewType) -> &'static str {
    match kind {
        InterviewType::Technical => "Technical",
        InterviewType::Behavioral => "Behavioral",
        InterviewType::Screening => "Screening",
        InterviewType::SystemDesign => "System design",
        InterviewType::Cultural => "Cultural",
        InterviewType::Final => "Final",
    }
}

/// What a candidate said: `Can't come`.
pub fn answer(answer: Answer) -> &'static str {
    match answer {
        Answer::Confirmed => "Confirmed",
        Answer::AnotherTime => "Needs another time",
        Answer::Declined => "Can't come",
    }
}

/// The tone of that.
pub fn answer_tone(answer: Answer) -> &'static str {
    match answer {
        Answer::Confirmed => "good",
        Answer::AnotherTime => "wait",
        Answer::Declined => "bad",
    }
}

/// Why a candidate said no: `Accepted another offer`.
pub fn answer_reason(reason: AnswerReason) -> &'static str {
    match reason {
        AnswerReason::Busy => "Busy at that time",
        AnswerReason::Ill => "Ill",
        AnswerReason::Travel => "Traveling",
        AnswerReason::OtherOffer => "Accepted another offer",
        AnswerReason::Withdrawn => "No longer interested",
    }
}

/// The family of a browser: `Firefox`.
pub fn browser(browser: Browser) -> &'static str {
    match browser {
        Browser::Firefox => "Firefox",
        Browser::Chrome => "Chrome",
        Browser::Edge => "Edge",
        Browser::Safari => "Safari",
        Browser::Opera => "Opera",
        Browser::SamsungInternet => "Samsung Internet",
        Browser::Other => "another browser",
    }
}

/// `Medium`.
pub fn difficulty(level: DifficultyLevel) -> &'static str {
    match level {
        DifficultyLevel::Easy => "Easy",
        DifficultyLevel::Medium => "Medium",
        DifficultyLevel::Hard => "Hard",
    }
}

/// Where an interview stands.
pub fn interview_status(status: Status) -> &'static str {
    match status {
        Status::Unscheduled => "Not booked yet",
        Status::Scheduled => "Booked",
        Status::Completed => "Completed",
        Status::NoShow => "No-show",
        Status::Cancelled => "Cancelled",
    }
}

/// How that is set apart by colour.
pub fn interview_tone(status: Status) -> &'static str {
    match status {
        Status::Unscheduled => "wait",
        Status::Scheduled => "live",
        Status::Completed => "good",
        Status::NoShow | Status::Cancelled => "quiet",
    }
}

/// The same with what came of it: `Completed: Advance`.
pub fn interview_state(status: Status, outcome: Option<&str>) -> String {
    let words = interview_status(status);
    match outcome {
        Some(outcome) => format!("{words}: {outcome}"),
        None => words.into(),
    }
}

/// The first words of what somebody typed.
pub fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None if line.len() < text.len() => format!("{line}…"),
        None => line.to_owned(),
    }
}

/// What a slot is good for.
pub fn slot_state(state: State) -> &'static str {
    match state {
        State::Open => "Open",
        State::Blocked => "Blocked",
        State::Booked => "Booked",
        State::Closed => "Closed",
        State::Past => "Not booked",
    }
}

/// Whether people are still wanted.
pub fn job_status(status: job::Status) -> &'static str {
    match status {
        job::Status::Open => "Open",
        job::Status::Closed => "Closed",
    }
}

/// Where a message stands. None of these says "sent": only a mail server can say that it took one.
pub fn email_status(status: email::Status) -> &'static str {
    match status {
        email::Status::Queued => "Queued",
        email::Status::Sending => "Sending",
        email::Status::Retrying => "Retrying",
        email::Status::Accepted => "Accepted by mail server",
        email::Status::Uncertain => "Delivery uncertain",
        email::Status::Printed => "Printed to console (nobody received it)",
        email::Status::Failed => "Not delivered",
        email::Status::Held => "Held back",
        email::Status::Superseded => "Replaced by a newer email",
        email::Status::Cancelled => "Cancelled before sending",
        email::Status::Expired => "Expired",
        email::Status::Bounced => "Bounced",
        email::Status::Delivered => "Taken by the recipient's mail server",
        email::Status::Complained => "Marked as spam",
    }
}

/// The same with its reason, when there is one: `Retrying: 451 4.7.1 Greylisted`.
pub fn email_status_with_reason(status: email::Status, reason: &str) -> String {
    let words = email_status(status);
    match status {
        // There the words say it all: the reason is the server's thanks, or that this is the setting.
        email::Status::Accepted | email::Status::Delivered | email::Status::Printed => words.into(),
        _ if reason.is_empty() => words.into(),
        _ => format!("{words}: {reason}"),
    }
}

/// The tone in which a page shows it: `good`, `wait`, `bad` or `quiet`.
pub fn email_tone(status: email::Status) -> &'static str {
    match status {
        email::Status::Accepted | email::Status::Delivered => "good",
        email::Status::Queued | email::Status::Sending => "quiet",
        email::Status::Retrying | email::Status::Uncertain | email::Status::Held => "wait",
        email::Status::Printed
        | email::Status::Failed
        | email::Status::Expired
        | email::Status::Bounced
        | email::Status::Complained => "bad",
        email::Status::Superseded | email::Status::Cancelled => "quiet",
    }
}

/// How a mail server is.
pub fn mail_server(server: &transport::Model) -> &'static str {
    match (server.is_open(), server.failures) {
        (true, _) => "Not accepting mail; retrying",
        (false, 1..) => "Failed recently",
        (false, _) => "Accepting mail",
    }
}

/// Its tone.
pub fn mail_server_tone(server: &transport::Model) -> &'static str {
    match (server.is_open(), server.failures) {
        (true, _) => "bad",
        (false, 1..) => "wait",
        (false, _) => "good",
    }
}

/// What a user may do.
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Admin => "Admin",
        Role::Recruiter => "Recruiter",
        Role::Interviewer => "Interviewer",
    }
}

/// What an instruction line tells candidates, in short.
pub fn instruction_line(line: InstructionLine) -> &'static str {
    match line {
        InstructionLine::JoinEarly => "Join a few minutes early",
        InstructionLine::OnlyAtTime => "The link only works at the scheduled time",
        InstructionLine::OpensBefore => "When the link opens",
        InstructionLine::StableInternet => "Stable internet, quiet place",
        InstructionLine::CameraMicrophone => "Working camera and microphone",
        InstructionLine::GovernmentId => "Have an ID ready",
    }
}

/// What a message tells.
pub fn email_kind(kind: email::Kind) -> &'static str {
    match kind {
        email::Kind::Scheduled => "Invitation",
        email::Kind::Rescheduled => "New time",
        email::Kind::Updated => "Updated details",
        email::Kind::Cancelled => "Cancellation",
        email::Kind::Reminder => "Reminder",
        email::Kind::Nudge => "Nudge",
        email::Kind::LinkReplaced => "New join link",
        email::Kind::Choose => "Request to choose a time",
        email::Kind::Confirm => "Request to confirm",
        email::Kind::RequestAnswered => "Answer to a private request",
        email::Kind::InterviewerScheduled => "Interviewer invitation",
        email::Kind::InterviewerRescheduled => "Interviewer: new time",
        email::Kind::InterviewerUpdated => "Interviewer: updated details",
        email::Kind::InterviewerCancelled => "Interviewer cancellation",
        email::Kind::InterviewerReminder => "Interviewer reminder",
        email::Kind::ForwardedReply => "Forwarded reply",
        email::Kind::Test => "Test email",
    }
}

/// A message of this kind within a sentence: `a cancellation email`.
pub fn email_in_a_sentence(kind: email::Kind) -> &'static str {
    match kind {
        email::Kind::Scheduled => "the invitation",
        email::Kind::Rescheduled => "an email with the old and the new time",
        email::Kind::Updated => "an email about what changed",
        email::Kind::Cancelled => "a cancellation email",
        email::Kind::Reminder => "a reminder",
        email::Kind::Nudge => "an email with the join link",
        email::Kind::LinkReplaced => "an email with the new join link",
        email::Kind::Choose => "a request to choose a time",
        email::Kind::Confirm => "a request to confirm",
        email::Kind::RequestAnswered => "an email about the answered request",
        email::Kind::InterviewerScheduled => "the interviewer's invitation",
        email::Kind::InterviewerRescheduled => "an email to the interviewer with the new time",
        email::Kind::InterviewerUpdated => "an email to the interviewer about what changed",
        email::Kind::InterviewerCancelled => "a cancellation email to the interviewer",
        email::Kind::InterviewerReminder => "a reminder to the interviewer",
        email::Kind::ForwardedReply => "a forwarded reply",
        email::Kind::Test => "a test email",
    }
}

/// What it means for the recipient of this name when a message of this kind does not leave.
pub fn not_leaving(kind: email::Kind, name: &str) -> String {
    match kind {
        email::Kind::Scheduled => format!(
            "{name} will not get this invitation with the time and join link. The interview stays booked and reminders still go out. Tell {name} another way."
        ),
        email::Kind::Rescheduled => format!(
            "{name} will not be told about the new time and may come at the old one. Tell {name} another way."
        ),
        email::Kind::Updated => format!("{name} will not be told what changed."),
        email::Kind::Cancelled => format!(
            "{name} will not be told that the interview is cancelled and may show up for it. Tell {name} another way."
        ),
        email::Kind::Reminder => {
            format!("{name} will not get this reminder. The interview stays as it is.")
        }
        email::Kind::Nudge => {
            format!("{name} will not get this email with the join link. Call {name} instead.")
        }
        email::Kind::LinkReplaced => format!(
            "{name} will not get the new join link and can't join without it: the old one no longer works."
        ),
        email::Kind::Choose => format!(
            "{name} will not be asked to choose a time. Call {name}, or book a slot yourself."
        ),
        email::Kind::Confirm => {
            format!("{name} will not be asked to confirm. The interview stays as it is.")
        }
        email::Kind::RequestAnswered => format!(
            "{name} will not be told that there is an answer. It is on their interview page all the same."
        ),
        email::Kind::InterviewerScheduled => format!(
            "{name} will not get this invitation and may not know about the interview. Tell {name} another way."
        ),
        email::Kind::InterviewerRescheduled => format!(
            "{name} will not be told about the new time and may come at the old one. Tell {name} another way."
        ),
        email::Kind::InterviewerUpdated => format!("{name} will not be told what changed."),
        email::Kind::InterviewerCancelled => format!(
            "{name} will not be told that the interview is off and may wait for the candidate. Tell {name} another way."
        ),
        email::Kind::InterviewerReminder => {
            format!("{name} will not get this reminder. The interview stays as it is.")
        }
        email::Kind::ForwardedReply => {
            format!("{name} will not get the reply. Its text stays on this page.")
        }
        email::Kind::Test => format!("{name} will not see what the email looks like."),
    }
}

/// A part of a mail whose words may be a company's own.
pub fn mail_block(block: Block) -> &'static str {
    match block {
        Block::Subject => "Subject",
        Block::Greeting => "Greeting",
        Block::Opening => "First sentence",
        Block::Paragraph => "Your own paragraph",
        Block::Contact => "Contact",
        Block::Regards => "Closing",
        Block::Signature => "Signature",
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::Iterable;

    use super::*;

    #[test]
    fn every_kind_of_email_is_among_those_that_the_document_says_can_be_reworded() {
        let text = include_str!("../../docs/texts.md").to_lowercase();
        for kind in email::Kind::iter().filter(|kind| kind.can_be_reworded()) {
            let label = email_kind(kind).to_lowercase();
            assert!(text.contains(&label), "docs/texts.md lacks {label}");
        }
    }
}
