//! The secret address of a user's interviews: made, replaced and ended under one's account, read by calendar programs.
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH, REFERRER_POLICY},
    },
    web::{Data, Path},
};
use serde::Serialize;

use super::{
    errors::{Error, Result},
    flash::Flash,
    page::Page,
    stamp::Stamp,
    viewer::SignedIn,
};
use crate::{
    app::App,
    client_ip, crypto,
    domain::{companies, feeds, interviews::admission, rate_limits::Turn},
    error::Error as AppError,
    mailing::feed,
    secret::Secret,
};

/// GET /feeds/{token}/interviews.ics: what the user behind the address holds, for a calendar program.
pub async fn show(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let Some(owner) = feeds::owner(&app.db, &token).await? else {
        return refuse(&app, &request).await;
    };
    if let Turn::Limited(seconds) = feeds::count_read(&app.db, &owner, now).await? {
        return Err(Error::TooOften(seconds));
    }
    let found = feeds::read(&app.db, owner, now).await?;
    let company = companies::find(&app.db, found.user.company_id).await?;
    let calendar = feed::calendar(&app.composer, &app.settings.base_url, &found, &company.name)?;
    let tag = format!("\"{}\"", &crypto::sha256_hex(&calendar)[..32]);
    let known = request.headers().get(IF_NONE_MATCH);
    let is_known = known.is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = match is_known {
        true => HttpResponse::NotModified(),
        false => HttpResponse::Ok(),
    };
    response
        .insert_header((CACHE_CONTROL, "private, no-cache"))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((ETAG, tag));
    Ok(match is_known {
        true => response.finish(),
        false => response
            .content_type("text/calendar; charset=utf-8; method=PUBLISH")
            .body(calendar),
    })
}

/// 404 for every address that is none, counted so that nobody tries many.
async fn refuse(app: &App, request: &HttpRequest) -> Result<HttpResponse> {
    let ip = client_ip::of(request, &app.settings.trusted_proxies);
    match admission::count_wrong(&app.db, &client_ip::block(ip), app.clock.now()).await? {
        Turn::Limited(seconds) => Err(Error::TooOften(seconds)),
        Turn::Allowed => Err(AppError::NotFound.into()),
    }
}

/// GET /account/calendar: is there an address, and what can be done with it.
pub async fn edit(app: Data<App>, viewer: SignedIn) -> Result<HttpResponse> {
    let since = feeds::since(app.db.read(), (viewer.company_id, viewer.user_id)).await?;
    let since = since.map(|at| Stamp::day_and_clock(at, viewer.zone()));
    viewer.page(&EditPage { since })
}

/// POST /account/calendar: makes an address, or another one, and shows it once.
pub async fn create(app: Data<App>, viewer: SignedIn) -> Result<HttpResponse> {
    let token = feeds::create(&app.db, &viewer.actor(), viewer.user_id, app.clock.now()).await?;
    viewer.respond(StatusCode::CREATED, &CreatedPage::new(&app, &token))
}

/// POST /account/calendar/removal: the address opens nothing any more.
pub async fn destroy(app: Data<App>, viewer: SignedIn) -> Result<HttpResponse> {
    feeds::end(&app.db, &viewer.actor(), viewer.user_id, app.clock.now()).await?;
    let done = "The calendar address no longer works.";
    viewer.see_other("/account/calendar", Flash::done(done))
}

/// Whether there is an address.
#[derive(Serialize)]
pub struct EditPage {
    since: Option<Stamp>,
}

impl Page for EditPage {
    const TEMPLATE: &'static str = "feeds/edit.html";

    fn title(&self) -> String {
        "Your interviews in your calendar".into()
    }

    fn sample() -> Self {
        Self {
            since: Some(Stamp::sample()),
        }
    }
}

/// The address, this once.
#[derive(Serialize)]
pub struct CreatedPage {
    address: String,
}

impl CreatedPage {
    fn new(app: &App, token: &Secret) -> Self {
        // Exposed to whom it belongs, once.
        let path = format!("/feeds/{}/interviews.ics", token.expose());
        Self {
            address: app.settings.base_url.join(&path),
        }
    }
}

impl Page for CreatedPage {
    const TEMPLATE: &'static str = "feeds/created.html";

    fn title(&self) -> String {
        "Your calendar address".into()
    }

    fn sample() -> Self {
        Self {
            address: "https://greenroom.example.com/feeds/0123456789abcdef/interviews.ics".into(),
        }
    }
}
