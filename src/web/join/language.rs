//! The language that a candidate chooses on their page.
use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Data, Form, Path},
};
use serde::Deserialize;

use super::{known, prefer, refuse};
use crate::{
    app::App,
    domain::interviews::preferences::{self, Preference},
    web::errors::{Error, Result},
};

/// The button that was pressed.
#[derive(Debug, Deserialize)]
pub struct LanguageForm {
    #[serde(default)]
    language: String,
}

/// POST /interview/{token}/language: their page and later emails are in it from now on.
pub async fn update(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
    form: Form<LanguageForm>,
) -> Result<HttpResponse> {
    if let Some(language) = app.composer.languages().known(&form.language) {
        let preference = Preference::Language(language.tag());
        return prefer(&app, &request, (&token, preference)).await;
    }
    let now = app.clock.now();
    match known(preferences::behind(&app.db, &app.keys, &token, now).await)? {
        // No page of ours has such a button.
        Some(_) => Err(Error::Refused(StatusCode::UNPROCESSABLE_ENTITY)),
        None => refuse(&app, &request, now).await,
    }
}
