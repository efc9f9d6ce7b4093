//! Calls with an `Idempotency-Key`: what was answered first is answered to every repetition.
use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use serde::Serialize;

use super::{
    auth::Caller,
    problem::{self, Problem, Result},
};
use crate::{
    app::App,
    domain::idempotency_keys::{self, Answer, Earlier, IdempotencyKey},
    error::Error,
};

/// Carries a call out, unless the same call was answered before: then with the same words. What depends on rows
/// (done, not there, in conflict) is kept; fields that are wrong leave the key free, so that they can be corrected.
pub async fn answer(
    app: &App,
    caller: &Caller,
    idempotency_key: Option<IdempotencyKey>,
    work: impl AsyncFnOnce(Option<IdempotencyKey>) -> Result<Answer>,
) -> Result<HttpResponse> {
    let Some(key) = idempotency_key else {
        return work(None).await.map(respond);
    };
    let (company_id, now) = (caller.company_id, app.clock.now());
    match idempotency_keys::earlier(&app.db, company_id, &key, now).await? {
        Earlier::Answered(first) => return Ok(respond(first)),
        Earlier::Conflict => return Err(Problem::key_reused()),
        Earlier::Unanswered => {}
    }
    let answer = match work(Some(key.clone())).await {
        Ok(answer) => answer,
        Err(problem) => problem.lasting()?,
    };
    let kept = idempotency_keys::insert_answer(&app.db, company_id, &key, &answer, now).await;
    match kept.map_err(|error| unkept(error, &answer))? {
        Earlier::Answered(first) => Ok(respond(first)),
        Earlier::Conflict => Err(Problem::key_reused()),
        Earlier::Unanswered => Err(Problem::conflict(
            "in_progress",
            "The same request is still being processed. Repeat it in a moment to get its response.",
        )),
    }
}

/// 200 with what there is now.
pub fn ok(made: &impl Serialize) -> Result<Answer> {
    success(StatusCode::OK, None, made)
}

/// 201 with what was made, and where it is from now on.
pub fn created(path: String, made: &impl Serialize) -> Result<Answer> {
    success(StatusCode::CREATED, Some(path), made)
}

fn success(status: StatusCode, location: Option<String>, made: &impl Serialize) -> Result<Answer> {
    let body = serde_json::to_string(made);
    Ok(Answer {
        status: status.as_u16(),
        location,
        body: body.map_err(|error| Error::System(error.to_string()))?,
    })
}

fn respond(answer: Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    if let Some(location) = answer.location {
        response.insert_header((header::LOCATION, location));
    }
    match status.is_success() {
        true => response.content_type("application/json"),
        false => response.content_type(problem::MEDIA_TYPE),
    };
    response.body(answer.body)
}

/// "Nothing was done" would not be true of what succeeded.
fn unkept(error: Error, answer: &Answer) -> Problem {
    match error {
        Error::Unavailable(_) | Error::Busy if answer.status < 300 => {
            Problem::done_unanswered(error)
        }
        error => error.into(),
    }
}
