//! Where one goes from a page of the calendar, and what it is called.
use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::{
    form::{Lanes, Place, View},
    grid::MOST_TRACKS,
};

/// Where one may go from here.
#[derive(Default, Serialize)]
pub(super) struct Nav {
    previous: String,
    present: String,
    next: String,
    week: String,
    day: String,
    interviewers: String,
    jobs: String,
    is_present: bool,
    is_week: bool,
    is_by_job: bool,
    /// The lanes that are left out here.
    other_lanes: Vec<Part>,
}

#[derive(Serialize)]
struct Part {
    href: String,
    label: String,
    is_here: bool,
}

impl Nav {
    /// From a place; `kept` is behind each address.
    pub(super) fn new(
        (place, kept): (Place, &str),
        today: NaiveDate,
        (part, parts): (usize, usize),
    ) -> Self {
        let to = |place: Place| place.address() + kept;
        let first = Place { part: 0, ..place };
        let other = |part| Part {
            href: to(Place { part, ..place }),
            label: format!("{}–{}", part * MOST_TRACKS + 1, (part + 1) * MOST_TRACKS),
            is_here: false,
        };
        let mut other_lanes: Vec<Part> = match parts {
            1 => Vec::new(),
            parts => (0..parts).map(other).collect(),
        };
        if let Some(here) = other_lanes.get_mut(part) {
            here.is_here = true;
        }
        let (from, until) = place.days();
        Self {
            previous: to(place.later(-1)),
            present: to(Place {
                day: today,
                ..place
            }),
            next: to(place.later(1)),
            week: to(Place {
                view: View::Week,
                ..first
            }),
            day: to(Place {
                view: View::Day,
                day: if (from..=until).contains(&today) {
                    today
                } else {
                    from
                },
                ..first
            }),
            interviewers: to(Place {
                lanes: Lanes::Interviewers,
                ..first
            }),
            jobs: to(Place {
                lanes: Lanes::Jobs,
                ..first
            }),
            is_present: (from..=until).contains(&today),
            is_week: place.view == View::Week,
            is_by_job: place.lanes == Lanes::Jobs,
            other_lanes,
        }
    }
}

/// `4–10 January 2027`, `28 December 2026 – 3 January 2027`.
pub(super) fn heading(place: Place) -> String {
    let (first, last) = place.days();
    let whole = |day: NaiveDate| day.format("%-d %B %Y").to_string();
    match (
        first == last,
        first.month() == last.month(),
        first.year() == last.year(),
    ) {
        (true, ..) => first.format("%A %-d %B %Y").to_string(),
        (_, true, true) => format!("{}–{}", first.day(), whole(last)),
        (_, false, true) => format!("{} – {}", first.format("%-d %B"), whole(last)),
        _ => format!("{} – {}", whole(first), whole(last)),
    }
}
