//! The list of slots, day by day.
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::super::filters::{self, Filters};
use super::Row;
use crate::{
    domain::{page::Page as List, slots::Line},
    web::{
        choices::{self, Choice},
        forms::FormErrors,
        lists::{At, Pager},
        page::Page,
    },
    zones::Tz,
};

/// The list.
#[derive(Default, Serialize)]
pub struct IndexPage {
    form: Filters,
    errors: FormErrors,
    jobs: Vec<Choice>,
    states: Vec<Choice>,
    days: Vec<Day>,
    pager: Pager,
    zone: String,
    /// Who is to be booked, when that was chosen before the slot.
    candidate: Option<String>,
    has_zone_changes: bool,
    /// Stand names of interviewers on some of them?
    has_names: bool,
    /// The address of this page, to come back to.
    here: String,
}

#[derive(Serialize)]
struct Day {
    heading: String,
    slots: Vec<Row>,
}

impl IndexPage {
    /// A page of the list.
    pub fn new(
        form: Filters,
        jobs: Vec<(i64, String, bool)>,
        at: &At,
        slots: List<Line>,
        has_zone_changes: bool,
        (zone, now): (Tz, DateTime<Utc>),
    ) -> Self {
        let pager = Pager::new("/slots", &form, at, &slots);
        let pager = match form.before_its_day(zone).filter(|_| at.is_first()) {
            Some((all, sort, day)) => pager.with_earlier("/slots", &all, (sort, Some(day))),
            None => pager,
        };
        let whom = form.whom();
        let has_names = slots.rows.iter().any(|slot| !slot.interviewer.is_empty());
        let rows = slots
            .rows
            .into_iter()
            .map(|slot| Row::new(slot, (zone, now), &whom));
        Self {
            days: by_day(rows),
            pager,
            has_zone_changes,
            has_names,
            here: at.address("/slots", &form),
            ..Self::refused(form, jobs, FormErrors::new(), zone)
        }
    }

    /// Filters that cannot be read.
    pub fn refused(
        form: Filters,
        jobs: Vec<(i64, String, bool)>,
        errors: FormErrors,
        zone: Tz,
    ) -> Self {
        Self {
            form,
            errors,
            jobs: choices::jobs(jobs),
            states: filters::states(),
            zone: zone.name().into(),
            ..Default::default()
        }
    }

    /// The same, to pick a time for a candidate of this name.
    pub fn for_candidate(self, name: Option<String>) -> Self {
        Self {
            candidate: name,
            ..self
        }
    }
}

impl Page for IndexPage {
    const TEMPLATE: &'static str = "slots/index.html";

    fn title(&self) -> String {
        "Slots".into()
    }

    fn sample() -> Self {
        Self {
            days: by_day([Row::sample()].into_iter()),
            pager: Pager::sample(),
            candidate: Some("Zoë Núñez".into()),
            has_names: true,
            ..Self::refused(
                Filters::default(),
                vec![(1, "Cook".into(), true)],
                FormErrors::one("from", "This is no date."),
                Tz::UTC,
            )
        }
    }
}

fn by_day(rows: impl Iterator<Item = Row>) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for row in rows {
        match days.last_mut() {
            Some(day) if day.heading == row.day => day.slots.push(row),
            _ => days.push(Day {
                heading: row.day.clone(),
                slots: vec![row],
            }),
        }
    }
    days
}
