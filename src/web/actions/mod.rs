//! The audit log: who did what and when, for the company's admins.
pub mod export;
mod form;
pub mod labels;
pub mod pages;

use actix_web::{
    HttpResponse,
    web::{Data, Query},
};

use self::{form::Filters, pages::IndexPage};
use super::{errors::Result, lists::Asked, viewer::Admin};
use crate::{
    app::App,
    domain::{actions, page::PAGE_SIZE},
};

/// GET /actions: what the filters find, newest first.
pub async fn index(
    app: Data<App>,
    viewer: Admin,
    Query(Asked { filters, at }): Query<Asked<Filters>>,
) -> Result<HttpResponse> {
    let (company_id, zone) = (viewer.company_id, viewer.zone());
    let authors = actions::authors(&app.db, company_id).await?;
    match filters.parse(zone, &at) {
        Ok((filter, seek)) => {
            let found = actions::list(&app.db, company_id, &filter, seek, PAGE_SIZE).await?;
            viewer.page(&IndexPage::new(filters, &at, found, authors, zone))
        }
        Err(errors) => viewer.unprocessable(&IndexPage::refused(filters, errors, authors, zone)),
    }
}
