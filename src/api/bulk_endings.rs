//! How several interviews ended, in one call.
use std::collections::HashMap;

use actix_web::{HttpResponse, web::Data};
use sea_orm::ActiveEnum;
use serde::Serialize;
use serde_json::json;

use super::{
    auth::{Caller, Recruiter},
    endings::{note, target},
    fields::{Body, Fields, boolean, id, text},
    idempotency,
    problem::{Problem, Result},
};
use crate::{
    app::App,
    domain::{
        companies,
        idempotency_keys::Answer,
        interviews::{
            change::{Done, InterviewRefusal, Target},
            ending::{self, Closing, Ending, Extent, Refusal},
        },
    },
    text as typed,
};

/// So many can be closed in one call.
const MOST: usize = 100;

/// What a call asks for.
struct Asked {
    rows: Vec<(Target, Closing)>,
    is_trial: bool,
    /// Rows that cannot be closed keep no other from it.
    skips_refused: bool,
}

/// What came of a call, or would.
#[derive(Debug, Serialize)]
struct BulkEnding {
    dry_run: bool,
    results: Vec<Row>,
}

/// What came of a row, or would.
#[derive(Debug, Serialize)]
struct Row {
    row: usize,
    interview: i64,
    status: &'static str,
    code: Option<&'static str>,
    detail: Option<String>,
}

/// POST /api/interviews/bulk_ending/: says how several interviews ended, all or none.
pub async fn create(app: Data<App>, caller: Recruiter, body: Body) -> Result<HttpResponse> {
    let mut fields = body.fields()?;
    let key = caller.idempotency_key("api.bulk_ending", fields.request())?;
    // Closing an interview as it is closed changes nothing, so two calls at one moment do no harm.
    idempotency::answer(&app, &caller, key, async |_| {
        let asked = read(&mut fields);
        let asked = fields.finish(asked)?;
        require_once(&asked.rows)?;
        carry_out(&app, &caller, asked).await
    })
    .await
}

fn read(fields: &mut Fields) -> Option<Asked> {
    let rows = fields.each("rows", MOST, read_row);
    let is_trial = fields.optional("dry_run", boolean);
    let skips_refused = fields.optional("skip_refused", boolean);
    if rows.as_ref().is_some_and(Vec::is_empty) {
        fields.refuse("rows", "Must have at least one entry.");
    }
    Some(Asked {
        rows: rows?,
        is_trial: is_trial.unwrap_or(false),
        skips_refused: skips_refused.unwrap_or(false),
    })
}

fn read_row(row: &mut Fields) -> Option<(Target, Closing)> {
    let interview_id = row.required("interview", id);
    let status = row.required(
        "status",
        text(|name| match name {
            "completed" => Ok(true),
            "no_show" => Ok(false),
            _ => Err("Must be one of completed, no_show."),
        }),
    );
    let outcome = row.optional("outcome", text(|t| typed::line(t, companies::LONGEST_NAME)));
    let private_note = note(row);
    if status == Some(false) && outcome.is_some() {
        row.refuse(
            "outcome",
            "Only an interview that is completed has an outcome.",
        );
    }
    let ending = match status? {
        true => Ending::Completed { outcome },
        false => Ending::NoShow,
    };
    let closing = Closing {
        ending,
        private_note,
    };
    Some((target(interview_id?, None), closing))
}

/// Which of two rows about one interview is meant, nobody knows.
fn require_once(rows: &[(Target, Closing)]) -> Result<()> {
    let mut seen = HashMap::new();
    for (at, (target, _)) in rows.iter().enumerate() {
        if let Some(first) = seen.insert(target.interview_id, at) {
            let message = format!("This interview is in row {first} already.");
            return Err(Problem::invalid_field(
                &format!("rows[{at}].interview"),
                &message,
            ));
        }
    }
    Ok(())
}

async fn carry_out(app: &App, caller: &Caller, asked: Asked) -> Result<Answer> {
    let extent = match (asked.is_trial, asked.skips_refused) {
        (true, _) => Extent::Trial,
        (false, true) => Extent::Each,
        (false, false) => Extent::AllOrNone,
    };
    let (actor, now) = (caller.actor(), app.clock.now());
    let ended = ending::end_all(&app.db, &actor, &asked.rows, extent, now).await?;
    let is_kept = match extent {
        Extent::Each => ended.iter().any(std::result::Result::is_ok),
        Extent::AllOrNone => ended.iter().all(std::result::Result::is_ok),
        Extent::Trial => false,
    };
    let rows = asked.rows.iter().zip(&ended).enumerate();
    let results = rows.map(|(at, ((target, _), ended))| row(at, target, ended, is_kept));
    let results: Vec<Row> = results.collect();
    if !is_kept && !asked.is_trial {
        let why = match asked.skips_refused {
            true => "Nothing was recorded because none of the rows can be. See `results`.",
            false => {
                "Nothing was recorded because some rows can't be. See `results`; send `skip_refused` to record the others."
            }
        };
        return Err(Problem::conflict("rows_refused", why).with("results", json!(results)));
    }
    if is_kept {
        app.wake.notify_one();
    }
    idempotency::ok(&BulkEnding {
        dry_run: asked.is_trial,
        results,
    })
}

fn row(
    at: usize,
    target: &Target,
    ended: &std::result::Result<Done, Refusal>,
    is_kept: bool,
) -> Row {
    let (status, code, detail) = match (ended, is_kept) {
        (Ok(_), true) => ("recorded", None, None),
        (Ok(_), false) => ("ready", None, None),
        (Err(refusal), _) => {
            let (code, detail) = why_not(refusal);
            ("refused", Some(code), Some(detail))
        }
    };
    Row {
        row: at,
        interview: target.interview_id,
        status,
        code,
        detail,
    }
}

fn why_not(refusal: &Refusal) -> (&'static str, String) {
    match refusal {
        Refusal::Missing => ("not_found", "There is no interview with this id.".into()),
        Refusal::Interview(InterviewRefusal::Changed(_)) => (
            "changed",
            "This interview was changed at the same moment. Read it and try again.".into(),
        ),
        Refusal::Interview(InterviewRefusal::NotBooked(details)) => {
            let status = details.interview.status.to_value();
            (
                "not_booked",
                format!("The status of this interview is `{status}`."),
            )
        }
        Refusal::NotStarted(_) => ("not_started", "This interview has not started yet.".into()),
        Refusal::NoSuchOutcome(known) => (
            "unknown_outcome",
            format!("Must be one of: {}.", known.join(", ")),
        ),
        // Neither is asked of what is closed without a key.
        Refusal::Rebooked(_) | Refusal::KeyConflict => ("refused", String::new()),
    }
}
