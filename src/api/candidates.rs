//! Candidates.
use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use entity::candidate;
use serde::Serialize;

use super::{
    auth::Caller,
    fields::{Body, Fields, id, text},
    idempotency,
    lists::{self, List},
    problem::{Problem, Result},
};
use crate::{
    app::App,
    domain::candidates::{self, Filter, NewCandidate, Saved},
    text as typed, times,
};

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
    company: i64,
    created_at: String,
}

impl From<candidate::Model> for Candidate {
    fn from(candidate: candidate::Model) -> Self {
        Self {
            id: candidate.id,
            name: candidate.name,
            email: candidate.email,
            phone: candidate.phone,
            time_zone: candidate.time_zone,
            locale: candidate.locale,
            job: candidate.job_id,
            company: candidate.company_id,
            created_at: times::rfc3339(candidate.created_at),
        }
    }
}

/// GET /api/candidates/: newest first.
pub async fn index(app: Data<App>, caller: Caller) -> Result<Json<List<Candidate>>> {
    let mut query = Fields::of_query(&caller.query)?;
    let span = lists::span(&mut query, &caller);
    let filter = Filter {
        job_id: lists::job(&mut query),
        from: span.from,
        until: span.until,
        ..Filter::default()
    };
    let place = lists::place(&mut query);
    let place = query.finish(place)?;
    let company_id = caller.company_id;
    let page = candidates::list(&app.db, company_id, &filter, place.cursor, place.limit).await?;
    Ok(Json(List::of(page, (&app, &caller), |candidate| {
        Ok(candidate.into())
    })?))
}

/// POST /api/candidates/: enters a candidate.
pub async fn create(app: Data<App>, caller: Caller, body: Body) -> Result<HttpResponse> {
    let fields = body.fields()?;
    let once = caller.once("api.candidate", fields.wish())?;
    idempotency::answer(&app, &caller, once, async |once| {
        let new = read(fields)?;
        match candidates::create(&app.db, &caller.actor(), new, once, app.clock.now()).await? {
            Saved::Candidate(id) => {
                let candidate = candidates::find(app.db.read(), caller.company_id, id).await?;
                let path = format!("/api/candidates/{id}/");
                idempotency::created(path, &Candidate::from(candidate))
            }
            Saved::EmailTaken(id) => Err(Problem::conflict(
                "email_taken",
                "A candidate with this address is there already; `candidate` is the id.",
            )
            .with("candidate", id.into())),
            Saved::KeyReused => Err(Problem::key_reused()),
        }
    })
    .await
}

/// GET /api/candidates/{id}/: one candidate.
pub async fn show(app: Data<App>, caller: Caller, id: Path<i64>) -> Result<Json<Candidate>> {
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
    fields.finish((|| {
        Some(NewCandidate {
            name: name?,
            email: email?,
            phone: phone.unwrap_or_default(),
            time_zone: time_zone.map(|zone| zone.name().into()),
            locale: locale.unwrap_or_else(|| "en".into()),
            job_id,
            notes: String::new(),
        })
    })())
}
