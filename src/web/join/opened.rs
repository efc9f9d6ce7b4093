//! That the candidate has read the details: said by the page's own script, a moment after it is in sight.
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};

use super::refuse;
use crate::{
    app::App,
    client_ip,
    domain::interviews::{admission, offered},
    error::Error as AppError,
    web::errors::Result,
};

/// POST /interview/{token}/opened: kept once.
pub async fn create(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let ip = client_ip::of(&request, &app.settings.trusted_proxies).to_string();
    let opened = match admission::opened(&app.db, &app.keys, &token, &ip, now).await {
        // It may wait for a time that the candidate looks at.
        Err(AppError::NotFound) => offered::opened(&app.db, &app.keys, &token, now).await,
        opened => opened,
    };
    match opened {
        Ok(()) => Ok(HttpResponse::NoContent().finish()),
        Err(AppError::NotFound) => refuse(&app, &request, now).await,
        Err(error) => Err(error.into()),
    }
}
