//! A row of the day's board: when, who, how far reached, and the one thing to do about it.
use entity::interview::Status;
use serde::Serialize;

use super::remedy::Remedy;
use crate::{
    domain::interviews::{board::Appointment, reach},
    times,
    web::{interviews::Reader, labels, reach::ReachLine},
};

/// For `today/_board.html`.
#[derive(Debug, Serialize)]
pub struct Row {
    id: i64,
    /// `done`, `late`, `next`; empty for the others.
    kind: &'static str,
    /// Does the line that says how late it is stand above it?
    is_after_now: bool,
    /// When it starts, for machines.
    at: String,
    starts: String,
    minutes: i32,
    candidate: String,
    /// `17 min late`; empty for whoever is not.
    late: String,
    /// Job, type and interviewers.
    about: String,
    /// How it stands in words, in place of the reach line; empty where that is shown.
    state: String,
    state_tone: &'static str,
    /// None where the words say it all.
    reach: Option<ReachLine>,
    remedy: Remedy,
}

/// What a row says in place of the reach line.
#[derive(Default)]
struct State {
    words: String,
    tone: &'static str,
}

impl Row {
    /// With who holds the interview; `is_next` for the one that is shown above the board.
    pub fn new(interview: &Appointment, held_by: &str, is_next: bool, reader: &Reader) -> Self {
        let state = state(interview, reader).unwrap_or_default();
        let is_closed = interview.status != Status::Scheduled;
        let late_minutes = late_minutes(interview, reader);
        Self {
            id: interview.id,
            kind: match (is_closed, late_minutes, is_next) {
                (true, ..) => "done",
                (false, Some(_), _) => "late",
                (false, None, true) => "next",
                (false, None, false) => "",
            },
            is_after_now: false,
            at: times::rfc3339(interview.starts_at),
            starts: times::clock(interview.starts_at, reader.zone),
            minutes: interview.duration_minutes,
            candidate: interview.candidate.clone(),
            late: late_minutes
                .map(|minutes| format!("{minutes} min late"))
                .unwrap_or_default(),
            about: about(interview, held_by),
            reach: state
                .words
                .is_empty()
                .then(|| ReachLine::of(interview, reader)),
            state: state.words,
            state_tone: state.tone,
            remedy: Remedy::of(interview, reader),
        }
    }

    /// The same below the line that says how late it is.
    pub fn after_now(self) -> Self {
        Self {
            is_after_now: true,
            ..self
        }
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            id: 1,
            kind: "late",
            is_after_now: true,
            at: "2027-01-05T09:00:00Z".into(),
            starts: "10:00".into(),
            minutes: 60,
            candidate: "John Doe".into(),
            late: "17 min late".into(),
            about: "Cloud Architect · Technical · Sam Okoye".into(),
            state: "Completed".into(),
            state_tone: "good",
            reach: Some(ReachLine::sample()),
            remedy: Remedy::sample(),
        }
    }
}

/// How many minutes a candidate is late who is still awaited.
fn late_minutes(interview: &Appointment, reader: &Reader) -> Option<i64> {
    let is_awaited = interview.status == Status::Scheduled
        && interview.joined_at.is_none()
        && reader.now < interview.ends_at();
    let late = reader.now - interview.starts_at;
    (is_awaited && late >= reach::JOINED_LATE).then(|| late.num_minutes())
}

/// Job, type and who holds it.
pub fn about(interview: &Appointment, held_by: &str) -> String {
    let job = interview.job.as_deref().unwrap_or_default();
    let kind = labels::interview_type(interview.interview_type);
    let words = [job, kind, held_by];
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    words.join(" · ")
}

/// None while the reach line says more.
fn state(interview: &Appointment, reader: &Reader) -> Option<State> {
    let words = |words: String, tone| Some(State { words, tone });
    let clock = |at| times::clock(at, reader.zone);
    match (interview.status, interview.joined_at) {
        (Status::Completed, _) => words(
            labels::interview_state(interview.status, interview.outcome.as_deref()),
            "good",
        ),
        (Status::NoShow, _) => words(labels::interview_status(interview.status).into(), "bad"),
        (Status::Scheduled, joined) if interview.ends_at() <= reader.now => words(
            match joined {
                Some(at) => format!("Over, joined at {}", clock(at)),
                None => "Over, nobody joined".into(),
            },
            "wait",
        ),
        (Status::Scheduled, Some(at)) if reader.now < interview.starts_at => {
            words(format!("Waiting since {}", clock(at)), "live")
        }
        (Status::Scheduled, Some(at)) => words(format!("Joined at {}", clock(at)), "live"),
        (Status::Scheduled, None) => {
            let reason = interview.not_told_reason.as_deref()?;
            words(format!("Not told: {}", labels::shortened(reason)), "wait")
        }
        (Status::Unscheduled | Status::Cancelled, _) => None,
    }
}
