//! The time zone that a candidate chooses on their page.
use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Data, Form, Path, Query},
};
use serde::{Deserialize, Serialize};

use super::{known, pages::ZonePage, prefer, reading, refuse};
use crate::{
    app::App,
    domain::interviews::{
        Details,
        preferences::{self, Preference},
    },
    mail::language::Language,
    web::errors::Result,
    zones,
};

/// What is typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ZoneForm {
    /// A name, or a place.
    #[serde(default)]
    pub zone: String,
}

/// What the page's script asks.
#[derive(Debug, Deserialize)]
pub struct Asked {
    /// What the device is set to.
    #[serde(default)]
    device: String,
}

/// GET /interview/{token}/zone: the form; and both times, when it names a `device` whose clock shows another one.
pub async fn edit(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
    asked: Query<Asked>,
) -> Result<HttpResponse> {
    let device = asked.device.parse().ok();
    show(
        &app,
        &request,
        (&token, StatusCode::OK),
        |about, language| ZonePage::new(about, language, device),
    )
    .await
}

/// POST /interview/{token}/zone: all times are told by this clock from now on.
pub async fn update(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
    form: Form<ZoneForm>,
) -> Result<HttpResponse> {
    match zones::search(&form.zone)[..] {
        [zone] => prefer(&app, &request, (&token, Preference::TimeZone(zone))).await,
        _ => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let typed = form.into_inner();
            show(&app, &request, (&token, status), |about, language| {
                ZonePage::refused(about, language, typed)
            })
            .await
        }
    }
}

async fn show(
    app: &App,
    request: &HttpRequest,
    (token, status): (&str, StatusCode),
    page: impl FnOnce((&str, &Details), &Language) -> crate::error::Result<ZonePage>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    match known(preferences::behind(&app.db, &app.keys, token, now).await)? {
        Some(details) => {
            let languages = app.composer.languages();
            let language = languages.choose(&details.candidate.locale)?;
            let page = page((token, &details), language)?;
            reading::of_details(app, status, (token, &details), &page)
        }
        None => refuse(app, request, now).await,
    }
}
