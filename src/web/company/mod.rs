//! The company's settings.
mod form;
pub mod pages;

use actix_web::{
    HttpResponse,
    web::{Data, Form},
};
use entity::company;

use self::{form::CompanyForm, pages::EditPage};
use super::{
    conflict::{Conflict, Thing},
    errors::Result,
    flash::Flash,
    forms::Sheet,
    viewer::{Admin, Viewer},
};
use crate::{
    app::App,
    domain::{
        companies::{self, Changes},
        events::Verb,
        versions::Updated,
    },
};

/// GET /company: the form.
pub async fn edit(app: Data<App>, viewer: Admin) -> Result<HttpResponse> {
    let company = companies::find(&app.db, viewer.company_id).await?;
    let form = viewer.typed(CompanyForm::of(&company)?);
    viewer.page(&EditPage::new(Sheet::new(form)))
}

/// POST /company: changes them.
pub async fn update(
    app: Data<App>,
    viewer: Admin,
    form: Form<CompanyForm>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let (seen, changes) = match form.parse() {
        Ok(parsed) => parsed,
        Err(errors) => {
            return viewer.unprocessable(&EditPage::new(Sheet::refused(form, errors)));
        }
    };
    let (actor, now) = (viewer.actor(), app.clock.now());
    match companies::update(&app.db, &actor, seen, &changes, now).await? {
        Updated::Stale(stored) => conflict(&app, &viewer, form, (seen, changes, *stored)).await,
        _ => viewer.see_other("/company", Flash::done("Saved.")),
    }
}

/// 409: what is stored beside what was typed, and the form that could replace it.
async fn conflict(
    app: &App,
    viewer: &Viewer,
    mut form: CompanyForm,
    (seen, typed, stored): (i32, Changes, company::Model),
) -> Result<HttpResponse> {
    let (stored, typed) = (CompanyForm::of(&stored)?, CompanyForm::filled(&typed));
    let thing = Thing {
        is_about: &|entry| entry.verb() == Some(Verb::CompanyUpdated),
        ..Thing::new("company", viewer.company_id, "/company")
    };
    let readings = (stored.reading(), typed.reading());
    let conflict = Conflict::new(app, viewer, &thing, seen, readings).await?;
    form.ticket = stored.ticket;
    viewer.conflict(&EditPage::new(Sheet::in_conflict(form, conflict)))
}
