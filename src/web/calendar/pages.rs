//! What the calendar shows.
use chrono::{DateTime, Days, NaiveDate, Timelike};
use entity::series;
use serde::Serialize;

use super::{
    blocks::{Block, Lane, Placed},
    days::{Day, Head, Press, Sheet, days},
    elsewhere::Shade,
    form::{CalendarForm, Place, View},
    grid::{Cell, MOST_TRACKS},
    names::{Names, lanes, placed},
    nav::{Nav, heading},
};
use crate::{
    domain::{
        availability::Warnings,
        calendar::Calendar,
        series::{plan::Plan, preview::Preview},
    },
    holidays::Holidays,
    times,
    web::{
        forms::FormErrors,
        interviews::Reader,
        page::Page,
        reach::ReachLine,
        series::{Made, SeriesForm, Summary},
    },
    zones::Tz,
};

/// The hours that are always in sight.
const USUAL_HOURS: std::ops::Range<u32> = 8..18;

/// A series that is looked at.
pub struct Planned {
    /// What it would make.
    pub preview: Preview,
    /// What is asked for.
    pub plan: Plan,
    /// What the time of the interviewers says against it.
    pub warnings: Warnings,
    /// Users who can hold interviews: key, name and address.
    pub users: Vec<(i64, String, String)>,
}

/// All that is read for the page.
pub struct Shown {
    /// Which part of the calendar.
    pub place: Place,
    /// What is in it.
    pub calendar: Calendar,
    /// What a series would add.
    pub planned: Option<Planned>,
    /// The company's public holidays.
    pub holidays: Option<Holidays>,
    /// The viewer's newest series, while it can be taken back.
    pub made: Option<series::Model>,
}

/// A week or a day.
#[derive(Default, Serialize)]
pub struct ShowPage {
    errors: FormErrors,
    heading: String,
    zone: String,
    nav: Nav,
    made: Option<Made>,
    summary: Option<Summary>,
    in_calendar: Option<InCalendar>,
    has_more: bool,
    /// Does anybody's own calendar say that they are busy?
    has_elsewhere: bool,
    /// Says what to press next, while hours are painted.
    painting: String,
    days: Vec<Day>,
    hours: Vec<Hour>,
    /// The first hour in sight, and how many.
    first_hour: u32,
    hour_count: u32,
    now: Option<Now>,
    is_empty: bool,
    /// Is the style sheet asked for one wide day?
    is_day: bool,
}

/// What the bar of a series leads to.
#[derive(Default, Serialize)]
struct InCalendar {
    discard: String,
}

#[derive(Serialize)]
struct Hour {
    h: u32,
    label: String,
}

#[derive(Serialize)]
struct Now {
    h: u32,
    m: u32,
    clock: String,
}

impl ShowPage {
    /// What cannot be read.
    pub fn refused(place: Place, errors: FormErrors) -> Self {
        Self {
            errors,
            heading: heading(place),
            nav: Nav::new((place, ""), place.day, (0, 1)),
            is_empty: true,
            ..Self::default()
        }
    }

    /// What there is.
    pub fn new(shown: Shown, form: &CalendarForm, reader: &Reader) -> Self {
        let Shown {
            place,
            calendar,
            planned,
            holidays,
            made,
        } = shown;
        let today = reader.now.with_timezone(&reader.zone).date_naive();
        let names = Names::new(&calendar, planned.as_ref());
        let placed = placed(&calendar, planned.as_ref(), place.lanes, &names, reader);
        let all = lanes(&placed, &names);
        let parts = all.len().div_ceil(MOST_TRACKS).max(1);
        let part = place.part.min(parts - 1);
        let lanes: Vec<Lane> = all
            .chunks(MOST_TRACKS)
            .nth(part)
            .unwrap_or_default()
            .to_vec();
        let hours = hours(&placed);
        let brush = form.brush();
        let sheet = Sheet {
            place,
            lanes: &lanes,
            names: &names,
            hours: &hours,
            brush: brush.as_ref(),
            kept_job: form.kept_job(),
            elsewhere: &calendar.elsewhere,
            reader,
            holidays: holidays.as_ref(),
        };
        let is_empty = placed.is_empty();
        let days = days(place, placed, &sheet, planned.as_ref(), today);
        Self {
            heading: heading(place),
            zone: reader.zone.name().into(),
            nav: Nav::new((place, &form.kept()), today, (part, parts)),
            made: made.and_then(|made| Made::of(&made, place.address(), reader.zone)),
            summary: planned.as_ref().map(|planned| {
                let series = (&planned.preview, &planned.plan);
                Summary::new(series, &planned.warnings, &form.series)
            }),
            in_calendar: planned.as_ref().map(|_| InCalendar {
                discard: place.address(),
            }),
            has_more: calendar.has_more,
            has_elsewhere: days.iter().any(|day| !day.elsewhere.is_empty()),
            painting: brush.map_or(String::new(), |brush| {
                format!(
                    "Hours start {}. Now choose where they end in the same column.",
                    brush.from.format("%a %-d %B, %H:%M")
                )
            }),
            now: now(place, &hours, reader),
            hours: hours
                .clone()
                .map(|h| Hour {
                    h,
                    label: format!("{h:02}:00"),
                })
                .collect(),
            first_hour: hours.start,
            hour_count: hours.end - hours.start,
            days,
            is_empty,
            is_day: place.view == View::Day,
            errors: FormErrors::new(),
        }
    }
}

/// The usual hours, and all in which something is.
fn hours(placed: &[Placed]) -> std::ops::Range<u32> {
    let first = placed.iter().map(|placed| placed.block.cell.h).min();
    let last = placed
        .iter()
        .map(|placed| placed.block.cell.last_hour())
        .max();
    let first = first.unwrap_or(USUAL_HOURS.start).min(USUAL_HOURS.start);
    first..last.unwrap_or(USUAL_HOURS.end).max(USUAL_HOURS.end)
}

fn now(place: Place, hours: &std::ops::Range<u32>, reader: &Reader) -> Option<Now> {
    let local = reader.now.with_timezone(&reader.zone).naive_local();
    let (first, last) = place.days();
    let is_here = (first..=last).contains(&local.date()) && hours.contains(&local.hour());
    is_here.then(|| Now {
        h: local.hour(),
        m: local.minute() / 5,
        clock: times::clock(reader.now, reader.zone),
    })
}

impl Page for ShowPage {
    const TEMPLATE: &'static str = "calendar/show.html";

    fn title(&self) -> String {
        format!("Calendar {}", self.heading)
    }

    fn sample() -> Self {
        let day = NaiveDate::from_ymd_opt(2027, 1, 5).unwrap_or_default();
        let block = |class, title: &str, href: &str| Block {
            class,
            href: href.into(),
            cell: Cell::new(day.and_hms_opt(10, 0, 0).unwrap_or_default(), 45),
            at: "2027-01-05T09:00:00Z".into(),
            clock: "10:00".into(),
            title: title.into(),
            who: "Ines Interviewer".into(),
            note: "Completed".into(),
            reach: Some(ReachLine::sample()),
            is_again: false,
        };
        let form = SeriesForm::default().with_defaults(Tz::UTC, DateTime::UNIX_EPOCH);
        Self {
            heading: "4–10 January 2027".into(),
            zone: "Europe/Berlin".into(),
            nav: Nav::new((Place::of(day), ""), day + Days::new(1), (0, 2)),
            made: Some(Made::sample()),
            summary: Some(Summary::sample(&form)),
            in_calendar: Some(InCalendar::default()),
            has_more: true,
            has_elsewhere: true,
            painting: "Hours start Tue 5 January, 10:00.".into(),
            days: vec![Day {
                label: "Tue 5 January".into(),
                weekday: "Tue".into(),
                number: 5,
                note: "Today".into(),
                is_today: true,
                tracks: 1,
                lanes: vec![Head {
                    name: "Ines Interviewer".into(),
                    tracks: 1,
                }],
                blocks: vec![
                    block("slot--booked", "Zoë Núñez", "/interviews/1"),
                    block("slot--ghost", "New", ""),
                ],
                elsewhere: vec![Shade {
                    cell: Cell::new(day.and_hms_opt(12, 0, 0).unwrap_or_default(), 60),
                    wide: 1,
                    says: "Ines Interviewer is busy 12:00–13:00 by their own calendar".into(),
                }],
                cells: vec![Press {
                    h: 11,
                    m: 6,
                    lane: 1,
                    href: "/calendar?paint=2027-01-05T11:30".into(),
                    at: "2027-01-05T11:30".into(),
                    seat: "with_7".into(),
                    is_begun: true,
                }],
                ..Day::default()
            }],
            hours: vec![Hour {
                h: 10,
                label: "10:00".into(),
            }],
            first_hour: 8,
            hour_count: 10,
            now: Some(Now {
                h: 10,
                m: 3,
                clock: "10:17".into(),
            }),
            ..Self::refused(Place::of(day), FormErrors::one("day", "Use a date."))
        }
    }
}
