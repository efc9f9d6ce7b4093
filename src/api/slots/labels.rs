//! Names of interviewers on slots, and putting the users whom they mean on these slots.
use actix_web::{HttpResponse, web::Data};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    api::{
        auth::{Caller, Recruiter},
        fields::{Body, boolean},
        idempotency,
        problem::Result,
    },
    app::App,
    domain::{
        idempotency_keys::Answer,
        slots::{
            changes::Refusal,
            labels::{self, Assigned, Label},
        },
    },
    times,
};

/// What came of a call, or would.
#[derive(Debug, Serialize)]
struct Matched {
    dry_run: bool,
    results: Vec<Row>,
}

/// What came of a name, or would.
#[derive(Debug, Serialize)]
struct Row {
    interviewer: String,
    status: &'static str,
    slots: usize,
    interviewers: Vec<i64>,
    refused: Vec<Value>,
    /// On so many nobody was put yet: there are more than are changed at one call.
    remaining: usize,
}

/// POST /api/interviews/slots/match_interviewers/: puts users on the coming slots whose label is their name.
pub async fn create(app: Data<App>, caller: Recruiter, body: Body) -> Result<HttpResponse> {
    let mut fields = body.fields()?;
    let key = caller.idempotency_key("api.match_interviewers", fields.request())?;
    // What was matched once needs it no more, so two calls at one moment do no harm.
    idempotency::answer(&app, &caller, key, async |_| {
        let is_trial = fields.optional("dry_run", boolean);
        let is_trial = fields.finish(Some(is_trial))?.unwrap_or(false);
        carry_out(&app, &caller, is_trial).await
    })
    .await
}

async fn carry_out(app: &App, caller: &Caller, is_trial: bool) -> Result<Answer> {
    let now = app.clock.now();
    let found = labels::list(&app.db, caller.company_id, now).await?;
    let mut results = Vec::with_capacity(found.labels.len());
    for label in found.labels {
        let users = label.users();
        let assigned = match (&users, is_trial) {
            (Some(users), false) => {
                let what = (label.text.as_str(), users.as_slice());
                labels::assign(&app.db, &caller.actor(), what, now).await?
            }
            _ => Vec::new(),
        };
        results.push(row(label, users, (assigned, is_trial)));
    }
    app.wake.notify_one();
    idempotency::ok(&Matched {
        dry_run: is_trial,
        results,
    })
}

fn row(label: Label, users: Option<Vec<i64>>, (assigned, is_trial): (Vec<Assigned>, bool)) -> Row {
    let is_shared = label.names.iter().any(|name| name.users.len() > 1);
    Row {
        interviewer: label.text,
        status: match (&users, is_trial) {
            (Some(_), true) => "ready",
            (Some(_), false) => "matched",
            (None, _) if is_shared => "ambiguous",
            (None, _) => "unknown",
        },
        remaining: match (&users, is_trial) {
            (Some(_), false) => label.slots.saturating_sub(assigned.len()),
            _ => label.slots,
        },
        slots: label.slots,
        interviewers: users.unwrap_or_default(),
        refused: assigned
            .iter()
            .filter_map(|slot| {
                let refusal = slot.outcome.as_ref().err()?;
                Some(refused(slot, refusal))
            })
            .collect(),
    }
}

fn refused(slot: &Assigned, refusal: &Refusal) -> Value {
    let (code, detail) = match refusal {
        Refusal::Busy(_) => (
            "interviewer_busy",
            "An interviewer has another interview at this time.",
        ),
        Refusal::Stale => ("changed", "This slot was changed at the same moment."),
        _ => ("refused", "This slot can't be changed now."),
    };
    json!({
        "slot": slot.slot_id,
        "starts_at": times::rfc3339(slot.starts_at),
        "code": code,
        "detail": detail,
    })
}
