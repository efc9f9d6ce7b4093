//! What a series is asked for, and the local times that it comes to. Pure: no database, no clock.
use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday};
use entity::slot::{DifficultyLevel, InterviewType};

use crate::{
    domain::slots::NewSlot,
    zones::{
        Tz,
        local_time::{self, NotAnInstant},
    },
};

/// How many slots are made at once at most.
pub const MOST_SLOTS: usize = 500;
/// How many days a series looks at, the first and the last included.
pub const MOST_DAYS: u64 = 366;
/// How many spans a day has at most.
pub const MOST_SPANS: usize = 6;

/// A series as somebody asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// For which job.
    pub job_id: i64,
    /// On which days, in their order: from [`days`] or [`in_order`].
    pub days: Vec<NaiveDate>,
    /// Between which times of each day: from [`spans`].
    pub spans: Vec<Span>,
    /// 5 to 720.
    pub duration_minutes: i32,
    /// Between two slots: 0 to 720.
    pub gap_minutes: i32,
    /// The time zone of these times.
    pub zone: Tz,
    /// What kind of talk.
    pub interview_type: InterviewType,
    /// For interviewers.
    pub difficulty_level: Option<DifficultyLevel>,
    /// From [`crate::text::https_url`].
    pub meeting_url: Option<String>,
    /// Who asks, where it is nobody who signs in.
    pub interviewer: String,
    /// Users who ask, in the order of their keys.
    pub interviewers: Vec<i64>,
    /// Who of them is on a slot.
    pub seating: Seating,
    /// Whether slots are made where an interviewer has an open one already.
    pub beside_open: BesideOpen,
    /// Whether slots are made on the company's public holidays.
    pub on_holidays: OnHolidays,
}

/// Who is on a slot of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seating {
    /// Each interviewer has slots of their own.
    Each,
    /// All hold each interview together.
    Panel,
}

/// What is done where an open slot is already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BesideOpen {
    /// No other one is made.
    LeaveOut,
    /// Another one is made: the one that is booked first blocks the other.
    Add,
}

/// What is done on a public holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnHolidays {
    /// No slot is made.
    LeaveOut,
    /// Slots are made as on any day.
    Add,
}

/// A span of a day; midnight at its end is the end of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    from: NaiveTime,
    until: NaiveTime,
}

/// What is wrong with the days of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DaysRefusal {
    /// They end before they begin.
    Backwards,
    /// They are more than [`MOST_DAYS`].
    TooMany,
    /// There is none.
    None,
}

/// What is wrong with the spans of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpansRefusal {
    /// There is none.
    None,
    /// One ends before it begins.
    Backwards,
    /// Two have time in common.
    Overlap,
    /// One is shorter than a slot.
    TooShort,
}

/// What is wrong with a series as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany(pub usize);

/// A slot of a series: where it begins on the wall, and when that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// The wall clock.
    pub local: NaiveDateTime,
    /// The instant; none where the clocks are changed over it.
    pub at: Result<DateTime<Utc>, NotAnInstant>,
}

/// The days of these weekdays from one to another, both included.
pub fn days(
    weekdays: &[Weekday],
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<NaiveDate>, DaysRefusal> {
    let length = (until - from).num_days();
    match u64::try_from(length) {
        Err(_) => return Err(DaysRefusal::Backwards),
        Ok(days) if days >= MOST_DAYS => return Err(DaysRefusal::TooMany),
        Ok(_) => {}
    }
    let all = from.iter_days().take_while(|day| *day <= until);
    in_order(all.filter(|day| weekdays.contains(&day.weekday())))
}

/// These days, each once and in their order.
pub fn in_order(days: impl IntoIterator<Item = NaiveDate>) -> Result<Vec<NaiveDate>, DaysRefusal> {
    let days: BTreeSet<_> = days.into_iter().collect();
    match days.len() {
        0 => Err(DaysRefusal::None),
        many if many as u64 > MOST_DAYS => Err(DaysRefusal::TooMany),
        _ => Ok(days.into_iter().collect()),
    }
}

/// The spans of a day, in their order.
pub fn spans(
    typed: impl IntoIterator<Item = (NaiveTime, NaiveTime)>,
    duration_minutes: i32,
) -> Result<Vec<Span>, SpansRefusal> {
    let mut spans: Vec<Span> = typed
        .into_iter()
        .map(|(from, until)| Span { from, until })
        .collect();
    spans.sort_unstable();
    let length = TimeDelta::minutes(duration_minutes.into());
    let is_backwards = |span: &Span| span.lasts() <= TimeDelta::zero();
    let overlap = |pair: &[Span]| pair[0].ends() > pair[1].begins();
    match spans[..] {
        [] => Err(SpansRefusal::None),
        _ if spans.iter().any(is_backwards) => Err(SpansRefusal::Backwards),
        _ if spans.windows(2).any(overlap) => Err(SpansRefusal::Overlap),
        _ if spans.iter().any(|span| span.lasts() < length) => Err(SpansRefusal::TooShort),
        _ => Ok(spans),
    }
}

impl Span {
    /// As it was typed.
    pub fn times(self) -> (NaiveTime, NaiveTime) {
        (self.from, self.until)
    }

    /// Since midnight.
    fn begins(self) -> TimeDelta {
        self.from - NaiveTime::MIN
    }

    /// Since the midnight before.
    fn ends(self) -> TimeDelta {
        match self.until {
            NaiveTime::MIN => TimeDelta::days(1),
            until => until - NaiveTime::MIN,
        }
    }

    fn lasts(self) -> TimeDelta {
        self.ends() - self.begins()
    }
}

impl Plan {
    /// How long each slot takes.
    pub fn length(&self) -> TimeDelta {
        TimeDelta::minutes(self.duration_minutes.into())
    }

    /// Where its slots begin, in their order; the interviewers share them or each have theirs.
    pub fn starts(&self) -> Result<Vec<Start>, TooMany> {
        let most = MOST_SLOTS / self.seats().len().max(1);
        let length = TimeDelta::minutes(self.duration_minutes.into());
        let step = length + TimeDelta::minutes(self.gap_minutes.into());
        let mut locals = Vec::new();
        for day in &self.days {
            let midnight = day.and_time(NaiveTime::MIN);
            for span in &self.spans {
                let mut begins = span.begins();
                while begins + length <= span.ends() {
                    locals.push(midnight + begins);
                    begins += step;
                }
            }
        }
        match locals.len() <= most {
            true => Ok(locals.into_iter().map(|local| self.start(local)).collect()),
            false => Err(TooMany(locals.len() * self.seats().len().max(1))),
        }
    }

    /// Whose slots begin there: a list of interviewers for each.
    pub fn seats(&self) -> Vec<Vec<i64>> {
        match self.seating {
            Seating::Each if !self.interviewers.is_empty() => {
                self.interviewers.iter().map(|id| vec![*id]).collect()
            }
            Seating::Each | Seating::Panel => vec![self.interviewers.clone()],
        }
    }

    /// A slot of it.
    pub fn slot(
        &self,
        local_start: NaiveDateTime,
        starts_at: DateTime<Utc>,
        interviewers: Vec<i64>,
    ) -> NewSlot {
        NewSlot {
            job_id: self.job_id,
            starts_at,
            local_start,
            zone: self.zone,
            duration_minutes: self.duration_minutes,
            interview_type: self.interview_type,
            difficulty_level: self.difficulty_level,
            meeting_url: self.meeting_url.clone(),
            interviewer: self.interviewer.clone(),
            interviewers,
        }
    }

    fn start(&self, local: NaiveDateTime) -> Start {
        Start {
            local,
            at: local_time::resolve(local, self.zone, None),
        }
    }
}

#[cfg(test)]
mod tests;
