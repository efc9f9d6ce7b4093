//! The words that people read for what is stored as a name: one place for pages, mails and the log.
use entity::{
    candidate, company,
    interview::Status,
    job,
    slot::{self, DifficultyLevel, InterviewType},
};

use crate::domain::slots::State;

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

/// The zone in which a candidate reads times: the candidate's own, else the slot's, else the company's.
/// A stored name that is no zone is passed over: the next one is still right, and is printed beside the time.
pub fn zone_for(
    candidate: &candidate::Model,
    slot: Option<&slot::Model>,
    company: &company::Model,
) -> chrono_tz::Tz {
    let names = [
        candidate.time_zone.as_deref(),
        slot.map(|slot| slot.time_zone.as_str()),
        Some(company.time_zone.as_str()),
    ];
    names
        .into_iter()
        .flatten()
        .find_map(|name| name.parse().ok())
        .unwrap_or(chrono_tz::UTC)
}
