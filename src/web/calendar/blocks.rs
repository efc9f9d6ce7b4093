//! What stands in the calendar: slots, and those that a series would make.
use chrono::{DateTime, NaiveDateTime, Utc};
use entity::interview::Status;
use serde::{Serialize, Serializer};

use super::grid::Cell;
use crate::{
    domain::{
        calendar::Entry,
        interviews::reach::{self, Mark},
        series::{
            plan::Plan,
            preview::{self, LeftOut},
        },
    },
    times,
    web::{interviews::Reader, reach::ReachLine, series::left_out},
    zones::Tz,
};

/// Something in the calendar.
#[derive(Clone, Debug)]
pub struct Block {
    /// The classes of the style sheet.
    pub class: &'static str,
    /// Where it leads; empty when nowhere.
    pub href: String,
    /// Where it is.
    pub cell: Cell,
    /// When it starts, for machines.
    pub at: String,
    /// When it starts.
    pub clock: String,
    /// The candidate, or what it is.
    pub title: String,
    /// Who holds it.
    pub who: String,
    /// How it stands, where that is more than its title says.
    pub note: String,
    /// How far the candidate is reached, while that matters.
    pub reach: Option<ReachLine>,
    /// Is it in an earlier lane as well?
    pub is_again: bool,
}

/// A block before it has a track: on which day and in which lane.
#[derive(Clone, Debug)]
pub struct Placed {
    /// When it begins where the viewer is.
    pub begins: NaiveDateTime,
    /// Of which people or job.
    pub lanes: Vec<Lane>,
    /// Itself.
    pub block: Block,
}

/// What a lane is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lane {
    /// This user.
    User(i64),
    /// This job.
    Job(i64),
    /// Somebody who does not sign in, by name.
    Name(String),
    /// Nobody yet.
    Nobody,
}

impl Block {
    /// In the place of it and others with which it has no room: how many they are, where all are.
    pub fn crowded(self, count: usize, cell: Cell, href: String) -> Self {
        Self {
            class: "slot--more",
            href,
            cell,
            title: format!("+{count} more"),
            who: String::new(),
            note: String::new(),
            reach: None,
            is_again: false,
            ..self
        }
    }
}

impl Serialize for Block {
    /// Flat and without what is empty, because a page has thousands of them; serde's own `flatten` would allocate the name of
    /// every field of each.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Flat<'a> {
            class: &'static str,
            href: &'a str,
            h: u32,
            m: u32,
            n: u32,
            k: u32,
            lane: usize,
            at: &'a str,
            clock: &'a str,
            title: &'a str,
            who: &'a str,
            #[serde(skip_serializing_if = "str::is_empty")]
            note: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            reach: Option<&'a ReachLine>,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            is_again: bool,
        }
        let Cell { h, m, n, k, lane } = self.cell;
        let flat = Flat {
            class: self.class,
            href: &self.href,
            h,
            m,
            n,
            k,
            lane,
            at: &self.at,
            clock: &self.clock,
            title: &self.title,
            who: &self.who,
            note: &self.note,
            reach: self.reach.as_ref(),
            is_again: self.is_again,
        };
        flat.serialize(serializer)
    }
}

impl Placed {
    /// A slot.
    pub fn slot(entry: &Entry, lanes: Vec<Lane>, who: String, reader: &Reader) -> Self {
        let (row, zone, now) = (&entry.row, reader.zone, reader.now);
        let local = row.starts_at.with_timezone(&zone).naive_local();
        let (class, title, note) = standing(entry, &who, now);
        Self {
            begins: local,
            lanes,
            block: Block {
                class,
                href: match &entry.booked {
                    Some(booked) => format!("/interviews/{}", booked.id),
                    None => format!("/slots/{}", row.id),
                },
                cell: Cell::new(local, row.duration_minutes),
                at: times::rfc3339(row.starts_at),
                clock: times::clock(row.starts_at, zone),
                title,
                who,
                note,
                reach: entry
                    .booked
                    .as_ref()
                    .filter(|booked| now < booked.ends_at())
                    .map(|booked| ReachLine::of(booked, reader)),
                is_again: false,
            },
        }
    }

    /// A slot that a series would make, or leave out; none where there is no such time.
    pub fn planned(
        planned: &preview::Planned,
        plan: &Plan,
        (lanes, who): (Vec<Lane>, String),
        users: &[(i64, String, String)],
        zone: Tz,
    ) -> Option<Self> {
        let at = match &planned.verdict {
            Ok(at) => Some(*at),
            Err(LeftOut::Clash(_)) => {
                crate::zones::local_time::resolve(planned.local_start, plan.zone, None).ok()
            }
            Err(_) => None,
        }?;
        let (class, title, note) = match &planned.verdict {
            Ok(_) => ("slot--ghost", "New", String::new()),
            Err(why) => ("slot--clash", "Clash", left_out(why, users, zone).1),
        };
        let local = at.with_timezone(&zone).naive_local();
        Some(Self {
            begins: local,
            lanes,
            block: Block {
                class,
                href: String::new(),
                cell: Cell::new(local, plan.duration_minutes),
                at: times::rfc3339(at),
                clock: times::clock(at, zone),
                title: title.into(),
                who,
                note,
                reach: None,
                is_again: false,
            },
        })
    }
}

impl Placed {
    /// With what is to be said besides, if there is anything.
    pub fn with_notes(mut self, notes: &[String]) -> Self {
        if !notes.is_empty() {
            self.block.title = "New, check".into();
            self.block.note = notes.join("; ");
        }
        self
    }
}

/// Its class, its title, and what is to be said besides.
fn standing(entry: &Entry, who: &str, now: DateTime<Utc>) -> (&'static str, String, String) {
    let row = &entry.row;
    if let Some(booked) = &entry.booked {
        let note = match booked.status {
            Status::Completed => "Completed",
            Status::NoShow => "No-show",
            Status::Unscheduled | Status::Scheduled | Status::Cancelled => "",
        };
        let late = reach::late(&booked.reach(now)).map(|step| step.mark);
        let class = match late {
            _ if now >= booked.ends_at() => "slot--booked slot--past",
            Some(Mark::Overdue) => "slot--booked slot--bad",
            Some(Mark::Late) => "slot--booked slot--late",
            Some(Mark::Done(_) | Mark::ToCome) | None => "slot--booked",
        };
        return (class, booked.candidate.clone(), note.into());
    }
    match entry.blocked_by {
        _ if row.closed_at.is_some() => ("slot--closed", "Closed".into(), String::new()),
        _ if row.starts_at <= now => ("slot--open slot--past", "Not booked".into(), String::new()),
        Some(_) => ("slot--blocked", "Blocked".into(), busy_note(who)),
        None => ("slot--open", "Open".into(), String::new()),
    }
}

fn busy_note(who: &str) -> String {
    match who.contains(',') {
        true => "Interviewer busy".into(),
        false => format!("{who} busy"),
    }
}
