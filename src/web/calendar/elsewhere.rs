//! When interviewers are busy by their own calendars: quiet areas behind what stands in the calendar.
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use serde::Serialize;

use super::{
    blocks::Lane,
    days::Sheet,
    grid::{Cell, MOST_TRACKS},
};
use crate::times;

/// An area.
#[derive(Serialize)]
pub(super) struct Shade {
    /// Where it is.
    #[serde(flatten)]
    pub(super) cell: Cell,
    /// How many tracks of the lane there are.
    pub(super) wide: usize,
    /// For who can't see it.
    pub(super) says: String,
}

/// Those of one day, in the hours that are in sight.
pub(super) fn shades(sheet: &Sheet, day: NaiveDate, tracks: &[usize]) -> Vec<Shade> {
    let (Some(begins), Some(ends)) = (
        at_hour(day, sheet.hours.start),
        at_hour(day, sheet.hours.end),
    ) else {
        return Vec::new();
    };
    let mut shades = Vec::new();
    let mut track = 1;
    for (lane, width) in sheet.lanes.iter().zip(tracks) {
        let theirs = sheet.elsewhere.iter();
        for (_, from, until) in theirs.filter(|(user_id, ..)| *lane == Lane::User(*user_id)) {
            let local = |at: &DateTime<Utc>| at.with_timezone(&sheet.reader.zone).naive_local();
            // Where the clocks go back, what ends later may show less.
            let shown_until = local(until).max(local(from) + TimeDelta::minutes(5));
            let (first, last) = (local(from).max(begins), shown_until.min(ends));
            if first < last && track <= MOST_TRACKS {
                let clock = |at| times::clock(at, sheet.reader.zone);
                let (name, from, until) = (sheet.names.of(lane), clock(*from), clock(*until));
                shades.push(Shade {
                    cell: Cell {
                        lane: track,
                        ..cell(first, last)
                    },
                    wide: (*width).min(MOST_TRACKS + 1 - track),
                    says: format!("{name} is busy {from}–{until} by their own calendar"),
                });
            }
        }
        track += width;
    }
    shades
}

fn at_hour(day: NaiveDate, hour: u32) -> Option<NaiveDateTime> {
    Some(day.and_hms_opt(0, 0, 0)? + TimeDelta::hours(hour.into()))
}

fn cell(first: NaiveDateTime, last: NaiveDateTime) -> Cell {
    let minutes = (last - first).num_minutes();
    Cell::new(first, i32::try_from(minutes).unwrap_or(i32::MAX))
}
