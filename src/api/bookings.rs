//! Bookings: the two calls that put an interview into a slot, and tell the candidate.
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use chrono::{DateTime, Utc};
use entity::{email, interview::Status, slot};
use serde::Serialize;
use serde_json::json;

use super::{
    auth::{Caller, Recruiter},
    fields::{Body, Fields, id, text},
    idempotency,
    interviews::Interview,
    problem::{Problem, Result},
    slots::{self as slots_api, Slot},
};
use crate::{
    app::App,
    domain::{
        interviews::{
            Details,
            booking::{self, Booked, NewBooking, Outcome, Place, Taken, Who},
        },
        one_time_keys::Answer,
        slots::{self, State},
    },
    error::Error,
    text as typed,
};

const LONGEST_NOTES: usize = 2000;

/// A booking as it goes out.
#[derive(Debug, Serialize)]
pub struct Booking {
    slot: Slot,
    interview: Interview,
    notification: Notification,
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
    let wish = format!("{slot_id} {}", fields.wish());
    let once = caller.once("api.book_slot", &wish)?;
    idempotency::answer(&app, &caller, once, async |once| {
        let (who, notes) = (interview(&mut fields), notes(&mut fields));
        let new = NewBooking {
            place: Place::Slot(*slot_id),
            who: fields.finish(who)?,
            notes: notes.unwrap_or_default(),
            once,
        };
        book(&app, &caller, new).await
    })
    .await
}

/// POST /api/interviews/schedules/book_interview/: books into a slot that is there or is made for it.
pub async fn book_interview(app: Data<App>, caller: Recruiter, body: Body) -> Result<HttpResponse> {
    let mut fields = body.fields()?;
    let once = caller.once("api.book_interview", fields.wish())?;
    idempotency::answer(&app, &caller, once, async |once| {
        let (who, notes) = (interview(&mut fields), notes(&mut fields));
        let place = place(&mut fields, &caller);
        let (who, place) = fields.finish(who.zip(place))?;
        let new = NewBooking {
            place,
            who,
            notes: notes.unwrap_or_default(),
            once,
        };
        book(&app, &caller, new).await
    })
    .await
}

fn interview(fields: &mut Fields) -> Option<Who> {
    fields.required("interview_id", id).map(Who::Interview)
}

/// What the recruiter adds for the candidate.
pub fn notes(fields: &mut Fields) -> Option<String> {
    fields.optional("booking_notes", text(|t| typed::lines(t, LONGEST_NOTES)))
}

/// A slot that is there, or the fields of one that is to be made.
pub fn place(fields: &mut Fields, caller: &Caller) -> Option<Place> {
    if fields.has("slot_id") {
        fields.required("slot_id", id).map(Place::Slot)
    } else if fields.has("interview_date") || fields.has("start_time") {
        slots_api::read(fields, caller).map(Place::New)
    } else {
        fields.refuse("slot_id", "Give this, or the fields of a new slot.");
        None
    }
}

async fn book(app: &App, caller: &Caller, new: NewBooking) -> Result<Answer> {
    let now = app.clock.now();
    let is_new = matches!(new.place, Place::New(_));
    match booking::book(&app.db, &caller.actor(), new, now).await? {
        Outcome::Booked(booked) => {
            app.wake.notify_one();
            idempotency::ok(&answer(app, caller, *booked, now).await?)
        }
        Outcome::SlotTaken(taken) => Err(slot_taken(*taken)?),
        Outcome::SlotClosed(free) => Err(slot_closed(free)?),
        Outcome::SlotPast(_) if is_new => Err(slots_api::past()),
        Outcome::SlotPast(free) => Err(slot_past(free)?),
        Outcome::SlotTooFar => Err(slot_too_far(is_new)),
        Outcome::SlotUnsettled => Err(slot_unsettled()),
        Outcome::AlreadyBooked(details) => Err(already_booked(*details)),
        Outcome::KeyReused => Err(Problem::key_reused()),
        // Nobody new is entered here.
        Outcome::EmailTaken(_) => Err(Error::Conflict("the candidate is there").into()),
    }
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
            Slot::new(slot.clone(), State::Booked, Some(row.id))?
        }
        _ => {
            let id = row.slot_id.ok_or(Error::NotFound)?;
            Slot::of(slots::show(&app.db, caller.company_id, id, now).await?)?
        }
    };
    Ok(Booking {
        slot,
        interview: booked.details.into(),
        notification: Notification {
            id: booked.email.id,
            status: booked.email.status,
        },
    })
}

/// 409: somebody else has the slot.
pub fn slot_taken(taken: Taken) -> Result<Problem> {
    let by = json!({
        "interview": taken.by.interview.id,
        "booked_by": taken.by.recruiter.map(|user| user.name),
    });
    let problem = refusal(
        "slot_taken",
        "Somebody else was first; `taken_by` says who, `free_slots` has others.",
        taken.free,
    )?;
    Ok(problem.with("taken_by", by))
}

/// 409: the slot is offered no longer.
pub fn slot_closed(free: Vec<slot::Model>) -> Result<Problem> {
    refusal(
        "slot_closed",
        "This slot was closed; `free_slots` has others.",
        free,
    )
}

/// 409: the slot has begun.
pub fn slot_past(free: Vec<slot::Model>) -> Result<Problem> {
    refusal(
        "slot_past",
        "This slot has begun; `free_slots` has others.",
        free,
    )
}

/// 422: the slot begins in a year that nobody plans for.
pub fn slot_too_far(is_new: bool) -> Problem {
    match is_new {
        true => slots_api::too_far(),
        false => Problem::invalid_field("slot_id", typed::TOO_FAR),
    }
}

/// 409: nobody has confirmed yet when the slot starts.
pub fn slot_unsettled() -> Problem {
    Problem::conflict("slot_unsettled", typed::UNSETTLED)
}

fn already_booked(details: Details) -> Problem {
    Problem::conflict(
        "already_booked",
        "This interview has a slot already; `interview` is as it stands.",
    )
    .with("interview", json!(Interview::from(details)))
}

fn refusal(code: &str, detail: &'static str, free: Vec<slot::Model>) -> Result<Problem> {
    // One that cannot be read is no offer; the list of slots names it.
    let free: Vec<Slot> = free
        .into_iter()
        .filter_map(|slot| Slot::new(slot, State::Open, None).ok())
        .collect();
    Ok(Problem::conflict(code, detail).with("free_slots", json!(free)))
}
