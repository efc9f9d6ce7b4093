//! What speaks against a time for an interviewer, or for it. Pure.
use chrono::{DateTime, TimeDelta, Utc};

use super::{Availability, facts::Seat};
use crate::{domain::calendars::STALE, times, zones::Tz};

/// How many of the times at which somebody is busy are named.
const NAMED: usize = 3;

/// What an interviewer's own time says of an interview that they would hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Their own calendar says that they are busy then.
    Busy {
        /// From when.
        starts_at: DateTime<Utc>,
        /// Until when.
        ends_at: DateTime<Utc>,
        /// When that was so.
        as_of: Option<DateTime<Utc>>,
    },
    /// It says that they are free, so far as it was understood.
    Free {
        /// When that was so.
        as_of: DateTime<Utc>,
        /// How many of its events could not be understood.
        skipped: i32,
    },
    /// It was not read for too long, or never.
    Stale {
        /// When it was read last.
        as_of: Option<DateTime<Utc>>,
        /// Why not since; may be empty.
        failure: String,
    },
    /// They don't work then.
    OutsideHours {
        /// Where their clock hangs.
        zone: Tz,
    },
    /// They keep some time free around another interview.
    Buffer {
        /// Which; none for one that is only about to be booked.
        interview_id: Option<i64>,
        /// With whom.
        candidate: String,
        /// When it starts.
        starts_at: DateTime<Utc>,
        /// When it ends.
        ends_at: DateTime<Utc>,
        /// How much they keep free.
        minutes: i32,
    },
    /// They hold as many interviews as they want to in that week.
    OverLimit {
        /// How many they want to hold.
        limit: i32,
        /// How many they hold without this one.
        booked: i32,
    },
}

impl Finding {
    /// Does it speak against the time?
    pub fn is_warning(&self) -> bool {
        !matches!(self, Self::Free { .. })
    }

    /// Would it keep somebody from choosing the time by themselves, whom no recruiter looks after? A calendar that can't
    /// be read says nothing against a time.
    pub fn refuses_self_booking(&self) -> bool {
        match self {
            Self::Busy { .. }
            | Self::OutsideHours { .. }
            | Self::Buffer { .. }
            | Self::OverLimit { .. } => true,
            Self::Free { .. } | Self::Stale { .. } => false,
        }
    }
}

/// A finding, and whose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Who.
    pub user_id: i64,
    /// By name.
    pub name: String,
    /// What.
    pub finding: Finding,
}

/// An interview that somebody holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which; none for one that is only about to be booked.
    pub interview_id: Option<i64>,
    /// With whom.
    pub candidate: String,
    /// When it starts.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
}

/// What is known of the calendar that somebody keeps elsewhere.
#[derive(Clone, Debug, Default)]
pub struct OwnCalendar {
    /// When it was read last.
    pub as_of: Option<DateTime<Utc>>,
    /// Why not since; may be empty.
    pub failure: String,
    /// How many of its events could not be understood.
    pub skipped: i32,
    /// From when until when it says they are busy, by start; none touches another.
    pub busy: Vec<(DateTime<Utc>, DateTime<Utc>)>,
}

/// All that is known of somebody's time.
#[derive(Clone, Debug)]
pub struct Person {
    /// By name.
    pub name: String,
    /// Where their clock hangs.
    pub zone: Tz,
    /// What they wish.
    pub availability: Availability,
    /// None where they gave none.
    pub calendar: Option<OwnCalendar>,
    /// What they hold, by start.
    pub held: Vec<Held>,
}

impl Person {
    /// What it says of this time. The interview that is moved itself stands in nobody's way.
    pub fn findings(&self, seat: &Seat, moved: Option<i64>, now: DateTime<Utc>) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Some(calendar) = &self.calendar {
            findings.extend(calendar.findings(seat, now));
        }
        if !self
            .availability
            .working_hours
            .cover((seat.from, seat.until), self.zone)
        {
            findings.push(Finding::OutsideHours { zone: self.zone });
        }
        let others = self
            .held
            .iter()
            .filter(|held| match (held.interview_id, moved) {
                (Some(id), Some(moved)) => id != moved,
                _ => true,
            });
        findings.extend(self.within_buffer(seat, others.clone()));
        findings.extend(self.over_limit(seat, others));
        findings
    }

    /// The nearest interview before it and the nearest after it, where they are too near. What is at the very time is told
    /// elsewhere: nobody can be booked into both.
    fn within_buffer<'a>(
        &self,
        seat: &Seat,
        others: impl Iterator<Item = &'a Held> + Clone,
    ) -> impl Iterator<Item = Finding> {
        let minutes = self.availability.buffer_minutes();
        let buffer = TimeDelta::minutes(minutes.into());
        let before = others
            .clone()
            .filter(|held| held.ends_at <= seat.from && held.ends_at > seat.from - buffer)
            .max_by_key(|held| held.ends_at);
        let after = others
            .filter(|held| held.starts_at >= seat.until && held.starts_at < seat.until + buffer)
            .min_by_key(|held| held.starts_at);
        let both = [before, after].into_iter().flatten();
        let both: Vec<Held> = both.cloned().collect();
        both.into_iter().map(move |held| Finding::Buffer {
            interview_id: held.interview_id,
            candidate: held.candidate,
            starts_at: held.starts_at,
            ends_at: held.ends_at,
            minutes,
        })
    }

    /// In a week from Monday to Sunday, where they are.
    fn over_limit<'a>(
        &self,
        seat: &Seat,
        others: impl Iterator<Item = &'a Held>,
    ) -> Option<Finding> {
        let limit = self.availability.weekly_limit?;
        let (from, until) = times::bounds_of_week(seat.from, self.zone);
        let in_week = others.filter(|held| from <= held.starts_at && held.starts_at < until);
        let booked = i32::try_from(in_week.count()).unwrap_or(i32::MAX);
        (booked >= limit).then_some(Finding::OverLimit { limit, booked })
    }
}

impl OwnCalendar {
    fn findings(&self, seat: &Seat, now: DateTime<Utc>) -> Vec<Finding> {
        let before = &self.busy[..self.busy.partition_point(|(from, _)| *from < seat.until)];
        let first = before.partition_point(|(_, until)| *until <= seat.from);
        let mut findings: Vec<Finding> = before[first..]
            .iter()
            .take(NAMED)
            .map(|(starts_at, ends_at)| Finding::Busy {
                starts_at: *starts_at,
                ends_at: *ends_at,
                as_of: self.as_of,
            })
            .collect();
        match self.as_of {
            Some(as_of) if now - as_of <= STALE => {
                if findings.is_empty() {
                    findings.push(Finding::Free {
                        as_of,
                        skipped: self.skipped,
                    });
                }
            }
            as_of => findings.push(Finding::Stale {
                as_of,
                failure: self.failure.clone(),
            }),
        }
        findings
    }
}

#[cfg(test)]
mod tests;
