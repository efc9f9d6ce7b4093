//! What the page of slots with changed time zone rules shows.
use chrono::NaiveDateTime;
use serde::Serialize;

use crate::{
    domain::{
        page::Page as List,
        zone_changes::{Concerned, Overview, Reading},
    },
    text, times,
    web::{
        forms::{FormErrors, Ticket},
        lists::{At, Pager},
        page::Page,
        stamp::Stamp,
    },
    zones::{self, Tz},
};

/// All that is read for the page.
pub struct Board {
    /// A page of the list.
    pub list: List<Concerned>,
    /// How much there is to do.
    pub overview: Overview,
}

/// The list, and the button that moves what is on it.
#[derive(Default, Serialize)]
pub struct IndexPage {
    errors: FormErrors,
    rows: Vec<Row>,
    pager: Pager,
    /// The edition of the rules.
    rules: &'static str,
    /// The words of the button; empty while there is nothing to move.
    button: String,
    /// Who is told when it is pressed.
    told: String,
    /// What no button can decide; empty when there is nothing.
    by_hand: String,
    ticket: Ticket,
}

/// A slot.
#[derive(Serialize)]
struct Row {
    id: i64,
    job: String,
    /// As it was agreed on.
    local: String,
    zone: String,
    /// When it starts as it is stored.
    now: Stamp,
    /// When it will start; none when somebody has to decide.
    then: Option<Stamp>,
    /// Why it cannot be moved, and what to do.
    problem: String,
    interview_id: Option<i64>,
    candidate: String,
}

impl IndexPage {
    /// A page of the list.
    pub fn new(board: Board, at: &At) -> Self {
        let Board { list, overview } = board;
        Self {
            pager: Pager::new("/zone-changes", &(), at, &list),
            rows: list.rows.into_iter().map(Row::new).collect(),
            button: button(&overview),
            told: told(&overview),
            by_hand: by_hand(&overview),
            ..Self::refused(FormErrors::new())
        }
    }

    /// Nothing but what is wrong.
    pub fn refused(errors: FormErrors) -> Self {
        Self {
            errors,
            rules: zones::version(),
            ticket: Ticket::fresh(),
            ..Default::default()
        }
    }
}

fn button(overview: &Overview) -> String {
    match (overview.movable, overview.has_more) {
        (0, _) => String::new(),
        (1, false) => "Move 1 slot".into(),
        (many, false) => format!("Move {many} slots"),
        (many, true) => format!("Move the first {many} slots"),
    }
}

fn told(overview: &Overview) -> String {
    match overview.booked {
        0 => "No interviews are booked in these slots, so no email is sent.".into(),
        1 => "1 candidate gets an email with an updated calendar entry.".into(),
        many => format!("{many} candidates get an email with an updated calendar entry."),
    }
}

fn by_hand(overview: &Overview) -> String {
    match overview.others {
        0 => String::new(),
        1 => "1 slot can't be moved this way. See the list for what to do.".into(),
        many => format!("{many} slots can't be moved this way. See the list for what to do."),
    }
}

impl Row {
    fn new(concerned: Concerned) -> Self {
        let Concerned {
            slot,
            job_title,
            reading,
            booked,
        } = concerned;
        // Of one that cannot be read the row says so.
        let zone = text::zone(&slot.time_zone).unwrap_or(Tz::UTC);
        let stamp = |at| {
            let words = format!(
                "{} ({})",
                times::day_and_clock(at, zone),
                times::offset(at, zone)
            );
            Stamp::new(at, words)
        };
        let (interview_id, candidate) = booked.unzip();
        Self {
            id: slot.id,
            job: job_title,
            local: match slot.local_start.parse::<NaiveDateTime>() {
                Ok(local) => times::day_and_clock(local.and_utc(), Tz::UTC),
                Err(_) => slot.local_start.clone(),
            },
            now: stamp(slot.starts_at),
            then: match reading {
                Reading::Moves(at) => Some(stamp(at)),
                _ => None,
            },
            problem: problem(reading, zone),
            zone: slot.time_zone,
            interview_id,
            candidate: candidate.unwrap_or_default(),
        }
    }
}

fn problem(reading: Reading, zone: Tz) -> String {
    match reading {
        Reading::Moves(_) => String::new(),
        Reading::Same => "Already at its local time.".into(),
        Reading::OutOfReach(at) => format!(
            "Its local time is {} now, which can't be booked.",
            times::day_and_clock(at, zone)
        ),
        Reading::Skipped { next } => format!(
            "This time doesn't exist because clocks go forward. The next one is {}.",
            next.format("%H:%M")
        ),
        Reading::Twice { .. } => "This time occurs twice because clocks go back.".into(),
        Reading::Unreadable => "Its local time or time zone can't be read.".into(),
    }
}

impl Page for IndexPage {
    const TEMPLATE: &'static str = "zone_changes/index.html";

    fn title(&self) -> String {
        "Time zone changes".into()
    }

    fn sample() -> Self {
        let row = |then, problem: &str| Row {
            id: 1,
            job: "Cloud Architect".into(),
            local: "Mon 11 January 2027, 09:00".into(),
            zone: "America/Vancouver".into(),
            now: Stamp::sample(),
            then,
            problem: problem.into(),
            interview_id: Some(1),
            candidate: "John Doe".into(),
        };
        Self {
            errors: FormErrors::one("form", "Reload the page and check the new times."),
            rows: vec![
                row(Some(Stamp::sample()), ""),
                row(None, "This time occurs twice because clocks go back."),
            ],
            pager: Pager::sample(),
            rules: zones::version(),
            button: "Move 2 slots".into(),
            told: "1 candidate gets an email.".into(),
            by_hand: "1 slot can't be moved this way.".into(),
            ticket: Ticket::fresh(),
        }
    }
}
