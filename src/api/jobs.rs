//! Jobs.
use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use entity::job::{self, Status};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    auth::{Caller, Recruiter},
    fields::{Body, Fields, choice, list, number, text},
    idempotency,
    lists::{self, List},
    problem::{Problem, Result},
};
use crate::{
    app::App,
    domain::{
        idempotency_keys::{Answer, IdempotencyKey, KeyConflict},
        jobs::{self, Filter, NewJob, Refusal, Updated},
        versions::Target,
    },
    text as typed, times,
};

const HIGHEST_SALARY: i64 = 1_000_000_000_000;
const MOST_SKILLS: usize = 40;

/// What `null` empties in a change; elsewhere it is as good as left out.
const CLEARABLE: &[&str] = &["salary_min", "salary_max"];

/// A job as it goes out.
#[derive(Debug, Serialize)]
pub struct Job {
    id: i64,
    title: String,
    description: String,
    domain: String,
    team_size: String,
    positions_to_fill: i32,
    key_skills: Value,
    salary_min: Option<i64>,
    salary_max: Option<i64>,
    salary_currency: String,
    location: String,
    status: Status,
    company: i64,
    version: i32,
    created_at: String,
}

impl From<job::Model> for Job {
    fn from(job: job::Model) -> Self {
        let job::Model {
            id,
            title,
            description,
            domain,
            team_size,
            positions_to_fill,
            key_skills,
            salary_min,
            salary_max,
            salary_currency,
            location,
            status,
            company_id,
            version,
            created_at,
        } = job;
        Self {
            id,
            title,
            description,
            domain,
            team_size,
            positions_to_fill,
            key_skills,
            salary_min,
            salary_max,
            salary_currency,
            location,
            status,
            company: company_id,
            version,
            created_at: times::rfc3339(created_at),
        }
    }
}

/// GET /api/jobs/: newest first.
pub async fn index(app: Data<App>, caller: Recruiter) -> Result<Json<List<Job>>> {
    let mut query = Fields::of_query(&caller.query)?;
    let span = lists::span(&mut query, &caller);
    let filter = Filter {
        status: query.optional("status", choice),
        from: span.from,
        until: span.until,
        ..Filter::default()
    };
    let place = lists::position(&mut query);
    let place = query.finish(place)?;
    let page = jobs::list(&app.db, caller.company_id, &filter, place.seek, place.limit).await?;
    Ok(Json(List::of(page, (&app, &caller), |job| Ok(job.into()))?))
}

/// POST /api/jobs/: enters a job.
pub async fn create(app: Data<App>, caller: Recruiter, body: Body) -> Result<HttpResponse> {
    let fields = body.fields()?;
    let idempotency_key = caller.idempotency_key("api.job", fields.request())?;
    idempotency::answer(&app, &caller, idempotency_key, async |idempotency_key| {
        let new = read(fields)?;
        match jobs::create(
            &app.db,
            &caller.actor(),
            new,
            idempotency_key,
            app.clock.now(),
        )
        .await?
        {
            Ok(id) => {
                let job = jobs::find(app.db.read(), caller.company_id, id).await?;
                idempotency::created(format!("/api/jobs/{id}/"), &Job::from(job))
            }
            Err(KeyConflict) => Err(Problem::key_reused()),
        }
    })
    .await
}

/// GET /api/jobs/{id}/: one job.
pub async fn show(app: Data<App>, caller: Recruiter, id: Path<i64>) -> Result<Json<Job>> {
    let job = jobs::find(app.db.read(), caller.company_id, *id).await?;
    Ok(Json(job.into()))
}

/// PATCH /api/jobs/{id}/: changes what is given.
pub async fn update(
    app: Data<App>,
    caller: Recruiter,
    id: Path<i64>,
    body: Body,
) -> Result<HttpResponse> {
    let fields = body.change(CLEARABLE)?;
    let idempotency_key =
        caller.idempotency_key("api.job.patch", &format!("{id} {}", fields.request()))?;
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
    let before = jobs::find(app.db.read(), company_id, id).await?;
    let (version, new) = read_change(fields, before.clone())?;
    let target = Target {
        id,
        version,
        idempotency_key,
    };
    match jobs::update(&app.db, &caller.actor(), &target, &new, app.clock.now()).await? {
        Ok(Updated::Done) => {}
        Ok(Updated::Same) if before.version == version => {}
        Ok(Updated::Same) => return Err(stale(before)),
        Err(Refusal::Stale(row)) => return Err(stale(*row)),
        Err(Refusal::KeyConflict) => return Err(Problem::key_reused()),
    }
    let row = jobs::find(app.db.read(), company_id, id).await?;
    idempotency::ok(&Job::from(row))
}

fn stale(row: job::Model) -> Problem {
    Problem::stale("job", json!(Job::from(row)))
}

/// What is given, over what is stored.
fn read_change(mut fields: Fields, row: job::Model) -> Result<(i32, NewJob)> {
    let line = |most| text(move |t: &str| typed::optional_line(t, most));
    let (is_of, stored) = (row.version, NewJob::of(row)?);
    let version = fields.version();
    let title = fields.optional("title", text(|t| typed::line(t, 200)));
    let description = fields.optional("description", text(|t| typed::lines(t, 20_000)));
    let domain = fields.optional("domain", line(200));
    let team_size = fields.optional("team_size", line(200));
    let positions = fields.optional("positions_to_fill", number(1..=9999));
    let key_skills = fields.optional("key_skills", list(MOST_SKILLS, |t| typed::line(t, 80)));
    let salary_min = fields.clearable("salary_min", number(0..=HIGHEST_SALARY));
    let salary_max = fields.clearable("salary_max", number(0..=HIGHEST_SALARY));
    let currency = fields.optional("salary_currency", text(currency));
    let location = fields.optional("location", line(200));
    let status = fields.optional("status", choice);
    let new = NewJob {
        title: title.unwrap_or(stored.title),
        description: description.unwrap_or(stored.description),
        domain: domain.unwrap_or(stored.domain),
        team_size: team_size.unwrap_or(stored.team_size),
        positions_to_fill: positions.unwrap_or(stored.positions_to_fill),
        key_skills: key_skills.unwrap_or(stored.key_skills),
        salary_min: salary_min.unwrap_or(stored.salary_min),
        salary_max: salary_max.unwrap_or(stored.salary_max),
        salary_currency: currency.unwrap_or(stored.salary_currency),
        location: location.unwrap_or(stored.location),
        status: status.unwrap_or(stored.status),
    };
    // Over another version it would be about salaries that the caller never saw.
    if version == Some(is_of) {
        check_salary(&mut fields, &new);
    }
    fields.finish(version.map(|version| (version, new)))
}

fn check_salary(fields: &mut Fields, new: &NewJob) {
    if new.salary_min > new.salary_max && new.salary_max.is_some() {
        fields.refuse("salary_max", "Must not be less than `salary_min`.");
    }
    if new.salary_min.or(new.salary_max).is_some() && new.salary_currency.is_empty() {
        fields.refuse("salary_currency", "A salary needs a currency, like EUR.");
    }
}

/// As it goes out: empty where there is none.
fn currency(code: &str) -> Result<String, typed::Refusal> {
    match code.trim() {
        "" => Ok(String::new()),
        code => typed::currency(code),
    }
}

fn read(mut fields: Fields) -> Result<NewJob> {
    let line = |most| text(move |t: &str| typed::optional_line(t, most));
    let title = fields.required("title", text(|t| typed::line(t, 200)));
    let description = fields.optional("description", text(|t| typed::lines(t, 20_000)));
    let domain = fields.optional("domain", line(200));
    let team_size = fields.optional("team_size", line(200));
    let positions_to_fill = fields.optional("positions_to_fill", number(1..=9999));
    let key_skills = fields.optional("key_skills", list(MOST_SKILLS, |t| typed::line(t, 80)));
    let salary_min = fields.optional("salary_min", number(0..=HIGHEST_SALARY));
    let salary_max = fields.optional("salary_max", number(0..=HIGHEST_SALARY));
    let salary_currency = fields.optional("salary_currency", text(currency));
    let location = fields.optional("location", line(200));
    let new = NewJob {
        title: title.clone().unwrap_or_default(),
        description: description.unwrap_or_default(),
        domain: domain.unwrap_or_default(),
        team_size: team_size.unwrap_or_default(),
        positions_to_fill: positions_to_fill.unwrap_or(1),
        key_skills: key_skills.unwrap_or_default(),
        salary_min,
        salary_max,
        salary_currency: salary_currency.unwrap_or_default(),
        location: location.unwrap_or_default(),
        status: Status::Open,
    };
    check_salary(&mut fields, &new);
    fields.finish(title.map(|_| new))
}
