//! The list of interviews, day by day.
use serde::Serialize;

use super::super::{Reader, Row, form::Filters};
use crate::{
    domain::{interviews::Line, page::Page as List},
    web::{
        choices::{self, Choice},
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
    days: Vec<Day>,
    pager: Pager,
    zone: String,
}

#[derive(Serialize)]
struct Day {
    /// Empty for interviews without a time.
    heading: String,
    rows: Vec<Row>,
}

impl IndexPage {
    /// A page of the list.
    pub fn new(
        form: Filters,
        jobs: Vec<(i64, String, bool)>,
        at: &At,
        found: List<Line>,
        reader: &Reader,
    ) -> Self {
        Self {
            pager: Pager::new("/interviews", &form, at, &found),
            days: by_day(found.rows.into_iter().map(|line| Row::new(line, reader))),
            ..Self::refused(form, jobs, FormErrors::new(), reader)
        }
    }

    /// Filters that cannot be read.
    pub fn refused(
        form: Filters,
        jobs: Vec<(i64, String, bool)>,
        errors: FormErrors,
        reader: &Reader,
    ) -> Self {
        Self {
            form,
            errors,
            jobs: choices::jobs(jobs),
            statuses: choices::of(labels::interview_status),
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
            statuses: choices::of(labels::interview_status),
            days: by_day([Row::sample()].into_iter()),
            pager: Pager::sample(),
            zone: "Europe/Berlin".into(),
            ..Default::default()
        }
    }
}

fn by_day(rows: impl Iterator<Item = Row>) -> Vec<Day> {
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
