//! The candidate's pages: one for each state that the interview behind a join link can be in.
pub mod answer;
pub mod invite;
pub mod opened;
pub mod pages;
pub mod short;
pub mod trouble;

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Data, Path},
};
use chrono::{DateTime, Utc};

use self::pages::{
    BlankPage, CancelledPage, EarlyPage, JoinedPage, OpenPage, OverPage, UnknownPage,
};
use super::{
    errors::{Error, Result},
    frame::PublicFrame,
    page::Page,
    respond::public,
};
use crate::{
    app::App,
    client_ip,
    domain::{
        interviews::{
            admission::{self, Admission, State},
            link_text,
        },
        rate_limits::Turn,
    },
    error::{Error as AppError, Result as AppResult},
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
    let admitted = match link_text::token(&text) {
        Some(token) => known(admission::admit(&app.db, &app.keys, &token, now).await)?
            .map(|admission| (token, admission)),
        None => None,
    };
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
        None if link_text::is_blank(text) => show_blank(app),
        None => refuse(app, request, now).await,
    }
}

/// GET /interview: nothing of a link is left but its beginning.
pub async fn show_without(app: Data<App>) -> Result<HttpResponse> {
    show_blank(&app)
}

fn show_blank(app: &App) -> Result<HttpResponse> {
    let page = BlankPage::new(&app.settings.base_url);
    public(app, StatusCode::NOT_FOUND, PublicFrame::default(), &page)
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
            let page = JoinedPage::new(token, &admission)?;
            of_company(app, StatusCode::OK, &admission, &page)
        }
        Some(admission) => present(app, token, &admission, now),
        None => refuse(app, request, now).await,
    }
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
    let (ok, gone) = (StatusCode::OK, StatusCode::GONE);
    match admission.state {
        State::Early => of_company(app, ok, admission, &EarlyPage::new(token, admission, now)?),
        State::Open => of_company(app, ok, admission, &OpenPage::new(token, admission)?),
        State::Over => of_company(app, gone, admission, &OverPage::new(admission, now)?),
        State::Cancelled => of_company(app, gone, admission, &CancelledPage::new(admission)?),
    }
}

/// One answer for every link that is wrong or was replaced, counted so that nobody tries many. A link
/// that is right is never refused for somebody else's wrong ones.
async fn refuse(app: &App, request: &HttpRequest, now: DateTime<Utc>) -> Result<HttpResponse> {
    let ip = client_ip::of(request, &app.settings.trusted_proxies);
    match admission::count_wrong(&app.db, &client_ip::block(ip), now).await? {
        Turn::Limited(seconds) => Err(Error::TooOften(seconds)),
        Turn::Allowed => {
            let frame = PublicFrame::default();
            public(app, StatusCode::NOT_FOUND, frame, &UnknownPage {})
        }
    }
}

fn of_company<P: Page>(
    app: &App,
    status: StatusCode,
    admission: &Admission,
    page: &P,
) -> Result<HttpResponse> {
    let company = &admission.details.company;
    let frame = PublicFrame {
        company_name: Some(company.name.clone()),
        brand_colour: Some(company.brand_colour.clone()),
        flash: None,
    };
    public(app, status, frame, page)
}
