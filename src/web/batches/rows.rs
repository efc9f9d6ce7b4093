//! A row of people beside slots, in words.
use chrono::{DateTime, TimeDelta, Timelike, Utc};
use serde::Serialize;

use crate::{
    domain::{
        batches::{
            board::{Coming, FreeSlot},
            check::{Problem, Reason, Row as Checked, State, Warning},
        },
        interviews::{booking::Refusal, slot_choice::SlotRefusal},
    },
    text, times,
    web::{
        busy,
        imports::{self, Typo},
        interviewers, overlap,
    },
    zones::Tz,
};

/// Minutes of a day for each unit of the picture of it.
const MINUTES: i64 = 10;

/// A row.
#[derive(Debug, Serialize)]
pub struct Row {
    /// Of its kind: `import__look`, `import__bad` or `import__aside`; empty where nothing is to be said.
    pub class: &'static str,
    name: String,
    email: String,
    local: String,
    domain: String,
    /// Of what is typed, where nobody is named.
    label: String,
    /// The key of the slot beside them, `none` for nobody's choice; empty where none can be chosen.
    chosen: String,
    has_choice: bool,
    is_invalid: bool,
    there: Option<There>,
    /// Why the row is set aside, in place of a slot.
    aside: String,
    tone: &'static str,
    state: String,
    details: Vec<String>,
    href: String,
    typo: Option<Typo>,
}

/// Who is booked when these rows are booked, and into what: a few characters for each of the two.
pub fn fingerprint(rows: &[Checked]) -> String {
    let (people, slots) = fingerprints(rows);
    format!("{people}-{slots}")
}

/// Did a page with this fingerprint show what these rows book? Whoever chose a slot on that page knows of it.
pub fn were_seen(rows: &[Checked], seen: &str, is_chosen: impl Fn(&str) -> bool) -> bool {
    let (people, slots) = fingerprints(rows);
    let mut ready = rows.iter().filter(|row| row.is_ready()).peekable();
    ready.peek().is_some()
        && seen.split_once('-').is_some_and(|seen| {
            let are_chosen = ready.all(|row| is_chosen(&row.email));
            seen.0 == people && (are_chosen || seen.1 == slots)
        })
}

fn fingerprints(rows: &[Checked]) -> (String, String) {
    let ready = || rows.iter().filter(|row| row.is_ready());
    let people = ready().map(|row| format!("{} {}", row.name, row.email));
    let slots = ready().map(|row| format!("{:?}", row.slot.as_ref().map(|slot| slot.id)));
    (imports::fingerprint(people), imports::fingerprint(slots))
}

/// The slot on the candidate's own clock.
#[derive(Debug, Serialize)]
struct There {
    at: String,
    clock: String,
    zone: String,
    x: i64,
    width: i64,
    is_late: bool,
    says: String,
}

impl Row {
    /// As it was checked.
    pub fn new(row: Checked, zone: Tz, now: DateTime<Utc>) -> Self {
        let (local, domain) = row.email.rsplit_once('@').unwrap_or_default();
        let mut shown = Self {
            class: "",
            local: local.to_owned(),
            domain: domain.to_owned(),
            chosen: row
                .slot
                .as_ref()
                .map(|slot| slot.id.to_string())
                .unwrap_or_default(),
            has_choice: row.who.is_some(),
            is_invalid: false,
            there: row.slot.as_ref().map(|slot| There::new(slot, row.zone)),
            aside: String::new(),
            tone: "good",
            state: "Ready".into(),
            details: Vec::new(),
            href: String::new(),
            typo: None,
            label: row.label,
            name: row.name,
            email: row.email,
        };
        match row.state {
            State::Ready(warnings) => shown.warn(warnings, zone),
            State::Look(problem) => shown.problem(problem, zone, now),
            State::Aside(reason) => shown.aside(reason, zone, now),
        }
        shown
    }

    fn warn(&mut self, warnings: Vec<Warning>, zone: Tz) {
        for warning in warnings {
            match warning {
                Warning::Hour { clock, is_night } => {
                    self.tone = "wait";
                    self.state = format!("Ready, {clock} for them");
                    if is_night {
                        self.details.push("It's night there".into());
                    }
                }
                Warning::NoMeetingLink => self.note("No meeting link yet"),
                Warning::ShortNotice => self.note("Starts within the hour"),
                Warning::NoZone => self.details.push("Time zone unknown".into()),
                Warning::NameGuessed => self.details.push("Name taken from the address".into()),
                Warning::Interviewer(found) => self.note(&interviewers::note(&found, zone)),
            }
        }
    }

    fn note(&mut self, words: &str) {
        self.tone = "wait";
        self.details.push(words.into());
    }

    fn problem(&mut self, problem: Problem, zone: Tz, now: DateTime<Utc>) {
        self.class = "import__bad";
        self.tone = "bad";
        self.is_invalid = true;
        let (state, detail) = match problem {
            Problem::Typo(likely) => {
                self.class = "import__look";
                self.is_invalid = false;
                self.typo = Some(Typo::new(&self.email, &likely));
                return;
            }
            Problem::Unusable(why) => {
                self.is_invalid = false;
                ("Can't be invited".to_owned(), why)
            }
            Problem::NoSlotLeft => (
                "No slot left".to_owned(),
                "Add slots, or leave them out.".to_owned(),
            ),
            Problem::SlotGone => (
                "Slot no longer free".to_owned(),
                "Choose another one.".to_owned(),
            ),
            Problem::SameSlot(other) => (
                format!("Same slot as {other}"),
                "Choose another one for one of them.".to_owned(),
            ),
            Problem::SameInterviewer(other) => (
                format!("Same interviewer as {other}"),
                "Both would be at the same time.".to_owned(),
            ),
            Problem::Overlap(coming) => {
                self.href = address(&coming);
                (
                    "In another interview then".to_owned(),
                    when(&coming, zone, now),
                )
            }
            Problem::Refused(why) => ("Can't be booked".to_owned(), why),
        };
        self.state = state;
        self.details.push(detail);
    }

    fn aside(&mut self, reason: Reason, zone: Tz, now: DateTime<Utc>) {
        self.class = "import__aside";
        self.tone = "quiet";
        self.state = "Set aside".into();
        match reason {
            Reason::HasInterview(coming) => {
                self.has_choice = false;
                self.aside = format!("Already has an interview: {}.", when(&coming, zone, now));
                self.href = address(&coming);
            }
            Reason::Repeat(of) => self.aside = format!("Same as line {of}."),
            Reason::NotChosen => {
                self.chosen = crate::web::imports::NOBODY.into();
                self.state = "Left out".into();
            }
        }
    }
}

fn address(coming: &Coming) -> String {
    format!("/interviews/{}", coming.interview_id)
}

fn when(coming: &Coming, zone: Tz, now: DateTime<Utc>) -> String {
    format!(
        "{}, {}",
        times::short(coming.starts_at, zone, now),
        coming.job_title
    )
}

impl There {
    fn new(slot: &FreeSlot, zone: Option<Tz>) -> Self {
        let zone = zone.unwrap_or(slot.zone);
        let start = slot.starts_at.with_timezone(&zone);
        let minute = i64::from(start.hour() * 60 + start.minute());
        let length = (slot.ends_at - slot.starts_at).min(TimeDelta::minutes(24 * 60 - minute));
        let clock = times::clock(slot.starts_at, zone);
        Self {
            at: times::rfc3339(slot.starts_at),
            says: format!("{clock} in their day"),
            clock: start.format("%a %H:%M").to_string(),
            zone: zone.name().replace('_', " "),
            x: minute / MINUTES,
            width: (length.num_minutes() / MINUTES).max(4),
            is_late: !(8..20).contains(&start.hour()),
        }
    }
}

/// Why a row could not be booked after all.
pub fn refusal(refusal: &Refusal, zone: Tz) -> String {
    match refusal {
        Refusal::Slot(SlotRefusal::Taken(taken)) => {
            format!("{} got this slot first.", taken.by.candidate.name)
        }
        Refusal::Slot(SlotRefusal::Closed(_)) => "The slot was closed.".into(),
        Refusal::Slot(SlotRefusal::Past(_)) => "The slot has already started.".into(),
        Refusal::Slot(SlotRefusal::TooFar) => text::TOO_FAR.into(),
        Refusal::Slot(SlotRefusal::Unsettled) => text::UNSETTLED.into(),
        Refusal::AlreadyBooked(details) => {
            format!("{} already has an interview.", details.candidate.name)
        }
        Refusal::EmailTaken(_) => "Someone else added this person a moment ago.".into(),
        Refusal::Overlaps(_) => overlap::ELSEWHERE.into(),
        Refusal::Busy(clashes) => busy::sentence(clashes, zone),
        Refusal::KeyConflict => crate::web::forms::SENT_BEFORE.into(),
    }
}
