//! The days of a calendar: what stands in each, and what can be pressed.
use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc, Weekday};
use serde::Serialize;

use super::{
    blocks::{Block, Lane, Placed},
    elsewhere::{self, Shade},
    form::{Brush, Place, View},
    grid::{self, Cell, Crowd, MOST_TRACKS},
    names::Names,
    pages::Planned,
};
use crate::{
    domain::series::{plan::Plan, preview},
    holidays::Holidays,
    web::interviews::Reader,
    zones::{Tz, local_time},
};

/// So many things of one lane are beside each other in a week, each wide enough for a name,
const BESIDE_IN_WEEK: usize = 6;
/// and in a day.
const BESIDE_IN_DAY: usize = 12;
/// More cells to press than these are too many for a page.
const MOST_CELLS: usize = 900;

#[derive(Default, Serialize)]
pub(super) struct Day {
    /// `Tue 12 May`.
    pub(super) label: String,
    pub(super) weekday: String,
    pub(super) number: u32,
    pub(super) note: String,
    pub(super) is_today: bool,
    pub(super) is_past: bool,
    pub(super) is_holiday: bool,
    pub(super) tracks: usize,
    pub(super) lanes: Vec<Head>,
    pub(super) blocks: Vec<Block>,
    /// When interviewers are busy by their own calendars, behind the blocks.
    pub(super) elsewhere: Vec<Shade>,
    pub(super) cells: Vec<Press>,
}

/// The head of a lane.
#[derive(Serialize)]
pub(super) struct Head {
    pub(super) name: String,
    pub(super) tracks: usize,
}

/// Half an hour that can be pressed, to begin or end hours there.
#[derive(Serialize)]
pub(super) struct Press {
    pub(super) h: u32,
    pub(super) m: u32,
    pub(super) lane: usize,
    pub(super) href: String,
    /// For the script that lets hours be dragged.
    pub(super) at: String,
    pub(super) seat: String,
    pub(super) is_begun: bool,
}

/// What all days of a page share.
pub(super) struct Sheet<'a> {
    pub(super) place: Place,
    pub(super) lanes: &'a [Lane],
    pub(super) names: &'a Names,
    pub(super) hours: &'a std::ops::Range<u32>,
    pub(super) brush: Option<&'a Brush>,
    /// Behind an address: the job that the calendar is narrowed to.
    pub(super) kept_job: String,
    /// User, from and until, by start.
    pub(super) elsewhere: &'a [(i64, DateTime<Utc>, DateTime<Utc>)],
    pub(super) reader: &'a Reader,
    pub(super) holidays: Option<&'a Holidays>,
}

/// Working days, and the others when something is on them or they were asked for.
pub(super) fn days(
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
            let mut note = note(day, today, planned, sheet.reader.zone);
            if let Some(name) = sheet.holiday(day) {
                note = match note.is_empty() {
                    true => name.into(),
                    false => format!("{name} · {note}"),
                };
            }
            sheet.day((day, today), placed, note, is_small)
        })
        .collect()
}

/// What a series would add on a day, else whether it is today.
fn note(day: NaiveDate, today: NaiveDate, planned: Option<&Planned>, zone: Tz) -> String {
    if let Some(planned) = planned {
        let slots = planned.preview.slots.iter();
        let (mut made, mut left) = (0, 0);
        for slot in slots.filter(|slot| day_of(slot, &planned.plan, zone) == day) {
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

/// The day of the viewer on which a planned slot begins; of a time that the clocks skip or repeat, the day that is written.
fn day_of(slot: &preview::Planned, plan: &Plan, zone: Tz) -> NaiveDate {
    let at = local_time::resolve(slot.local_start, plan.zone, None);
    at.map_or(slot.local_start.date(), |at| {
        at.with_timezone(&zone).date_naive()
    })
}

impl Sheet<'_> {
    fn holiday(&self, day: NaiveDate) -> Option<&'static str> {
        self.holidays.and_then(|all| all.on(day))
    }

    fn day(
        &self,
        (day, today): (NaiveDate, NaiveDate),
        placed: Vec<Placed>,
        note: String,
        has_cells: bool,
    ) -> Day {
        // In each of its lanes: which it is, the lane, itself.
        let mut blocks: Vec<(usize, usize, Block)> = Vec::with_capacity(placed.len());
        for (which, placed) in placed.iter().enumerate() {
            for lane in &placed.lanes {
                if let Some(lane) = self.lanes.iter().position(|other| other == lane) {
                    blocks.push((which, lane, placed.block.clone()));
                }
            }
        }
        let mut cells: Vec<(usize, &mut Cell)> = blocks
            .iter_mut()
            .map(|(_, lane, block)| (*lane, &mut block.cell))
            .collect();
        let most = match self.place.view {
            View::Week => BESIDE_IN_WEEK,
            View::Day => BESIDE_IN_DAY,
        };
        let grid::Packed { tracks, crowds } = grid::pack(self.lanes.len().max(1), most, &mut cells);
        let blocks = self.shown(day, blocks, crowds);
        let lanes = self.lanes.iter().zip(&tracks);
        Day {
            label: day.format("%a %-d %B").to_string(),
            weekday: day.format("%a").to_string(),
            number: day.day(),
            note,
            is_today: day == today,
            is_past: day < today,
            is_holiday: self.holiday(day).is_some(),
            tracks: tracks.iter().sum::<usize>().min(MOST_TRACKS),
            lanes: lanes
                .map(|(lane, tracks)| Head {
                    name: self.names.of(lane),
                    tracks: *tracks,
                })
                .collect(),
            blocks,
            elsewhere: elsewhere::shades(self, day, &tracks),
            cells: match has_cells && day >= today {
                true => self.cells(day, &tracks),
                false => Vec::new(),
            },
        }
    }

    /// What has room, and in the place of each crowd one block that leads to all of it.
    fn shown(
        &self,
        day: NaiveDate,
        blocks: Vec<(usize, usize, Block)>,
        crowds: Vec<Crowd>,
    ) -> Vec<Block> {
        let mut crowded: HashMap<usize, Option<Crowd>> = HashMap::new();
        for mut crowd in crowds {
            let members = std::mem::take(&mut crowd.members);
            for place in &members[1..] {
                crowded.insert(*place, None);
            }
            let first = members[0];
            crowded.insert(first, Some(Crowd { members, ..crowd }));
        }
        let mut seen = HashSet::new();
        let mut shown = Vec::with_capacity(blocks.len());
        for (place, (which, _, block)) in blocks.into_iter().enumerate() {
            match crowded.remove(&place) {
                None => shown.push(Block {
                    is_again: !seen.insert(which),
                    ..block
                }),
                Some(None) => {}
                Some(Some(crowd)) => {
                    shown.push(block.crowded(crowd.members.len(), crowd.cell, self.all_of(day)));
                }
            }
        }
        shown
    }

    /// Where all slots of a day are: in a week its day, which has more room; else the list.
    fn all_of(&self, day: NaiveDate) -> String {
        match self.place.view {
            View::Week => {
                let (view, part) = (View::Day, self.place.part);
                let place = Place {
                    day,
                    view,
                    part,
                    ..self.place
                };
                place.address()
            }
            View::Day => format!("/slots?from={day}"),
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
            Some(brush) => self.painted(brush, at + TimeDelta::minutes(30)),
            None => format!(
                "{}{}&paint={}&seat={seat}",
                self.place.address(),
                self.kept_job,
                at.format("%Y-%m-%dT%H:%M")
            ),
        }
    }

    /// Where painted hours lead: to the preview, once it is known for which job. They are the clock's of whoever paints.
    fn painted(&self, brush: &Brush, until: chrono::NaiveDateTime) -> String {
        let preview = match self.kept_job.as_str() {
            "" => "",
            _ => "&preview=painted",
        };
        let seat = match brush.seat.as_str() {
            "" => String::new(),
            seat => format!("&{seat}=on"),
        };
        format!(
            "/series/new?dates={}&from_1={}&until_1={}&time_zone={}{seat}{}{preview}",
            brush.from.date(),
            brush.from.format("%H:%M"),
            until.format("%H:%M"),
            self.reader.zone.name(),
            self.kept_job,
        )
    }
}
