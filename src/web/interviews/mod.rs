//! The pages of interviews.
pub mod attendance;
mod device;
pub mod edit;
mod form;
mod history;
pub mod link;
pub mod nudge;
pub mod offer;
pub mod outlook;
pub mod pages;
mod reader;
mod refusal;
mod row;
pub mod short_link;
pub mod trouble;

use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};

use entity::interview::Status;

use self::{
    form::Filters,
    pages::{IndexPage, ShowPage, Told},
};
pub use self::{reader::Reader, refusal::Refusal, row::Row};
use super::{choices, errors::Result, lists::Asked, viewer::Recruiter};
use crate::{
    app::App,
    domain::{
        actions, emails,
        events::Verb,
        interviews::{self, accommodation, offer as offer_domain, rebooking},
        notifications,
        page::PAGE_SIZE,
        slots,
    },
};

/// GET /interviews: by day, earliest first; those that wait for a time, newest first.
pub async fn index(
    app: Data<App>,
    viewer: Recruiter,
    Query(Asked { filters, at }): Query<Asked<Filters>>,
) -> Result<HttpResponse> {
    let (company_id, reader) = (viewer.company_id, Reader::of(&app, &viewer));
    let filters = filters.with_day(&at, reader.zone, reader.now);
    let jobs = choices::asked_jobs(&app, company_id, filters.job_id()).await?;
    let outcomes = viewer.outcomes()?;
    let choices = (jobs, outcomes.as_slice());
    match filters.parse((reader.zone, reader.now), &at) {
        Ok((filter, seek)) => {
            let found = match filters.waits_for_a_time() {
                true => {
                    interviews::unscheduled(&app.db, company_id, &filter, seek, PAGE_SIZE).await
                }
                false => interviews::lines(&app.db, company_id, &filter, seek, PAGE_SIZE).await,
            }?;
            viewer.page(&IndexPage::new(filters, choices, &at, found, &reader))
        }
        Err(errors) => viewer.unprocessable(&IndexPage::refused(filters, choices, errors, &reader)),
    }
}

/// GET /interviews/{id}: all that is known of it, and what happened.
pub async fn show(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let company_id = viewer.company_id;
    let reader = Reader::of(&app, &viewer);
    let details = interviews::details(app.db.read(), company_id, *id).await?;
    let free = match &details.job {
        Some(job) if details.waits_for_a_time() => {
            slots::free_near(app.db.read(), company_id, job.id, reader.now, reader.now).await?
        }
        _ => Vec::new(),
    };
    let (mails, unreadable) = emails::about(&app.db, company_id, vec![*id]).await?;
    let in_place = match details.interview.status {
        Status::NoShow => rebooking::in_place_of(app.db.read(), company_id, *id).await?,
        _ => None,
    };
    let actions = actions::history(&app.db, company_id, "interview", *id).await?;
    let told = Told {
        newest: notifications::newest(&app.db, &details).await?,
        mails,
        unreadable,
        request: match has(&actions, Verb::AccommodationRequested) {
            true => accommodation::find(app.db.read(), company_id, *id).await?,
            false => None,
        },
        free,
        offer: match offer_domain::can_be_offered(&details) || has(&actions, Verb::TimeOffered) {
            true => offer_domain::find(app.db.read(), company_id, *id).await?,
            false => None,
        },
        actions,
        in_place,
    };
    viewer.page(&ShowPage::new(details, told, &app.composer, &reader))
}

/// Has this ever happened to it? What few interviews have is not looked up for the others.
fn has(actions: &[actions::Entry], verb: Verb) -> bool {
    actions.iter().any(|entry| entry.verb() == Some(verb))
}
