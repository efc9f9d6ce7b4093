//! What the page that moves an interview shows.
use chrono::NaiveDate;
use entity::slot;
use serde::Serialize;

use super::form::RescheduleForm;
use crate::{
    domain::interviews::Details,
    times,
    web::{
        choices::Choice, facts::Facts, forms::FormErrors, interviews::Refusal, labels,
        overlap::Warning, page::Page, preview::Preview, stamp::Stamp, telling::Whom,
    },
    zones::Tz,
};

/// All that the page shows besides the form.
pub struct Parts {
    /// The interview as it is.
    pub details: Details,
    /// The free slots nearest to its time.
    pub near: Vec<slot::Model>,
    /// A day that was asked for, and its free slots.
    pub that_day: Option<(NaiveDate, Vec<slot::Model>)>,
    /// The interview as it would be, once the form says enough.
    pub draft: Option<Details>,
    /// The company's reasons for moving.
    pub reasons: Vec<String>,
    /// Whom it can be told.
    pub whom: Whom,
    /// What to think of first.
    pub warnings: Vec<String>,
    /// What else is booked for the candidate at this time.
    pub overlap: Option<Warning>,
    /// The mail that would tell, once the form says enough.
    pub preview: Option<Preview>,
    /// What the candidate would be told.
    pub outlook: String,
    /// Why it cannot be moved, if so.
    pub refusal: Option<Refusal>,
    /// The viewer's.
    pub zone: Tz,
}

/// The form.
#[derive(Serialize)]
pub struct NewPage {
    id: i64,
    candidate: String,
    job: String,
    can_move: bool,
    form: RescheduleForm,
    errors: FormErrors,
    offers: Vec<Offers>,
    has_no_offers: bool,
    is_about_a_new_time: bool,
    folds: Vec<Choice>,
    /// As it is.
    now: Facts,
    /// As it would be.
    then: Option<Facts>,
    reasons: Vec<String>,
    whom: Whom,
    warnings: Vec<String>,
    overlap: Option<Warning>,
    preview: Option<Preview>,
    outlook: String,
    refusal: Option<Refusal>,
}

/// Free slots under one heading.
#[derive(Serialize)]
struct Offers {
    heading: String,
    slots: Vec<Offer>,
}

/// A free slot to choose.
#[derive(Serialize)]
struct Offer {
    id: i64,
    here: Stamp,
    /// Where the candidate is; empty when that is the same clock.
    there: String,
    is_chosen: bool,
    /// Of all that are offered.
    is_first: bool,
}

impl NewPage {
    /// With what was typed, and what is wrong with it.
    pub fn new(form: RescheduleForm, errors: FormErrors, parts: Parts) -> Self {
        let details = &parts.details;
        let job = details.job.as_ref();
        let offers = offers(&form, &parts);
        Self {
            id: details.interview.id,
            candidate: details.candidate.name.clone(),
            job: job.map_or(String::new(), |job| job.title.clone()),
            can_move: parts.refusal.as_ref().is_none_or(|it| !it.is_final()),
            has_no_offers: offers.iter().all(|offers| offers.slots.is_empty()),
            offers,
            is_about_a_new_time: form.is_about_a_new_time(),
            folds: form.folds(),
            now: facts(details, parts.zone),
            then: parts.draft.as_ref().map(|draft| facts(draft, parts.zone)),
            reasons: parts.reasons,
            whom: parts.whom,
            warnings: parts.warnings,
            overlap: parts.overlap,
            preview: parts.preview,
            outlook: parts.outlook,
            refusal: parts.refusal,
            form,
            errors,
        }
    }
}

/// The nearest slots, then those of the day that was asked for that are not among them.
fn offers(form: &RescheduleForm, parts: &Parts) -> Vec<Offers> {
    let offer = |slot| Offer::new(slot, form, parts);
    let mut offers = vec![Offers {
        heading: "Nearest open slots".into(),
        slots: parts.near.iter().map(offer).collect(),
    }];
    if let Some((day, slots)) = &parts.that_day {
        let is_new = |slot: &&slot::Model| parts.near.iter().all(|near| near.id != slot.id);
        offers.push(Offers {
            heading: format!("More on {}", times::day_heading(*day)),
            slots: slots.iter().filter(is_new).map(offer).collect(),
        });
    }
    if let Some(first) = offers.iter_mut().flat_map(|group| &mut group.slots).next() {
        first.is_first = true;
    }
    offers
}

impl Offer {
    fn new(slot: &slot::Model, form: &RescheduleForm, parts: &Parts) -> Self {
        let (starts_at, zone) = (slot.starts_at, parts.zone);
        let there = parts.details.candidate_zone();
        let is_same_clock = times::offset(starts_at, zone) == times::offset(starts_at, there);
        Self {
            id: slot.id,
            here: Stamp::new(starts_at, times::span(starts_at, slot.ends_at(), zone)),
            there: match is_same_clock {
                true => String::new(),
                false => times::day_and_clock(starts_at, there),
            },
            is_chosen: form.chooses(slot.id),
            is_first: false,
        }
    }
}

impl Page for NewPage {
    const TEMPLATE: &'static str = "rescheduling/new.html";

    fn title(&self) -> String {
        format!("Reschedule interview with {}", self.candidate)
    }

    fn sample() -> Self {
        let offer = || Offer {
            id: 2,
            here: Stamp::sample(),
            there: "Tue 5 January 2027, 04:00".into(),
            is_chosen: true,
            is_first: true,
        };
        Self {
            id: 1,
            candidate: "John Doe".into(),
            job: "Cloud Architect".into(),
            can_move: true,
            form: RescheduleForm::default(),
            errors: FormErrors::one("slot", "Choose a new time."),
            offers: vec![Offers {
                heading: "Nearest open slots".into(),
                slots: vec![offer()],
            }],
            has_no_offers: false,
            is_about_a_new_time: true,
            folds: vec![Choice::new("earlier", "02:30 before the clocks go back")],
            now: Facts::sample(),
            then: Some(Facts::sample()),
            reasons: vec!["Candidate asked".into()],
            whom: Whom::sample(),
            warnings: vec!["It's night for the candidate.".into()],
            overlap: Some(Warning::sample()),
            preview: Some(Preview::sample()),
            outlook: "john@example.com will get an email with the old and the new time.".into(),
            refusal: Some(Refusal::sample()),
        }
    }
}

fn facts(details: &Details, zone: Tz) -> Facts {
    let slot = details.slot.as_ref();
    Facts::new()
        .at("Your time", slot.map(|slot| Stamp::span(slot, zone)))
        .at(
            "Candidate's time",
            slot.map(|slot| Stamp::span(slot, details.candidate_zone())),
        )
        .text(
            "Type",
            slot.map_or("", |slot| labels::interview_type(slot.interview_type)),
        )
        .text(
            "Interviewer",
            slot.map_or("", |slot| slot.interviewer.as_str()),
        )
        .text(
            "Meeting link",
            slot.and(details.meeting_url()).unwrap_or_default(),
        )
        .text("Notes", &details.interview.booking_notes)
}
