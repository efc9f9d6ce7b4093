//! What the calendar shows.
use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Timelike, Weekday};
use serde::Serialize;

use super::{
    blocks::{Block, Lane, Placed},
    form::{Brush, CalendarForm, Lanes, Place, View},
    grid::{self, Cell, MOST_TRACKS},
};
use crate::{
    domain::{
        calendar::{Calendar, Entry},
        series::{plan::Plan, preview::Preview},
    },
    times,
    web::{
        forms::FormErrors,
        interviews::Reader,
        page::Page,
        reach::ReachLine,
        series::{SeriesForm, Summary},
    },
    zones::Tz,
};

/// The hours that are always in sight.
const USUAL_HOURS: std::ops::Range<u32> = 8..18;
/// More cells to press than these are too many for a page.
const MOST_CELLS: usize = 900;

/// A series that is looked at.
pub struct Planned {
    /// What it would make.
    pub preview: Preview,
    /// What is asked for.
    pub plan: Plan,
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
}

/// A week or a day.
#[derive(Default, Serialize)]
pub struct ShowPage {
    errors: FormErrors,
    heading: String,
    zone: String,
    nav: Nav,
    summary: Option<Summary>,
    in_calendar: Option<InCalendar>,
    has_more: bool,
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

/// Where one may go from here.
#[derive(Default, Serialize)]
struct Nav {
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

#[derive(Default, Serialize)]
struct Day {
    /// `Tue 12 May`.
    label: String,
    weekday: String,
    number: u32,
    note: String,
    is_today: bool,
    is_past: bool,
    tracks: usize,
    lanes: Vec<Head>,
    blocks: Vec<Block>,
    cells: Vec<Press>,
}

/// The head of a lane.
#[derive(Serialize)]
struct Head {
    name: String,
    tracks: usize,
}

/// Half an hour that can be pressed, to begin or end hours there.
#[derive(Serialize)]
struct Press {
    h: u32,
    m: u32,
    lane: usize,
    href: String,
    /// For the script that lets hours be dragged.
    at: String,
    seat: String,
    is_begun: bool,
}

impl ShowPage {
    /// What cannot be read.
    pub fn refused(place: Place, errors: FormErrors) -> Self {
        Self {
            errors,
            heading: heading(place),
            nav: Nav::new(place, place.day, (0, 1)),
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
            series: &form.series,
            reader,
        };
        let is_empty = placed.is_empty();
        let days = days(place, placed, &sheet, planned.as_ref(), today);
        Self {
            heading: heading(place),
            zone: reader.zone.name().into(),
            nav: Nav::new(place, today, (part, parts)),
            summary: planned
                .as_ref()
                .map(|planned| Summary::new(&planned.preview, &form.series, planned.plan.zone)),
            in_calendar: planned.as_ref().map(|_| InCalendar {
                discard: place.address(),
            }),
            has_more: calendar.has_more,
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

impl Nav {
    fn new(place: Place, today: NaiveDate, (part, parts): (usize, usize)) -> Self {
        let first = Place { part: 0, ..place };
        let other = |part| Part {
            href: Place { part, ..place }.address(),
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
            previous: place.later(-1).address(),
            present: Place {
                day: today,
                ..place
            }
            .address(),
            next: place.later(1).address(),
            week: Place {
                view: View::Week,
                ..first
            }
            .address(),
            day: Place {
                view: View::Day,
                day: if (from..=until).contains(&today) {
                    today
                } else {
                    from
                },
                ..first
            }
            .address(),
            interviewers: Place {
                lanes: Lanes::Interviewers,
                ..first
            }
            .address(),
            jobs: Place {
                lanes: Lanes::Jobs,
                ..first
            }
            .address(),
            is_present: (from..=until).contains(&today),
            is_week: place.view == View::Week,
            is_by_job: place.lanes == Lanes::Jobs,
            other_lanes,
        }
    }
}

/// `4–10 January 2027`, `28 December 2026 – 3 January 2027`.
fn heading(place: Place) -> String {
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

/// What people and jobs are called.
struct Names {
    users: HashMap<i64, String>,
    jobs: HashMap<i64, String>,
}

impl Names {
    fn new(calendar: &Calendar, planned: Option<&Planned>) -> Self {
        let mut users = calendar.users.clone();
        for (id, name, _) in planned.iter().flat_map(|planned| &planned.users) {
            users.entry(*id).or_insert_with(|| name.clone());
        }
        let jobs = calendar.slots.iter();
        let jobs = jobs.map(|entry| (entry.row.job_id, entry.row.job.clone()));
        Self {
            users,
            jobs: jobs.collect(),
        }
    }

    fn of(&self, lane: &Lane) -> String {
        match lane {
            Lane::User(id) => self.users.get(id).cloned().unwrap_or_default(),
            Lane::Job(id) => self
                .jobs
                .get(id)
                .cloned()
                .unwrap_or_else(|| "New slots".into()),
            Lane::Name(name) => name.clone(),
            Lane::Nobody => "No interviewer".into(),
        }
    }

    fn who(&self, users: &[i64], label: &str) -> String {
        let mut names: Vec<&str> = users
            .iter()
            .filter_map(|id| self.users.get(id).map(String::as_str))
            .collect();
        names.extend(Some(label).filter(|label| !label.is_empty()));
        names.join(", ")
    }
}

fn lanes_of(by: Lanes, users: &[i64], label: &str, job_id: i64) -> Vec<Lane> {
    match by {
        Lanes::Jobs => vec![Lane::Job(job_id)],
        Lanes::Interviewers if !users.is_empty() => {
            users.iter().map(|id| Lane::User(*id)).collect()
        }
        Lanes::Interviewers if !label.is_empty() => vec![Lane::Name(label.to_owned())],
        Lanes::Interviewers => vec![Lane::Nobody],
    }
}

/// All that is shown, by start.
fn placed(
    calendar: &Calendar,
    planned: Option<&Planned>,
    by: Lanes,
    names: &Names,
    reader: &Reader,
) -> Vec<Placed> {
    let slot = |entry: &Entry| {
        let row = &entry.row;
        let lanes = lanes_of(by, &entry.interviewers, &row.interviewer, row.job_id);
        let who = names.who(&entry.interviewers, &row.interviewer);
        Placed::slot(entry, lanes, who, reader)
    };
    let mut placed: Vec<Placed> = calendar.slots.iter().map(slot).collect();
    if let Some(Planned {
        preview,
        plan,
        users,
    }) = planned
    {
        placed.extend(preview.slots.iter().filter_map(|slot| {
            let lanes = lanes_of(by, &slot.interviewers, &plan.interviewer, plan.job_id);
            let who = names.who(&slot.interviewers, &plan.interviewer);
            Placed::planned(slot, plan, (lanes, who), users, reader.zone)
        }));
        placed.sort_by_key(|placed| placed.begins);
    }
    placed
}

/// The lanes that there are: people and jobs by name, then those who do not sign in, then nobody.
fn lanes(placed: &[Placed], names: &Names) -> Vec<Lane> {
    let found: HashSet<&Lane> = placed.iter().flat_map(|placed| &placed.lanes).collect();
    let mut lanes: Vec<Lane> = found.into_iter().cloned().collect();
    let rank = |lane: &Lane| match lane {
        Lane::User(_) | Lane::Job(_) => 0,
        Lane::Name(_) => 1,
        Lane::Nobody => 2,
    };
    lanes.sort_by_cached_key(|lane| (rank(lane), names.of(lane), lane.clone()));
    lanes
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

/// What all days of a page share.
struct Sheet<'a> {
    place: Place,
    lanes: &'a [Lane],
    names: &'a Names,
    hours: &'a std::ops::Range<u32>,
    brush: Option<&'a Brush>,
    series: &'a SeriesForm,
    reader: &'a Reader,
}

/// Working days, and the others when something is on them or they were asked for.
fn days(
    place: Place,
    placed: Vec<Placed>,
    sheet: &Sheet,
    planned: Option<&Planned>,
    today: NaiveDate,
) -> Vec<Day> {
    let mut by_day: BTreeMap<NaiveDate, Vec<Placed>> = BTreeMap::new();
    for placed in placed {
        by_day.entry(placed.begins.date()).or_default().push(placed);
    }
    let (first, last) = place.days();
    let all = first.iter_days().take_while(|day| *day <= last);
    let is_shown = |day: &NaiveDate| {
        let is_weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        !is_weekend || by_day.contains_key(day) || *day == place.day || *day == today
    };
    let days: Vec<NaiveDate> = all.filter(is_shown).collect();
    let is_small = days.len() * sheet.lanes.len().max(1) * sheet.hours.len() * 2 <= MOST_CELLS;
    days.into_iter()
        .map(|day| {
            let placed = by_day.remove(&day).unwrap_or_default();
            let note = note(day, today, planned);
            sheet.day((day, today), placed, note, is_small)
        })
        .collect()
}

/// What a series would add on a day, else whether it is today.
fn note(day: NaiveDate, today: NaiveDate, planned: Option<&Planned>) -> String {
    if let Some(planned) = planned {
        let slots = planned.preview.slots.iter();
        let (mut made, mut left) = (0, 0);
        for slot in slots.filter(|slot| slot.local_start.date() == day) {
            match slot.verdict {
                Ok(_) => made += 1,
                Err(_) => left += 1,
            }
        }
        return match (made, left) {
            (0, 0) => String::new(),
            (made, 0) => format!("+{made}"),
            (made, left) => format!("+{made} · {left} left out"),
        };
    }
    match day == today {
        true => "Today".into(),
        false => String::new(),
    }
}

impl Sheet<'_> {
    fn day(
        &self,
        (day, today): (NaiveDate, NaiveDate),
        placed: Vec<Placed>,
        note: String,
        has_cells: bool,
    ) -> Day {
        let mut blocks: Vec<(usize, Block)> = Vec::with_capacity(placed.len());
        for placed in placed {
            let mut is_again = false;
            for lane in &placed.lanes {
                if let Some(lane) = self.lanes.iter().position(|other| other == lane) {
                    let block = Block {
                        is_again,
                        ..placed.block.clone()
                    };
                    blocks.push((lane, block));
                    is_again = true;
                }
            }
        }
        let mut cells: Vec<(usize, &mut Cell)> = blocks
            .iter_mut()
            .map(|(lane, block)| (*lane, &mut block.cell))
            .collect();
        let tracks = grid::pack(self.lanes.len().max(1), &mut cells);
        let lanes = self.lanes.iter().zip(&tracks);
        Day {
            label: day.format("%a %-d %B").to_string(),
            weekday: day.format("%a").to_string(),
            number: day.day(),
            note,
            is_today: day == today,
            is_past: day < today,
            tracks: tracks.iter().sum::<usize>().min(MOST_TRACKS),
            lanes: lanes
                .map(|(lane, tracks)| Head {
                    name: self.names.of(lane),
                    tracks: *tracks,
                })
                .collect(),
            blocks: blocks.into_iter().map(|(_, block)| block).collect(),
            cells: match has_cells && day >= today {
                true => self.cells(day, &tracks),
                false => Vec::new(),
            },
        }
    }

    /// Half hours to press: the first press begins hours, the second ends them.
    fn cells(&self, day: NaiveDate, tracks: &[usize]) -> Vec<Press> {
        let mut cells = Vec::new();
        let mut track = 1;
        let nobody = [Lane::Nobody];
        let lanes = match self.lanes {
            [] => &nobody[..],
            lanes => lanes,
        };
        let local_now = self
            .reader
            .now
            .with_timezone(&self.reader.zone)
            .naive_local();
        for (lane, width) in lanes.iter().zip(tracks) {
            let seat = match lane {
                Lane::User(id) => format!("with_{id}"),
                Lane::Job(_) | Lane::Name(_) | Lane::Nobody => String::new(),
            };
            for half in self.hours.start * 2..self.hours.end * 2 {
                let (h, minute) = (half / 2, half % 2 * 30);
                let Some(at) = day.and_hms_opt(h, minute, 0) else {
                    continue;
                };
                if at < local_now {
                    continue;
                }
                cells.push(Press {
                    h,
                    m: minute / 5,
                    lane: track.min(MOST_TRACKS),
                    href: self.pressed(at, &seat),
                    at: at.format("%Y-%m-%dT%H:%M").to_string(),
                    is_begun: self
                        .brush
                        .is_some_and(|brush| brush.from == at && brush.seat == seat),
                    seat: seat.clone(),
                });
            }
            track += width;
        }
        cells
    }

    fn pressed(&self, at: chrono::NaiveDateTime, seat: &str) -> String {
        let begun = self.brush.filter(|brush| {
            brush.seat == seat && brush.from.date() == at.date() && brush.from <= at
        });
        match begun {
            Some(brush) => painted(self.series, brush, at + TimeDelta::minutes(30)),
            None => format!(
                "{}&paint={}&seat={seat}",
                self.place.address(),
                at.format("%Y-%m-%dT%H:%M")
            ),
        }
    }
}

/// Where painted hours lead: to the preview, once it is known for which job.
fn painted(series: &SeriesForm, brush: &Brush, until: chrono::NaiveDateTime) -> String {
    let job = series.job_id();
    let job = job.map_or(String::new(), |id| format!("&job={id}&preview=on"));
    let seat = match brush.seat.as_str() {
        "" => String::new(),
        seat => format!("&{seat}=on"),
    };
    format!(
        "/series/new?dates={}&from_1={}&until_1={}{seat}{job}",
        brush.from.date(),
        brush.from.format("%H:%M"),
        until.format("%H:%M"),
    )
}

impl Place {
    /// The week of a day.
    pub fn of(day: NaiveDate) -> Self {
        Self {
            day,
            view: View::Week,
            lanes: Lanes::Interviewers,
            part: 0,
        }
    }
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
            nav: Nav::new(Place::of(day), day + Days::new(1), (0, 2)),
            summary: Some(Summary::sample(&form)),
            in_calendar: Some(InCalendar::default()),
            has_more: true,
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
