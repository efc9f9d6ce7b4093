//! Interviews.
use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use entity::{
    interview,
    slot::{self, InterviewType},
};
use serde::Serialize;
use serde_json::json;

use super::{
    auth::Recruiter,
    fields::{Body, Fields, choice, id},
    idempotency,
    lists::{self, List},
    problem::{Problem, Result},
};
use crate::{
    app::App,
    domain::{
        idempotency_keys::KeyConflict,
        interviews::{self, Details, Filter, Listed, creation},
    },
    times,
};

/// An interview as it goes out; its join link is the candidate's alone.
#[derive(Debug, Serialize)]
pub struct Interview {
    id: i64,
    status: interview::Status,
    candidate: i64,
    job: Option<i64>,
    slot: Option<i64>,
    company: i64,
    starts_at: Option<String>,
    ends_at: Option<String>,
    time_zone: Option<String>,
    ai_interview_type: Option<InterviewType>,
    duration_minutes: Option<i32>,
    meeting_url: Option<String>,
    booking_notes: String,
    cancel_reason: String,
    opened_at: Option<String>,
    joined_at: Option<String>,
    version: i32,
    created_at: String,
}

impl Interview {
    fn new(interview: interview::Model, slot: Option<slot::Model>, job: Option<i64>) -> Self {
        Self {
            id: interview.id,
            status: interview.status,
            candidate: interview.candidate_id,
            job,
            slot: interview.slot_id,
            company: interview.company_id,
            starts_at: slot.as_ref().map(|slot| times::rfc3339(slot.starts_at)),
            ends_at: slot.as_ref().map(|slot| times::rfc3339(slot.ends_at())),
            ai_interview_type: slot.as_ref().map(|slot| slot.interview_type),
            duration_minutes: slot.as_ref().map(|slot| slot.duration_minutes),
            time_zone: slot.as_ref().map(|slot| slot.time_zone.clone()),
            meeting_url: slot.and_then(|slot| slot.meeting_url),
            booking_notes: interview.booking_notes,
            cancel_reason: interview.cancel_reason,
            opened_at: interview.opened_at.map(times::rfc3339),
            joined_at: interview.joined_at.map(times::rfc3339),
            version: interview.version,
            created_at: times::rfc3339(interview.created_at),
        }
    }
}

impl From<Details> for Interview {
    fn from(details: Details) -> Self {
        let job = details.job.map(|job| job.id);
        Self::new(details.interview, details.slot, job)
    }
}

impl From<Listed> for Interview {
    fn from(listed: Listed) -> Self {
        Self::new(listed.interview, listed.slot, listed.job_id)
    }
}

/// GET /api/interviews/: newest first; by their start when `from` or `to` asks for it.
pub async fn index(app: Data<App>, caller: Recruiter) -> Result<Json<List<Interview>>> {
    let mut query = Fields::of_query(&caller.query)?;
    let span = lists::span(&mut query, &caller);
    let filter = Filter {
        status: query.optional("status", choice),
        job_id: lists::job(&mut query),
        from: span.from,
        until: span.until,
        ..Filter::default()
    };
    let place = lists::position(&mut query);
    let place = query.finish(place)?;
    let company_id = caller.company_id;
    let page = match span.from.or(span.until) {
        Some(_) => interviews::list(&app.db, company_id, &filter, place.cursor, place.limit).await,
        None => interviews::newest(&app.db, company_id, &filter, place.cursor, place.limit).await,
    };
    Ok(Json(List::of(page?, (&app, &caller), |listed| {
        Ok(listed.into())
    })?))
}

/// POST /api/interviews/: enters an interview that is not booked yet.
pub async fn create(app: Data<App>, caller: Recruiter, body: Body) -> Result<HttpResponse> {
    let mut fields = body.fields()?;
    let idempotency_key = caller.idempotency_key("api.interview", fields.request())?;
    idempotency::answer(&app, &caller, idempotency_key, async |idempotency_key| {
        let candidate = fields.required("candidate", id);
        let job = fields.optional("job", id);
        let candidate = fields.finish(candidate)?;
        let now = app.clock.now();
        match creation::create(
            &app.db,
            &caller.actor(),
            candidate,
            job,
            idempotency_key,
            now,
        )
        .await?
        {
            Ok(id) => {
                let details = interviews::details(app.db.read(), caller.company_id, id).await?;
                let path = format!("/api/interviews/{id}/");
                idempotency::created(path, &Interview::from(details))
            }
            Err(KeyConflict) => Err(Problem::key_reused()),
        }
    })
    .await
}

/// GET /api/interviews/{id}/: one interview.
pub async fn show(app: Data<App>, caller: Recruiter, id: Path<i64>) -> Result<Json<Interview>> {
    let details = interviews::details(app.db.read(), caller.company_id, *id).await?;
    Ok(Json(details.into()))
}

/// 409: there is nothing that could be changed.
pub fn not_booked(details: Details) -> Problem {
    Problem::conflict(
        "not_booked",
        "This interview is not booked or is over. Its current state is in `interview`.",
    )
    .with("interview", json!(Interview::from(details)))
}
