//! A message as a file, and its invitation as one: as they were sent, but for the link.
use actix_web::{
    HttpResponse,
    http::header,
    web::{Data, Path},
};

use crate::{
    app::App,
    domain::{emails, interviews, logos},
    error::Error as AppError,
    mail::{LINK_PLACEHOLDER, invite},
    mailing::letter::Draft,
    web::{errors::Result, viewer::Recruiter},
};

/// GET /emails/{id}/message.eml: the whole message, for a mail program.
pub async fn show(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let company_id = viewer.company_id;
    let email = emails::find(app.db.read(), company_id, *id).await?;
    if email.text.is_none() {
        return Err(AppError::NotFound.into());
    }
    let details = match email.interview_id {
        Some(id) => Some(interviews::details(app.db.read(), company_id, id).await?),
        None => None,
    };
    let logo = logos::of_message(&app.db, company_id, email.logo_id).await?;
    let draft = Draft::of(&email, details.as_ref(), logo.as_ref());
    let bytes = draft.and_then(|draft| draft.masked());
    // What cannot be made into a mail was never one.
    let bytes = bytes.map_err(|_| AppError::NotFound)?;
    Ok(download(
        "message/rfc822",
        &format!("message-{id}.eml"),
        bytes,
    ))
}

/// GET /emails/{id}/invite.ics: its invitation, for a calendar.
pub async fn show_invitation(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
) -> Result<HttpResponse> {
    let email = emails::find(app.db.read(), viewer.company_id, *id).await?;
    let ics = email.ics.ok_or(AppError::NotFound)?;
    let file = invite::finished(&ics, LINK_PLACEHOLDER, None);
    Ok(download(
        "text/calendar; charset=utf-8",
        &format!("invitation-{id}.ics"),
        file,
    ))
}

fn download(media_type: &'static str, name: &str, body: impl Into<Vec<u8>>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .body(body.into())
}
