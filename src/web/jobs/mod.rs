//! The pages of jobs.
mod form;
pub mod pages;

use actix_web::{
    HttpResponse,
    web::{Data, Form, Path, Query},
};
use chrono::TimeDelta;
use entity::job;

use self::{
    form::{Filters, JobForm},
    pages::{EditPage, IndexPage, NewPage, ShowPage},
};
use super::{
    conflict::{Conflict, Thing},
    errors::Result,
    flash::Flash,
    forms::Sheet,
    lists::Asked,
    viewer::{Recruiter, Viewer},
};
use crate::{
    app::App,
    domain::{
        idempotency_keys::KeyConflict,
        interviews::{offer, progress},
        jobs::{self, NewJob, Refusal},
        page::PAGE_SIZE,
        slots,
        versions::Target,
    },
};

/// How many of its coming slots a job's page shows.
const COMING: u64 = 8;

/// GET /jobs: newest first.
pub async fn index(
    app: Data<App>,
    viewer: Recruiter,
    Query(Asked { filters, at }): Query<Asked<Filters>>,
) -> Result<HttpResponse> {
    match filters.parse(&at, viewer.zone()) {
        Ok((filter, seek)) => {
            let jobs = jobs::list(&app.db, viewer.company_id, &filter, seek, PAGE_SIZE).await?;
            viewer.page(&IndexPage::new(filters, &at, jobs))
        }
        Err(errors) => viewer.unprocessable(&IndexPage::refused(filters, errors)),
    }
}

/// GET /jobs/new: the form.
pub async fn new(viewer: Recruiter) -> Result<HttpResponse> {
    let form = viewer.typed(JobForm::blank());
    viewer.page(&NewPage::new(Sheet::new(form)))
}

/// POST /jobs/new: enters a job.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    form: Form<JobForm>,
) -> Result<HttpResponse> {
    let mut form = form.into_inner();
    let errors = match form.parse() {
        Ok(new) => {
            let now = app.clock.now();
            match jobs::create(&app.db, &viewer.actor(), new, form.idempotency_key(), now).await? {
                Ok(id) => {
                    let done = Flash::done("Job created. Next, add slots.");
                    return viewer.see_other(&format!("/jobs/{id}"), done);
                }
                Err(KeyConflict) => form.ticket.sent_before(),
            }
        }
        Err(errors) => errors,
    };
    viewer.unprocessable(&NewPage::new(Sheet::refused(form, errors)))
}

/// GET /jobs/{id}: the job and its coming slots.
pub async fn show(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let job = jobs::find(app.db.read(), viewer.company_id, *id).await?;
    let now = app.clock.now();
    let coming = slots::Filter {
        job_id: Some(job.id),
        from: Some(now - TimeDelta::hours(1)),
        ..Default::default()
    };
    let slots = slots::lines(&app.db, viewer.company_id, &coming, None, COMING, now).await?;
    let progress = progress::of(&app.db, viewer.company_id, job.id).await?;
    let unasked = offer::count_unasked(&app.db, viewer.company_id, job.id, now).await?;
    let page = ShowPage::new(job, slots, (viewer.zone(), now))?;
    viewer.page(&page.with_offers(unasked, progress))
}

/// GET /jobs/{id}/edit: the form, filled.
pub async fn edit(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let job = jobs::find(app.db.read(), viewer.company_id, *id).await?;
    let form = viewer.typed(JobForm::of(job)?);
    viewer.page(&EditPage::new(*id, Sheet::new(form)))
}

/// POST /jobs/{id}/edit: changes the job.
pub async fn update(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    form: Form<JobForm>,
) -> Result<HttpResponse> {
    let mut form = form.into_inner();
    let errors = match form.parse_change(*id) {
        Ok((target, new)) => {
            let (actor, now) = (viewer.actor(), app.clock.now());
            match jobs::update(&app.db, &actor, &target, &new, now).await? {
                Ok(_) => {
                    return viewer.see_other(&format!("/jobs/{id}"), Flash::done("Saved."));
                }
                Err(Refusal::Stale(stored)) => {
                    return conflict(&app, &viewer, form, (target, new, *stored)).await;
                }
                Err(Refusal::KeyConflict) => form.ticket.sent_before(),
            }
        }
        Err(errors) => errors,
    };
    jobs::find(app.db.read(), viewer.company_id, *id).await?;
    viewer.unprocessable(&EditPage::new(*id, Sheet::refused(form, errors)))
}

/// 409: what is stored beside what was typed, and the form that could replace it.
async fn conflict(
    app: &App,
    viewer: &Viewer,
    mut form: JobForm,
    (target, typed, stored): (Target, NewJob, job::Model),
) -> Result<HttpResponse> {
    let (stored, typed) = (JobForm::of(stored)?, JobForm::filled(typed));
    let thing = Thing::new("job", target.id, format!("/jobs/{}/edit", target.id));
    let readings = (stored.reading(), typed.reading());
    let conflict = Conflict::new(app, viewer, &thing, target.version, readings).await?;
    form.ticket = stored.ticket;
    viewer.conflict(&EditPage::new(
        target.id,
        Sheet::in_conflict(form, conflict),
    ))
}
