//! Slots.
pub mod labels;
mod read;
pub mod standing;

use std::collections::HashMap;

use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use chrono::{DateTime, Utc};
use entity::slot::{self, DifficultyLevel, InterviewType};
use sea_orm::Iterable;
use serde::Serialize;
use serde_json::{Value, json};

use self::read::read_change;
pub use self::read::{
    MOST_INTERVIEWERS, interviewer, interviewers as read_interviewers, past, read, too_far,
};
use super::{
    auth::{Caller, Recruiter},
    bookings,
    fields::{Body, Fields},
    idempotency,
    interviews::{self as interviews_api, Interview},
    lists::{self, List},
    problem::{Problem, Result},
};
use crate::{
    app::App,
    domain::{
        idempotency_keys::{Answer, IdempotencyKey},
        interviews::{self, Details},
        page::Page,
        slots::{
            self, CreationRefusal, Filter, Listed, NewSlot, State,
            changes::{self, Refusal, Updated},
            interviewers,
        },
        versions::Target,
    },
    error::{Error, Reference},
    times,
};

/// What `null` empties in a change; elsewhere it is as good as left out.
const CLEARABLE: &[&str] = &["difficulty_level", "meeting_url"];

/// A slot as it goes out.
#[derive(Debug, Serialize)]
pub struct Slot {
    id: i64,
    status: &'static str,
    starts_at: String,
    ends_at: String,
    time_zone: String,
    interview_date: String,
    start_time: String,
    duration_minutes: i32,
    job: i64,
    company: i64,
    ai_interview_type: InterviewType,
    difficulty_level: Option<DifficultyLevel>,
    meeting_url: Option<String>,
    interviewer: String,
    interviewers: Vec<i64>,
    interview: Option<i64>,
    version: i32,
    created_at: String,
}

impl Slot {
    /// A slot, who is on it, what it is good for, and the live interview in it.
    pub fn new(
        (slot, interviewers): (slot::Model, Vec<i64>),
        state: State,
        interview: Option<i64>,
    ) -> Result<Self> {
        let stored = || {
            Error::Stored(format!(
                "local time {:?} of slot {}",
                slot.local_start, slot.id
            ))
        };
        let (date, time) = slot.local_start.split_once('T').ok_or_else(stored)?;
        let (interview_date, start_time) = (date.into(), time.into());
        let ends_at = times::rfc3339(slot.ends_at());
        // Taken apart, so that a new column either goes out or is left out here by name.
        let slot::Model {
            id,
            company_id,
            job_id,
            starts_at,
            duration_minutes,
            time_zone,
            local_start: _,
            interview_type,
            difficulty_level,
            meeting_url,
            interviewer,
            closed_at: _,
            rules_changed_at: _,
            was_booked: _,
            created_by: _,
            version,
            created_at,
        } = slot;
        Ok(Self {
            id,
            status: name(state),
            starts_at: times::rfc3339(starts_at),
            ends_at,
            interview_date,
            start_time,
            time_zone,
            duration_minutes,
            job: job_id,
            company: company_id,
            ai_interview_type: interview_type,
            difficulty_level,
            meeting_url,
            interviewer,
            interviewers,
            interview,
            version,
            created_at: times::rfc3339(created_at),
        })
    }

    /// A slot of a list.
    fn of(listed: Listed, interviewers: Vec<i64>) -> Result<Self> {
        let slot = (listed.slot, interviewers);
        Self::new(slot, listed.state, listed.interview_id)
    }

    /// A slot as it is now.
    pub async fn shown(app: &App, company_id: i64, id: i64, now: DateTime<Utc>) -> Result<Self> {
        let listed = slots::show(&app.db, company_id, id, now).await?;
        Self::of(
            listed,
            interviewers::of(app.db.read(), company_id, id).await?,
        )
    }
}

/// GET /api/interviews/slots/: earliest first.
pub async fn index(app: Data<App>, caller: Recruiter) -> Result<Json<List<Slot>>> {
    let mut query = Fields::of_query(&caller.query)?;
    let span = lists::span(&mut query, &caller);
    let filter = Filter {
        job_id: lists::job(&mut query),
        state: query.optional("status", state),
        from: span.from,
        until: span.until,
        ..Filter::default()
    };
    let place = lists::position(&mut query);
    let place = query.finish(place)?;
    let (company_id, now) = (caller.company_id, app.clock.now());
    let page = slots::list(&app.db, company_id, &filter, place.seek, place.limit, now).await?;
    let ids = page.rows.iter().map(|listed| listed.slot.id);
    let interviewers = interviewers::by_slot(app.db.read(), company_id, ids).await?;
    let page = readable(page, interviewers);
    Ok(Json(List::of(page, (&app, &caller), Ok)?))
}

/// One whose local time cannot be read is named, and keeps nobody from the others.
fn readable(mut page: Page<Listed>, mut interviewers: HashMap<i64, Vec<i64>>) -> Page<Slot> {
    let rows = std::mem::take(&mut page.rows);
    let mut shown = page.with(Vec::with_capacity(rows.len()));
    for listed in rows {
        let id = listed.slot.id;
        match Slot::of(listed, interviewers.remove(&id).unwrap_or_default()) {
            Ok(slot) => shown.rows.push(slot),
            Err(error) => {
                tracing::error!(slot.id = id, %error, "A stored slot cannot be read");
                shown.unreadable.push(id);
            }
        }
    }
    shown
}

/// POST /api/interviews/slots/: enters a slot.
pub async fn create(app: Data<App>, caller: Recruiter, body: Body) -> Result<HttpResponse> {
    let mut fields = body.fields()?;
    let idempotency_key = caller.idempotency_key("api.slot", fields.request())?;
    idempotency::answer(&app, &caller, idempotency_key, async |idempotency_key| {
        let new = read(&mut fields, &caller);
        let new = fields.finish(new)?;
        let now = app.clock.now();
        let named = named(&new);
        let created = slots::create(&app.db, &caller.actor(), new, idempotency_key, now).await;
        let created = match created {
            Ok(created) => created,
            Err(error) => {
                return Err(Problem::of_call(error, &app, caller.company_id, &named).await);
            }
        };
        match created {
            Ok(id) => {
                let slot = Slot::shown(&app, caller.company_id, id, now).await?;
                idempotency::created(format!("/api/interviews/slots/{id}/"), &slot)
            }
            Err(CreationRefusal::Past) => Err(past()),
            Err(CreationRefusal::TooFar) => Err(too_far()),
            Err(CreationRefusal::KeyConflict) => Err(Problem::key_reused()),
        }
    })
    .await
}

/// GET /api/interviews/slots/{id}/: one slot.
pub async fn show(app: Data<App>, caller: Recruiter, id: Path<i64>) -> Result<Json<Slot>> {
    let now = app.clock.now();
    Ok(Json(Slot::shown(&app, caller.company_id, *id, now).await?))
}

/// PATCH /api/interviews/slots/{id}/: changes what is given; who is booked into it is told.
pub async fn update(
    app: Data<App>,
    caller: Recruiter,
    id: Path<i64>,
    body: Body,
) -> Result<HttpResponse> {
    let fields = body.change(CLEARABLE)?;
    let idempotency_key =
        caller.idempotency_key("api.slot.patch", &format!("{id} {}", fields.request()))?;
    idempotency::answer(&app, &caller, idempotency_key, async |idempotency_key| {
        change(&app, &caller, (*id, idempotency_key), fields).await
    })
    .await
}

async fn change(
    app: &App,
    caller: &Caller,
    (id, idempotency_key): (i64, Option<IdempotencyKey>),
    mut fields: Fields,
) -> Result<Answer> {
    let (company_id, now) = (caller.company_id, app.clock.now());
    let before = slots::find(app.db.read(), company_id, id).await?;
    let is_of = before.version;
    let version = fields.version();
    let on_slot = interviewers::of(app.db.read(), company_id, id).await?;
    let new = read_change(&mut fields, caller, NewSlot::of(&before, on_slot)?);
    let overlaps = bookings::overlaps(&mut fields);
    let (version, new) = fields.finish(version.zip(new))?;
    let target = Target {
        id,
        version,
        idempotency_key,
    };
    let updated = changes::update(&app.db, &caller.actor(), &target, (&new, &overlaps), now).await;
    let updated = match updated {
        Ok(updated) => updated,
        Err(error) => return Err(Problem::of_call(error, app, company_id, &named(&new)).await),
    };
    let slot = Slot::shown(app, company_id, id, now).await?;
    match updated {
        Ok(Updated::Done) => app.wake.notify_one(),
        Ok(Updated::Same) if is_of == version => {}
        Ok(Updated::Same) | Err(Refusal::Stale) => return Err(Problem::stale("slot", json!(slot))),
        Err(Refusal::Booked(id)) => {
            let details = interviews::details(app.db.read(), company_id, id).await?;
            return Err(booked(details));
        }
        Err(Refusal::Over(id)) => {
            let details = interviews::details(app.db.read(), company_id, id).await?;
            return Err(interviews_api::not_booked(details));
        }
        Err(Refusal::Overlaps(others)) => return Err(bookings::overlapping(others)),
        Err(Refusal::Busy(clashes)) => return Err(bookings::busy(clashes)),
        Err(Refusal::Past) => return Err(past()),
        Err(Refusal::TooFar) => return Err(too_far()),
        Err(Refusal::KeyConflict) => return Err(Problem::key_reused()),
    }
    idempotency::ok(&slot)
}

/// What the fields of a slot name.
pub fn named(slot: &NewSlot) -> Vec<(Reference, i64)> {
    let interviewers = slot.interviewers.iter();
    let interviewers = interviewers.map(|id| (Reference::Interviewer, *id));
    std::iter::once((Reference::Job, slot.job_id))
        .chain(interviewers)
        .collect()
}

/// 409: the interview in it is for this job.
fn booked(details: Details) -> Problem {
    Problem::conflict(
        "slot_booked",
        "This slot is booked, so its job can't be changed. Reschedule the `interview` in it instead.",
    )
    .with("interview", json!(Interview::from(details)))
}

pub(super) fn name(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::Blocked => "blocked",
        State::Booked => "booked",
        State::Closed => "closed",
        State::Past => "past",
    }
}

fn state(value: &Value) -> Result<State, String> {
    let known = State::iter().find(|state| value.as_str() == Some(name(*state)));
    known.ok_or_else(|| {
        let names: Vec<_> = State::iter().map(name).collect();
        format!("Must be one of {}.", names.join(", "))
    })
}
