//! What the pages about the ends of interviews show.
use serde::Serialize;

use super::form::{BulkForm, EndingForm, choices};
use crate::{
    domain::{interviews::Details, interviews::Line, page::Page as List},
    web::{
        choices::Choice,
        facts::Facts,
        forms::FormErrors,
        interviews::{
            Reader, Refusal,
            pages::{Day, by_day},
        },
        labels,
        lists::{At, Pager},
        page::Page,
        stamp::Stamp,
    },
    zones::Tz,
};

/// How one interview ended.
#[derive(Serialize)]
pub struct EditPage {
    id: i64,
    candidate: String,
    can_end: bool,
    facts: Facts,
    endings: Vec<Choice>,
    form: EndingForm,
    errors: FormErrors,
    refusal: Option<Refusal>,
}

impl EditPage {
    pub(super) fn new(
        details: &Details,
        outcomes: &[String],
        (form, errors, refusal): (EndingForm, FormErrors, Option<Refusal>),
        zone: Tz,
    ) -> Self {
        let row = &details.interview;
        let slot = details.slot.as_ref();
        let job = details.job.as_ref();
        Self {
            id: row.id,
            candidate: details.candidate.name.clone(),
            can_end: refusal.as_ref().is_none_or(|it| !it.is_final()),
            facts: Facts::new()
                .at("Your time", slot.map(|slot| Stamp::span(slot, zone)))
                .text("Candidate", &details.candidate.name)
                .text("Job", job.map_or("", |job| job.title.as_str()))
                .text(
                    "Status",
                    labels::interview_state(row.status, row.outcome.as_deref()),
                )
                .at(
                    "Candidate joined",
                    row.joined_at.map(|at| Stamp::day_and_clock(at, zone)),
                ),
            endings: choices(outcomes),
            form,
            errors,
            refusal,
        }
    }
}

impl Page for EditPage {
    const TEMPLATE: &'static str = "endings/edit.html";

    fn title(&self) -> String {
        format!("Outcome of the interview with {}", self.candidate)
    }

    fn sample() -> Self {
        Self {
            id: 1,
            candidate: "John Doe".into(),
            can_end: true,
            facts: Facts::sample(),
            endings: choices(&["Advance".into()]),
            form: EndingForm::default(),
            errors: FormErrors::one("private_note", "Please use at most 4000 characters."),
            refusal: Some(Refusal::sample()),
        }
    }
}

/// What became of one of several.
#[derive(Serialize)]
pub struct Row {
    pub(super) href: String,
    pub(super) candidate: String,
    pub(super) when: Option<Stamp>,
    pub(super) tone: &'static str,
    pub(super) what: String,
}

/// What needs an outcome, and what became of the interviews for which several were given one.
#[derive(Serialize)]
pub struct IndexPage {
    results: Vec<Row>,
    endings: Vec<Choice>,
    days: Vec<Day>,
    has_picks: bool,
    is_all: bool,
    select_all: String,
    pager: Pager,
    zone: String,
    /// The list from which they were chosen; empty where that is this one.
    here: String,
    form: BulkForm,
    errors: FormErrors,
}

impl IndexPage {
    pub(super) fn new(
        outcomes: &[String],
        (form, errors, results): (BulkForm, FormErrors, Vec<Row>),
        (at, is_all): (&At, bool),
        found: List<Line>,
        reader: &Reader,
    ) -> Self {
        let pager = Pager::new(ADDRESS, &(), at, &found);
        let days = by_day(found.rows, reader);
        Self {
            results,
            endings: choices(outcomes),
            has_picks: !days.is_empty(),
            days,
            is_all,
            select_all: format!("{ADDRESS}?select=all"),
            pager,
            zone: reader.zone.name().into(),
            here: form.next.clone(),
            form,
            errors,
        }
    }
}

/// Where it is.
pub(super) const ADDRESS: &str = "/interviews/endings";

impl Page for IndexPage {
    const TEMPLATE: &'static str = "endings/index.html";

    fn title(&self) -> String {
        "Needs an outcome".into()
    }

    fn sample() -> Self {
        Self {
            results: vec![Row {
                href: "/interviews/1".into(),
                candidate: "John Doe".into(),
                when: Some(Stamp::sample()),
                tone: "bad",
                what: "Not changed".into(),
            }],
            endings: choices(&["Advance".into()]),
            days: Day::samples(),
            has_picks: true,
            is_all: false,
            select_all: format!("{ADDRESS}?select=all"),
            pager: Pager::sample(),
            zone: "Europe/Berlin".into(),
            here: "/interviews".into(),
            form: BulkForm::default(),
            errors: FormErrors::one("form", "Select at least one interview."),
        }
    }
}
