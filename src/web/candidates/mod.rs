//! The pages of candidates.
mod form;
pub mod pages;

use actix_web::{
    HttpResponse,
    web::{Data, Form, Path, Query},
};
use entity::candidate;

pub use self::form::Person;
use self::{
    form::{CandidateForm, Choices, Filters},
    pages::{EditPage, IndexPage, NewPage, ShowPage},
};
use super::{
    conflict::{Conflict, Thing},
    errors::Result,
    flash::Flash,
    forms::Sheet,
    interviews::Reader,
    lists::Asked,
    respond::see_other,
    viewer::{Recruiter, Viewer},
};
use crate::{
    app::App,
    domain::{
        candidates::{self, ChangeRefusal, CreationRefusal, NewCandidate, UpdateRefusal, Updated},
        interviews, jobs,
        page::PAGE_SIZE,
        versions::Target,
    },
};

/// GET /candidates: newest first, or those whom a search finds.
pub async fn index(
    app: Data<App>,
    viewer: Recruiter,
    Query(Asked { filters, at }): Query<Asked<Filters>>,
) -> Result<HttpResponse> {
    match filters.parse(&at, viewer.zone()) {
        Ok((filter, seek)) => {
            let found =
                candidates::list(&app.db, viewer.company_id, &filter, seek, PAGE_SIZE).await?;
            viewer.page(&IndexPage::new(filters, &at, found))
        }
        Err(errors) => viewer.unprocessable(&IndexPage::refused(filters, errors)),
    }
}

/// GET /candidates/new: the form.
pub async fn new(app: Data<App>, viewer: Recruiter) -> Result<HttpResponse> {
    let form = viewer.typed(CandidateForm::blank());
    let choices = choices(&app, &viewer, &[&form]).await?;
    viewer.page(&NewPage::new(Sheet::new(form), choices))
}

/// POST /candidates/new: enters a candidate.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    form: Form<CandidateForm>,
) -> Result<HttpResponse> {
    let mut form = form.into_inner();
    let errors = match form.parse() {
        Ok(new) => {
            let (actor, now) = (viewer.actor(), app.clock.now());
            match candidates::create(&app.db, &actor, new, form.idempotency_key(), now).await? {
                Ok(id) => return Ok(see_other(&format!("/candidates/{id}"))),
                Err(CreationRefusal::EmailTaken(id)) => form.taken_by(id),
                Err(CreationRefusal::KeyConflict) => form.ticket.sent_before(),
            }
        }
        Err(errors) => errors,
    };
    let choices = choices(&app, &viewer, &[&form]).await?;
    viewer.unprocessable(&NewPage::new(Sheet::refused(form, errors), choices))
}

/// GET /candidates/{id}: the person and their interviews.
pub async fn show(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let company_id = viewer.company_id;
    let candidate = candidates::find(app.db.read(), company_id, *id).await?;
    let job = match candidate.job_id {
        Some(id) => Some(jobs::find(app.db.read(), company_id, id).await?),
        None => None,
    };
    let theirs = interviews::Filter {
        candidate_id: Some(candidate.id),
        ..Default::default()
    };
    let held = interviews::newest_lines(&app.db, company_id, &theirs, None, PAGE_SIZE).await?;
    let reader = Reader::of(&app, &viewer);
    let language = super::choices::language(app.composer.languages(), &candidate.locale)?;
    viewer.page(&ShowPage::new(candidate, job, &language, held, &reader))
}

/// GET /candidates/{id}/edit: the form, filled.
pub async fn edit(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let candidate = candidates::find(app.db.read(), viewer.company_id, *id).await?;
    let form = viewer.typed(CandidateForm::of(candidate));
    let choices = choices(&app, &viewer, &[&form]).await?;
    viewer.page(&EditPage::new(*id, Sheet::new(form), choices))
}

/// POST /candidates/{id}/edit: changes the candidate; a new address is told what the old one was.
pub async fn update(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    form: Form<CandidateForm>,
) -> Result<HttpResponse> {
    let mut form = form.into_inner();
    let errors = match form.parse_change(*id) {
        Ok((target, new)) => {
            let (actor, now) = (viewer.actor(), app.clock.now());
            let done = match candidates::update(&app.db, &actor, &target, &new, now).await? {
                Ok(Updated::Done {
                    address_changed: true,
                }) => Ok(MOVED),
                Ok(_) => Ok("Saved."),
                Err(UpdateRefusal::Candidate(ChangeRefusal::Stale(stored))) => {
                    return conflict(&app, &viewer, form, (target, new, *stored)).await;
                }
                Err(UpdateRefusal::Candidate(ChangeRefusal::EmailTaken(other))) => {
                    Err(form.taken_by(other))
                }
                Err(UpdateRefusal::KeyConflict) => Err(form.ticket.sent_before()),
            };
            match done {
                Ok(done) => {
                    app.wake.notify_one();
                    return viewer.see_other(&format!("/candidates/{id}"), Flash::done(done));
                }
                Err(errors) => errors,
            }
        }
        Err(errors) => {
            candidates::find(app.db.read(), viewer.company_id, *id).await?;
            errors
        }
    };
    let choices = choices(&app, &viewer, &[&form]).await?;
    viewer.unprocessable(&EditPage::new(*id, Sheet::refused(form, errors), choices))
}

/// 409: what is stored beside what was typed, and the form that could replace it.
async fn conflict(
    app: &App,
    viewer: &Viewer,
    mut form: CandidateForm,
    (target, typed, stored): (Target, NewCandidate, candidate::Model),
) -> Result<HttpResponse> {
    let (stored, typed) = (CandidateForm::of(stored), CandidateForm::filled(typed));
    let choices = choices(app, viewer, &[&form, &stored]).await?;
    let address = format!("/candidates/{}/edit", target.id);
    let thing = Thing::new("candidate", target.id, address);
    let readings = (stored.reading(&choices), typed.reading(&choices));
    let conflict = Conflict::new(app, viewer, &thing, target.version, readings).await?;
    form.ticket = stored.ticket;
    let sheet = Sheet::in_conflict(form, conflict);
    viewer.conflict(&EditPage::new(target.id, sheet, choices))
}

const MOVED: &str = "Saved. Links in emails to the old address no longer work. The new address gets an email about every upcoming interview.";

/// The languages; open jobs, and those that are chosen though they may be closed.
async fn choices(app: &App, viewer: &Viewer, forms: &[&CandidateForm]) -> Result<Choices> {
    let mut open = jobs::choices(&app.db, viewer.company_id).await?;
    let languages: Vec<&str> = forms.iter().map(|form| form.locale()).collect();
    let chosen = forms.iter().filter_map(|form| form.job_id());
    let missing = chosen.filter(|id| open.iter().all(|(open, _)| open != id));
    let missing: Vec<i64> = missing.collect();
    if !missing.is_empty() {
        let missing = missing.into_iter();
        open.extend(jobs::titles(&app.db, viewer.company_id, missing).await?);
    }
    Ok(Choices {
        jobs: super::choices::rows(open),
        languages: super::choices::languages(app.composer.languages(), &languages)?,
    })
}
