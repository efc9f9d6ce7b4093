//! How mail programs show a mail in the company's own words: alone in its frame.
use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};

use super::{form::TextsForm, own, target::Target, with_interview};
use crate::{
    app::App,
    domain::{companies, logos},
    web::{
        errors::{Error, Result},
        mail_html,
        viewer::{Admin, Viewer},
    },
};

/// GET /company/texts/{kind}/{locale}/html: with the words that are kept.
pub async fn show(
    app: Data<App>,
    viewer: Admin,
    path: Path<(String, String)>,
) -> Result<HttpResponse> {
    let target = Target::find(&app, path.into_inner())?;
    let form = TextsForm::kept(&target, &own(&app, &viewer).await?);
    respond(&app, &viewer, &target, form).await
}

/// POST /company/texts/{kind}/{locale}/html: with those that were typed; they are not kept.
pub async fn create(
    app: Data<App>,
    viewer: Admin,
    path: Path<(String, String)>,
    form: Form<TextsForm>,
) -> Result<HttpResponse> {
    let target = Target::find(&app, path.into_inner())?;
    respond(&app, &viewer, &target, form.into_inner()).await
}

async fn respond(
    app: &App,
    viewer: &Viewer,
    target: &Target,
    form: TextsForm,
) -> Result<HttpResponse> {
    let form = with_interview(app, viewer, form).await?;
    let Ok(message) = form.message(app, viewer, target).await? else {
        return Err(Error::App(crate::error::Error::NotFound));
    };
    let composed = app.composer.compose(&message)?;
    let company = companies::find(&app.db, viewer.company_id).await?;
    let logo = logos::of_message(&app.db, company.id, company.logo_id).await?;
    Ok(mail_html::alone(&composed.html, logo.as_ref()))
}
