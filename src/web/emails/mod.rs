//! The delivery log: what became of every message.
mod form;
pub mod html;
pub mod pages;
pub mod resend;
mod story;
pub mod telling;

use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};

use self::{
    form::Filters,
    pages::{IndexPage, ShowPage},
};
use super::{errors::Result, lists::At, viewer::Viewer};
use crate::{
    app::App,
    domain::{emails, page::PAGE_SIZE},
};

/// GET /emails: newest first.
pub async fn index(
    app: Data<App>,
    viewer: Viewer,
    filters: Query<Filters>,
    at: Query<At>,
) -> Result<HttpResponse> {
    let (zone, now) = (viewer.zone(), app.clock.now());
    let filters = filters.into_inner();
    match filters.parse(zone, &at) {
        Ok((filter, cursor)) => {
            let company_id = viewer.company_id;
            let found = emails::list(&app.db, company_id, &filter, cursor, PAGE_SIZE).await?;
            viewer.page(&IndexPage::new(filters, &at, found, zone, now))
        }
        Err(errors) => viewer.unprocessable(&IndexPage::refused(filters, errors, zone)),
    }
}

/// GET /emails/{id}: the message, and every attempt to deliver it.
pub async fn show(app: Data<App>, viewer: Viewer, id: Path<i64>) -> Result<HttpResponse> {
    let story = emails::story(&app.db, viewer.company_id, *id).await?;
    viewer.page(&ShowPage::new(story, viewer.zone(), app.clock.now()))
}
