//! Booking several people: paste them, see each beside a slot, book all.
use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Bytes, Data, Query},
};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{
    pages::{CheckPage, NewPage},
    rows::{refusal, were_seen},
};
use crate::{
    app::App,
    calendars::{self, Whose},
    domain::{
        batches::{
            self,
            board::{self, Board},
            booking::{self, MOST, NewBatch, NewRow, Refusal},
            check::{self, Choice, Entry, Named, Person, Problem, Reason, Row, State},
        },
        jobs,
    },
    imports::{
        Found, Line, List,
        people::{self, Person as Pasted},
    },
    text,
    web::{
        choices,
        errors::Result,
        forms::{FormErrors, Sheet},
        imports::{
            Act, ListForm,
            candidates::{OTHER_COUNT, candidate},
        },
        respond::see_other,
        viewer::{Recruiter, Viewer},
    },
};

const TOO_MANY: &str = "Book at most 100 people at a time. Paste the others afterwards.";
const SCOPE: &str = "batch";

/// For which job the page is opened.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Opening {
    job: String,
}

/// GET /bookings/new: where the list is pasted.
pub async fn new(
    app: Data<App>,
    viewer: Recruiter,
    opening: Query<Opening>,
) -> Result<HttpResponse> {
    let form = viewer.typed(ListForm::blank(opening.job.trim().parse().ok()));
    viewer.page(&page(&app, &viewer, Sheet::new(form)).await?)
}

/// POST /bookings/new: puts everybody beside a slot; or books all who are ready.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse> {
    let mut form = ListForm::read(&request, &body);
    let (list, job_id, notes) = match parse(&form) {
        Ok(parsed) => parsed,
        Err(errors) => {
            let page = page(&app, &viewer, Sheet::refused(form, errors)).await?;
            return viewer.unprocessable(&page);
        }
    };
    if form.act() == Act::Propose {
        form.forget_slots();
    }
    let now = app.clock.now();
    let (board, rows) = look(&app, &viewer, (&list, &form, job_id), now).await?;
    let Act::CarryOut(seen) = form.act() else {
        return viewer.page(&CheckPage::new(
            &app,
            &viewer,
            Sheet::new(form),
            (&board, rows),
            now,
        ));
    };
    let key = form.idempotency_key(SCOPE);
    // The same sending again: by now all of them have interviews.
    if let Some(id) = batches::made_by(&app.db, viewer.company_id, key.as_ref()).await? {
        return Ok(see_other(&format!("/batches/{id}")));
    }
    let is_chosen = |email: &str| matches!(form.chosen(email), Choice::Slot(_));
    if !were_seen(&rows, &seen, is_chosen) {
        return too_late(
            &app,
            &viewer,
            (form, OTHER_COUNT.into()),
            (&board, rows),
            now,
        );
    }
    let new = NewBatch {
        idempotency_key: key,
        ..batch(&rows, &notes)
    };
    match booking::book(&app.db, &viewer.actor(), &new, now).await? {
        Ok(id) => {
            app.wake.notify_one();
            Ok(see_other(&format!("/batches/{id}")))
        }
        Err(Refusal::Row(slot_id, why)) => {
            let (board, mut rows) = look(&app, &viewer, (&list, &form, job_id), now).await?;
            let why = refusal(&why, viewer.zone());
            let is_it = |row: &&mut Row| {
                row.is_ready() && row.slot.as_ref().is_some_and(|slot| slot.id == slot_id)
            };
            let row = rows.iter_mut().find(is_it);
            if let Some(row) = row {
                row.state = State::Look(Problem::Refused(why.clone()));
            }
            let said = format!("Nothing was booked. {why} Every row was checked again.");
            too_late(&app, &viewer, (form, said), (&board, rows), now)
        }
        Err(Refusal::KeyConflict) => {
            let errors = form.ticket.sent_before();
            let sheet = Sheet::refused(form, errors);
            viewer.unprocessable(&CheckPage::new(&app, &viewer, sheet, (&board, rows), now))
        }
    }
}

/// 409: the list is not what it was.
fn too_late(
    app: &App,
    viewer: &Viewer,
    (form, why): (ListForm, String),
    rows: (&Board, Vec<Row>),
    now: DateTime<Utc>,
) -> Result<HttpResponse> {
    let sheet = Sheet::refused(form, FormErrors::one("form", why));
    let page = CheckPage::new(app, viewer, sheet, rows, now);
    viewer.respond(StatusCode::CONFLICT, &page)
}

type Parsed = (List<Pasted>, i64, String);

fn parse(form: &ListForm) -> Result<Parsed, FormErrors> {
    let mut errors = FormErrors::new();
    let job_id = match form.job().trim() {
        "" => errors.check("job", Err("Choose a job.")),
        typed => errors.number("job", typed, 1, i64::MAX),
    };
    let list = form
        .text()
        .and_then(|text| people::read(text, &form.answers()));
    let list = errors.check("text", list);
    if list.as_ref().is_some_and(|list| list.lines.len() > MOST) {
        errors.add("text", TOO_MANY);
    }
    errors.check("locale", text::locale(form.locale()));
    let notes = errors.check("notes", text::lines(form.notes(), 2000));
    let parsed = (|| Some((list?, job_id?, notes?)))();
    errors.or(parsed)
}

async fn look(
    app: &Data<App>,
    viewer: &Viewer,
    (list, form, job_id): (&List<Pasted>, &ListForm, i64),
    now: DateTime<Utc>,
) -> Result<(Board, Vec<Row>)> {
    let entries: Vec<Entry> = list.lines.iter().map(|line| entry(line, form)).collect();
    let emails = entries.iter().filter_map(|entry| match &entry.what {
        Named::Person(person) => Some(person.new.email.as_str()),
        Named::Repeat(_) | Named::Nobody(_) => None,
    });
    let emails: Vec<&str> = emails.collect();
    calendars::read_again(app, viewer.company_id, Whose::Job(job_id)).await;
    let board = board::read(&app.db, viewer.company_id, job_id, &emails, now).await?;
    let rows = check::check(entries, &board, now);
    Ok((board, rows))
}

fn entry(line: &Line<Pasted>, form: &ListForm) -> Entry {
    let what = match &line.found {
        Found::New(person) => Named::Person(Box::new(Person {
            is_name_guessed: person.is_name_guessed,
            likely_email: person.likely_email(),
            chosen: form.chosen(&person.email),
            new: candidate(person.clone(), form.job_id(), form.locale()),
        })),
        Found::Repeat(of) => Named::Repeat(*of),
        Found::Unusable(why) => Named::Nobody(why.clone()),
    };
    Entry {
        number: line.number,
        label: line.label.clone(),
        what,
    }
}

/// All rows that are ready, and why the others are not among them.
fn batch(rows: &[Row], notes: &str) -> NewBatch {
    let mut new = NewBatch {
        rows: Vec::new(),
        left_out: Vec::new(),
        idempotency_key: None,
    };
    for row in rows {
        let why = match (&row.state, &row.who, &row.slot) {
            (State::Ready(_), Some(who), Some(slot)) => {
                new.rows.push(NewRow {
                    number: row.number,
                    who: who.clone(),
                    slot_id: slot.id,
                    notes: notes.to_owned(),
                });
                continue;
            }
            (State::Ready(_), ..) => "Not booked.".into(),
            (State::Look(Problem::Unusable(why)), ..) => why.clone(),
            (State::Look(_), ..) => "Needed a look.".into(),
            (State::Aside(Reason::HasInterview(_)), ..) => {
                "Already had an interview for this job.".into()
            }
            (State::Aside(Reason::Repeat(of)), ..) => format!("Same as line {of}."),
            (State::Aside(Reason::NotChosen), ..) => "Left out.".into(),
        };
        new.left_out.push((row.number, why));
    }
    new
}

async fn page(app: &App, viewer: &Viewer, sheet: Sheet<ListForm>) -> Result<NewPage> {
    let jobs = jobs::choices(&app.db, viewer.company_id).await?;
    let recent = batches::recent(&app.db, viewer.company_id).await?;
    let languages = choices::languages(app.composer.languages(), &[sheet.form.locale()])?;
    Ok(NewPage::new(
        sheet,
        (choices::rows(jobs), languages),
        &recent,
        viewer.zone(),
    ))
}
