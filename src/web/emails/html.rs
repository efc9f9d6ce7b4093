//! A message's HTML part, alone in its frame or window.
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

use crate::{
    app::App,
    domain::{emails, logos},
    error::Error as AppError,
    web::{errors::Result, mail_html, viewer::Recruiter},
};

/// GET /emails/{id}/html: what mail programs show; the join link is not in it.
pub async fn show(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let email = emails::find(app.db.read(), viewer.company_id, *id).await?;
    let html = email.html.ok_or(AppError::NotFound)?;
    let logo = logos::of_message(&app.db, viewer.company_id, email.logo_id).await?;
    Ok(mail_html::alone(&html, logo.as_ref()))
}
