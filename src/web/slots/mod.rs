//! The pages of slots.
pub mod edit;
mod filters;
mod form;
pub mod labels;
pub mod pages;
mod panel;
pub mod standing;
mod time;
mod whom;

use actix_web::{
    HttpResponse,
    web::{Data, Form, Path, Query},
};

use self::{
    filters::Filters,
    form::SlotForm,
    pages::{IndexPage, NewPage, ShowPage},
};
pub use self::{
    pages::Row,
    panel::{Panel, Seat},
    time::TimeForm,
    whom::Whom,
};
use super::{
    choices,
    errors::Result,
    flash::Flash,
    forms::{FormErrors, Sheet},
    interviewers::{self as availability, Told},
    lists::Asked,
    viewer::{Recruiter, Viewer},
};
use crate::{
    app::App,
    domain::{
        accounts::users,
        candidates, interviews, jobs,
        page::PAGE_SIZE,
        slots::{self, CreationRefusal, interviewers},
    },
    error::Error,
    text,
};

/// GET /slots: by day, earliest first.
pub async fn index(
    app: Data<App>,
    viewer: Recruiter,
    Query(Asked { filters, at }): Query<Asked<Filters>>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let filters = filters.with_day(&at, viewer.zone(), now);
    let jobs = choices::asked_jobs(&app, viewer.company_id, filters.job_id()).await?;
    let candidate = name_of(&app, viewer.company_id, &filters.whom()).await?;
    match filters.parse(viewer.zone(), &at) {
        Ok((filter, seek)) => {
            let company_id = viewer.company_id;
            let slots = slots::lines(&app.db, company_id, &filter, seek, PAGE_SIZE, now).await?;
            let has_changes = viewer.has_zone_changes();
            let reader = (viewer.zone(), now);
            let page = IndexPage::new(filters, jobs, &at, slots, has_changes, reader);
            viewer.page(&page.for_candidate(candidate))
        }
        Err(errors) => {
            let page = IndexPage::refused(filters, jobs, errors, viewer.zone());
            viewer.unprocessable(&page.for_candidate(candidate))
        }
    }
}

/// Whoever is to be booked, by name.
async fn name_of(app: &App, company_id: i64, whom: &Whom) -> Result<Option<String>> {
    let id = |text: &str| text.trim().parse().map_err(|_| Error::NotFound);
    let candidate_id = match (whom.candidate.as_str(), whom.interview.as_str()) {
        ("", "") => return Ok(None),
        ("", interview) => {
            let interview = interviews::find(app.db.read(), company_id, id(interview)?).await?;
            interview.candidate_id
        }
        (candidate, _) => id(candidate)?,
    };
    let candidate = candidates::find(app.db.read(), company_id, candidate_id).await?;
    Ok(Some(candidate.name))
}

/// GET /slots/new: the form, filled with what the address says.
pub async fn new(app: Data<App>, viewer: Recruiter, form: Query<SlotForm>) -> Result<HttpResponse> {
    let choices = choices_of_form(&app, &viewer).await?;
    let form = viewer.typed(form.into_inner().with_defaults(viewer.company_zone()));
    viewer.page(&NewPage::new(Sheet::new(form), choices))
}

/// The company's open jobs, and who can hold interviews.
async fn choices_of_form(app: &App, viewer: &Viewer) -> Result<pages::Choices> {
    Ok(pages::Choices {
        jobs: jobs::choices(&app.db, viewer.company_id).await?,
        users: users::interviewers(&app.db, viewer.company_id).await?,
    })
}

/// POST /slots/new: enters a slot.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    form: Form<SlotForm>,
) -> Result<HttpResponse> {
    let mut form = form.into_inner();
    let errors = match form.parse() {
        Ok(new) => {
            let next = form.next_after(&new);
            let (actor, now) = (viewer.actor(), app.clock.now());
            let key = form.idempotency_key();
            match slots::create(&app.db, &actor, new, key, now).await? {
                Ok(id) => {
                    let next = next.unwrap_or(format!("/slots/{id}"));
                    let done = Flash::done("Slot added. It's open for booking.");
                    return viewer.see_other(&next, done);
                }
                Err(CreationRefusal::Past) => {
                    FormErrors::one("date", "This time is in the past. Choose a later one.")
                }
                Err(CreationRefusal::TooFar) => FormErrors::one("date", text::TOO_FAR),
                Err(CreationRefusal::KeyConflict) => form.ticket.sent_before(),
            }
        }
        Err(errors) => errors,
    };
    let choices = choices_of_form(&app, &viewer).await?;
    viewer.unprocessable(&NewPage::new(Sheet::refused(form, errors), choices))
}

/// GET /slots/{id}: when, what for, and who has it.
pub async fn show(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    viewer.page(&page(&app, &viewer, *id).await?)
}

async fn page(app: &App, viewer: &Viewer, id: i64) -> Result<ShowPage> {
    let slot = slots::show(&app.db, viewer.company_id, id, app.clock.now()).await?;
    let booked = match slot.interview_id {
        Some(id) => Some(interviews::details(app.db.read(), viewer.company_id, id).await?),
        None => None,
    };
    let interviewers = interviewers::named(app.db.read(), viewer.company_id, id).await?;
    let told = match interviewers.is_empty() {
        true => Told::default(),
        false => availability::of(app, &slot.slot, slot.interview_id, viewer.zone()).await?,
    };
    let who = (interviewers, told);
    Ok(ShowPage::new(slot, who, booked, viewer.zone()))
}
