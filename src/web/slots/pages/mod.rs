//! What the pages of slots show.
mod index;
mod show;

use serde::Serialize;

pub use self::index::IndexPage;
pub use self::show::ShowPage;
use super::{form::SlotForm, whom::Whom};
use crate::{
    domain::slots::{Listed, State},
    times,
    web::{
        choices::{self, Choice},
        forms::{FormErrors, Sheet},
        labels,
        page::Page,
        stamp::Stamp,
    },
    zones::Tz,
};

/// A slot in a list.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    id: i64,
    day: String,
    starts: Stamp,
    minutes: i32,
    job: String,
    kind: &'static str,
    difficulty: &'static str,
    interviewer: String,
    state: &'static str,
    tone: &'static str,
    /// Where a booking begins, while the slot is free.
    book: Option<String>,
    interview_id: Option<i64>,
}

impl Row {
    /// With its times in the viewer's zone.
    pub fn new(listed: Listed, zone: Tz, whom: &Whom) -> Self {
        let slot = listed.slot;
        Self {
            id: slot.id,
            day: times::day(slot.starts_at, zone),
            starts: Stamp::clock(slot.starts_at, zone),
            minutes: slot.duration_minutes,
            job: listed.job_title,
            kind: labels::interview_type(slot.interview_type),
            difficulty: slot.difficulty_level.map_or("", labels::difficulty),
            interviewer: slot.interviewer,
            state: labels::slot_state(listed.state),
            tone: tone(listed.state),
            book: (listed.state == State::Open).then(|| whom.booking_address(slot.id)),
            interview_id: listed.interview_id,
        }
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            id: 1,
            day: "Tue 5 January 2027".into(),
            starts: Stamp::sample(),
            minutes: 60,
            job: "Cloud Architect".into(),
            kind: "Technical",
            difficulty: "Medium",
            interviewer: "Dana Whitfield".into(),
            state: "Open",
            tone: "good",
            book: Some("/slots/1/booking".into()),
            interview_id: None,
        }
    }
}

/// The form for a new slot.
#[derive(Serialize)]
pub struct NewPage {
    #[serde(flatten)]
    sheet: Sheet<SlotForm>,
    jobs: Vec<Choice>,
    zones: Vec<&'static str>,
    folds: Vec<Choice>,
    types: Vec<Choice>,
    levels: Vec<Choice>,
}

impl NewPage {
    /// With the form as it stands.
    pub fn new(sheet: Sheet<SlotForm>, jobs: Vec<(i64, String)>) -> Self {
        Self {
            folds: sheet.form.folds(),
            sheet,
            jobs: choices::rows(jobs),
            zones: choices::zones(),
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
            ..Self::new(
                Sheet::refused(
                    SlotForm::default().with_defaults(Tz::UTC),
                    FormErrors::one("fold", "Which one?"),
                ),
                vec![(1, "Cook".into())],
            )
        }
    }
}

fn tone(state: State) -> &'static str {
    match state {
        State::Open => "good",
        State::Booked => "live",
        State::Closed | State::Past => "quiet",
    }
}
