//! The candidate's pages: one for each state that the interview behind a join link can be in.
pub mod accommodation;
pub mod answer;
mod browser;
pub mod calendars;
pub mod check;
pub mod choosing;
pub mod invite;
pub mod language;
pub mod link_request;
pub mod moving;
pub mod opened;
pub mod pages;
mod reading;
pub mod short;
pub mod trouble;
pub mod zone;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{Data, Path},
};
use chrono::{DateTime, Utc};

use self::{
    pages::{
        BlankPage, CancelledPage, EarlyPage, JoinedPage, OpenPage, OverPage, TooOftenPage,
        UnknownPage,
    },
    reading::{nobody_known, of_company, of_request},
};
use super::{errors::Result, respond::see_other};
use crate::{
    app::App,
    client_ip,
    domain::{
        interviews::{
            admission::{self, Admission, State},
            link_text,
            preferences::{self, Preference},
        },
        rate_limits::Turn,
    },
    error::{Error as AppError, Result as AppResult},
    mail::language::Language,
};

/// GET /interview/{token}: the page for this moment. It changes nothing, because mail scanners open links too. The same at
/// /interview/{token}/join and /trouble, for browsers that come back to where they were, and at whatever a mail program
/// makes of the link.
pub async fn show(
    app: Data<App>,
    request: HttpRequest,
    text: Path<String>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let Some(token) = link_text::token(&text) else {
        return look(&app, &request, &text, None, now).await;
    };
    let admitted = known(admission::admit(&app.db, &app.keys, &token, now).await)?;
    if admitted.is_none()
        && let Some(offered) = choosing::look(&app, &token).await?
    {
        return choosing::show(&app, &token, &offered).await;
    }
    let admitted = admitted.map(|admission| (token.to_string(), admission));
    look(&app, &request, &text, admitted, now).await
}

/// The page behind a link that was read from this text, or why there is none.
async fn look(
    app: &App,
    request: &HttpRequest,
    text: &str,
    admitted: Option<(String, Admission)>,
    now: DateTime<Utc>,
) -> Result<HttpResponse> {
    match admitted {
        Some((token, admission)) => present(app, &token, &admission, now),
        None if link_text::is_blank(text) => show_blank(app, request),
        None => refuse(app, request, now).await,
    }
}

/// GET /interview: nothing of a link is left but its beginning.
pub async fn show_without(app: Data<App>, request: HttpRequest) -> Result<HttpResponse> {
    show_blank(&app, &request)
}

fn show_blank(app: &App, request: &HttpRequest) -> Result<HttpResponse> {
    let language = of_request(app, request)?;
    let page = BlankPage::new(language, &app.settings.base_url)?;
    nobody_known(app, StatusCode::NOT_FOUND, language, &page)
}

/// POST /interview/{token}/join: lets in, as often as asked. Leads on by a link and not by a redirect,
/// which our own `form-action` would stop.
pub async fn create(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let ip = client_ip::of(&request, &app.settings.trusted_proxies).to_string();
    let joined = admission::join(&app.db, &app.keys, &token, &ip, now).await;
    let_in(&app, &request, &token, joined, now).await
}

/// The way to the meeting for whoever joined, else the page for this moment.
async fn let_in(
    app: &App,
    request: &HttpRequest,
    token: &str,
    joined: AppResult<Admission>,
    now: DateTime<Utc>,
) -> Result<HttpResponse> {
    match known(joined)? {
        Some(admission) if admission.state == State::Open => {
            let language = reading::of(app, &admission)?;
            let page = JoinedPage::new(token, &admission, language)?;
            of_company(app, StatusCode::OK, &admission, &page)
        }
        Some(admission) => present(app, token, &admission, now),
        None => refuse(app, request, now).await,
    }
}

/// Keeps what a candidate chose, and leads back to their page.
async fn prefer(
    app: &App,
    request: &HttpRequest,
    (token, preference): (&str, Preference<'_>),
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let ip = client_ip::of(request, &app.settings.trusted_proxies).to_string();
    let chosen = (token, preference);
    let kept = preferences::keep(&app.db, &app.keys, chosen, &ip, now).await;
    match known(kept)? {
        Some(Turn::Allowed) => Ok(see_other(&pages::path(token))),
        Some(Turn::Limited(seconds)) => too_often(app, of_request(app, request)?, seconds),
        None => refuse(app, request, now).await,
    }
}

/// 429: nobody does this so often.
fn too_often(app: &App, language: &Language, seconds: i64) -> Result<HttpResponse> {
    let page = TooOftenPage::new(language)?;
    let mut answer = nobody_known(app, StatusCode::TOO_MANY_REQUESTS, language, &page)?;
    let headers = answer.headers_mut();
    headers.insert(header::RETRY_AFTER, seconds.into());
    Ok(answer)
}

fn known<T>(admitted: AppResult<T>) -> Result<Option<T>> {
    match admitted {
        Ok(admitted) => Ok(Some(admitted)),
        Err(AppError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn present(
    app: &App,
    token: &str,
    admission: &Admission,
    now: DateTime<Utc>,
) -> Result<HttpResponse> {
    let language = reading::of(app, admission)?;
    let (ok, gone) = (StatusCode::OK, StatusCode::GONE);
    match admission.state {
        State::Early => {
            let page = EarlyPage::new(token, admission, language, now)?;
            of_company(app, ok, admission, &page)
        }
        State::Open => {
            let page = OpenPage::new(token, admission, language, now)?;
            of_company(app, ok, admission, &page)
        }
        State::Over => {
            let page = OverPage::new(admission, language, now)?;
            of_company(app, gone, admission, &page)
        }
        State::Cancelled => {
            let page = CancelledPage::new(admission, language)?;
            of_company(app, gone, admission, &page)
        }
    }
}

/// One answer for every link that is wrong or was replaced, counted so that nobody tries many. A link
/// that is right is never refused for somebody else's wrong ones.
async fn refuse(app: &App, request: &HttpRequest, now: DateTime<Utc>) -> Result<HttpResponse> {
    let language = of_request(app, request)?;
    let ip = client_ip::of(request, &app.settings.trusted_proxies);
    match admission::count_wrong(&app.db, &client_ip::block(ip), now).await? {
        Turn::Limited(seconds) => too_often(app, language, seconds),
        Turn::Allowed => {
            let page = UnknownPage::new(language)?;
            nobody_known(app, StatusCode::NOT_FOUND, language, &page)
        }
    }
}
