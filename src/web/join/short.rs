//! The candidate's pages behind a short link.
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};

use super::{known, look};
use crate::{
    app::App,
    domain::interviews::short_link::{self, Code},
    web::errors::Result,
};

/// GET /i/{code}: the same page as behind the long link, which it goes on with. It changes nothing.
pub async fn show(
    app: Data<App>,
    request: HttpRequest,
    text: Path<String>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let admitted = match Code::read(&text) {
        Some(code) => known(short_link::admit(&app.db, &app.keys, &code, now).await)?,
        None => None,
    };
    look(&app, &request, &text, admitted, now).await
}
