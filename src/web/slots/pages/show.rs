//! The page of one slot.
use serde::Serialize;

use super::super::whom::Whom;
use super::tone;
use crate::{
    domain::{
        interviews::Details,
        slots::{Listed, State},
    },
    times,
    web::{conflict::Conflict, facts::Facts, interviewers::Told, labels, page::Page, stamp::Stamp},
    zones::Tz,
};

/// A slot.
#[derive(Serialize)]
pub struct ShowPage {
    id: i64,
    heading: String,
    state: &'static str,
    tone: &'static str,
    facts: Facts,
    book: Option<String>,
    /// The interview that one of its interviewers is in; none when there is none.
    blocked_by: Option<i64>,
    can_close: bool,
    can_reopen: bool,
    can_delete: bool,
    booked: Option<Booked>,
    version: i32,
    conflict: Option<Conflict>,
}

/// Who has the slot.
#[derive(Serialize)]
struct Booked {
    interview_id: i64,
    candidate: String,
    candidate_id: i64,
    /// The slot's time where the candidate is.
    there: Stamp,
}

impl ShowPage {
    /// With the interview that is booked into it, if there is one.
    pub fn new(
        listed: Listed,
        (interviewers, told): (Vec<(i64, String)>, Told),
        booked: Option<Details>,
        viewer_zone: Tz,
    ) -> Self {
        let slot = &listed.slot;
        // A stored name that is no zone would be our mistake; the viewer's zone is right as well.
        let zone = slot.time_zone.parse().unwrap_or(viewer_zone);
        let facts = Facts::new()
            .at("When", Some(Stamp::span(slot, zone)))
            .at(
                "Your time",
                (viewer_zone != zone).then(|| Stamp::span(slot, viewer_zone)),
            )
            .text("Duration", format!("{} minutes", slot.duration_minutes))
            .link("Job", &listed.job_title, format!("/jobs/{}", slot.job_id))
            .kind_of(slot)
            .text("Interviewers", names(interviewers))
            .text(
                "Interviewers' calendars",
                [told.warnings, told.notes].concat().join(" "),
            )
            .text(
                "Meeting link",
                slot.meeting_url.as_deref().unwrap_or("Company default"),
            );
        Self {
            id: slot.id,
            heading: times::day_and_clock(slot.starts_at, zone),
            state: labels::slot_state(listed.state),
            tone: tone(listed.state),
            book: (listed.state == State::Open).then(|| Whom::default().booking_address(slot.id)),
            blocked_by: listed.blocked_by.filter(|_| listed.state == State::Blocked),
            can_close: matches!(listed.state, State::Open | State::Blocked | State::Past),
            can_reopen: listed.state == State::Closed,
            can_delete: listed.interview_id.is_none() && !slot.was_booked,
            version: slot.version,
            conflict: None,
            facts,
            booked: booked.map(|details| Booked {
                interview_id: details.interview.id,
                there: Stamp::span(slot, details.candidate_zone()),
                candidate_id: details.candidate.id,
                candidate: details.candidate.name,
            }),
        }
    }

    /// The same, when somebody changed the slot before a button was pressed.
    pub fn in_conflict(self, conflict: Conflict) -> Self {
        Self {
            conflict: Some(conflict),
            ..self
        }
    }
}

fn names(users: Vec<(i64, String)>) -> String {
    let names: Vec<_> = users.into_iter().map(|(_, name)| name).collect();
    names.join(", ")
}

impl Page for ShowPage {
    const TEMPLATE: &'static str = "slots/show.html";

    fn title(&self) -> String {
        format!("Slot {}", self.heading)
    }

    fn sample() -> Self {
        Self {
            id: 1,
            heading: "Tue 5 January 2027, 10:00".into(),
            state: "Open",
            tone: "good",
            facts: Facts::sample(),
            book: Some("/slots/1/booking".into()),
            blocked_by: None,
            can_close: true,
            can_reopen: true,
            can_delete: true,
            booked: Some(Booked {
                interview_id: 1,
                candidate: "John Doe".into(),
                candidate_id: 1,
                there: Stamp::sample(),
            }),
            version: 1,
            conflict: Some(Conflict::sample()),
        }
    }
}
