//! Where things are in the calendar: in five-minute rows of a day, and in tracks beside each other.
use std::collections::HashMap;

use chrono::{NaiveDateTime, Timelike};
use serde::Serialize;

/// A row of the grid.
const CELL_MINUTES: u32 = 5;
/// How many things of one lane are beside each other; more are on top of each other.
const MOST_BESIDE: usize = 6;
/// The style sheet knows so many tracks.
pub const MOST_TRACKS: usize = 60;

/// A place in the grid of a day; the style sheet makes a row of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// The hour at which it begins.
    pub h: u32,
    /// And the fives of minutes.
    pub m: u32,
    /// How many hours it takes,
    pub n: u32,
    /// and how many fives of minutes.
    pub k: u32,
    /// The track, from one.
    pub lane: usize,
}

impl Cell {
    /// Of something that begins at this time and takes so long.
    pub fn new(begins: NaiveDateTime, minutes: i32) -> Self {
        let minutes = minutes.unsigned_abs().max(CELL_MINUTES);
        let aside = begins.minute() % CELL_MINUTES;
        let cells = (aside + minutes).div_ceil(CELL_MINUTES);
        Self {
            h: begins.hour(),
            m: begins.minute() / CELL_MINUTES,
            n: cells / 12,
            k: cells % 12,
            lane: 1,
        }
    }

    fn first(self) -> u32 {
        self.h * 12 + self.m
    }

    fn end(self) -> u32 {
        self.first() + self.n * 12 + self.k
    }

    /// The hour in which it ends, not beyond the day.
    pub fn last_hour(self) -> u32 {
        self.end().div_ceil(12).min(24)
    }
}

/// Gives each of these, in the order of their begins, a track in its lane; answers with how many tracks each lane takes.
pub fn pack(lanes: usize, cells: &mut [(usize, &mut Cell)]) -> Vec<usize> {
    let mut ends: HashMap<usize, Vec<u32>> = HashMap::new();
    let mut sub = Vec::with_capacity(cells.len());
    for (lane, cell) in cells.iter() {
        let ends = ends.entry(*lane).or_default();
        let free = ends.iter().position(|end| *end <= cell.first());
        let track = free.unwrap_or(ends.len()).min(MOST_BESIDE - 1);
        match ends.get_mut(track) {
            Some(end) => *end = cell.end(),
            None => ends.push(cell.end()),
        }
        sub.push(track);
    }
    let tracks: Vec<usize> = (0..lanes)
        .map(|lane| ends.get(&lane).map_or(1, |ends| ends.len().max(1)))
        .collect();
    let mut starts = Vec::with_capacity(lanes);
    let mut next = 1;
    for count in &tracks {
        starts.push(next);
        next += count;
    }
    for ((lane, cell), track) in cells.iter_mut().zip(sub) {
        cell.lane = (starts[*lane] + track).min(MOST_TRACKS);
    }
    tracks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(clock: &str) -> NaiveDateTime {
        format!("2027-01-05T{clock}:00").parse().expect("a time")
    }

    fn cell(clock: &str, minutes: i32) -> Cell {
        Cell::new(at(clock), minutes)
    }

    #[test]
    fn a_cell_covers_all_that_it_touches() {
        let of = |clock, minutes| {
            let cell = cell(clock, minutes);
            (cell.h, cell.m, cell.n, cell.k)
        };
        assert_eq!(of("09:00", 60), (9, 0, 1, 0));
        assert_eq!(of("09:45", 45), (9, 9, 0, 9));
        // From 09:42 to 09:57 it touches four fives of minutes.
        assert_eq!(of("09:42", 15), (9, 8, 0, 4));
        assert_eq!(cell("09:30", 30).last_hour(), 10);
        assert_eq!(cell("09:30", 31).last_hour(), 11);
        assert_eq!(cell("23:30", 120).last_hour(), 24);
    }

    #[test]
    fn what_meets_lies_beside_and_what_follows_lies_below() {
        let mut cells = [
            cell("09:00", 60),
            cell("09:30", 60),
            cell("10:00", 60),
            cell("09:00", 30),
        ];
        let [a, b, c, d] = &mut cells;
        let tracks = pack(3, &mut [(0, a), (0, b), (0, c), (2, d)]);
        assert_eq!(tracks, [2, 1, 1]);
        assert_eq!(cells.map(|cell| cell.lane), [1, 2, 1, 4]);
    }

    #[test]
    fn what_is_too_much_for_a_lane_is_shown_all_the_same() {
        let mut cells: Vec<Cell> = (0..20).map(|_| cell("09:00", 60)).collect();
        let mut placed: Vec<_> = cells.iter_mut().map(|cell| (0, cell)).collect();
        assert_eq!(pack(1, &mut placed), [MOST_BESIDE]);
        assert_eq!(cells[19].lane, MOST_BESIDE);
    }
}
