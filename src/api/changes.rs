//! Changes of booked interviews: the calls that move, correct and cancel one, and tell the candidate.
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use entity::slot::InterviewType;
use serde_json::json;

use super::{
    auth::{Caller, Recruiter},
    bookings,
    fields::{Body, Fields, boolean, choice, number, text},
    idempotency,
    interviews::{self as interviews_api, Interview},
    problem::{Problem, Result},
};
use crate::{
    app::App,
    calendars,
    domain::{
        idempotency_keys::{Answer, IdempotencyKey},
        interviews::{
            self, cancellation,
            change::{Done, InterviewRefusal, Refusal, Target},
            correction::{self, Correction, Refusal as NotCorrected},
            rescheduling::{self, Move},
            slot_choice::SlotChoice,
            telling::{NoReason, Telling},
        },
    },
    text as typed,
};

const LONGEST_REASON: usize = 2000;
/// Of a reason that somebody is not told, which stays inside.
const LONGEST_WHY_NOT: usize = 200;
/// The field with it.
const WHY_NOT: &str = "not_told_reason";
/// What `null` empties in a change; elsewhere it is as good as left out.
const CLEARABLE: &[&str] = &["meeting_url"];

/// POST /api/interviews/{id}/reschedule/: moves it into a slot that is there or is made for it.
pub async fn reschedule(
    app: Data<App>,
    caller: Recruiter,
    id: Path<i64>,
    body: Body,
) -> Result<HttpResponse> {
    let mut fields = body.fields()?;
    let idempotency_key =
        caller.idempotency_key("api.reschedule", &format!("{id} {}", fields.request()))?;
    idempotency::answer(&app, &caller, idempotency_key, async |idempotency_key| {
        let notes = bookings::notes(&mut fields);
        let overlaps = bookings::overlaps(&mut fields);
        let (reason, telling) = reason_and_telling(&mut fields);
        let slot = bookings::slot_choice(&mut fields, &caller);
        let new = Move {
            reason,
            telling,
            interview_id: *id,
            version: None,
            slot: fields.finish(slot)?,
            notes,
            overlaps,
            idempotency_key,
        };
        move_to(&app, &caller, new).await
    })
    .await
}

async fn move_to(app: &Data<App>, caller: &Caller, new: Move) -> Result<Answer> {
    let is_new = matches!(new.slot, SlotChoice::New(_));
    calendars::read_again(app, caller.company_id, bookings::whose(&new.slot)).await;
    let now = app.clock.now();
    match rescheduling::reschedule(&app.db, &caller.actor(), new, now).await? {
        Ok(booked) => {
            app.wake.notify_one();
            idempotency::ok(&bookings::answer(app, caller, *booked, now).await?)
        }
        Err(rescheduling::Refusal::Interview(refusal)) => Err(unchangeable(refusal)),
        Err(rescheduling::Refusal::Slot(refusal)) => {
            Err(bookings::no_slot(app, caller, refusal, is_new).await?)
        }
        Err(rescheduling::Refusal::OtherJob) => Err(other_job(is_new)),
        Err(rescheduling::Refusal::Overlaps(others)) => Err(bookings::overlapping(others)),
        Err(rescheduling::Refusal::Busy(clashes)) => Err(bookings::busy(clashes)),
        Err(rescheduling::Refusal::KeyConflict) => Err(Problem::key_reused()),
    }
}

/// PATCH /api/interviews/{id}/: corrects what is given, and tells the candidate as the page does.
pub async fn update(
    app: Data<App>,
    caller: Recruiter,
    id: Path<i64>,
    body: Body,
) -> Result<HttpResponse> {
    let fields = body.change(CLEARABLE)?;
    let idempotency_key =
        caller.idempotency_key("api.interview.patch", &format!("{id} {}", fields.request()))?;
    idempotency::answer(&app, &caller, idempotency_key, async |idempotency_key| {
        correct(&app, &caller, (*id, idempotency_key), fields).await
    })
    .await
}

async fn correct(
    app: &App,
    caller: &Caller,
    (id, idempotency_key): (i64, Option<IdempotencyKey>),
    mut fields: Fields,
) -> Result<Answer> {
    let before = interviews::details(app.db.read(), caller.company_id, id).await?;
    let version = fields.version();
    let given = Given::read(&mut fields);
    let overlaps = bookings::overlaps(&mut fields);
    let telling = read_telling(&mut fields);
    let version = fields.finish(version)?;
    let Some(stored) = Correction::of(&before) else {
        return Err(interviews_api::not_booked(before));
    };
    let target = Target {
        interview_id: id,
        version: Some(version),
        idempotency_key,
    };
    let correction = given.over(stored);
    if before.interview.version == version && correction.is_made(&before) {
        return idempotency::ok(&Interview::from(before));
    }
    let (actor, now) = (caller.actor(), app.clock.now());
    let new = (&correction, &overlaps, &telling);
    match correction::correct(&app.db, &actor, &target, new, now).await? {
        Ok(done) => changed(app, done),
        Err(NotCorrected::Interview(refusal)) => Err(unchangeable(refusal)),
        Err(NotCorrected::Overlaps(others)) => Err(bookings::overlapping(others)),
        Err(NotCorrected::Busy(clashes)) => Err(bookings::busy(clashes)),
        Err(NotCorrected::KeyConflict) => Err(Problem::key_reused()),
    }
}

/// What a call gives of an interview's details.
struct Given {
    interview_type: Option<InterviewType>,
    duration_minutes: Option<i32>,
    meeting_url: Option<Option<String>>,
    notes: Option<String>,
    interviewer_notes: Option<String>,
}

impl Given {
    fn read(fields: &mut Fields) -> Self {
        Self {
            interview_type: fields.optional("ai_interview_type", choice),
            duration_minutes: fields.optional("duration_minutes", number(5..=720)),
            meeting_url: fields.clearable("meeting_url", text(typed::https_url)),
            notes: bookings::notes(fields),
            interviewer_notes: bookings::interviewer_notes(fields),
        }
    }

    fn over(self, stored: Correction) -> Correction {
        Correction {
            interview_type: self.interview_type.unwrap_or(stored.interview_type),
            duration_minutes: self.duration_minutes.unwrap_or(stored.duration_minutes),
            meeting_url: self.meeting_url.unwrap_or(stored.meeting_url),
            notes: self.notes.unwrap_or(stored.notes),
            interviewer_notes: self.interviewer_notes.unwrap_or(stored.interviewer_notes),
        }
    }
}

/// POST /api/interviews/{id}/cancel/: cancels it.
pub async fn cancel(
    app: Data<App>,
    caller: Recruiter,
    id: Path<i64>,
    body: Body,
) -> Result<HttpResponse> {
    let mut fields = body.fields()?;
    let idempotency_key =
        caller.idempotency_key("api.cancel", &format!("{id} {}", fields.request()))?;
    idempotency::answer(&app, &caller, idempotency_key, async |idempotency_key| {
        let (reason, telling) = reason_and_telling(&mut fields);
        fields.finish(Some(()))?;
        let target = Target {
            interview_id: *id,
            version: None,
            idempotency_key,
        };
        let (actor, now) = (caller.actor(), app.clock.now());
        let why = (reason.as_str(), &telling);
        match cancellation::cancel(&app.db, &actor, &target, why, now).await? {
            Ok(done) => changed(&app, done),
            Err(Refusal::Interview(refusal)) => Err(unchangeable(refusal)),
            Err(Refusal::KeyConflict) => Err(Problem::key_reused()),
        }
    })
    .await
}

/// Why something is changed, and whom that is told. The two reasons are not the same: the candidate reads why an interview
/// is cancelled.
fn reason_and_telling(fields: &mut Fields) -> (String, Telling) {
    let reason = fields.optional("reason", text(|t| typed::lines(t, LONGEST_REASON)));
    (reason.unwrap_or_default(), read_telling(fields))
}

/// Whom a change is told: everybody, unless the call says otherwise and why.
fn read_telling(fields: &mut Fields) -> Telling {
    let [candidate, interviewers] = ["notify_candidate", "notify_interviewers"]
        .map(|name| fields.optional(name, boolean).unwrap_or(true));
    let why_not = fields.optional(WHY_NOT, text(|t| typed::optional_line(t, LONGEST_WHY_NOT)));
    let why_not = why_not.unwrap_or_default();
    let telling = Telling::new(candidate, interviewers, &why_not);
    telling.unwrap_or_else(|NoReason| {
        fields.refuse(
            WHY_NOT,
            "This field is required when someone is not notified.",
        );
        Telling::everybody()
    })
}

/// 200: the interview as it is now.
fn changed(app: &App, done: Done) -> Result<Answer> {
    app.wake.notify_one();
    idempotency::ok(&Interview::from(*done.details))
}

fn other_job(is_new: bool) -> Problem {
    let field = if is_new { "job" } else { "slot_id" };
    Problem::invalid_field(
        field,
        "This interview is for another job. Choose a slot of the same job.",
    )
}

/// 409: it is not as the caller takes it to be.
pub fn unchangeable(refusal: InterviewRefusal) -> Problem {
    match refusal {
        InterviewRefusal::Changed(details) => Problem::conflict(
            "changed",
            "This interview was changed in the meantime. Its current state is in `interview`.",
        )
        .with("interview", json!(Interview::from(*details))),
        InterviewRefusal::NotBooked(details) => interviews_api::not_booked(*details),
    }
}
