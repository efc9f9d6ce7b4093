//! People beside slots, row by row: which can be booked, and what stands against the others. Pure.
use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{
    board::{Board, Coming, FreeSlot},
    proposal::{self, Wish},
};
use crate::{
    domain::{
        availability::{Facts, Found, Held},
        candidates::NewCandidate,
        interviews::booking::Who,
    },
    times,
    zones::Tz,
};

/// A line of the list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where it begins in the list, from 1.
    pub number: usize,
    /// What people recognise it by.
    pub label: String,
    /// Who it is, or why it is left out.
    pub what: Named,
}

/// What a line names.
#[derive(Clone, Debug)]
pub enum Named {
    /// Somebody, as the list tells of them.
    Person(Box<Person>),
    /// Somebody whom an earlier line names, which is this one.
    Repeat(usize),
    /// Nobody who can be invited.
    Nobody(String),
}

/// Somebody, as the list tells of them.
#[derive(Clone, Debug)]
pub struct Person {
    /// As they would be added.
    pub new: NewCandidate,
    /// Nothing gave the name but the address.
    pub is_name_guessed: bool,
    /// The address that was likely meant, unless this one was confirmed.
    pub likely_email: Option<String>,
    /// Which slot was chosen; none leaves it to the proposal.
    pub chosen: Choice,
}

/// Which slot a row was given by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// Not said: one is proposed.
    #[default]
    Unsaid,
    /// None: the row is not to be booked.
    Nothing,
    /// This one.
    Slot(i64),
}

/// A row: somebody beside a slot.
#[derive(Clone, Debug)]
pub struct Row {
    /// Where it begins in the list, from 1.
    pub number: usize,
    /// What people recognise the line by.
    pub label: String,
    /// By name; empty where nobody is named.
    pub name: String,
    /// Canonical; empty where nobody is named.
    pub email: String,
    /// Whose interview; none where nobody is named.
    pub who: Option<Who>,
    /// The slot beside them.
    pub slot: Option<FreeSlot>,
    /// Their time zone, where it is known.
    pub zone: Option<Tz>,
    /// How it stands.
    pub state: State,
}

/// How a row stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It can be booked; this should be known first.
    Ready(Vec<Warning>),
    /// Somebody has to look at it.
    Look(Problem),
    /// It is left out.
    Aside(Reason),
}

/// What should be known before a row is booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// It is early or late on their clock, which shows this.
    Hour { clock: String, is_night: bool },
    /// There is no place to meet.
    NoMeetingLink,
    /// It begins within the hour.
    ShortNotice,
    /// Their time zone is unknown.
    NoZone,
    /// The name was made from the address.
    NameGuessed,
    /// An interviewer's own time speaks against it.
    Interviewer(Found),
}

/// What stands against a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Nobody who can be invited, for this.
    Unusable(String),
    /// The address looks mistyped; this one was likely meant.
    Typo(String),
    /// All free slots are somebody's.
    NoSlotLeft,
    /// The chosen slot cannot be had any more.
    SlotGone,
    /// Somebody else of the list is beside the same slot.
    SameSlot(String),
    /// Somebody else of the list is beside a slot of the same interviewer at this time.
    SameInterviewer(String),
    /// They are in this interview at the time.
    Overlap(Coming),
    /// Booking was tried, and refused for this.
    Refused(String),
}

/// Why a row is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// They have this interview for the job.
    HasInterview(Coming),
    /// The same as this line.
    Repeat(usize),
    /// Somebody chose no slot for them.
    NotChosen,
}

/// Puts everybody beside a slot, chosen or proposed, and looks at each row.
pub fn check(entries: Vec<Entry>, board: &Board, now: DateTime<Utc>) -> Vec<Row> {
    let mut rows: Vec<Row> = entries
        .into_iter()
        .map(|entry| begin(entry, board))
        .collect();
    give_slots(&mut rows, board, now);
    let against: Vec<Option<State>> = (0..rows.len()).map(|at| among(&rows, at)).collect();
    let mut facts = board.facts.clone();
    for (row, against) in rows.iter_mut().zip(against) {
        if let Some(state) = against {
            row.state = state;
        } else if let (State::Ready(warnings), Some(slot)) = (&mut row.state, &row.slot) {
            warnings.extend(of_slot(slot, row.zone, now));
            warnings.extend(of_interviewers(slot, &mut facts, &row.name, now));
        }
    }
    rows
}

/// A row without its slot: who it is, and what stands against them whatever the slot. A chosen slot that is not free is
/// told here.
fn begin(entry: Entry, board: &Board) -> Row {
    let nobody = |state| Row {
        number: entry.number,
        label: entry.label.clone(),
        name: String::new(),
        email: String::new(),
        who: None,
        slot: None,
        zone: None,
        state,
    };
    let person = match entry.what {
        Named::Person(person) => *person,
        Named::Repeat(of) => return nobody(State::Aside(Reason::Repeat(of))),
        Named::Nobody(why) => return nobody(State::Look(Problem::Unusable(why))),
    };
    let known = board.known.get(&person.new.email);
    let zone = match known {
        Some(known) => known.time_zone.as_deref(),
        None => person.new.time_zone.as_deref(),
    };
    let booked =
        known.and_then(|known| known.interviews.iter().find(|it| it.job_id == board.job.id));
    let slot = match person.chosen {
        Choice::Slot(id) => board.slots.iter().find(|slot| slot.id == id).cloned(),
        Choice::Unsaid | Choice::Nothing => None,
    };
    let beside = known.zip(slot.as_ref()).and_then(|(known, slot)| {
        let mut theirs = known.interviews.iter();
        theirs.find(|it| it.starts_at < slot.ends_at && slot.starts_at < it.ends_at)
    });
    let mut warnings = Vec::new();
    if zone.is_none() {
        warnings.push(Warning::NoZone);
    }
    if known.is_none() && person.is_name_guessed {
        warnings.push(Warning::NameGuessed);
    }
    let typo = person.likely_email.filter(|_| known.is_none());
    let state = match (booked, typo, person.chosen) {
        (Some(coming), ..) => State::Aside(Reason::HasInterview(coming.clone())),
        (None, _, Choice::Nothing) => State::Aside(Reason::NotChosen),
        (None, Some(likely), _) => State::Look(Problem::Typo(likely)),
        (None, None, Choice::Slot(_)) if slot.is_none() => State::Look(Problem::SlotGone),
        (None, None, _) => match beside {
            Some(coming) => State::Look(Problem::Overlap(coming.clone())),
            None => State::Ready(warnings),
        },
    };
    Row {
        number: entry.number,
        label: entry.label,
        name: known.map_or(person.new.name.clone(), |known| known.name.clone()),
        email: person.new.email.clone(),
        zone: zone.and_then(|name| name.parse().ok()),
        who: Some(match known {
            Some(known) => Who::Candidate(known.candidate_id),
            None => Who::New(person.new),
        }),
        slot,
        state,
    }
}

fn give_slots(rows: &mut [Row], board: &Board, now: DateTime<Utc>) {
    // A slot that was chosen is nobody else's, even where the person is in another interview then.
    let needs_one = |row: &Row| match row.state {
        State::Ready(_) | State::Look(Problem::Typo(_) | Problem::Overlap(_)) => true,
        State::Look(_) | State::Aside(_) => false,
    };
    let wanting: Vec<usize> = (0..rows.len()).filter(|at| needs_one(&rows[*at])).collect();
    let wishes: Vec<Wish> = wanting.iter().map(|at| wish(&rows[*at], board)).collect();
    let proposed = proposal::propose(&wishes, &board.slots, now);
    let by_id: HashMap<i64, &FreeSlot> = board.slots.iter().map(|slot| (slot.id, slot)).collect();
    for (at, id) in wanting.into_iter().zip(proposed) {
        let slot = id.and_then(|id| by_id.get(&id));
        rows[at].slot = slot.map(|slot| (*slot).clone());
        if slot.is_none() && matches!(rows[at].state, State::Ready(_)) {
            rows[at].state = State::Look(Problem::NoSlotLeft);
        }
    }
}

fn wish(row: &Row, board: &Board) -> Wish {
    let known = board.known.get(&row.email);
    let busy = known.map(|known| {
        known
            .interviews
            .iter()
            .map(|it| (it.starts_at, it.ends_at))
            .collect()
    });
    Wish {
        zone: row.zone,
        busy: busy.unwrap_or_default(),
        chosen: row.slot.as_ref().map(|slot| slot.id),
    }
}

/// What stands against a row among the others, if it could be booked otherwise.
fn among(rows: &[Row], at: usize) -> Option<State> {
    let row = &rows[at];
    let (State::Ready(_), Some(slot)) = (&row.state, &row.slot) else {
        return None;
    };
    let others = rows
        .iter()
        .enumerate()
        .filter(|(other, row)| *other != at && !matches!(row.state, State::Aside(_)));
    let mut others = others.filter_map(|(_, row)| Some((row, row.slot.as_ref()?)));
    others.find_map(|(other, theirs)| {
        if theirs.id == slot.id {
            return Some(State::Look(Problem::SameSlot(other.name.clone())));
        }
        proposal::shared(slot, theirs)?;
        Some(State::Look(Problem::SameInterviewer(other.name.clone())))
    })
}

fn of_slot(slot: &FreeSlot, zone: Option<Tz>, now: DateTime<Utc>) -> Vec<Warning> {
    let zone = zone.unwrap_or(slot.zone);
    let mut warnings = Vec::new();
    if proposal::dark_minutes(slot, zone) > 0 {
        warnings.push(Warning::Hour {
            clock: times::clock(slot.starts_at, zone),
            is_night: times::is_night(slot.starts_at, zone),
        });
    }
    if !slot.has_meeting_link {
        warnings.push(Warning::NoMeetingLink);
    }
    if slot.starts_at - now < proposal::SHORT_NOTICE {
        warnings.push(Warning::ShortNotice);
    }
    warnings
}

/// What the time of the interviewers says, who hold the rows before it as well.
fn of_interviewers(
    slot: &FreeSlot,
    facts: &mut Facts,
    candidate: &str,
    now: DateTime<Utc>,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for seat in slot.seats() {
        warnings.extend(
            facts
                .warnings(&seat, now)
                .into_iter()
                .map(Warning::Interviewer),
        );
        let held = Held {
            interview_id: None,
            candidate: candidate.to_owned(),
            starts_at: seat.from,
            ends_at: seat.until,
        };
        facts.add(seat.user_id, held);
    }
    warnings
}

impl Row {
    /// Can it be booked?
    pub fn is_ready(&self) -> bool {
        matches!(self.state, State::Ready(_))
    }
}
