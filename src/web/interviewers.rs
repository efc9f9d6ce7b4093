//! What recruiters are told of a slot's interviewers before they book one: what their own calendars say.
use crate::{
    app::App,
    domain::calendars::{self, Finding},
    error::Result,
    times,
    zones::Tz,
};
use entity::slot;

/// The sentences about a slot: first the warnings, then what speaks for it.
#[derive(Default)]
pub struct Told {
    /// What to think about.
    pub warnings: Vec<String>,
    /// How sure it is that somebody is free.
    pub notes: Vec<String>,
}

/// What is to be told of a slot's interviewers, in the zone of whoever looks.
pub async fn of(app: &App, slot: &slot::Model, zone: Tz) -> Result<Told> {
    let now = app.clock.now();
    let mut told = Told::default();
    for finding in calendars::findings(app.db.read(), slot, now).await? {
        let clock = |at| times::clock(at, zone);
        match finding {
            Finding::Busy {
                name,
                starts_at,
                ends_at,
                as_of,
            } => {
                let span = times::span(starts_at, ends_at, zone);
                let as_of = as_of.map_or_else(String::new, |at| format!(" as of {}", clock(at)));
                told.warnings.push(format!(
                    "{name} is busy{as_of}: {span}, by their own calendar."
                ));
            }
            Finding::Stale {
                name,
                as_of,
                failure,
            } => {
                let since = match as_of {
                    Some(at) => {
                        format!("hasn't been read since {}", times::day_and_clock(at, zone))
                    }
                    None => "has never been read".into(),
                };
                let words = format!("The own calendar of {name} {since}. {failure}");
                told.warnings.push(words.trim_end().to_owned());
            }
            Finding::Free {
                name,
                as_of,
                skipped,
            } => {
                let but = match skipped {
                    0 => String::new(),
                    1 => ", but for one event that Greenroom doesn't understand".into(),
                    many => format!(", but for {many} events that Greenroom doesn't understand"),
                };
                told.notes.push(format!(
                    "{name} is free by their own calendar as of {}{but}.",
                    clock(as_of)
                ));
            }
        }
    }
    Ok(told)
}
