//! The words that people read for what is stored as a name: one place for pages, mails and the log.
use entity::{
    InstructionLine, candidate, company, email,
    interview::Status,
    job,
    slot::{self, DifficultyLevel, InterviewType},
    transport,
    user::Role,
};

use crate::{domain::slots::State, mail::wording::Block, zones::Tz};

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
        Status::NoShow => "Did not come",
        Status::Cancelled => "Cancelled",
    }
}

/// What a slot is good for.
pub fn slot_state(state: State) -> &'static str {
    match state {
        State::Open => "Open",
        State::Booked => "Booked",
        State::Closed => "Closed",
        State::Past => "Past, nobody came",
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
        email::Status::Queued => "Waiting to leave",
        email::Status::Sending => "Being handed to the mail server",
        email::Status::Retrying => "Retrying",
        email::Status::Accepted => "Accepted by mail server",
        email::Status::Uncertain => "Uncertain whether it was accepted",
        email::Status::Printed => "Printed to console (nobody received it)",
        email::Status::Failed => "Not delivered",
        email::Status::Held => "Held back",
        email::Status::Superseded => "Replaced by a newer message",
        email::Status::Cancelled => "Called off before it left",
        email::Status::Expired => "Too late to be of use",
        email::Status::Bounced => "Came back undelivered",
    }
}

/// The same with its reason, when there is one: `Retrying: 451 4.7.1 Greylisted`.
pub fn email_status_with_reason(status: email::Status, reason: &str) -> String {
    let words = email_status(status);
    match status {
        // There the words say it all: the reason is the server's thanks, or that this is the setting.
        email::Status::Accepted | email::Status::Printed => words.into(),
        _ if reason.is_empty() => words.into(),
        _ => format!("{words}: {reason}"),
    }
}

/// The tone in which a page shows it: `good`, `wait`, `bad` or `quiet`.
pub fn email_tone(status: email::Status) -> &'static str {
    match status {
        email::Status::Accepted => "good",
        email::Status::Queued | email::Status::Sending => "quiet",
        email::Status::Retrying | email::Status::Uncertain | email::Status::Held => "wait",
        email::Status::Printed
        | email::Status::Failed
        | email::Status::Expired
        | email::Status::Bounced => "bad",
        email::Status::Superseded | email::Status::Cancelled => "quiet",
    }
}

/// How a mail server is.
pub fn mail_server(server: &transport::Model) -> &'static str {
    match (server.is_open(), server.failures) {
        (true, _) => "Takes nothing, tried now and then",
        (false, 1..) => "Failed lately",
        (false, _) => "Takes messages",
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
        InstructionLine::JoinEarly => "Join some minutes early",
        InstructionLine::OnlyAtTime => "The link works at the scheduled time only",
        InstructionLine::OpensBefore => "When the link opens",
        InstructionLine::StableInternet => "Stable internet, a quiet place",
        InstructionLine::CameraMicrophone => "Working camera and microphone",
        InstructionLine::GovernmentId => "Have an ID at hand",
    }
}

/// What a message tells.
pub fn email_kind(kind: email::Kind) -> &'static str {
    match kind {
        email::Kind::Scheduled => "Invitation",
        email::Kind::Rescheduled => "New time",
        email::Kind::Updated => "Changed details",
        email::Kind::Cancelled => "Cancellation",
        email::Kind::Reminder => "Reminder",
        email::Kind::LinkReplaced => "New link",
        email::Kind::Test => "Test email",
    }
}

/// A message of this kind where a sentence begins with it: `A cancellation`.
pub fn email_in_a_sentence(kind: email::Kind) -> &'static str {
    match kind {
        email::Kind::Scheduled => "The invitation",
        email::Kind::Rescheduled => "A mail with the old and the new time",
        email::Kind::Updated => "A mail with what changed",
        email::Kind::Cancelled => "A cancellation",
        email::Kind::Reminder => "A reminder",
        email::Kind::LinkReplaced => "A mail with the new link",
        email::Kind::Test => "A test email",
    }
}

/// What it means for the candidate of this name when a message of this kind does not leave.
pub fn not_leaving(kind: email::Kind, name: &str) -> String {
    match kind {
        email::Kind::Scheduled => format!(
            "{name} is not invited by it: no time, no link. The interview stays booked, and reminders still leave; tell them another way."
        ),
        email::Kind::Rescheduled => format!(
            "{name} does not learn of the new time, and may come at the old one. Tell them another way."
        ),
        email::Kind::Updated => format!("{name} does not learn what was changed."),
        email::Kind::Cancelled => format!(
            "{name} does not learn that the interview is called off, and may wait for it in vain. Tell them another way."
        ),
        email::Kind::Reminder => {
            format!("{name} is not reminded this time. The interview stays as it is.")
        }
        email::Kind::LinkReplaced => format!(
            "{name} does not get the new link, and the old one is dead: without it nobody can join."
        ),
        email::Kind::Test => format!("{name} does not see what the email looks like."),
    }
}

/// A part of a mail whose words may be a company's own.
pub fn mail_block(block: Block) -> &'static str {
    match block {
        Block::Subject => "Subject",
        Block::Greeting => "Greeting",
        Block::Opening => "First sentence",
        Block::Paragraph => "A paragraph of your own",
        Block::Contact => "Whom to ask",
        Block::Regards => "Regards",
        Block::Signature => "Signature",
    }
}

/// The zone in which a candidate reads times: the candidate's own, else the slot's, else the company's.
/// A stored name that is no zone is passed over: the next one is still right, and is printed beside the time.
pub fn zone_for(
    candidate: &candidate::Model,
    slot: Option<&slot::Model>,
    company: &company::Model,
) -> Tz {
    let names = [
        candidate.time_zone.as_deref(),
        slot.map(|slot| slot.time_zone.as_str()),
        Some(company.time_zone.as_str()),
    ];
    names
        .into_iter()
        .flatten()
        .find_map(|name| name.parse().ok())
        .unwrap_or(Tz::UTC)
}
