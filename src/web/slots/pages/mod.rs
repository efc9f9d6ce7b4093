//! What the pages of slots show.
mod index;
mod show;

use chrono::{DateTime, Utc};
use serde::Serialize;

pub use self::index::IndexPage;
pub use self::show::ShowPage;
use super::{form::SlotForm, panel::Seat, whom::Whom};
use crate::{
    domain::slots::{Line, State},
    times,
    web::{
        choices::{self, Choice},
        forms::{FormErrors, Sheet},
        labels,
        page::Page,
    },
    zones::Tz,
};

/// A slot in a list. Flat, because a page has many of them.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    id: i64,
    day: String,
    /// When it starts, for machines.
    at: String,
    starts: String,
    minutes: i32,
    job: String,
    /// Type and difficulty.
    words: String,
    interviewer: String,
    state: &'static str,
    tone: &'static str,
    /// Where a booking begins, while the slot is free.
    book: Option<String>,
    interview_id: Option<i64>,
    version: i32,
}

impl Row {
    /// With its times in the viewer's zone, as it stands now.
    pub fn new(slot: Line, (zone, now): (Tz, DateTime<Utc>), whom: &Whom) -> Self {
        let state = slot.state(now);
        let (day, starts) = times::day_and_clock_apart(slot.starts_at, zone);
        Self {
            id: slot.id,
            day,
            at: times::rfc3339(slot.starts_at),
            starts,
            minutes: slot.duration_minutes,
            words: words(&slot),
            job: slot.job_title,
            interviewer: slot.interviewer,
            state: labels::slot_state(state),
            tone: tone(state),
            book: (state == State::Open).then(|| whom.booking_address(slot.id)),
            interview_id: slot.interview_id,
            version: slot.version,
        }
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            id: 1,
            day: "Tue 5 January 2027".into(),
            at: "2027-01-05T09:00:00Z".into(),
            starts: "10:00".into(),
            minutes: 60,
            job: "Cloud Architect".into(),
            words: "Technical · Medium".into(),
            interviewer: "Dana Whitfield".into(),
            state: "Open",
            tone: "good",
            book: Some("/slots/1/booking".into()),
            interview_id: None,
            version: 1,
        }
    }
}

fn words(slot: &Line) -> String {
    let kind = labels::interview_type(slot.interview_type);
    match slot.difficulty_level {
        Some(level) => format!("{kind} · {}", labels::difficulty(level)),
        None => kind.into(),
    }
}

/// The form for a new slot.
#[derive(Serialize)]
pub struct NewPage {
    #[serde(flatten)]
    sheet: Sheet<SlotForm>,
    jobs: Vec<Choice>,
    folds: Vec<Choice>,
    types: Vec<Choice>,
    levels: Vec<Choice>,
    seats: Vec<Seat>,
}

/// What the form offers.
#[derive(Debug)]
pub struct Choices {
    /// Jobs: key and title.
    pub jobs: Vec<(i64, String)>,
    /// Users who can hold interviews: key, name and address.
    pub users: Vec<(i64, String, String)>,
}

impl NewPage {
    /// With the form as it stands.
    pub fn new(sheet: Sheet<SlotForm>, offered: Choices) -> Self {
        Self {
            folds: sheet.form.folds(),
            seats: Seat::list(offered.users, &sheet.form.panel),
            sheet,
            jobs: choices::rows(offered.jobs),
            types: choices::of(labels::interview_type),
            levels: choices::of(labels::difficulty),
        }
    }
}

impl Page for NewPage {
    const TEMPLATE: &'static str = "slots/new.html";

    fn title(&self) -> String {
        "Add slot".into()
    }

    fn sample() -> Self {
        Self {
            folds: vec![Choice::new("earlier", "02:30 before the clocks go back")],
            seats: vec![Seat::sample()],
            ..Self::new(
                Sheet::refused(
                    SlotForm::default().with_defaults(Tz::UTC),
                    FormErrors::one("fold", "Which one?"),
                ),
                Choices {
                    jobs: vec![(1, "Cook".into())],
                    users: Vec::new(),
                },
            )
        }
    }
}

fn tone(state: State) -> &'static str {
    match state {
        State::Open => "good",
        State::Booked => "live",
        State::Blocked => "wait",
        State::Closed | State::Past => "quiet",
    }
}
