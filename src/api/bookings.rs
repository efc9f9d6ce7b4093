//! Bookings: the two calls that put an interview into a slot, and tell the candidate.
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use chrono::{DateTime, Utc};
use entity::{email, interview::Status, slot};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    auth::{Caller, Recruiter},
    candidates,
    fields::{Body, Fields, id, ids, text},
    idempotency,
    interviews::Interview,
    problem::{Problem, Result},
    slots::{self as slots_api, Slot},
};
use crate::{
    app::App,
    calendars::{self, Whose},
    domain::{
        busy::{Clash, Clashes},
        idempotency_keys::Answer,
        interviews::{
            Details,
            booking::{self, Booked, NewBooking, Refusal, Who},
            overlap::{Overlap, Overlaps, Unconfirmed},
            slot_choice::{SlotChoice, SlotRefusal},
        },
        slots::{State, interviewers},
    },
    error::{Error, Reference},
    text as typed, times,
};

const LONGEST_NOTES: usize = 2000;
const CONFIRMED_OVERLAPS: &str = "confirmed_overlaps";
const MOST_OVERLAPS: usize = 100;

/// A booking as it goes out.
#[derive(Debug, Serialize)]
pub struct Booking {
    slot: Slot,
    interview: Interview,
    notification: Option<Notification>,
}

/// The message that tells the candidate: where it stands, not what is in it.
#[derive(Debug, Serialize)]
struct Notification {
    id: i64,
    status: email::Status,
}

/// POST /api/interviews/slots/{slot_id}/book_slot/: books an interview into a slot.
pub async fn book_slot(
    app: Data<App>,
    caller: Recruiter,
    slot_id: Path<i64>,
    body: Body,
) -> Result<HttpResponse> {
    let mut fields = body.fields()?;
    let request = format!("{slot_id} {}", fields.request());
    let idempotency_key = caller.idempotency_key("api.book_slot", &request)?;
    idempotency::answer(&app, &caller, idempotency_key, async |idempotency_key| {
        let (who, notes) = (interview(&mut fields), notes(&mut fields));
        let overlaps = overlaps_if_asked(&mut fields);
        let new = NewBooking {
            slot: SlotChoice::Existing(*slot_id),
            who: fields.finish(who)?,
            notes: notes.unwrap_or_default(),
            overlaps,
            idempotency_key,
        };
        calendars::read_again(&app, caller.company_id, Whose::Slot(*slot_id)).await;
        let now = app.clock.now();
        let booked = booking::book(&app.db, &caller.actor(), new, now).await;
        let booked = booked.map_err(|error| match error {
            // It is in the path.
            Error::NoSuch(Reference::Slot) => Error::NotFound,
            error => error,
        })?;
        respond(&app, &caller, booked, false, now).await
    })
    .await
}

/// POST /api/interviews/schedules/book_interview/: books into a slot that is there or is made for it.
pub async fn book_interview(app: Data<App>, caller: Recruiter, body: Body) -> Result<HttpResponse> {
    let mut fields = body.fields()?;
    let idempotency_key = caller.idempotency_key("api.book_interview", fields.request())?;
    idempotency::answer(&app, &caller, idempotency_key, async |idempotency_key| {
        let (who, notes) = (interview(&mut fields), notes(&mut fields));
        let overlaps = overlaps_if_asked(&mut fields);
        let slot = slot_choice(&mut fields, &caller);
        let (who, slot) = fields.finish(who.zip(slot))?;
        let new = NewBooking {
            slot,
            who,
            notes: notes.unwrap_or_default(),
            overlaps,
            idempotency_key,
        };
        calendars::read_again(&app, caller.company_id, whose(&new.slot)).await;
        let now = app.clock.now();
        let is_new = matches!(new.slot, SlotChoice::New(_));
        let named = named(&new);
        match booking::book(&app.db, &caller.actor(), new, now).await {
            Ok(booked) => respond(&app, &caller, booked, is_new, now).await,
            Err(error) => Err(Problem::of_call(error, &app, caller.company_id, &named).await),
        }
    })
    .await
}

/// Whose calendars say when the interviewers of a booking are busy.
pub fn whose(slot: &SlotChoice) -> Whose {
    match slot {
        SlotChoice::Existing(id) => Whose::Slot(*id),
        SlotChoice::New(new) => Whose::Users(new.interviewers.clone()),
    }
}

/// What the body of a booking names.
fn named(new: &NewBooking) -> Vec<(Reference, i64)> {
    let who = match new.who {
        Who::Interview(id) => Some((Reference::Interview, id)),
        Who::Candidate(id) => Some((Reference::Candidate, id)),
        Who::New(_) => None,
    };
    let slot = match &new.slot {
        SlotChoice::Existing(id) => vec![(Reference::Slot, *id)],
        SlotChoice::New(slot) => slots_api::named(slot),
    };
    who.into_iter().chain(slot).collect()
}

fn interview(fields: &mut Fields) -> Option<Who> {
    fields.required("interview_id", id).map(Who::Interview)
}

/// What the recruiter adds for the candidate.
pub fn notes(fields: &mut Fields) -> Option<String> {
    fields.optional("booking_notes", text(|t| typed::lines(t, LONGEST_NOTES)))
}

/// What the recruiter notes for the interviewers.
pub fn interviewer_notes(fields: &mut Fields) -> Option<String> {
    fields.optional(
        "interviewer_notes",
        text(|t| typed::lines(t, LONGEST_NOTES)),
    )
}

/// The same of the two calls that an older system of this kind has: its clients, which know nothing of the field, book as
/// they always have.
fn overlaps_if_asked(fields: &mut Fields) -> Overlaps {
    match fields.has(CONFIRMED_OVERLAPS) {
        true => overlaps(fields),
        false => Overlaps::Any,
    }
}

/// The other interviews of the candidate at the same time that are meant.
pub fn overlaps(fields: &mut Fields) -> Overlaps {
    let ids = fields.optional(CONFIRMED_OVERLAPS, ids(MOST_OVERLAPS));
    Overlaps::Confirmed(ids.unwrap_or_default())
}

/// A slot that is there, or the fields of one that is to be made.
pub fn slot_choice(fields: &mut Fields, caller: &Caller) -> Option<SlotChoice> {
    if fields.has("slot_id") {
        fields.required("slot_id", id).map(SlotChoice::Existing)
    } else if fields.has("interview_date") || fields.has("start_time") {
        slots_api::read(fields, caller).map(SlotChoice::New)
    } else {
        fields.refuse("slot_id", "Send this, or the fields of a new slot.");
        None
    }
}

/// What came of booking into a slot that was there or, when `is_new`, was to be made.
async fn respond(
    app: &App,
    caller: &Caller,
    booked: Result<Box<Booked>, Refusal>,
    is_new: bool,
    now: DateTime<Utc>,
) -> Result<Answer> {
    match booked {
        Ok(booked) => {
            app.wake.notify_one();
            idempotency::ok(&answer(app, caller, *booked, now).await?)
        }
        Err(Refusal::Slot(refusal)) => Err(no_slot(app, caller, refusal, is_new).await?),
        Err(Refusal::AlreadyBooked(details)) => Err(already_booked(*details)),
        Err(Refusal::EmailTaken(id)) => Err(candidates::email_taken(id)),
        Err(Refusal::Overlaps(others)) => Err(overlapping(others)),
        Err(Refusal::Busy(clashes)) => Err(busy(clashes)),
        Err(Refusal::KeyConflict) => Err(Problem::key_reused()),
    }
}

/// 409: the candidate would have to be in two places, and the caller did not say that this is meant.
pub fn overlapping(Unconfirmed(others): Unconfirmed) -> Problem {
    let others: Vec<Value> = others.iter().map(beside).collect();
    Problem::conflict(
        "overlap",
        "The candidate already has an interview at this time. If you mean both interviews, send the ids in `overlaps` as `confirmed_overlaps`.",
    )
    .with("overlaps", json!(others))
}

/// 409: an interviewer would have to be in two places.
pub fn busy(Clashes(clashes): Clashes) -> Problem {
    let clashes: Vec<Value> = clashes.iter().map(elsewhere).collect();
    Problem::conflict(
        "interviewer_busy",
        "An interviewer of this slot has another interview at this time. See `busy`; choose another slot or change its `interviewers`.",
    )
    .with("busy", json!(clashes))
}

fn elsewhere(clash: &Clash) -> Value {
    json!({
        "interviewer": { "id": clash.user_id, "name": clash.name },
        "interview": clash.interview_id,
        "starts_at": times::rfc3339(clash.starts_at),
        "ends_at": times::rfc3339(clash.ends_at()),
    })
}

fn beside(other: &Overlap) -> Value {
    json!({
        "interview": other.interview_id,
        "starts_at": times::rfc3339(other.slot.starts_at),
        "ends_at": times::rfc3339(other.slot.ends_at()),
    })
}

/// The rows of a booking as they are now.
pub async fn answer(
    app: &App,
    caller: &Caller,
    booked: Booked,
    now: DateTime<Utc>,
) -> Result<Booking> {
    let row = &booked.details.interview;
    let slot = match &booked.details.slot {
        // The booking is done: asking the database once more could only fail.
        Some(slot) if row.status != Status::Cancelled => {
            let slot = (slot.clone(), booked.interviewers.clone());
            Slot::new(slot, State::Booked, Some(row.id))?
        }
        _ => {
            let id = row.slot_id.ok_or(Error::NotFound)?;
            Slot::shown(app, caller.company_id, id, now).await?
        }
    };
    Ok(Booking {
        slot,
        interview: booked.details.into(),
        notification: booked.email.map(|email| Notification {
            id: email.id,
            status: email.status,
        }),
    })
}

/// Why a slot cannot be had, one that is there or, when `is_new`, one that was to be made.
pub async fn no_slot(
    app: &App,
    caller: &Caller,
    refusal: SlotRefusal,
    is_new: bool,
) -> Result<Problem> {
    let not_free = async |code, detail, free| not_free((app, caller), (code, detail), free).await;
    match refusal {
        SlotRefusal::Taken(taken) => {
            let detail = "Someone else booked this slot first. See `taken_by`; `free_slots` lists alternatives.";
            let problem = not_free("slot_taken", detail, taken.free).await?;
            Ok(problem.with("taken_by", holder(taken.by)))
        }
        SlotRefusal::Closed(free) => {
            let detail = "This slot is closed. `free_slots` lists alternatives.";
            not_free("slot_closed", detail, free).await
        }
        SlotRefusal::Past(_) if is_new => Ok(slots_api::past()),
        SlotRefusal::Past(free) => {
            let detail = "This slot has already started. `free_slots` lists alternatives.";
            not_free("slot_past", detail, free).await
        }
        SlotRefusal::TooFar if is_new => Ok(slots_api::too_far()),
        SlotRefusal::TooFar => Ok(Problem::invalid_field("slot_id", typed::TOO_FAR)),
        SlotRefusal::Unsettled => Ok(Problem::conflict("slot_unsettled", typed::UNSETTLED)),
    }
}

fn holder(by: Details) -> Value {
    json!({
        "interview": by.interview.id,
        "booked_by": by.recruiter.map(|user| user.name),
    })
}

fn already_booked(details: Details) -> Problem {
    Problem::conflict(
        "already_booked",
        "This interview already has a slot. Its current state is in `interview`.",
    )
    .with("interview", json!(Interview::from(details)))
}

async fn not_free(
    (app, caller): (&App, &Caller),
    (code, detail): (&'static str, &'static str),
    free: Vec<slot::Model>,
) -> Result<Problem> {
    let ids = free.iter().map(|slot| slot.id);
    let mut on_slot = interviewers::by_slot(app.db.read(), caller.company_id, ids).await?;
    let mut of = |slot: slot::Model| {
        let interviewers = on_slot.remove(&slot.id).unwrap_or_default();
        Slot::new((slot, interviewers), State::Open, None).ok()
    };
    // One that cannot be read is no offer; the list of slots names it.
    let free: Vec<Slot> = free.into_iter().filter_map(&mut of).collect();
    Ok(Problem::conflict(code, detail).with("free_slots", json!(free)))
}
