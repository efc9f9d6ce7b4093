//! Candidates.
use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use entity::candidate;
use serde::Serialize;
use serde_json::json;

use super::{
    auth::{Caller, Recruiter},
    fields::{Body, Fields, id, text},
    idempotency,
    lists::{self, List},
    problem::{Problem, Result},
};
use crate::{
    app::App,
    domain::{
        candidates::{
            self, ChangeRefusal, CreationRefusal, Filter, NewCandidate, UpdateRefusal, Updated,
        },
        idempotency_keys::{Answer, IdempotencyKey},
        versions::Target,
    },
    text as typed, times,
};

const LONGEST_NOTES: usize = 5000;

/// What `null` empties in a change; elsewhere it is as good as left out.
const CLEARABLE: &[&str] = &["time_zone", "job"];

/// A candidate as one goes out.
#[derive(Debug, Serialize)]
pub struct Candidate {
    id: i64,
    name: String,
    email: String,
    phone: String,
    time_zone: Option<String>,
    locale: String,
    job: Option<i64>,
    notes: String,
    company: i64,
    version: i32,
    created_at: String,
}

impl From<candidate::Model> for Candidate {
    fn from(candidate: candidate::Model) -> Self {
        let candidate::Model {
            id,
            name,
            email,
            phone,
            time_zone,
            locale,
            job_id,
            notes,
            company_id,
            version,
            created_at,
        } = candidate;
        Self {
            id,
            name,
            email,
            phone,
            time_zone,
            locale,
            job: job_id,
            notes,
            company: company_id,
            version,
            created_at: times::rfc3339(created_at),
        }
    }
}

/// GET /api/candidates/: newest first.
pub async fn index(app: Data<App>, caller: Recruiter) -> Result<Json<List<Candidate>>> {
    let mut query = Fields::of_query(&caller.query)?;
    let span = lists::span(&mut query, &caller);
    let filter = Filter {
        job_id: lists::job(&mut query),
        from: span.from,
        until: span.until,
        ..Filter::default()
    };
    let place = lists::position(&mut query);
    let place = query.finish(place)?;
    let company_id = caller.company_id;
    let page = candidates::list(&app.db, company_id, &filter, place.seek, place.limit).await?;
    Ok(Json(List::of(page, (&app, &caller), |candidate| {
        Ok(candidate.into())
    })?))
}

/// POST /api/candidates/: enters a candidate.
pub async fn create(app: Data<App>, caller: Recruiter, body: Body) -> Result<HttpResponse> {
    let fields = body.fields()?;
    let idempotency_key = caller.idempotency_key("api.candidate", fields.request())?;
    idempotency::answer(&app, &caller, idempotency_key, async |idempotency_key| {
        let new = read(fields)?;
        match candidates::create(
            &app.db,
            &caller.actor(),
            new,
            idempotency_key,
            app.clock.now(),
        )
        .await?
        {
            Ok(id) => {
                let candidate = candidates::find(app.db.read(), caller.company_id, id).await?;
                let path = format!("/api/candidates/{id}/");
                idempotency::created(path, &Candidate::from(candidate))
            }
            Err(CreationRefusal::EmailTaken(id)) => Err(email_taken(id)),
            Err(CreationRefusal::KeyConflict) => Err(Problem::key_reused()),
        }
    })
    .await
}

/// PATCH /api/candidates/{id}/: changes what is given; a new address is told what the old one was.
pub async fn update(
    app: Data<App>,
    caller: Recruiter,
    id: Path<i64>,
    body: Body,
) -> Result<HttpResponse> {
    let fields = body.change(CLEARABLE)?;
    let idempotency_key =
        caller.idempotency_key("api.candidate.patch", &format!("{id} {}", fields.request()))?;
    idempotency::answer(&app, &caller, idempotency_key, async |idempotency_key| {
        change(&app, &caller, (*id, idempotency_key), fields).await
    })
    .await
}

async fn change(
    app: &App,
    caller: &Caller,
    (id, idempotency_key): (i64, Option<IdempotencyKey>),
    fields: Fields,
) -> Result<Answer> {
    let company_id = caller.company_id;
    let before = candidates::find(app.db.read(), company_id, id).await?;
    let (version, new) = read_change(fields, NewCandidate::of(before.clone()))?;
    let target = Target {
        id,
        version,
        idempotency_key,
    };
    let now = app.clock.now();
    match candidates::update(&app.db, &caller.actor(), &target, &new, now).await? {
        Ok(Updated::Done { .. }) => app.wake.notify_one(),
        Ok(Updated::Same) if before.version == version => {}
        Ok(Updated::Same) => return Err(stale(before)),
        Err(UpdateRefusal::Candidate(ChangeRefusal::Stale(row))) => return Err(stale(*row)),
        Err(UpdateRefusal::Candidate(ChangeRefusal::EmailTaken(id))) => {
            return Err(email_taken(id));
        }
        Err(UpdateRefusal::KeyConflict) => return Err(Problem::key_reused()),
    }
    let row = candidates::find(app.db.read(), company_id, id).await?;
    idempotency::ok(&Candidate::from(row))
}

fn stale(row: candidate::Model) -> Problem {
    Problem::stale("candidate", json!(Candidate::from(row)))
}

/// 409: somebody has this address; `candidate` says who.
pub fn email_taken(id: i64) -> Problem {
    Problem::conflict(
        "email_taken",
        "A candidate with this email address already exists. Its id is in `candidate`.",
    )
    .with("candidate", id.into())
}

/// What is given, over what is stored.
fn read_change(mut fields: Fields, stored: NewCandidate) -> Result<(i32, NewCandidate)> {
    let version = fields.version();
    let name = fields.optional("name", text(|t| typed::line(t, 200)));
    let email = fields.optional("email", text(typed::email));
    let phone = fields.optional("phone", text(|t| typed::optional_line(t, 50)));
    let time_zone = fields.clearable("time_zone", text(typed::zone));
    let locale = fields.optional("locale", text(typed::locale));
    let job_id = fields.clearable("job", id);
    let notes = fields.optional("notes", text(|t| typed::lines(t, LONGEST_NOTES)));
    let time_zone = time_zone.map(|zone| zone.map(|zone| zone.name().to_owned()));
    let new = NewCandidate {
        name: name.unwrap_or(stored.name),
        email: email.unwrap_or(stored.email),
        phone: phone.unwrap_or(stored.phone),
        time_zone: time_zone.unwrap_or(stored.time_zone),
        locale: locale.unwrap_or(stored.locale),
        job_id: job_id.unwrap_or(stored.job_id),
        notes: notes.unwrap_or(stored.notes),
    };
    fields.finish(version.map(|version| (version, new)))
}

/// GET /api/candidates/{id}/: one candidate.
pub async fn show(app: Data<App>, caller: Recruiter, id: Path<i64>) -> Result<Json<Candidate>> {
    let candidate = candidates::find(app.db.read(), caller.company_id, *id).await?;
    Ok(Json(candidate.into()))
}

fn read(mut fields: Fields) -> Result<NewCandidate> {
    let name = fields.required("name", text(|t| typed::line(t, 200)));
    let email = fields.required("email", text(typed::email));
    let phone = fields.optional("phone", text(|t| typed::optional_line(t, 50)));
    let time_zone = fields.optional("time_zone", text(typed::zone));
    let locale = fields.optional("locale", text(typed::locale));
    let job_id = fields.optional("job", id);
    let notes = fields.optional("notes", text(|t| typed::lines(t, LONGEST_NOTES)));
    fields.finish((|| {
        Some(NewCandidate {
            name: name?,
            email: email?,
            phone: phone.unwrap_or_default(),
            time_zone: time_zone.map(|zone| zone.name().into()),
            locale: locale.unwrap_or_else(|| "en".into()),
            job_id,
            notes: notes.unwrap_or_default(),
        })
    })())
}
