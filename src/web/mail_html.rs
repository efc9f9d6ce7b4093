//! The HTML part of a mail as a page of its own, with nothing but styles and its own picture.
use actix_web::{
    HttpResponse,
    http::header::{CONTENT_SECURITY_POLICY, HeaderValue},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use entity::{company, email::Kind, logo};

use super::{policy, preview};
use crate::{
    app::App,
    domain::{interviews::Details, logos},
    error::Result,
    mail::messages::{self, Message},
};

/// Mail programs know inline styles only, so this page may have them; scripts, forms, our own origin and
/// pictures from anywhere it has not. Only our own pages may frame it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; sandbox; frame-ancestors 'self'";

/// Lets a page of ours frame it. A page that is swapped in keeps the policy of the one before: links to it say
/// `hx-boost="false"`.
pub fn framed(mut page: HttpResponse) -> HttpResponse {
    let framing = format!("{}; frame-src 'self'", policy::POLICY);
    let framing = HeaderValue::try_from(framing).expect("it is ASCII, written by us");
    page.headers_mut().insert(CONTENT_SECURITY_POLICY, framing);
    page
}

/// A mail that was not written yet, with the company's picture.
pub async fn draft(app: &App, message: &Message, company: &company::Model) -> Result<HttpResponse> {
    let composed = app.composer.compose(message)?;
    let logo = logos::of_message(&app.db, company.id, company.logo_id).await?;
    Ok(alone(&composed.html, logo.as_ref()))
}

/// The mail that would tell of a change that leaves the interview like this, if any is needed.
pub async fn change(app: &App, kind: Kind, after: &Details) -> Result<HttpResponse> {
    match preview::message_of_change(app, kind, after).await? {
        Some(message) => draft(app, &message, &after.company).await,
        None => Ok(nothing("No email needed; the candidate is up to date.")),
    }
}

/// In the frame of a mail that there is not.
pub fn nothing(why: &str) -> HttpResponse {
    alone(
        &format!("<!doctype html><title>No email</title><p>{why}</p>"),
        None,
    )
}

/// The page, for a frame or a window; the picture that travels in the mail stands in its place.
pub fn alone(html: &str, logo: Option<&logo::Model>) -> HttpResponse {
    let html = match logo {
        Some(logo) => html.replace(
            &format!("cid:{}", messages::content_id(&logo.content_hash)),
            &format!(
                "data:{};base64,{}",
                logo.format.media_type(),
                STANDARD.encode(&logo.bytes)
            ),
        ),
        None => html.to_owned(),
    };
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .body(html)
}
