//! The delivery log: what became of every message.
pub mod address;
pub mod attempts;
pub mod cancellation;
pub mod export;
mod form;
pub mod html;
mod meaning;
pub mod message;
pub mod pages;
pub mod release;
pub mod resend;
mod story;
pub mod told_by_phone;

use self::{
    form::Filters,
    pages::{AsSent, IndexPage, Overview, Reader, ShowPage, UnreadablePage},
};
use super::{
    choices,
    errors::Result,
    lists::{self, Asked},
    mail_html, mail_servers,
    viewer::{Recruiter, Viewer},
};
use crate::{
    app::App,
    domain::{emails, logos, page::PAGE_SIZE},
    error::{self, Error},
    settings::Backend,
    times,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};

/// GET /emails: newest first.
pub async fn index(
    app: Data<App>,
    viewer: Recruiter,
    Query(Asked { filters, at }): Query<Asked<Filters>>,
) -> Result<HttpResponse> {
    let reader = reader(&app, &viewer, &filters).await?;
    match filters.parse(reader.zone, reader.now, &at) {
        Ok((filter, seek)) => {
            let company_id = viewer.company_id;
            let found = emails::log(&app.db, company_id, &filter, seek, PAGE_SIZE).await?;
            let overview = match seek {
                None => Some(overview(&app, &viewer, &filters, &reader).await?),
                Some(_) => None,
            };
            viewer.page(&IndexPage::new(filters, &at, found, overview, reader))
        }
        Err(errors) => viewer.unprocessable(&IndexPage::refused(filters, errors, reader)),
    }
}

/// GET /emails/{id}: the message, and every attempt to deliver it.
pub async fn show(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let story = match emails::story(&app.db, viewer.company_id, *id).await {
        Err(Error::Stored(_) | Error::NotFound) => return unreadable(&app, &viewer, *id).await,
        story => story?,
    };
    let logo = logos::of_message(&app.db, viewer.company_id, story.email.logo_id).await?;
    let as_sent = AsSent::of(&story.email, story.details.as_ref(), logo.as_ref());
    let servers = mail_servers::in_force(&app).await?;
    let now = app.clock.now();
    let is_told = |host: &str| !app.settings.events.of_host(host).is_empty();
    let no_report = meaning::of_no_report(&story, is_told);
    let page = ShowPage::new(story, as_sent, &servers, no_report, viewer.zone(), now);
    Ok(mail_html::framed(viewer.page(&page)?))
}

/// A message that is there, though not all of it can be read.
async fn unreadable(app: &App, viewer: &Viewer, id: i64) -> Result<HttpResponse> {
    let company_id = viewer.company_id;
    let interview_id = match emails::interview_of(app.db.read(), company_id, id).await {
        Err(Error::Stored(_)) => None,
        found => found?,
    };
    let reason = emails::reason_of(&app.db, company_id, id).await;
    let reason = reason.unwrap_or_default();
    viewer.page(&UnreadablePage::new(id, interview_id, reason))
}

async fn reader(app: &App, viewer: &Viewer, filters: &Filters) -> error::Result<Reader> {
    let company_id = viewer.company_id;
    Ok(Reader {
        zone: viewer.zone(),
        now: app.clock.now(),
        jobs: choices::asked_jobs(app, company_id, filters.job_id()).await?,
        servers: mail_servers::in_force(app).await?,
    })
}

async fn overview(
    app: &App,
    viewer: &Viewer,
    filters: &Filters,
    reader: &Reader,
) -> error::Result<Overview> {
    let (company_id, zone, now) = (viewer.company_id, reader.zone, reader.now);
    let days = pages::days(zone, now);
    let begins: Vec<_> = days
        .iter()
        .map(|day| times::bounds_of_day(*day, zone).0)
        .collect();
    let counts = emails::counts(&app.db, company_id, &begins);
    let counts = app
        .email_counts
        .get(
            &app.db,
            (company_id, zone, begins.first().copied()),
            now,
            counts,
        )
        .await?;
    let overview = Overview::new(&counts);
    if lists::is_narrowed(filters) {
        return Ok(overview);
    }
    let servers = match app.settings.mail.backend {
        Backend::Console => None,
        Backend::Smtp(_) => Some(reader.servers.clone()),
    };
    let outlook = mail_servers::outlook(app, &reader.servers, zone, now).await?;
    Ok(overview.with_state(&days, &counts.by_day, servers, outlook, now))
}
