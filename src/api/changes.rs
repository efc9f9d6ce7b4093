//! Changes of booked interviews: the calls that move one and call one off, and tell the candidate.
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use entity::slot;
use serde_json::json;

use super::{
    auth::Caller,
    bookings,
    fields::{Body, text},
    idempotency,
    interviews::Interview,
    problem::{Problem, Result},
    slots,
};
use crate::{
    app::App,
    domain::{
        bookings::Place,
        changes::{self, Change, Target},
        interviews::Details,
        one_time_keys::Answer,
        rescheduling::{self, Move},
    },
    text as typed,
};

const LONGEST_REASON: usize = 2000;

/// POST /api/interviews/{id}/reschedule/: moves it into a slot that is there or is made for it.
pub async fn reschedule(
    app: Data<App>,
    caller: Caller,
    id: Path<i64>,
    body: Body,
) -> Result<HttpResponse> {
    let mut fields = body.fields()?;
    let once = caller.once("api.reschedule", &format!("{id} {}", fields.wish()))?;
    idempotency::answer(&app, &caller, once, async |once| {
        let notes = bookings::notes(&mut fields);
        let place = bookings::place(&mut fields, &caller);
        let new = Move {
            interview_id: *id,
            version: None,
            place: fields.finish(place)?,
            notes,
            once,
        };
        move_to(&app, &caller, new).await
    })
    .await
}

async fn move_to(app: &App, caller: &Caller, new: Move) -> Result<Answer> {
    let is_new = matches!(new.place, Place::New(_));
    let now = app.clock.now();
    match rescheduling::reschedule(&app.db, &caller.actor(), new, now).await? {
        rescheduling::Outcome::Moved(booked) => {
            app.wake.notify_one();
            idempotency::ok(&bookings::answer(app, caller, *booked, now).await?)
        }
        rescheduling::Outcome::Changed(details) => Err(changed(*details)),
        rescheduling::Outcome::NotBooked(details) => Err(not_booked(*details)),
        rescheduling::Outcome::SlotTaken(taken) => Err(bookings::slot_taken(*taken)?),
        rescheduling::Outcome::SlotClosed(free) => Err(bookings::slot_closed(free)?),
        rescheduling::Outcome::SlotPast(free) => Err(past(is_new, free)?),
        rescheduling::Outcome::SlotUnsettled => Err(bookings::slot_unsettled()),
        rescheduling::Outcome::SlotTooFar => Err(bookings::slot_too_far(is_new)),
        rescheduling::Outcome::OtherJob => Err(other_job(is_new)),
        rescheduling::Outcome::KeyReused => Err(Problem::key_reused()),
    }
}

/// POST /api/interviews/{id}/cancel/: calls it off.
pub async fn cancel(
    app: Data<App>,
    caller: Caller,
    id: Path<i64>,
    body: Body,
) -> Result<HttpResponse> {
    let mut fields = body.fields()?;
    let once = caller.once("api.cancel", &format!("{id} {}", fields.wish()))?;
    idempotency::answer(&app, &caller, once, async |once| {
        let reason = fields.optional("reason", text(|t| typed::lines(t, LONGEST_REASON)));
        fields.finish(Some(()))?;
        let target = Target {
            interview_id: *id,
            version: None,
            once,
        };
        let reason = reason.unwrap_or_default();
        call_off(&app, &caller, &target, &Change::CallOff { reason }).await
    })
    .await
}

async fn call_off(app: &App, caller: &Caller, target: &Target, change: &Change) -> Result<Answer> {
    let (actor, now) = (caller.actor(), app.clock.now());
    match changes::apply(&app.db, &actor, target, change, now).await? {
        changes::Outcome::Done(details, _) => {
            app.wake.notify_one();
            idempotency::ok(&Interview::from(*details))
        }
        changes::Outcome::Changed(details) => Err(changed(*details)),
        changes::Outcome::NotBooked(details) => Err(not_booked(*details)),
        changes::Outcome::KeyReused => Err(Problem::key_reused()),
    }
}

fn past(is_new: bool, free: Vec<slot::Model>) -> Result<Problem> {
    match is_new {
        true => Ok(slots::past()),
        false => bookings::slot_past(free),
    }
}

fn other_job(is_new: bool) -> Problem {
    let field = if is_new { "job" } else { "slot_id" };
    Problem::invalid_field(field, "The interview is for another job.")
}

fn changed(details: Details) -> Problem {
    Problem::conflict(
        "changed",
        "Somebody changed this interview at the same moment; `interview` is as it stands.",
    )
    .with("interview", json!(Interview::from(details)))
}

fn not_booked(details: Details) -> Problem {
    Problem::conflict(
        "not_booked",
        "This interview is not booked, or over; `interview` is as it stands.",
    )
    .with("interview", json!(Interview::from(details)))
}
