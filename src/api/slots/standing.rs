//! Closing, reopening and deleting a slot.
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde_json::json;

use super::Slot;
use crate::{
    api::{
        auth::{Caller, Recruiter},
        fields::{Body, Fields, number, text},
        idempotency,
        problem::{Problem, Result},
    },
    app::App,
    domain::{
        slots::standing::{self, Act, Chosen, Outcome},
        versions::NEWEST,
    },
};

/// POST /api/interviews/slots/{id}/close/: takes a slot off the offer.
pub async fn close(
    app: Data<App>,
    caller: Recruiter,
    id: Path<i64>,
    body: Body,
) -> Result<HttpResponse> {
    change(&app, &caller, (*id, Act::Close), "api.slot.close", body).await
}

/// POST /api/interviews/slots/{id}/reopen/: offers it again.
pub async fn reopen(
    app: Data<App>,
    caller: Recruiter,
    id: Path<i64>,
    body: Body,
) -> Result<HttpResponse> {
    change(&app, &caller, (*id, Act::Reopen), "api.slot.reopen", body).await
}

async fn change(
    app: &App,
    caller: &Caller,
    (id, act): (i64, Act),
    scope: &'static str,
    body: Body,
) -> Result<HttpResponse> {
    let mut fields = body.fields()?;
    let idempotency_key = caller.idempotency_key(scope, &format!("{id} {}", fields.request()))?;
    idempotency::answer(app, caller, idempotency_key, async |_| {
        let version = fields.optional("version", number(1..=i64::from(NEWEST)));
        let version = fields.finish(Some(version))?;
        judge(app, caller, act, Chosen { id, version }).await?;
        let now = app.clock.now();
        idempotency::ok(&Slot::shown(app, caller.company_id, id, now).await?)
    })
    .await
}

/// DELETE /api/interviews/slots/{id}/: removes a slot that was never booked.
pub async fn destroy(app: Data<App>, caller: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let mut query = Fields::of_query(&caller.query)?;
    let version = query.optional("version", text(version));
    let version = query.finish(Some(version))?;
    let chosen = Chosen { id: *id, version };
    judge(&app, &caller, Act::Delete, chosen).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn version(text: &str) -> Result<i32, String> {
    let version = text.parse().ok();
    let version = version.filter(|version| (1..=NEWEST).contains(version));
    version.ok_or_else(|| format!("Must be an integer from 1 to {NEWEST}."))
}

/// Done, or like that already; else why not.
async fn judge(app: &App, caller: &Caller, act: Act, chosen: Chosen) -> Result<()> {
    let now = app.clock.now();
    let judged = standing::apply(&app.db, &caller.actor(), act, &[chosen], now).await?;
    let outcome = judged
        .first()
        .map_or(Outcome::Missing, |judged| judged.outcome);
    let slot = async || Slot::shown(app, caller.company_id, chosen.id, now).await;
    match outcome {
        Outcome::Done | Outcome::Already => Ok(()),
        Outcome::Missing => Err(Problem::not_found()),
        Outcome::Stale => Err(Problem::stale("slot", json!(slot().await?))),
        Outcome::Booked => Err(Problem::conflict(
            "slot_booked",
            "This slot is booked. Cancel or reschedule the interview in it first.",
        )
        .with("slot", json!(slot().await?))),
        Outcome::WasBooked => Err(Problem::conflict(
            "slot_was_booked",
            "An interview was booked into this slot once, so it can't be deleted. Close it instead.",
        )
        .with("slot", json!(slot().await?))),
        Outcome::Past => Err(Problem::conflict(
            "slot_past",
            "This slot has started already, so it can't be reopened.",
        )
        .with("slot", json!(slot().await?))),
    }
}
