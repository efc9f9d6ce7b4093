//! Booking several people at once, each beside a slot that is named or proposed.
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    auth::{Caller, Recruiter},
    fields::{Body, Fields, boolean, id, text},
    idempotency, interviewers,
    problem::{Problem, Result},
};
use crate::{
    app::App,
    calendars::{self, Whose},
    domain::{
        batches::{
            self, Outcome,
            board::{self, Board},
            booking::{self, MOST, NewBatch, NewRow, Refusal},
            check::{
                self, Choice, Entry, Named, Person, Problem as Against, Reason, Row, State, Warning,
            },
            undo::{self, Undone},
        },
        candidates::{self, NewCandidate},
        idempotency_keys::{Answer, IdempotencyKey},
        interviews::booking::Who,
    },
    error::Reference,
    mail::language::FALLBACK,
    text as typed, times,
    web::batches::refusal,
};

const LONGEST_NOTES: usize = 2000;

/// What a call asks for.
struct Asked {
    job_id: i64,
    rows: Vec<AskedRow>,
    is_trial: bool,
    /// Rows that cannot be booked keep nobody else from it.
    skips_refused: bool,
}

struct AskedRow {
    who: AskedWho,
    slot_id: Option<i64>,
    notes: String,
}

enum AskedWho {
    Known(i64),
    Somebody(Box<NewCandidate>),
}

/// What came of a call, or would.
#[derive(Debug, Serialize)]
struct BulkBooking {
    dry_run: bool,
    /// None for a trial.
    batch: Option<i64>,
    /// Until when all of it can be taken back.
    undo_until: Option<String>,
    results: Vec<Value>,
}

/// POST /api/interviews/bulk_booking/: books several people, all or nobody.
pub async fn create(app: Data<App>, caller: Recruiter, body: Body) -> Result<HttpResponse> {
    let mut fields = body.fields()?;
    let key = caller.idempotency_key("api.bulk_booking", fields.request())?;
    idempotency::answer(&app, &caller, key, async |key| {
        let asked = read(&mut fields);
        let asked = fields.finish(asked)?;
        carry_out(&app, &caller, asked, key).await
    })
    .await
}

fn read(fields: &mut Fields) -> Option<Asked> {
    let job_id = fields.required("job", id);
    let rows = fields.each("rows", MOST, read_row);
    let is_trial = fields.optional("dry_run", boolean);
    let skips_refused = fields.optional("skip_refused", boolean);
    if rows.as_ref().is_some_and(Vec::is_empty) {
        fields.refuse("rows", "Must have at least one entry.");
    }
    Some(Asked {
        job_id: job_id?,
        rows: rows?,
        is_trial: is_trial.unwrap_or(false),
        skips_refused: skips_refused.unwrap_or(false),
    })
}

fn read_row(row: &mut Fields) -> Option<AskedRow> {
    let who = match row.has("candidate") {
        true => row.required("candidate", id).map(AskedWho::Known),
        false => read_somebody(row).map(|new| AskedWho::Somebody(Box::new(new))),
    };
    let slot_id = row.optional("slot_id", id);
    let notes = row.optional("booking_notes", text(|t| typed::lines(t, LONGEST_NOTES)));
    Some(AskedRow {
        who: who?,
        slot_id,
        notes: notes.unwrap_or_default(),
    })
}

fn read_somebody(row: &mut Fields) -> Option<NewCandidate> {
    let name = row.required("name", text(|t| typed::line(t, 200)));
    let email = row.required("email", text(typed::email));
    let phone = row.optional("phone", text(|t| typed::optional_line(t, 50)));
    let time_zone = row.optional("time_zone", text(typed::zone));
    let locale = row.optional("locale", text(typed::locale));
    Some(NewCandidate {
        name: name?,
        email: email?,
        phone: phone.unwrap_or_default(),
        time_zone: time_zone.map(|zone| zone.name().into()),
        locale: locale.unwrap_or_else(|| FALLBACK.into()),
        job_id: None,
        notes: String::new(),
    })
}

async fn carry_out(
    app: &Data<App>,
    caller: &Caller,
    asked: Asked,
    key: Option<IdempotencyKey>,
) -> Result<Answer> {
    let now = app.clock.now();
    if let Some(id) = batches::made_by(&app.db, caller.company_id, key.as_ref()).await? {
        return done(app, caller, id, now).await;
    }
    let (board, rows) = look(app, caller, &asked, now).await?;
    if asked.is_trial {
        let results = rows.iter().map(|row| result(row, None));
        return idempotency::ok(&BulkBooking {
            dry_run: true,
            batch: None,
            undo_until: None,
            results: results.collect(),
        });
    }
    book(app, caller, (&asked, rows), (key, &board), now).await
}

/// Books those who are ready. Who can no longer be booked, because somebody else was first, keeps the others from it only
/// where that was not asked for.
async fn book(
    app: &Data<App>,
    caller: &Caller,
    (asked, mut rows): (&Asked, Vec<Row>),
    (key, board): (Option<IdempotencyKey>, &Board),
    now: DateTime<Utc>,
) -> Result<Answer> {
    loop {
        let ready = rows.iter().filter(|row| row.is_ready()).count();
        if ready == 0 || (ready < rows.len() && !asked.skips_refused) {
            return Err(refused(&rows));
        }
        let new = NewBatch {
            idempotency_key: key.clone(),
            ..batch(&rows, asked)
        };
        match booking::book(&app.db, &caller.actor(), &new, now).await? {
            Ok(id) => {
                app.wake.notify_one();
                return booked(app, caller, (id, &rows), board, now).await;
            }
            Err(Refusal::Row(slot_id, why)) => {
                let is_it = |row: &&mut Row| {
                    row.is_ready() && row.slot.as_ref().is_some_and(|slot| slot.id == slot_id)
                };
                let Some(row) = rows.iter_mut().find(is_it) else {
                    return Err(refused(&rows));
                };
                row.state = State::Look(Against::Refused(refusal(&why, caller.zone)));
            }
            Err(Refusal::KeyConflict) => return Err(Problem::key_reused()),
        }
    }
}

async fn booked(
    app: &App,
    caller: &Caller,
    (id, rows): (i64, &[Row]),
    board: &Board,
    now: DateTime<Utc>,
) -> Result<Answer> {
    let batch = batches::find(app.db.read(), caller.company_id, id).await?;
    let interview = |number: usize| {
        let line = batch.lines.iter().find(|line| line.number == number)?;
        match line.outcome {
            Outcome::Booked { interview_id, .. } => Some(interview_id),
            _ => None,
        }
    };
    let undo_until = batch.undo_until(board.company.undo_seconds);
    idempotency::ok(&BulkBooking {
        dry_run: false,
        batch: Some(id),
        undo_until: (undo_until > now).then(|| times::rfc3339(undo_until)),
        results: rows
            .iter()
            .map(|row| result(row, interview(row.number)))
            .collect(),
    })
}

/// What an earlier call with the same key made.
async fn done(app: &App, caller: &Caller, id: i64, now: DateTime<Utc>) -> Result<Answer> {
    let batch = batches::find(app.db.read(), caller.company_id, id).await?;
    let company = crate::domain::companies::find(&app.db, caller.company_id).await?;
    let results = batch.lines.iter().map(|line| match &line.outcome {
        Outcome::Booked { interview_id, .. } => {
            json!({ "row": line.number - 1, "status": "booked", "interview": interview_id })
        }
        _ => json!({ "row": line.number - 1, "status": "refused" }),
    });
    let undo_until = batch.undo_until(company.undo_seconds);
    idempotency::ok(&BulkBooking {
        dry_run: false,
        batch: Some(id),
        undo_until: (undo_until > now).then(|| times::rfc3339(undo_until)),
        results: results.collect(),
    })
}

/// Everybody beside a slot. Candidates who are named by their keys are read first.
async fn look(
    app: &Data<App>,
    caller: &Caller,
    asked: &Asked,
    now: DateTime<Utc>,
) -> Result<(Board, Vec<Row>)> {
    let named = asked.rows.iter().filter_map(|row| match row.who {
        AskedWho::Known(id) => Some(id),
        AskedWho::Somebody(_) => None,
    });
    let known = candidates::find_many(app.db.read(), caller.company_id, named).await?;
    let mut entries: Vec<Entry> = Vec::new();
    let mut seen: Vec<(String, usize)> = Vec::new();
    for (at, row) in asked.rows.iter().enumerate() {
        let new = match &row.who {
            AskedWho::Somebody(new) => (**new).clone(),
            AskedWho::Known(id) => match known.get(id) {
                Some(row) => NewCandidate::of(row.clone()),
                None => return Err(missing(at)),
            },
        };
        let repeat = seen
            .iter()
            .find(|(email, _)| *email == new.email)
            .map(|(_, of)| *of);
        let what = match repeat {
            Some(of) => Named::Repeat(of),
            None => {
                seen.push((new.email.clone(), at + 1));
                Named::Person(Box::new(Person {
                    is_name_guessed: false,
                    // A program means what it says.
                    likely_email: None,
                    chosen: row.slot_id.map_or(Choice::Unsaid, Choice::Slot),
                    new,
                }))
            }
        };
        entries.push(Entry {
            number: at + 1,
            label: String::new(),
            what,
        });
    }
    let emails: Vec<&str> = seen.iter().map(|(email, _)| email.as_str()).collect();
    calendars::read_again(app, caller.company_id, Whose::Job(asked.job_id)).await;
    let board = board::read(&app.db, caller.company_id, asked.job_id, &emails, now).await;
    let board = board.map_err(|error| error.of(Reference::Job))?;
    let rows = check::check(entries, &board, now);
    Ok((board, rows))
}

fn missing(at: usize) -> Problem {
    let field = format!("rows[{at}].candidate");
    Problem::invalid_field(&field, "There is no candidate with this id.")
}

fn batch(rows: &[Row], asked: &Asked) -> NewBatch {
    let mut new = NewBatch {
        rows: Vec::new(),
        left_out: Vec::new(),
        idempotency_key: None,
    };
    for (row, asked) in rows.iter().zip(&asked.rows) {
        match (&row.state, &row.who, &row.slot) {
            (State::Ready(_), Some(who), Some(slot)) => new.rows.push(NewRow {
                number: row.number,
                who: who.clone(),
                slot_id: slot.id,
                notes: asked.notes.clone(),
            }),
            _ => new
                .left_out
                .push((row.number, code(row).unwrap_or_default().to_owned())),
        }
    }
    new
}

/// 409: nothing was booked; every row says how it stands.
fn refused(rows: &[Row]) -> Problem {
    let results: Vec<Value> = rows.iter().map(|row| result(row, None)).collect();
    Problem::conflict(
        "rows_refused",
        "Nothing was booked because some rows can't be. See `results`; send `skip_refused` to book the others.",
    )
    .with("results", json!(results))
}

fn result(row: &Row, interview: Option<i64>) -> Value {
    let status = match (&row.state, interview) {
        (_, Some(_)) => "booked",
        (State::Ready(_), None) => "ready",
        (State::Look(_), None) => "refused",
        (State::Aside(_), None) => "set_aside",
    };
    let candidate = match row.who {
        Some(Who::Candidate(id)) => Some(id),
        _ => None,
    };
    let warnings: Vec<&str> = match &row.state {
        State::Ready(warnings) => warnings.iter().map(warning).collect(),
        State::Look(_) | State::Aside(_) => Vec::new(),
    };
    json!({
        "row": row.number - 1,
        "status": status,
        "code": code(row),
        "detail": detail(row),
        "candidate": candidate,
        "interview": interview.or(other_interview(row)),
        "slot": row.slot.as_ref().map(|slot| slot.id),
        "starts_at": row.slot.as_ref().map(|slot| times::rfc3339(slot.starts_at)),
        "warnings": warnings,
    })
}

fn other_interview(row: &Row) -> Option<i64> {
    match &row.state {
        State::Look(Against::Overlap(coming)) | State::Aside(Reason::HasInterview(coming)) => {
            Some(coming.interview_id)
        }
        _ => None,
    }
}

fn code(row: &Row) -> Option<&'static str> {
    Some(match &row.state {
        State::Ready(_) => return None,
        State::Look(against) => match against {
            Against::Unusable(_) => "unusable",
            Against::Typo(_) => "likely_typo",
            Against::NoSlotLeft => "no_slot_left",
            Against::SlotGone => "slot_not_open",
            Against::SameSlot(_) => "same_slot",
            Against::SameInterviewer(_) => "same_interviewer",
            Against::Overlap(_) => "overlap",
            Against::Refused(_) => "refused",
        },
        State::Aside(Reason::HasInterview(_)) => "has_interview",
        State::Aside(Reason::Repeat(_)) => "repeated",
        State::Aside(Reason::NotChosen) => "not_chosen",
    })
}

fn detail(row: &Row) -> Option<String> {
    Some(match &row.state {
        State::Look(Against::Refused(why) | Against::Unusable(why)) => why.clone(),
        State::Look(Against::SameSlot(other)) => format!("{other} is beside the same slot."),
        State::Look(Against::SameInterviewer(other)) => {
            format!("{other} is beside a slot of the same interviewer at this time.")
        }
        State::Aside(Reason::Repeat(of)) => format!("The same person as in row {}.", of - 1),
        _ => return None,
    })
}

fn warning(warning: &Warning) -> &'static str {
    match warning {
        Warning::Hour { is_night: true, .. } => "night",
        Warning::Hour {
            is_night: false, ..
        } => "early_or_late",
        Warning::NoMeetingLink => "no_meeting_link",
        Warning::ShortNotice => "short_notice",
        Warning::NoZone => "no_time_zone",
        Warning::NameGuessed => "name_from_address",
        Warning::Interviewer(found) => interviewers::code(&found.finding),
    }
}

/// POST /api/interviews/bulk_booking/{id}/undo/: takes back what was booked together.
pub async fn undo(
    app: Data<App>,
    caller: Recruiter,
    id: Path<i64>,
    body: Body,
) -> Result<HttpResponse> {
    body.fields()?.finish(Some(()))?;
    let undone = undo::undo(&app.db, &caller.actor(), *id, app.clock.now()).await?;
    let (cancelled, unscheduled, kept) = match undone {
        Undone::Done {
            cancelled,
            unscheduled,
            kept,
            ..
        } => (cancelled, unscheduled, kept),
        Undone::Before => (0, 0, 0),
        Undone::TooLate => {
            return Err(Problem::conflict(
                "undo_over",
                "The invitations no longer wait, so this can't be undone. Cancel the interviews one by one.",
            ));
        }
    };
    app.wake.notify_one();
    let body = json!({
        "batch": *id, "cancelled": cancelled, "unscheduled": unscheduled, "kept": kept,
    });
    Ok(HttpResponse::Ok().json(body))
}
