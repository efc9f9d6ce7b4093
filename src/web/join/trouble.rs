//! *I can't get in*: the candidate joined, and the meeting does not let them in.
use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Data, Path},
};

use super::{known, of_company, pages::JoinedPage, present, refuse};
use crate::{
    app::App,
    client_ip,
    domain::interviews::{admission::State, trouble},
    web::errors::Result,
};

/// POST /interview/{token}/trouble: rings at the recruiter's and says whom to call. Repeated, it says the same.
pub async fn create(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let ip = client_ip::of(&request, &app.settings.trusted_proxies).to_string();
    match known(trouble::report(&app.db, &app.keys, &token, &ip, now).await)? {
        Some(admission) if admission.state == State::Open => {
            let page = JoinedPage::new(&token, &admission)?;
            of_company(&app, StatusCode::OK, &admission, &page)
        }
        Some(admission) => present(&app, &token, &admission, now),
        None => refuse(&app, &request, now).await,
    }
}
