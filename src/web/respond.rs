//! Answers that several handlers give.
use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};

use super::{
    errors::Result,
    frame::{Frame, PublicFrame},
    page::{Page, render},
};
use crate::app::App;

/// 303: look there next.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, path))
        .finish()
}

/// A page for whoever looks, in a public frame.
pub fn public<P: Page>(
    app: &App,
    status: StatusCode,
    frame: PublicFrame,
    page: &P,
) -> Result<HttpResponse> {
    html(app, status, &Frame::Public(frame), page)
}

/// A page in any frame.
pub fn html<P: Page>(
    app: &App,
    status: StatusCode,
    frame: &Frame,
    page: &P,
) -> Result<HttpResponse> {
    let body = render(&app.templates, frame, page)?;
    Ok(HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .body(body))
}
