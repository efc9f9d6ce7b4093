//! The reach line: how far a candidate is reached, in words and times.
use chrono::{DateTime, Utc};
use entity::email::Status;
use serde::Serialize;

use super::{interviews::Reader, labels};
use crate::{
    domain::{
        alerts::{self, Reachability},
        interviews::{
            board::Appointment,
            reach::{self, Mark, Message, Name},
        },
    },
    times,
};

/// For the components `reach` and `dots`.
#[derive(Clone, Debug, Serialize)]
pub struct ReachLine {
    /// `How far Zoë Núñez is reached`.
    label: String,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, Serialize)]
struct Step {
    /// `done`, `late`, `bad`; empty for what is to come.
    mark: &'static str,
    name: &'static str,
    /// For machines, when it happened; empty else.
    at: String,
    /// `Thu`; empty today.
    day: String,
    clock: String,
    /// What it lacks, in short.
    note: String,
}

impl ReachLine {
    /// Of an interview, now.
    pub fn of(interview: &Appointment, reader: &Reader) -> Self {
        let steps = interview.reach(reader.now).map(|step| {
            let note = note(step, interview, reader.now);
            Step::new(step, interview.message(), note, reader)
        });
        Self {
            label: format!("How far {} is reached", interview.candidate),
            steps: steps.into(),
        }
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        let step = |mark, name, note: &str| Step {
            mark,
            name,
            at: String::new(),
            day: String::new(),
            clock: String::new(),
            note: note.into(),
        };
        Self {
            label: "How far John Doe is reached".into(),
            steps: vec![
                Step {
                    at: "2027-01-05T09:00:00Z".into(),
                    day: "Tue".into(),
                    clock: "10:00".into(),
                    ..step("done", "Queued", "")
                },
                step("late", "Accepted", "451, try 2"),
                step("", "Opened", ""),
                step("bad", "Joined", "17 min late"),
            ],
        }
    }
}

impl Step {
    fn new(step: reach::Step, message: Option<&Message>, note: String, reader: &Reader) -> Self {
        let happened_at = match step.mark {
            Mark::Done(at) => Some(at),
            Mark::ToCome | Mark::Late | Mark::Overdue => None,
        };
        Self {
            mark: match step.mark {
                Mark::Done(_) => "done",
                Mark::ToCome => "",
                Mark::Late => "late",
                Mark::Overdue => "bad",
            },
            name: name(step, message),
            at: happened_at.map(times::rfc3339).unwrap_or_default(),
            day: happened_at
                .map(|at| times::short_day(at, reader.now, reader.zone))
                .unwrap_or_default(),
            clock: happened_at
                .map(|at| times::clock(at, reader.zone))
                .unwrap_or_default(),
            note,
        }
    }
}

/// What a step is called: that a mail server took an email is less than that it was delivered, and a call is neither.
fn name(step: reach::Step, message: Option<&Message>) -> &'static str {
    match (step.name, step.mark, message) {
        (Name::Queued, ..) => "Queued",
        (Name::Accepted, Mark::Done(_), Some(message)) => match message.status {
            Status::Delivered => "Delivered",
            Status::Accepted => "Accepted",
            _ => "Told",
        },
        (Name::Accepted, ..) => "Accepted",
        (Name::Opened, ..) => "Opened",
        (Name::Confirmed, ..) => "Confirmed",
        (Name::AnotherTime, ..) => "Other time",
        (Name::Declined, ..) => "Can't come",
        (Name::Joined, ..) => "Joined",
    }
}

/// What a late step lacks.
fn note(step: reach::Step, interview: &Appointment, now: DateTime<Utc>) -> String {
    if !step.mark.is_late() {
        return String::new();
    }
    match (step.name, interview.message()) {
        (Name::Queued, Some(_)) => "not told".into(),
        (Name::Queued, None) => "no email".into(),
        (Name::Accepted, Some(message)) => not_accepted(message),
        (Name::Accepted, None) | (Name::Opened, _) => "not yet".into(),
        (Name::Confirmed, _) => String::new(),
        (Name::AnotherTime, _) => "asked for".into(),
        (Name::Declined, _) => match interview.answer_reason {
            Some(reason) => labels::answer_reason(reason).to_lowercase(),
            None => "declined".into(),
        },
        (Name::Joined, _) => format!("{} min late", (now - interview.starts_at).num_minutes()),
    }
}

fn not_accepted(message: &Message) -> String {
    let words = || labels::email_status(message.status).to_owned();
    match alerts::reachability(message.status) {
        Reachability::Leaving => "not yet".into(),
        Reachability::Delayed => match code(&message.reason) {
            Some(code) => format!("{code}, try {}", message.attempts),
            None => words(),
        },
        Reachability::Lost => match message.status {
            Status::Printed => "only printed".into(),
            _ => words(),
        },
        Reachability::Settled => "not sent".into(),
    }
}

/// What a mail server answered, as a number.
fn code(reason: &str) -> Option<&str> {
    let first = reason.split_whitespace().next()?;
    let is_code = first.len() == 3 && first.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then_some(first)
}
