//! What an error looks like from outside: a whole page with a reference number, never the cause.
use std::fmt;

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};

use super::{
    error_page::ErrorPage,
    frame::{Frame, PublicFrame},
    page::{Page, render},
    return_path,
};
use crate::{app::App, error::Error as AppError};

/// What a handler answers with.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a handler has no page of its own to answer with.
#[derive(Debug)]
pub enum Error {
    /// Something below the web went wrong.
    App(AppError),
    /// Nobody is signed in; the path is where to go on afterwards.
    SignInFirst(String),
    /// Tried too often; seconds until the next turn.
    TooOften(i64),
    /// The request cannot be what one of our pages sent.
    Refused(StatusCode),
    /// The body would have to be unpacked.
    Encoded,
    /// Something of the web server's went wrong.
    Web(actix_web::Error),
}

impl Error {
    /// What it was that stays between us and the log; nothing for what the client did wrong.
    pub fn cause(&self) -> Option<String> {
        match self {
            Self::App(AppError::NotFound | AppError::NoSuch(_) | AppError::Conflict(_)) => None,
            Self::App(error) => Some(error.to_string()),
            Self::Web(error) if error.as_response_error().status_code().is_server_error() => {
                Some(error.to_string())
            }
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status_code())
    }
}

impl From<AppError> for Error {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl From<actix_web::Error> for Error {
    fn from(error: actix_web::Error) -> Self {
        Self::Web(error)
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::App(AppError::NotFound | AppError::NoSuch(_)) => StatusCode::NOT_FOUND,
            Self::App(AppError::Conflict(_)) => StatusCode::CONFLICT,
            Self::App(AppError::Unavailable(_) | AppError::Busy) => StatusCode::SERVICE_UNAVAILABLE,
            Self::App(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::SignInFirst(_) => StatusCode::SEE_OTHER,
            Self::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Refused(status) => *status,
            Self::Encoded => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Web(error) => error.as_response_error().status_code(),
        }
    }

    /// Bare: `http::guard` puts the page into it, where the templates are at hand.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        match self {
            Self::SignInFirst(path) => {
                response.insert_header((header::LOCATION, return_path::sign_in_first(path)));
            }
            Self::TooOften(seconds) => {
                response.insert_header((header::RETRY_AFTER, *seconds));
            }
            Self::App(AppError::Unavailable(_) | AppError::Busy) => {
                response.insert_header((header::RETRY_AFTER, 5));
            }
            // In an answer it says what may be sent (RFC 9110 §12.5.3).
            Self::Encoded => {
                response.insert_header((header::ACCEPT_ENCODING, "identity"));
            }
            // Whoever made it knows more.
            Self::Web(error) => return error.error_response(),
            _ => {}
        }
        response.finish()
    }
}

/// The page for a failed request; in plain words when even the templates fail.
pub fn page(app: &App, status: StatusCode, reference: &str) -> String {
    let is_ours = status.is_server_error();
    let page = ErrorPage::of(status, is_ours.then(|| reference.to_owned()));
    let frame = Frame::Public(PublicFrame::default());
    render(&app.templates, &frame, &page).unwrap_or_else(|error| {
        tracing::error!(%error, "The error page cannot be rendered");
        let title = page.title();
        format!("<!doctype html><title>{title}</title><h1>{title}</h1><p>Reference {reference}</p>")
    })
}
