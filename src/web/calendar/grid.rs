//! Where things are in the calendar: in five-minute rows of a day, and in tracks beside each other.
use std::collections::HashMap;

use chrono::{NaiveDateTime, Timelike};
use serde::Serialize;

/// A row of the grid.
const CELL_MINUTES: u32 = 5;
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

    /// From one row to another.
    fn between(first: u32, end: u32) -> Self {
        Self {
            h: first / 12,
            m: first % 12,
            n: (end - first) / 12,
            k: (end - first) % 12,
            lane: 1,
        }
    }

    fn end(self) -> u32 {
        self.first() + self.n * 12 + self.k
    }

    /// The hour in which it ends, not beyond the day.
    pub fn last_hour(self) -> u32 {
        self.end().div_ceil(12).min(24)
    }
}

/// Where everything of a day is.
#[derive(Debug, PartialEq, Eq)]
pub struct Packed {
    /// How many tracks each lane takes.
    pub tracks: Vec<usize>,
    /// What has no track of its own, together where it meets.
    pub crowds: Vec<Crowd>,
}

/// Things of one lane that meet, and have no room beside each other.
#[derive(Debug, PartialEq, Eq)]
pub struct Crowd {
    /// Where they are, together.
    pub cell: Cell,
    /// Which they are, the earliest first: at least two.
    pub members: Vec<usize>,
}

/// Gives each of these, in the order of their begins, a track in its lane: at most so many are beside each other, and fewer
/// where the style sheet knows no more tracks. The last track of a lane that has more holds all that is left as crowds.
pub fn pack(lanes: usize, most_beside: usize, cells: &mut [(usize, &mut Cell)]) -> Packed {
    let (wanted, needed) = beside(lanes, cells);
    let sum = |most: usize| {
        needed
            .iter()
            .map(|needed| *needed.min(&most))
            .sum::<usize>()
    };
    let fits = |most: &usize| sum(*most) <= MOST_TRACKS;
    let most = (1..=most_beside).rev().find(fits).unwrap_or(1);
    let tracks: Vec<usize> = needed.iter().map(|needed| *needed.min(&most)).collect();
    let mut starts = Vec::with_capacity(lanes);
    let mut next = 1;
    for count in &tracks {
        starts.push(next);
        next += count;
    }
    let mut left: Vec<Vec<usize>> = vec![Vec::new(); lanes];
    for (place, ((lane, cell), track)) in cells.iter_mut().zip(wanted).enumerate() {
        let is_crowded = needed[*lane] > most && track + 1 >= most;
        if is_crowded {
            left[*lane].push(place);
        }
        let track = starts[*lane] + track.min(most - 1);
        cell.lane = track.min(MOST_TRACKS);
    }
    let crowds = left.into_iter().flat_map(|left| crowds(cells, &left));
    Packed {
        crowds: crowds.collect(),
        tracks,
    }
}

/// The first track of its lane that is free for each, and how many each lane needs.
fn beside(lanes: usize, cells: &[(usize, &mut Cell)]) -> (Vec<usize>, Vec<usize>) {
    let mut ends: HashMap<usize, Vec<u32>> = HashMap::new();
    let mut wanted = Vec::with_capacity(cells.len());
    for (lane, cell) in cells {
        let ends = ends.entry(*lane).or_default();
        let free = ends.iter().position(|end| *end <= cell.first());
        let track = free.unwrap_or(ends.len());
        match ends.get_mut(track) {
            Some(end) => *end = cell.end(),
            None => ends.push(cell.end()),
        }
        wanted.push(track);
    }
    let needed = |lane| ends.get(&lane).map_or(1, |ends| ends.len().max(1));
    (wanted, (0..lanes).map(needed).collect())
}

/// Those of one track that meet; what meets nothing stays by itself.
fn crowds(cells: &[(usize, &mut Cell)], left: &[usize]) -> Vec<Crowd> {
    let mut crowds: Vec<(u32, u32, Vec<usize>)> = Vec::new();
    for place in left {
        let cell = &cells[*place].1;
        match crowds.last_mut() {
            Some((_, end, members)) if cell.first() < *end => {
                *end = cell.end().max(*end);
                members.push(*place);
            }
            _ => crowds.push((cell.first(), cell.end(), vec![*place])),
        }
    }
    let real = crowds.into_iter().filter(|(.., members)| members.len() > 1);
    real.map(|(first, end, members)| Crowd {
        cell: Cell {
            lane: cells[members[0]].1.lane,
            ..Cell::between(first, end)
        },
        members,
    })
    .collect()
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
        let packed = pack(3, 6, &mut [(0, a), (0, b), (0, c), (2, d)]);
        assert_eq!((packed.tracks, packed.crowds), (vec![2, 1, 1], Vec::new()));
        assert_eq!(cells.map(|cell| cell.lane), [1, 2, 1, 4]);
    }

    #[test]
    fn a_crowd_lasts_as_long_as_those_in_it() {
        let at = |half: u32| cell(&format!("{:02}:{:02}", 7 + half / 2, half % 2 * 30), 60);
        let mut cells: Vec<Cell> = (0..29).flat_map(|half| [at(half), at(half)]).collect();
        let mut placed: Vec<_> = cells.iter_mut().map(|cell| (0, cell)).collect();
        let packed = pack(1, 2, &mut placed);
        let lasts: Vec<u32> = packed.crowds.iter().map(|crowd| crowd.cell.n).collect();
        assert_eq!(lasts, [15], "the style sheet knows a whole day");
    }

    #[test]
    fn what_has_no_room_beside_the_others_is_a_crowd_on_the_last_track() {
        let mut cells: Vec<Cell> = (0..20).map(|_| cell("09:00", 60)).collect();
        cells.push(cell("09:30", 60));
        // It meets nothing.
        cells.push(cell("13:00", 60));
        let mut placed: Vec<_> = cells.iter_mut().map(|cell| (0, cell)).collect();
        let packed = pack(1, 6, &mut placed);
        assert_eq!(packed.tracks, [6]);
        let [crowd] = &packed.crowds[..] else {
            panic!("one crowd: {packed:?}");
        };
        assert_eq!(crowd.members, (5..21).collect::<Vec<_>>());
        let cell = crowd.cell;
        assert_eq!(
            (cell.h, cell.m, cell.n, cell.k, cell.lane),
            (9, 0, 1, 6, 6),
            "from nine to half past ten"
        );
        let lanes: Vec<usize> = cells[..5].iter().map(|cell| cell.lane).collect();
        assert_eq!(lanes, [1, 2, 3, 4, 5]);
        assert_eq!(cells[21].lane, 1);
    }

    #[test]
    fn six_have_room_and_are_no_crowd() {
        let mut cells: Vec<Cell> = (0..6).map(|_| cell("09:00", 60)).collect();
        let mut placed: Vec<_> = cells.iter_mut().map(|cell| (0, cell)).collect();
        let packed = pack(1, 6, &mut placed);
        assert_eq!((packed.tracks, packed.crowds), (vec![6], Vec::new()));
        assert_eq!(cells[5].lane, 6);
    }

    #[test]
    fn lanes_share_the_tracks_that_the_style_sheet_knows() {
        let mut cells: Vec<Cell> = (0..MOST_TRACKS * 2).map(|_| cell("09:00", 60)).collect();
        let cells_of = cells.iter_mut().enumerate();
        let mut placed: Vec<_> = cells_of.map(|(place, cell)| (place / 2, cell)).collect();
        let packed = pack(MOST_TRACKS, 6, &mut placed);
        assert_eq!(packed.tracks, [1; MOST_TRACKS]);
        assert_eq!(packed.crowds.len(), MOST_TRACKS);
        assert!(packed.crowds.iter().all(|crowd| crowd.members.len() == 2));
        let last = packed.crowds.last().expect("a crowd");
        assert_eq!(last.cell.lane, MOST_TRACKS);
    }
}
