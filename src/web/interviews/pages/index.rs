//! The list of interviews, day by day.
use serde::Serialize;

use super::super::{
    Reader, Row,
    form::{Filters, UNCLOSED},
};
use crate::{
    domain::{interviews::Line, page::Page as List},
    web::{
        choices::{self, Choice},
        endings,
        forms::FormErrors,
        labels,
        lists::{At, Pager},
        page::Page,
    },
};

/// The list.
#[derive(Default, Serialize)]
pub struct IndexPage {
    form: Filters,
    errors: FormErrors,
    jobs: Vec<Choice>,
    statuses: Vec<Choice>,
    /// The company's outcomes, where they are asked for.
    outcomes: Vec<Choice>,
    days: Vec<Day>,
    /// Can some be given an outcome together?
    has_picks: bool,
    /// Are they all ticked?
    is_all: bool,
    endings: Vec<Choice>,
    select_all: String,
    /// The address of this list.
    here: String,
    pager: Pager,
    zone: String,
}

/// Interviews of one day.
#[derive(Serialize)]
pub struct Day {
    /// Empty for interviews without a time.
    heading: String,
    rows: Vec<Row>,
}

impl Day {
    /// For the samples of pages.
    pub fn samples() -> Vec<Self> {
        days([Row::sample()].into_iter())
    }
}

impl IndexPage {
    /// A page of the list.
    pub fn new(
        form: Filters,
        (jobs, outcomes): (Vec<(i64, String, bool)>, &[String]),
        at: &At,
        found: List<Line>,
        reader: &Reader,
    ) -> Self {
        let pager = Pager::new("/interviews", &form, at, &found);
        let pager = match form.before_its_day(reader.zone).filter(|_| at.is_first()) {
            Some((all, sort, day)) => pager.with_earlier("/interviews", &all, (sort, Some(day))),
            None => pager,
        };
        let days = by_day(found.rows, reader);
        let mut rows = days.iter().flat_map(|day| &day.rows);
        Self {
            has_picks: rows.any(Row::can_be_picked),
            is_all: form.selects_all(),
            select_all: form.select_all(at),
            here: at.address("/interviews", &form),
            endings: endings::choices(outcomes),
            pager,
            days,
            ..Self::refused(form, (jobs, outcomes), FormErrors::new(), reader)
        }
    }

    /// Filters that cannot be read.
    pub fn refused(
        form: Filters,
        (jobs, outcomes): (Vec<(i64, String, bool)>, &[String]),
        errors: FormErrors,
        reader: &Reader,
    ) -> Self {
        Self {
            outcomes: form.outcomes(outcomes),
            form,
            errors,
            jobs: choices::jobs(jobs),
            statuses: statuses(),
            zone: reader.zone.name().into(),
            ..Default::default()
        }
    }
}

impl Page for IndexPage {
    const TEMPLATE: &'static str = "interviews/index.html";

    fn title(&self) -> String {
        "Interviews".into()
    }

    fn sample() -> Self {
        Self {
            errors: FormErrors::one("to", "This is before the start date."),
            jobs: vec![Choice::new(1, "Cook")],
            statuses: statuses(),
            outcomes: vec![Choice::new("Advance", "Advance")],
            days: Day::samples(),
            has_picks: true,
            endings: endings::choices(&["Advance".into()]),
            select_all: "/interviews?select=all".into(),
            here: "/interviews".into(),
            pager: Pager::sample(),
            zone: "Europe/Berlin".into(),
            ..Default::default()
        }
    }
}

fn statuses() -> Vec<Choice> {
    let mut statuses = choices::of(labels::interview_status);
    statuses.push(Choice::new(UNCLOSED, "Needs an outcome"));
    statuses
}

/// Interviews by the days on which they are.
pub fn by_day(lines: Vec<Line>, reader: &Reader) -> Vec<Day> {
    days(lines.into_iter().map(|line| Row::new(line, reader)))
}

fn days(rows: impl Iterator<Item = Row>) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for row in rows {
        match days.last_mut() {
            Some(day) if day.heading == row.day() => day.rows.push(row),
            _ => days.push(Day {
                heading: row.day().to_owned(),
                rows: vec![row],
            }),
        }
    }
    days
}
