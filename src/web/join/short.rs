//! The candidate's pages behind a short link.
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};

use super::{known, present, refuse, show_blank};
use crate::{
    app::App,
    domain::interviews::{
        link_text,
        short_link::{self, Code},
    },
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
    match admitted {
        Some((token, admission)) => present(&app, &token, &admission, now),
        None if link_text::is_blank(&text) => show_blank(&app),
        None => refuse(&app, &request, now).await,
    }
}
