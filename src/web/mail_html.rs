//! The HTML part of a mail as a page of its own, with nothing but styles and its own picture.
use actix_web::{HttpResponse, http::header::CONTENT_SECURITY_POLICY};
use base64::{Engine, engine::general_purpose::STANDARD};
use entity::logo;

use crate::mail::messages;

/// Mail programs know inline styles only, so this page may have them; scripts, forms, our own origin and
/// pictures from anywhere it has not.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; sandbox";

/// Where the page may stand.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// In a window of its own.
    Window,
    /// In a frame of one of our pages, too.
    Frame,
}

/// The page; the picture that travels in the mail stands in its place.
pub fn alone(html: &str, logo: Option<&logo::Model>, place: Place) -> HttpResponse {
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
    let ancestors = match place {
        Place::Window => "'none'",
        Place::Frame => "'self'",
    };
    let policy = format!("{POLICY}; frame-ancestors {ancestors}");
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .body(html)
}
