//! Candidates and jobs from lists: text as people paste it, or CSV.
use actix_web::{HttpResponse, web::Data};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    auth::{Caller, Recruiter},
    fields::{Body, Fields, boolean, id, text},
    idempotency,
    problem::{Problem, Result},
};
use crate::{
    app::App,
    domain::{
        batches::{
            self, Line, Outcome,
            imports::{self, Wanted},
        },
        candidates as people,
        idempotency_keys::{Answer, KeyConflict},
        jobs as positions,
    },
    imports::{
        Found, LONGEST, Line as Typed, List, jobs as job_lists,
        people::{self as lists, Answers, Person},
    },
    mail::language::FALLBACK,
    text as typed,
    web::imports::{candidates::candidate, jobs::wanted as wanted_jobs},
};

/// What came of a list, or would.
#[derive(Debug, Serialize)]
struct Import {
    dry_run: bool,
    /// None for a trial.
    batch: Option<i64>,
    added: usize,
    results: Vec<Value>,
    ignored_columns: Vec<String>,
}

/// POST /api/candidates/import/: adds those of a list who are not there.
pub async fn candidates(app: Data<App>, caller: Recruiter, body: Body) -> Result<HttpResponse> {
    let mut fields = body.fields()?;
    let key = caller.idempotency_key("api.candidates.import", fields.request())?;
    idempotency::answer(&app, &caller, key, async |key| {
        let text = list_text(&mut fields);
        let job_id = fields.optional("job", id);
        let locale = fields.optional("locale", super::fields::text(typed::locale));
        let is_trial = fields.optional("dry_run", boolean).unwrap_or(false);
        let list = text.and_then(|text| read(&mut fields, lists::read(&text, &Answers::default())));
        let list = fields.finish(list)?;
        let locale = locale.unwrap_or_else(|| FALLBACK.into());
        let notes: Vec<Value> = list.lines.iter().map(warnings).collect();
        let ignored = list.ignored.clone();
        let wanted = wanted(list, job_id, &locale);
        let (batch, lines) = match is_trial {
            true => (None, trial(&app, &caller, &wanted).await?),
            false => {
                let now = app.clock.now();
                let made =
                    imports::import_candidates(&app.db, &caller.actor(), &wanted, key, now).await?;
                made_lines(&app, &caller, made).await?
            }
        };
        answer(batch, is_trial, (lines, notes), ignored)
    })
    .await
}

/// POST /api/jobs/import/: adds those of a list of which there is none.
pub async fn jobs(app: Data<App>, caller: Recruiter, body: Body) -> Result<HttpResponse> {
    let mut fields = body.fields()?;
    let key = caller.idempotency_key("api.jobs.import", fields.request())?;
    idempotency::answer(&app, &caller, key, async |key| {
        let text = list_text(&mut fields);
        let is_trial = fields.optional("dry_run", boolean).unwrap_or(false);
        let list = text.and_then(|text| read(&mut fields, job_lists::read(&text)));
        let list = fields.finish(list)?;
        let ignored = list.ignored.clone();
        let notes = vec![json!([]); list.lines.len()];
        let wanted = wanted_jobs(list);
        let (batch, lines) = match is_trial {
            true => {
                let titles: Vec<&str> = wanted
                    .iter()
                    .filter_map(|it| Some(it.what.as_ref().ok()?.title.as_str()))
                    .collect();
                let there =
                    positions::open_by_title(app.db.read(), caller.company_id, &titles).await?;
                (
                    None,
                    tried(&wanted, |job| {
                        there
                            .get(&job.title)
                            .map(|id| Outcome::JobThere { job_id: *id })
                    }),
                )
            }
            false => {
                let now = app.clock.now();
                let made =
                    imports::import_jobs(&app.db, &caller.actor(), &wanted, key, now).await?;
                made_lines(&app, &caller, made).await?
            }
        };
        answer(batch, is_trial, (lines, notes), ignored)
    })
    .await
}

fn list_text(fields: &mut Fields) -> Option<String> {
    fields.required("text", text(|t| typed::lines(t, LONGEST)))
}

fn read<T>(fields: &mut Fields, list: Result<List<T>, typed::Refusal>) -> Option<List<T>> {
    list.map_err(|why| fields.refuse("text", why)).ok()
}

/// An address that looks mistyped is taken as it is, because nobody is there to ask.
fn wanted(
    list: List<Person>,
    job_id: Option<i64>,
    locale: &str,
) -> Vec<Wanted<people::NewCandidate>> {
    let lines = list.lines.into_iter().map(|line| Wanted {
        number: line.number,
        what: match line.found {
            Found::New(person) => Ok(candidate(person, job_id, locale)),
            Found::Repeat(of) => Err(format!("Same as line {of}.")),
            Found::Unusable(why) => Err(why),
        },
    });
    lines.collect()
}

fn warnings(line: &Typed<Person>) -> Value {
    match &line.found {
        Found::New(person) => {
            let likely = person
                .likely_email()
                .map(|email| json!({ "code": "likely_typo", "likely_email": email }));
            let guessed = person
                .is_name_guessed
                .then(|| json!({ "code": "name_from_address" }));
            likely.into_iter().chain(guessed).collect()
        }
        Found::Repeat(_) | Found::Unusable(_) => json!([]),
    }
}

/// A line as it would be, where the database has nothing of its kind.
type Tried = Vec<(usize, Option<Outcome>)>;

fn tried<T>(wanted: &[Wanted<T>], there: impl Fn(&T) -> Option<Outcome>) -> Tried {
    let line = |it: &Wanted<T>| match &it.what {
        Ok(new) => (it.number, there(new)),
        Err(why) => (it.number, Some(Outcome::LeftOut { why: why.clone() })),
    };
    wanted.iter().map(line).collect()
}

async fn trial(
    app: &App,
    caller: &Caller,
    wanted: &[Wanted<people::NewCandidate>],
) -> Result<Tried> {
    let emails: Vec<&str> = wanted
        .iter()
        .filter_map(|it| Some(it.what.as_ref().ok()?.email.as_str()))
        .collect();
    let there = people::keys_by_email(app.db.read(), caller.company_id, &emails).await?;
    Ok(tried(wanted, |new| {
        let id = there.get(&new.email)?;
        Some(Outcome::CandidateThere { candidate_id: *id })
    }))
}

async fn made_lines(
    app: &App,
    caller: &Caller,
    made: Result<i64, KeyConflict>,
) -> Result<(Option<i64>, Tried)> {
    let id = made.map_err(|KeyConflict| Problem::key_reused())?;
    let batch = batches::find(app.db.read(), caller.company_id, id).await?;
    let lines = batch
        .lines
        .into_iter()
        .map(|Line { number, outcome }| (number, Some(outcome)));
    Ok((Some(id), lines.collect()))
}

fn answer(
    batch: Option<i64>,
    dry_run: bool,
    (lines, notes): (Tried, Vec<Value>),
    ignored_columns: Vec<String>,
) -> Result<Answer> {
    let is_added = |outcome: &Option<Outcome>| {
        matches!(
            outcome,
            None | Some(Outcome::CandidateAdded { .. } | Outcome::JobAdded { .. })
        )
    };
    idempotency::ok(&Import {
        dry_run,
        batch,
        added: lines
            .iter()
            .filter(|(_, outcome)| is_added(outcome))
            .count(),
        results: lines.into_iter().zip(notes).map(result).collect(),
        ignored_columns,
    })
}

fn result(((line, outcome), warnings): ((usize, Option<Outcome>), Value)) -> Value {
    let (status, id, detail) = match outcome {
        None => ("ready", None, None),
        Some(Outcome::CandidateAdded { candidate_id: id } | Outcome::JobAdded { job_id: id }) => {
            ("added", Some(id), None)
        }
        Some(Outcome::CandidateThere { candidate_id: id } | Outcome::JobThere { job_id: id }) => {
            ("exists", Some(id), None)
        }
        Some(Outcome::LeftOut { why }) => ("refused", None, Some(why)),
        // No import books.
        Some(Outcome::Booked { .. }) => ("refused", None, None),
    };
    json!({ "line": line, "status": status, "id": id, "detail": detail, "warnings": warnings })
}
