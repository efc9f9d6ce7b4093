//! *Send me the link again.* The answer is the same whoever asks, and takes as long.
use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    rt,
    web::{Data, Form},
};

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

/// GET /link: the form.
pub async fn new(app: Data<App>, request: HttpRequest) -> Result<HttpResponse> {
    let language = of_request(&app, &request)?;
    nobody_known(&app, StatusCode::OK, language, &LinkPage::new(language)?)
}

/// GET /link/sent: what is said once it was sent.
pub async fn show(app: Data<App>, request: HttpRequest) -> Result<HttpResponse> {
    let language = of_request(&app, &request)?;
    nobody_known(&app, StatusCode::OK, language, &LinkPage::sent(language)?)
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
    let answer = see_other(&format!("/link/sent?lang={}", language.tag()));
    // Nobody waits for it: how long it takes would tell whether there is somebody with this address.
    rt::spawn(async move {
        let sent = link_request::send_again(&app.db, &address, &ip.to_string(), now).await;
        if let Err(error) = sent {
            tracing::error!(%error, "A candidate's link was not sent again");
        }
    });
    Ok(answer)
}
