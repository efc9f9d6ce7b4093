//! A message's HTML part, alone in its window.
use actix_web::{
    HttpResponse,
    http::header::CONTENT_SECURITY_POLICY,
    web::{Data, Path},
};

use crate::{
    app::App,
    domain::emails,
    error::Error as AppError,
    web::{errors::Result, viewer::Viewer},
};

/// Mail programs know inline styles only, so this page may have them; scripts, pictures, forms and
/// our own origin it has not.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/// GET /emails/{id}/html: what mail programs show; the join link is not in it.
pub async fn show(app: Data<App>, viewer: Viewer, id: Path<i64>) -> Result<HttpResponse> {
    let email = emails::find(app.db.read(), viewer.company_id, *id).await?;
    let html = email.html.ok_or(AppError::NotFound)?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .body(html))
}
