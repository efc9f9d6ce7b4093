//! An interview in a list: when, who, how it stands, and what became of its mail.
use chrono::{DateTime, Utc};
use entity::interview::Status;
use serde::Serialize;

use super::Reader;
use crate::{
    domain::{
        alerts::{self, Reachability},
        interviews::{
            Line, Mail,
            join_window::{JoinWindow, Moment},
        },
    },
    times,
    web::labels,
};

/// For the component `interview_list`. Flat, because a page has many of them.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Row {
    id: i64,
    /// Its version, while it has begun and nobody has said how it ended; else empty.
    pick: String,
    /// Empty until there is a time.
    day: String,
    /// When it starts, for machines; empty until there is a time.
    at: String,
    starts: String,
    minutes: i32,
    candidate: String,
    /// Job, type, difficulty and what the join link does now.
    words: String,
    /// How the interview stands; empty while it is simply booked.
    state: String,
    state_tone: &'static str,
    /// What became of its newest mail; empty where that is nothing to tell.
    mail: String,
    mail_tone: &'static str,
}

/// A dot with words.
#[derive(Default)]
struct Mark {
    tone: &'static str,
    label: String,
}

impl Row {
    /// With the newest of the mails that are about it.
    pub fn new(line: Line, reader: &Reader) -> Self {
        let is_booked = line.status == Status::Scheduled;
        let slot = line.slot.as_ref();
        let window = slot
            .filter(|_| is_booked)
            .map(|slot| JoinWindow::between(slot.starts_at, slot.ends_at(), reader.lead_minutes));
        let state = Mark::of_interview(&line, window, reader).unwrap_or_default();
        let mail = match &line.not_told_reason {
            Some(reason) => Mark::new("wait", format!("Not told: {}", labels::shortened(reason))),
            None => {
                let mail = line.mail().filter(|_| is_booked);
                mail.map(Mark::of_mail).unwrap_or_default()
            }
        };
        let (day, starts) = match slot {
            Some(slot) => times::day_and_clock_apart(slot.starts_at, reader.zone),
            None => Default::default(),
        };
        let can_end = is_booked && slot.is_some_and(|slot| slot.starts_at <= reader.now);
        Self {
            id: line.id,
            pick: match can_end {
                true => line.version.to_string(),
                false => String::new(),
            },
            day,
            at: slot.map_or_else(String::new, |slot| times::rfc3339(slot.starts_at)),
            starts,
            minutes: slot.map_or(0, |slot| slot.duration_minutes),
            words: words(&line, window, reader),
            state: state.label,
            state_tone: state.tone,
            mail: mail.label,
            mail_tone: mail.tone,
            candidate: line.candidate,
        }
    }

    /// Can somebody say how it ended?
    pub fn can_be_picked(&self) -> bool {
        !self.pick.is_empty()
    }

    /// The day it is on; empty until there is a time.
    pub fn day(&self) -> &str {
        &self.day
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            id: 1,
            pick: "3".into(),
            day: "Tue 5 January 2027".into(),
            at: "2027-01-05T09:00:00Z".into(),
            starts: "10:00".into(),
            minutes: 60,
            candidate: "John Doe".into(),
            words: "Cloud Architect · Technical".into(),
            state: "In the room since 09:52".into(),
            state_tone: "live",
            mail: "Retrying: 451 4.7.1 Greylisted".into(),
            mail_tone: "wait",
        }
    }
}

/// Job, type, difficulty, what the join link does now, and what the candidate said or when they opened its page.
fn words(line: &Line, window: Option<JoinWindow>, reader: &Reader) -> String {
    let mut words = line.job.clone().unwrap_or_default();
    let mut add = |word: &str| {
        if !words.is_empty() {
            words.push_str(" · ");
        }
        words.push_str(word);
    };
    if let Some(slot) = &line.slot {
        add(labels::interview_type(slot.interview_type));
        if let Some(level) = slot.difficulty_level {
            add(labels::difficulty(level));
        }
    }
    if let Some(window) = window {
        add(&link_now(&window, reader));
    }
    if let Some(answer) = line.answer {
        add(labels::answer(answer));
    } else if let Some(at) = line.opened_at {
        add(&format!("join page opened {}", reader.moment(at)));
    }
    words
}

impl Mark {
    /// None while it is simply booked.
    fn of_interview(line: &Line, window: Option<JoinWindow>, reader: &Reader) -> Option<Self> {
        match (line.status, line.joined_at) {
            (Status::Scheduled, Some(at)) => Some(joined(at, window, reader)),
            (Status::Scheduled, None) => None,
            (status, _) => Some(Self::new(
                "quiet",
                labels::interview_state(status, line.outcome.as_deref()),
            )),
        }
    }

    /// Who was told by phone needs no mail, unless it arrived after all.
    fn of_mail(mail: &Mail) -> Self {
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
