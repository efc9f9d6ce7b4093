//! Interviews.
use std::iter;

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
    device_check::DeviceCheck,
    fields::{Body, Fields, choice, id, text},
    idempotency,
    lists::{self, List},
    problem::{Problem, Result},
};
use crate::{
    app::App,
    domain::{
        companies,
        idempotency_keys::KeyConflict,
        interviews::{self, Details, Filter, Listed, creation, dossier},
    },
    error::Reference,
    text as typed, times,
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
    #[serde(flatten)]
    of_slot: OfSlot,
    booking_notes: String,
    interviewer_notes: String,
    cancel_reason: String,
    not_told_reason: Option<String>,
    outcome: Option<String>,
    private_note: String,
    rebook_of: Option<i64>,
    opened_at: Option<String>,
    joined_at: Option<String>,
    attended_at: Option<String>,
    answer: Option<interview::Answer>,
    answered_at: Option<String>,
    answer_reason: Option<interview::AnswerReason>,
    answer_words: String,
    device_check: Option<DeviceCheck>,
    version: i32,
    created_at: String,
}

/// What it has from its slot, all `null` without one.
#[derive(Debug, Default, Serialize)]
struct OfSlot {
    starts_at: Option<String>,
    ends_at: Option<String>,
    time_zone: Option<String>,
    ai_interview_type: Option<InterviewType>,
    duration_minutes: Option<i32>,
    meeting_url: Option<String>,
}

impl Interview {
    fn new(interview: interview::Model, slot: Option<slot::Model>, job: Option<i64>) -> Self {
        // Taken apart, so that a new column either goes out or is left out here by name.
        let interview::Model {
            id,
            company_id,
            candidate_id,
            // `job` is the one in force.
            job_id: _,
            slot_id,
            status,
            public_id: _,
            link_version: _,
            revision: _,
            ics_sequence: _,
            booking_notes,
            interviewer_notes,
            cancel_reason,
            not_told_reason,
            outcome,
            private_note,
            rebook_of,
            version,
            opened_at,
            joined_at,
            attended_at,
            trouble_at: _,
            trouble_url: _,
            trouble_handled_at: _,
            answer,
            answered_at,
            answer_reason,
            answer_words,
            answer_handled_at: _,
            moved_at: _,
            device_check,
            booked_at: _,
            booked_by: _,
            created_by: _,
            created_at,
        } = interview;
        Self {
            id,
            status,
            candidate: candidate_id,
            job,
            slot: slot_id,
            company: company_id,
            of_slot: slot.map(OfSlot::from).unwrap_or_default(),
            booking_notes,
            interviewer_notes,
            cancel_reason,
            not_told_reason,
            outcome,
            private_note,
            rebook_of,
            opened_at: opened_at.map(times::rfc3339),
            joined_at: joined_at.map(times::rfc3339),
            attended_at: attended_at.map(times::rfc3339),
            answer,
            answered_at: answered_at.map(times::rfc3339),
            answer_reason,
            answer_words,
            device_check: device_check.map(DeviceCheck::from),
            version,
            created_at: times::rfc3339(created_at),
        }
    }
}

impl From<slot::Model> for OfSlot {
    fn from(slot: slot::Model) -> Self {
        let ends_at = times::rfc3339(slot.ends_at());
        let slot::Model {
            starts_at,
            duration_minutes,
            time_zone,
            interview_type,
            meeting_url,
            // The rest is the slot's own.
            id: _,
            company_id: _,
            job_id: _,
            local_start: _,
            difficulty_level: _,
            interviewer: _,
            closed_at: _,
            rules_changed_at: _,
            was_booked: _,
            created_by: _,
            version: _,
            created_at: _,
        } = slot;
        Self {
            starts_at: Some(times::rfc3339(starts_at)),
            ends_at: Some(ends_at),
            time_zone: Some(time_zone),
            ai_interview_type: Some(interview_type),
            duration_minutes: Some(duration_minutes),
            meeting_url,
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
        outcome: query.optional("outcome", text(|t| typed::line(t, companies::LONGEST_NAME))),
        unclosed_by: query
            .optional("needs_outcome", text(yes))
            .map(|()| app.clock.now()),
        job_id: lists::job(&mut query),
        from: span.from,
        until: span.until,
        ..Filter::default()
    };
    let place = lists::position(&mut query);
    let place = query.finish(place)?;
    let company_id = caller.company_id;
    let page = match span.from.or(span.until) {
        Some(_) => interviews::list(&app.db, company_id, &filter, place.seek, place.limit).await,
        None => interviews::newest(&app.db, company_id, &filter, place.seek, place.limit).await,
    };
    Ok(Json(List::of(page?, (&app, &caller), |listed| {
        Ok(listed.into())
    })?))
}

fn yes(typed: &str) -> std::result::Result<(), &'static str> {
    match typed {
        "true" => Ok(()),
        _ => Err("Must be true, or left out."),
    }
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
        let actor = caller.actor();
        let created = creation::create(&app.db, &actor, candidate, job, idempotency_key, now).await;
        let created = match created {
            Ok(created) => created,
            Err(error) => {
                let job = job.map(|id| (Reference::Job, id));
                let named: Vec<_> = iter::once((Reference::Candidate, candidate))
                    .chain(job)
                    .collect();
                return Err(Problem::of_call(error, &app, caller.company_id, &named).await);
            }
        };
        match created {
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

/// GET /api/interviews/{id}/dossier/: all that happened to it.
pub async fn show_dossier(
    app: Data<App>,
    caller: Recruiter,
    id: Path<i64>,
) -> Result<Json<dossier::Dossier>> {
    Ok(Json(dossier::read(&app.db, caller.company_id, *id).await?))
}

/// 409: there is nothing that could be changed.
pub fn not_booked(details: Details) -> Problem {
    Problem::conflict(
        "not_booked",
        "This interview is not booked or is over. Its current state is in `interview`.",
    )
    .with("interview", json!(Interview::from(details)))
}
