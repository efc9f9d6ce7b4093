//! *Send me the link again.* The answer is the same whoever asks, and takes as long.
use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    rt,
    web::{Data, Form, Query},
};
use serde::Deserialize;

use super::{
    pages::{LinkForm, LinkPage},
    reading::{nobody_known, of_request},
    too_often,
};
use crate::{
    app::App,
    client_ip,
    domain::{interviews::link_request, rate_limits::Turn},
    text,
    web::{errors::Result, respond::see_other},
};

/// What the address of the page says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    sent: String,
}

/// GET /link: the form, and what is said once it was sent.
pub async fn new(
    app: Data<App>,
    request: HttpRequest,
    asked: Query<Asked>,
) -> Result<HttpResponse> {
    let language = of_request(&app, &request)?;
    let page = match asked.sent.is_empty() {
        true => LinkPage::new(language)?,
        false => LinkPage::sent(language)?,
    };
    nobody_known(&app, StatusCode::OK, language, &page)
}

/// POST /link: whatever is on file for this address is sent there again.
pub async fn create(
    app: Data<App>,
    request: HttpRequest,
    form: Form<LinkForm>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let language = of_request(&app, &request)?;
    let Ok(address) = text::email(&form.email) else {
        let page = LinkPage::refused(language, form.into_inner())?;
        return nobody_known(&app, StatusCode::UNPROCESSABLE_ENTITY, language, &page);
    };
    let ip = client_ip::of(&request, &app.settings.trusted_proxies);
    let turn = link_request::count(&app.db, &client_ip::block(ip), now).await?;
    if let Turn::Limited(seconds) = turn {
        return too_often(&app, language, seconds);
    }
    let answer = see_other(&format!("/link?sent=1&lang={}", language.tag()));
    // Nobody waits for it: how long it takes would tell whether there is somebody with this address.
    rt::spawn(async move {
        let sent = link_request::send_again(&app.db, &address, &ip.to_string(), now).await;
        if let Err(error) = sent {
            tracing::error!(%error, "A candidate's link was not sent again");
        }
    });
    Ok(answer)
}
