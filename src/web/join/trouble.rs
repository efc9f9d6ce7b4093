//! *I can't get in*: the candidate joined, and the meeting does not let them in.
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};

use super::let_in;
use crate::{app::App, client_ip, domain::interviews::trouble, web::errors::Result};

/// POST /interview/{token}/trouble: rings at the recruiter's and says whom to call. Repeated, it says the same.
pub async fn create(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let ip = client_ip::of(&request, &app.settings.trusted_proxies).to_string();
    let reported = trouble::report(&app.db, &app.keys, &token, &ip, now).await;
    let_in(&app, &request, &token, reported, now).await
}
