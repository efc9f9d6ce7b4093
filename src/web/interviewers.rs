//! What recruiters are told of interviewers' time before they put somebody into it, in words.
use entity::slot;

use crate::{
    app::App,
    domain::availability::{self, Finding, Found},
    error::Result,
    times,
    zones::Tz,
};

/// The sentences about a slot: first the warnings, then what speaks for it.
#[derive(Default)]
pub struct Told {
    /// What to think about.
    pub warnings: Vec<String>,
    /// How sure it is that somebody is free.
    pub notes: Vec<String>,
}

/// What is to be told of a slot's interviewers, in the zone of whoever looks. `moved` is the interview that is in it or
/// comes into it, if there is one already.
pub async fn of(app: &App, slot: &slot::Model, moved: Option<i64>, zone: Tz) -> Result<Told> {
    let now = app.clock.now();
    let mut told = Told::default();
    for found in availability::of_slot(app.db.read(), slot, moved, now).await? {
        let words = sentence(&found, zone);
        match found.finding.is_warning() {
            true => told.warnings.push(words),
            false => told.notes.push(words),
        }
    }
    Ok(told)
}

/// In a sentence, for a page about one interview.
pub fn sentence(Found { name, finding, .. }: &Found, zone: Tz) -> String {
    let clock = |at| times::clock(at, zone);
    match finding {
        Finding::Busy {
            starts_at,
            ends_at,
            as_of,
        } => {
            let span = times::span(*starts_at, *ends_at, zone);
            let as_of = as_of.map_or_else(String::new, |at| format!(" as of {}", clock(at)));
            format!("{name} is busy{as_of}: {span}, by their own calendar.")
        }
        Finding::Stale { as_of, failure } => {
            let since = match as_of {
                Some(at) => format!("hasn't been read since {}", times::day_and_clock(*at, zone)),
                None => "has never been read".into(),
            };
            let words = format!("The own calendar of {name} {since}. {failure}");
            words.trim_end().to_owned()
        }
        Finding::Free { as_of, skipped } => {
            let but = match skipped {
                0 => String::new(),
                1 => ", but for one event that Greenroom doesn't understand".into(),
                many => format!(", but for {many} events that Greenroom doesn't understand"),
            };
            let as_of = clock(*as_of);
            format!("{name} is free by their own calendar as of {as_of}{but}.")
        }
        Finding::OutsideHours { zone } => {
            format!("This is outside the working hours of {name} (time zone {zone}).")
        }
        Finding::Buffer {
            candidate,
            starts_at,
            ends_at,
            minutes,
            ..
        } => {
            let span = times::span(*starts_at, *ends_at, zone);
            format!(
                "{name} keeps {minutes} minutes free between interviews, and has one with {candidate}: {span}."
            )
        }
        Finding::OverLimit { limit, booked } => format!(
            "{name} already has {} that week. Their limit is {limit}.",
            interviews(*booked)
        ),
    }
}

/// In a few words, beside a row of many.
pub fn note(Found { name, finding, .. }: &Found, zone: Tz) -> String {
    let span = |from, until| format!("{}–{}", times::clock(from, zone), times::clock(until, zone));
    match finding {
        Finding::Busy {
            starts_at, ends_at, ..
        } => format!(
            "{name} is busy {} by their own calendar",
            span(*starts_at, *ends_at)
        ),
        Finding::Stale { .. } => format!("The own calendar of {name} is out of date"),
        Finding::Free { .. } => format!("{name} is free by their own calendar"),
        Finding::OutsideHours { .. } => format!("Outside the working hours of {name}"),
        Finding::Buffer {
            candidate,
            starts_at,
            ends_at,
            minutes,
            ..
        } => format!(
            "Less than {minutes} minutes from {name}'s interview with {candidate}, {}",
            span(*starts_at, *ends_at)
        ),
        Finding::OverLimit { limit, booked } => {
            let booked = interviews(*booked);
            format!("{name} has {booked} that week, limit {limit}")
        }
    }
}

/// In a word or two, where there is hardly room.
pub fn word(finding: &Finding) -> &'static str {
    match finding {
        Finding::Busy { .. } => "interviewer busy in their own calendar",
        Finding::Stale { .. } => "interviewer's own calendar out of date",
        Finding::Free { .. } => "interviewer free",
        Finding::OutsideHours { .. } => "outside the interviewer's working hours",
        Finding::Buffer { .. } => "close to another interview of the interviewer",
        Finding::OverLimit { .. } => "interviewer's weekly limit reached",
    }
}

fn interviews(count: i32) -> String {
    match count {
        1 => "1 interview".into(),
        many => format!("{many} interviews"),
    }
}
