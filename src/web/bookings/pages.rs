//! What the page that books shows.
use entity::{candidate, slot};
use serde::Serialize;

use super::form::BookingForm;
use crate::{
    domain::{
        interviews::Details,
        slots::{Listed, State},
    },
    times,
    web::{
        choices::Choice, facts::Facts, forms::FormErrors, overlap::Warning, page::Page,
        preview::Preview, stamp::Stamp,
    },
    zones::Tz,
};

/// All that the page shows besides the form.
pub struct Parts {
    /// The slot as it stands.
    pub slot: Listed,
    /// The interview that waits for its time, when the booking is for one.
    pub interview: Option<Details>,
    /// Candidates to choose from.
    pub found: Vec<candidate::Model>,
    /// The booking as it would be, once the form says enough.
    pub draft: Option<Details>,
    /// Its mail.
    pub preview: Option<Preview>,
    /// The languages that mails can be in.
    pub languages: Vec<Choice>,
    /// What to think of first.
    pub warnings: Vec<String>,
    /// What the interviewers' own calendars say for it.
    pub notes: Vec<String>,
    /// What else is booked for the candidate at this time.
    pub overlap: Option<Warning>,
    /// Why it cannot be booked, if so.
    pub refusal: Option<Refusal>,
    /// The viewer's.
    pub zone: Tz,
}

/// The form.
#[derive(Serialize)]
pub struct NewPage {
    slot_id: i64,
    when: Stamp,
    job: String,
    form: BookingForm,
    errors: FormErrors,
    languages: Vec<Choice>,
    /// Who is booked, when that is not asked.
    waiting: Option<Person>,
    found: Vec<Person>,
    is_about_somebody_new: bool,
    /// The candidate who has the typed address: the button's value, and the name.
    take: Option<(String, String)>,
    facts: Facts,
    warnings: Vec<String>,
    overlap: Option<Warning>,
    preview: Option<Preview>,
    refusal: Option<Refusal>,
}

#[derive(Serialize)]
struct Person {
    id: i64,
    name: String,
    email: String,
    is_chosen: bool,
}

/// Why a slot cannot be booked, and which others can.
#[derive(Serialize)]
pub struct Refusal {
    text: String,
    /// The interview that stands in the way; empty when there is none.
    href: String,
    free: Vec<Free>,
}

/// A button that carries the form on to another slot.
#[derive(Serialize)]
struct Free {
    action: String,
    label: String,
}

impl Refusal {
    /// Somebody else has the slot.
    pub fn taken(by: &Details, free: &[slot::Model], zone: Tz) -> Self {
        let recruiter = by.recruiter.as_ref();
        let whose = recruiter.map(|user| format!(", booked by {}", user.name));
        let whose = whose.unwrap_or_default();
        Self {
            text: format!("{} already has this slot{whose}.", by.candidate.name),
            href: format!("/interviews/{}", by.interview.id),
            free: Free::list(free, zone),
        }
    }

    /// Nobody has it, and nobody can have it.
    pub fn of(state: State, free: &[slot::Model], zone: Tz) -> Self {
        let text = match state {
            State::Closed => "This slot was closed.",
            State::Past => "This slot has already started.",
            State::Blocked => "An interviewer of this slot is in another interview at this time.",
            State::Open | State::Booked => "This slot can't be booked right now.",
        };
        Self {
            text: text.into(),
            href: String::new(),
            free: Free::list(free, zone),
        }
    }

    /// With the interview that stands in the way.
    pub fn because_of(self, interview_id: Option<i64>) -> Self {
        Self {
            href: interview_id.map_or(self.href, |id| format!("/interviews/{id}")),
            ..self
        }
    }

    /// The interview has a time already.
    pub fn booked_already(details: &Details, zone: Tz) -> Self {
        let when = details
            .slot
            .as_ref()
            .map(|slot| format!(", for {}", times::day_and_clock(slot.starts_at, zone)));
        Self {
            text: format!(
                "The interview with {} is already booked{}.",
                details.candidate.name,
                when.unwrap_or_default()
            ),
            href: format!("/interviews/{}", details.interview.id),
            free: Vec::new(),
        }
    }
}

impl Free {
    fn list(slots: &[slot::Model], zone: Tz) -> Vec<Self> {
        slots
            .iter()
            .map(|slot| Self {
                action: format!("/slots/{}/booking", slot.id),
                label: times::day_and_clock(slot.starts_at, zone),
            })
            .collect()
    }
}

impl NewPage {
    /// With what was typed, and what is wrong with it.
    pub fn new(form: BookingForm, errors: FormErrors, parts: Parts) -> Self {
        let slot = &parts.slot.slot;
        let person = |candidate: &candidate::Model, is_chosen| Person {
            id: candidate.id,
            name: candidate.name.clone(),
            email: candidate.email.clone(),
            is_chosen,
        };
        let take = form.take().and_then(|(value, id)| {
            let holder = parts.found.iter().find(|candidate| candidate.id == id)?;
            Some((value, holder.name.clone()))
        });
        Self {
            slot_id: slot.id,
            when: Stamp::day_and_clock(slot.starts_at, parts.zone),
            job: parts.slot.job_title.clone(),
            waiting: parts
                .interview
                .as_ref()
                .map(|details| person(&details.candidate, true)),
            found: parts
                .found
                .iter()
                .map(|candidate| person(candidate, form.chooses(candidate.id)))
                .collect(),
            is_about_somebody_new: form.is_about_somebody_new(),
            take,
            facts: facts(&parts),
            languages: parts.languages,
            warnings: parts.warnings,
            overlap: parts.overlap,
            preview: parts.preview,
            refusal: parts.refusal,
            form,
            errors,
        }
    }
}

impl Page for NewPage {
    const TEMPLATE: &'static str = "bookings/new.html";

    fn title(&self) -> String {
        format!("Book {}", self.when.text())
    }

    fn sample() -> Self {
        let person = || Person {
            id: 1,
            name: "John Doe".into(),
            email: "john@example.com".into(),
            is_chosen: true,
        };
        Self {
            slot_id: 1,
            when: Stamp::sample(),
            job: "Cloud Architect".into(),
            form: BookingForm::default(),
            errors: FormErrors::one("candidate", "Choose a candidate."),
            languages: vec![Choice::new("en", "English")],
            waiting: None,
            found: vec![person()],
            is_about_somebody_new: true,
            take: Some(("take-1".into(), "John Doe".into())),
            facts: Facts::sample(),
            warnings: vec!["It's night for the candidate.".into()],
            overlap: Some(Warning::sample()),
            preview: Some(Preview::sample()),
            refusal: Some(Refusal {
                text: "Jane Roe already has this slot.".into(),
                href: "/interviews/1".into(),
                free: vec![Free {
                    action: "/slots/2/booking".into(),
                    label: "Tue 5 January 2027, 11:00".into(),
                }],
            }),
        }
    }
}

fn facts(parts: &Parts) -> Facts {
    let slot = &parts.slot.slot;
    let draft = parts.draft.as_ref();
    // Of nobody who was asked for by interview, and none that would be added.
    let waits = draft.filter(|draft| draft.interview.id != 0 && parts.interview.is_none());
    let there = draft.map(|draft| Stamp::span(slot, draft.candidate_zone()));
    Facts::new()
        .at("Your time", Some(Stamp::span(slot, parts.zone)))
        .at("Candidate's time", there)
        .link(
            "Interview",
            waits.map_or("", |_| "The one that waits for a time"),
            waits.map_or(String::new(), |draft| {
                format!("/interviews/{}", draft.interview.id)
            }),
        )
        .kind_of(slot)
        .text("Interviewers' calendars", parts.notes.join(" "))
        .text(
            "Meeting link",
            slot.meeting_url.as_deref().unwrap_or_default(),
        )
}
