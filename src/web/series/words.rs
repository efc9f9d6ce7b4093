//! What is said of a series and of its slots.
use entity::slot;

use super::Reference;
use crate::{
    domain::{
        availability::Warnings,
        series::{
            plan::{MOST_SLOTS, Plan, TooMany},
            preview::{Clash, LeftOut, Planned, With},
        },
    },
    times,
    web::{forms::FormErrors, interviewers},
    zones::Tz,
};

/// After the time in which a series can be taken back.
pub const TOO_LATE: &str = "Slots can be removed all at once for ten minutes only. Select the ones you don't need under Slots.";

/// How many slots are named one by one.
const NAMED: usize = 3;

/// `38 slots`.
pub fn slots(count: u64) -> String {
    match count {
        1 => "1 slot".into(),
        many => format!("{many} slots"),
    }
}

/// After they were made.
pub fn added(count: i32) -> String {
    format!("{} added.", slots(u64::from(count.unsigned_abs())))
}

/// After they were taken back.
pub fn removed(count: u64) -> String {
    format!("{} removed.", slots(count))
}

/// Why none of them was taken back.
pub fn booked(booked: &[slot::Model], zone: Tz) -> String {
    let named = booked.iter().take(NAMED);
    let named: Vec<_> = named
        .map(|slot| times::day_and_clock(slot.starts_at, zone))
        .collect();
    let more = match booked.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let were = match booked.len() {
        1 => "a slot has been booked",
        _ => "slots have been booked",
    };
    format!(
        "Nothing was removed because {were}: {}{more}. Select the others under Slots to delete them.",
        named.join("; ")
    )
}

/// There would be too many.
pub fn too_many(TooMany(count): &TooMany) -> FormErrors {
    FormErrors::one(
        "form",
        format!(
            "This would add {count} slots. Add at most {MOST_SLOTS} at once: choose fewer days or hours."
        ),
    )
}

/// What was chosen is there no more.
pub fn missing(reference: Reference) -> FormErrors {
    match reference {
        Reference::Job => FormErrors::one("job", "Choose a job from the list."),
        _ => FormErrors::one(
            "interviewers",
            "An interviewer you chose can no longer sign in. Choose again.",
        ),
    }
}

/// Why a slot is left out: in a word, and in a sentence.
pub fn left_out(
    why: &LeftOut,
    users: &[(i64, String, String)],
    zone: Tz,
) -> (&'static str, String) {
    match why {
        LeftOut::Past => ("Past", "This time has passed".into()),
        LeftOut::TooFar => ("Too far", "More than five years away".into()),
        LeftOut::Skipped { next } => (
            "Clock change",
            format!(
                "Clocks go forward and skip this time; next is {}",
                next.format("%H:%M")
            ),
        ),
        LeftOut::Twice => (
            "Clock change",
            "Clocks go back and this time happens twice; add it by itself".into(),
        ),
        LeftOut::Runs => (
            "Clock change",
            "Clocks change, and the slot before is not over yet".into(),
        ),
        LeftOut::Holiday(name) => ("Holiday", (*name).into()),
        LeftOut::Clash(clash) => ("Clash", clashing(clash, users, zone)),
    }
}

/// What the time of its interviewers says against a slot that is made, each in a few words.
pub fn notes(slot: &Planned, plan: &Plan, warnings: &Warnings) -> Vec<String> {
    let Ok(from) = slot.verdict else {
        return Vec::new();
    };
    let found = warnings.of(&slot.interviewers, (from, from + plan.length()));
    found
        .map(|found| interviewers::note(found, plan.zone))
        .collect()
}

fn clashing(clash: &Clash, users: &[(i64, String, String)], zone: Tz) -> String {
    let named = |id| users.iter().find(|(user, ..)| *user == id);
    let who = match clash.user_id {
        Some(id) => named(id).map_or("The interviewer", |(_, name, _)| name.as_str()),
        None => "The job",
    };
    let what = match clash.with {
        With::Slot(_) => "has an open slot",
        With::Interview(_) => "has an interview",
    };
    let (from, until) = (
        times::clock(clash.from, zone),
        times::clock(clash.until, zone),
    );
    format!("{who} {what} {from}–{until}")
}
