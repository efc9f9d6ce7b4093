//! An interview in a list: when, who, how it stands, and what became of its mail.
use chrono::{DateTime, Utc};
use entity::interview::{self, Status};
use serde::Serialize;

use super::Reader;
use crate::{
    domain::{
        alerts::{self, Reachability},
        emails::Line,
        interviews::{
            Listed,
            join_window::{JoinWindow, Moment},
        },
    },
    times,
    web::{labels, stamp::Stamp},
};

/// For the component `interview_row`.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    id: i64,
    /// Empty until there is a time.
    day: String,
    starts: Option<Stamp>,
    minutes: i32,
    candidate: String,
    /// Job, type, difficulty and what the join link does now.
    words: Vec<String>,
    /// How the interview stands; none while it is simply booked.
    state: Option<Mark>,
    /// What became of its newest mail.
    mail: Option<Mark>,
}

/// A dot with words.
#[derive(Clone, Debug, Serialize)]
struct Mark {
    tone: &'static str,
    label: String,
}

impl Row {
    /// With the newest of the mails that are about it.
    pub fn new(listed: Listed, mails: &[Line], reader: &Reader) -> Self {
        let interview = &listed.interview;
        let slot = listed.slot.as_ref();
        let is_booked = interview.status == Status::Scheduled;
        let window = slot.filter(|_| is_booked);
        let window = window.map(|slot| JoinWindow::of(slot, reader.lead_minutes));
        let day = slot.map(|slot| times::day(slot.starts_at, reader.zone));
        // A reminder that waits for its hour says nothing of what the candidate knows.
        let newest = mails
            .iter()
            .rfind(|mail| mail.interview_id == Some(interview.id) && mail.kind.tells_of_change());
        Self {
            id: interview.id,
            day: day.unwrap_or_default(),
            starts: slot.map(|slot| Stamp::clock(slot.starts_at, reader.zone)),
            minutes: slot.map_or(0, |slot| slot.duration_minutes),
            words: words(&listed, window, reader),
            state: Mark::of_interview(interview, window, reader),
            mail: newest.filter(|_| is_booked).map(Mark::of_mail),
            candidate: listed.candidate.name,
        }
    }

    /// The day it is on; empty until there is a time.
    pub fn day(&self) -> &str {
        &self.day
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            id: 1,
            day: "Tue 5 January 2027".into(),
            starts: Some(Stamp::sample()),
            minutes: 60,
            candidate: "John Doe".into(),
            words: vec!["Cloud Architect".into(), "Technical".into()],
            state: Some(Mark::new("live", "In the room since 09:52")),
            mail: Some(Mark::new("wait", "Retrying: 451 4.7.1 Greylisted")),
        }
    }
}

/// Job, type, difficulty, what the join link does now, and when its page was opened.
fn words(listed: &Listed, window: Option<JoinWindow>, reader: &Reader) -> Vec<String> {
    let mut words: Vec<String> = listed.job_title.iter().cloned().collect();
    if let Some(slot) = &listed.slot {
        words.push(labels::interview_type(slot.interview_type).into());
        let difficulty = slot.difficulty_level.map(labels::difficulty);
        words.extend(difficulty.map(String::from));
    }
    words.extend(window.map(|window| link_now(&window, reader)));
    let opened = listed.interview.opened_at;
    words.extend(opened.map(|at| format!("join page opened {}", reader.moment(at))));
    words
}

impl Mark {
    /// None while it is simply booked.
    fn of_interview(
        interview: &interview::Model,
        window: Option<JoinWindow>,
        reader: &Reader,
    ) -> Option<Self> {
        match (interview.status, interview.joined_at) {
            (Status::Scheduled, Some(at)) => Some(joined(at, window, reader)),
            (Status::Scheduled, None) => None,
            (status, _) => Some(Self::new("quiet", labels::interview_status(status))),
        }
    }

    /// Who was told by phone needs no mail, unless it arrived after all.
    fn of_mail(mail: &Line) -> Self {
        if mail.told_at.is_some() && alerts::reachability(mail.status) != Reachability::Settled {
            return Self::new("good", "Told by phone");
        }
        Self::new(
            labels::email_tone(mail.status),
            labels::email_status_with_reason(mail.status, &mail.reason),
        )
    }

    fn new(tone: &'static str, label: impl Into<String>) -> Self {
        Self {
            tone,
            label: label.into(),
        }
    }
}

fn joined(at: DateTime<Utc>, window: Option<JoinWindow>, reader: &Reader) -> Mark {
    match window.map(|window| window.at(reader.now)) {
        Some(Moment::Open) => {
            let clock = times::clock(at, reader.zone);
            Mark::new("live", format!("Joined at {clock}"))
        }
        _ => Mark::new("quiet", format!("Joined at {}", reader.moment(at))),
    }
}

fn link_now(window: &JoinWindow, reader: &Reader) -> String {
    let clock = |at| times::clock(at, reader.zone);
    match window.at(reader.now) {
        Moment::Early => format!("join link opens at {}", clock(window.opens_at)),
        Moment::Open => format!("join link open until {}", clock(window.ends_at)),
        Moment::Over => "over".into(),
    }
}
