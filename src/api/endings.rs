//! How interviews ended: the calls that say so, take it back, and make up for a missed one.
use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use serde::Serialize;
use serde_json::json;

use super::{
    auth::Recruiter,
    changes,
    fields::{Body, Fields, text},
    idempotency,
    interviews::Interview,
    problem::{Problem, Result},
};
use crate::{
    app::App,
    domain::{
        companies,
        idempotency_keys::{Answer, IdempotencyKey},
        interviews::{
            self,
            change::{Done, Target},
            ending::{self, Closing, Ending, Refusal},
            rebooking,
        },
    },
    text as typed,
};

const LONGEST_NOTE: usize = 4000;

/// What can come of an interview.
#[derive(Debug, Serialize)]
pub struct Outcomes {
    outcomes: Vec<String>,
}

/// GET /api/interviews/outcomes/: what can come of an interview, in the company's order.
pub async fn index(app: Data<App>, caller: Recruiter) -> Result<Json<Outcomes>> {
    let company = companies::find(&app.db, caller.company_id).await?;
    Ok(Json(Outcomes {
        outcomes: companies::outcomes(&company)?,
    }))
}

/// POST /api/interviews/{id}/complete/: it took place.
pub async fn complete(
    app: Data<App>,
    caller: Recruiter,
    id: Path<i64>,
    body: Body,
) -> Result<HttpResponse> {
    let mut fields = body.fields()?;
    let key = caller.idempotency_key("api.complete", &format!("{id} {}", fields.request()))?;
    idempotency::answer(&app, &caller, key, async |key| {
        let outcome = fields.optional("outcome", text(|t| typed::line(t, companies::LONGEST_NAME)));
        let private_note = note(&mut fields);
        fields.finish(Some(()))?;
        let closing = Closing {
            ending: Ending::Completed { outcome },
            private_note,
        };
        close(&app, &caller, target(*id, key), &closing).await
    })
    .await
}

/// POST /api/interviews/{id}/no_show/: the candidate did not come.
pub async fn miss(
    app: Data<App>,
    caller: Recruiter,
    id: Path<i64>,
    body: Body,
) -> Result<HttpResponse> {
    let mut fields = body.fields()?;
    let key = caller.idempotency_key("api.no_show", &format!("{id} {}", fields.request()))?;
    idempotency::answer(&app, &caller, key, async |key| {
        let private_note = note(&mut fields);
        fields.finish(Some(()))?;
        let closing = Closing {
            ending: Ending::NoShow,
            private_note,
        };
        close(&app, &caller, target(*id, key), &closing).await
    })
    .await
}

/// POST /api/interviews/{id}/reopen/: takes back how it ended.
pub async fn reopen(
    app: Data<App>,
    caller: Recruiter,
    id: Path<i64>,
    body: Body,
) -> Result<HttpResponse> {
    let fields = body.fields()?;
    let key = caller.idempotency_key("api.reopen", &format!("{id} {}", fields.request()))?;
    idempotency::answer(&app, &caller, key, async |key| {
        fields.finish(Some(()))?;
        let (actor, now) = (caller.actor(), app.clock.now());
        let done = ending::reopen(&app.db, &actor, &target(*id, key), now).await?;
        answer(&app, done)
    })
    .await
}

/// POST /api/interviews/{id}/rebook/: an interview that is not booked yet, in the place of a missed one.
pub async fn rebook(
    app: Data<App>,
    caller: Recruiter,
    id: Path<i64>,
    body: Body,
) -> Result<HttpResponse> {
    let fields = body.fields()?;
    let key = caller.idempotency_key("api.rebook", &format!("{id} {}", fields.request()))?;
    idempotency::answer(&app, &caller, key, async |key| {
        fields.finish(Some(()))?;
        let (actor, now) = (caller.actor(), app.clock.now());
        match rebooking::rebook(&app.db, &actor, &target(*id, key), now).await? {
            Ok(new_id) => {
                let details = interviews::details(app.db.read(), caller.company_id, new_id).await?;
                let path = format!("/api/interviews/{new_id}/");
                idempotency::created(path, &Interview::from(details))
            }
            Err(refusal) => Err(problem(refusal)),
        }
    })
    .await
}

/// The private note.
pub(super) fn note(fields: &mut Fields) -> Option<String> {
    fields.optional("private_note", text(|t| typed::lines(t, LONGEST_NOTE)))
}

/// As it is.
pub(super) fn target(interview_id: i64, idempotency_key: Option<IdempotencyKey>) -> Target {
    Target {
        interview_id,
        version: None,
        idempotency_key,
    }
}

async fn close(app: &App, caller: &Recruiter, target: Target, closing: &Closing) -> Result<Answer> {
    let (actor, now) = (caller.actor(), app.clock.now());
    let done = ending::end(&app.db, &actor, &target, closing, now).await?;
    answer(app, done)
}

/// 200: the interview as it is now.
fn answer(app: &App, done: std::result::Result<Done, Refusal>) -> Result<Answer> {
    match done {
        Ok(done) => {
            app.wake.notify_one();
            idempotency::ok(&Interview::from(*done.details))
        }
        Err(refusal) => Err(problem(refusal)),
    }
}

fn problem(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Interview(refusal) => changes::unchangeable(refusal),
        Refusal::Missing => Problem::not_found(),
        Refusal::NotStarted(details) => Problem::conflict(
            "not_started",
            "This interview has not started yet. Its current state is in `interview`.",
        )
        .with("interview", json!(Interview::from(*details))),
        Refusal::NoSuchOutcome(known) => {
            let known = known.join(", ");
            Problem::invalid_field("outcome", &format!("Must be one of: {known}."))
        }
        Refusal::Rebooked(id) => Problem::conflict(
            "rebooked",
            "This no-show has been rebooked and can't be reopened. The id of the interview that replaces it is in `rebooked_as`.",
        )
        .with("rebooked_as", id.into()),
        Refusal::KeyConflict => Problem::key_reused(),
    }
}
