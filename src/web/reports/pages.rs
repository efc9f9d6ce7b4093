//! What a report shows.
use serde::Serialize;

use super::form::{Filters, groups};
use crate::{
    domain::reports::Numbers,
    web::{
        choices::{self, Choice},
        forms::FormErrors,
        lists,
        page::Page,
    },
    zones::Tz,
};

/// More groups are in the file.
const MOST: usize = 200;

/// A group of interviews, with its name.
pub struct Group {
    /// The key of the job or user, or the place of the span.
    pub key: Option<i64>,
    /// What it is called.
    pub name: String,
    /// Who cancelled how many.
    pub cancelled_by: String,
    /// Its numbers.
    pub numbers: Numbers,
}

/// A report.
#[derive(Default, Serialize)]
pub struct IndexPage {
    form: Filters,
    errors: FormErrors,
    groups: Vec<Choice>,
    jobs: Vec<Choice>,
    group: &'static str,
    rows: Vec<Row>,
    total: Option<Row>,
    /// So many groups are not shown.
    more: usize,
    csv: String,
    zone: String,
}

#[derive(Default, Serialize)]
struct Row {
    name: String,
    booked: i64,
    completed: i64,
    no_shows: i64,
    share: String,
    moved: i64,
    cancelled: i64,
    cancelled_by: String,
    to_booking: String,
    to_interview: String,
    mails_not_taken: i64,
    /// In a sentence, for who cannot see the bar.
    summary: String,
    bars: Vec<Bar>,
}

/// A part of a bar that is a hundred wide where most is.
#[derive(Serialize)]
struct Bar {
    part: &'static str,
    x: i64,
    width: i64,
}

impl IndexPage {
    pub(super) fn new(
        form: Filters,
        jobs: Vec<(i64, String, bool)>,
        (found, total): (Vec<Group>, Numbers),
        zone: Tz,
    ) -> Self {
        let most = found.iter().map(|group| group.numbers.booked).max();
        let most = most.unwrap_or_default();
        let total = Group {
            key: None,
            name: "All".into(),
            cancelled_by: String::new(),
            numbers: total,
        };
        Self {
            more: found.len().saturating_sub(MOST),
            rows: found
                .iter()
                .take(MOST)
                .map(|group| Row::of(group, most))
                .collect(),
            total: (total.numbers.booked > 0).then(|| Row::of(&total, total.numbers.booked)),
            ..Self::refused(form, jobs, FormErrors::new(), zone)
        }
    }

    pub(super) fn refused(
        form: Filters,
        jobs: Vec<(i64, String, bool)>,
        errors: FormErrors,
        zone: Tz,
    ) -> Self {
        Self {
            errors,
            groups: groups(),
            jobs: choices::jobs(jobs),
            group: form.group(),
            csv: lists::address("/reports.csv", &form),
            zone: zone.name().into(),
            form,
            ..Self::default()
        }
    }
}

impl Row {
    fn of(group: &Group, most: i64) -> Self {
        let numbers = &group.numbers;
        Self {
            name: group.name.clone(),
            booked: numbers.booked,
            completed: numbers.completed,
            no_shows: numbers.no_shows,
            share: share(numbers),
            moved: numbers.moved,
            cancelled: numbers.cancelled,
            cancelled_by: group.cancelled_by.clone(),
            to_booking: numbers.minutes_to_booking.map_or(String::new(), duration),
            to_interview: numbers.minutes_to_interview.map_or(String::new(), duration),
            mails_not_taken: numbers.mails_not_taken,
            summary: format!(
                "{} completed, {} no-shows, {} without an outcome, {} cancelled",
                numbers.completed,
                numbers.no_shows,
                numbers.open(),
                numbers.cancelled
            ),
            bars: bars(numbers, most),
        }
    }
}

/// `12.5 %` of those of which it is known; empty where nothing is.
pub(super) fn share(numbers: &Numbers) -> String {
    let permille = numbers.no_show_permille();
    permille.map_or(String::new(), |it| format!("{}.{} %", it / 10, it % 10))
}

/// `3 d 4 h`: as exact as anybody needs to know.
pub(super) fn duration(minutes: i64) -> String {
    let (days, hours, rest) = (minutes / 1440, minutes % 1440 / 60, minutes % 60);
    match (days, hours) {
        (0, 0) => format!("{rest} min"),
        (0, _) => format!("{hours} h {rest} min"),
        (_, _) => format!("{days} d {hours} h"),
    }
}

fn bars(numbers: &Numbers, most: i64) -> Vec<Bar> {
    let mut x = 0;
    let parts = [
        ("completed", numbers.completed),
        ("missed", numbers.no_shows),
        ("open", numbers.open()),
        ("cancelled", numbers.cancelled),
    ];
    let parts = parts.into_iter().filter(|(_, count)| *count > 0);
    parts
        .map(|(part, count)| {
            // One of thousands is to be seen, too.
            let width = (count * 1000 / most.max(1)).max(4);
            let bar = Bar { part, x, width };
            x += width;
            bar
        })
        .collect()
}

impl Page for IndexPage {
    const TEMPLATE: &'static str = "reports/index.html";

    fn title(&self) -> String {
        "Reports".into()
    }

    fn sample() -> Self {
        let group = Group {
            key: Some(1),
            name: "Cloud Architect".into(),
            cancelled_by: "Rita Recruiter 1".into(),
            numbers: Numbers {
                booked: 4,
                completed: 2,
                no_shows: 1,
                cancelled: 1,
                ..Numbers::default()
            },
        };
        Self {
            errors: FormErrors::one("to", "This is before the start date."),
            rows: vec![Row::of(&group, 4)],
            total: Some(Row::of(&group, 4)),
            more: 1,
            ..Self::refused(Filters::default(), vec![], FormErrors::new(), Tz::UTC)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_as_exact_as_anybody_needs() {
        for (minutes, words) in [
            (0, "0 min"),
            (45, "45 min"),
            (125, "2 h 5 min"),
            (4561, "3 d 4 h"),
        ] {
            assert_eq!(duration(minutes), words);
        }
    }

    #[test]
    fn a_share_is_of_those_of_which_it_is_known() {
        let numbers = |completed, no_shows| Numbers {
            booked: 100,
            completed,
            no_shows,
            ..Numbers::default()
        };
        assert_eq!(share(&numbers(0, 0)), "");
        assert_eq!(share(&numbers(7, 1)), "12.5 %");
        assert_eq!(share(&numbers(2, 1)), "33.3 %");
        assert_eq!(share(&numbers(0, 3)), "100.0 %");
    }

    #[test]
    fn parts_of_a_bar_stand_one_beside_the_other() {
        let numbers = Numbers {
            booked: 10,
            completed: 5,
            no_shows: 2,
            cancelled: 1,
            ..Numbers::default()
        };
        let places: Vec<_> = bars(&numbers, 10)
            .iter()
            .map(|bar| (bar.part, bar.x, bar.width))
            .collect();
        assert_eq!(
            places,
            [
                ("completed", 0, 500),
                ("missed", 500, 200),
                ("open", 700, 200),
                ("cancelled", 900, 100)
            ]
        );
    }
}
