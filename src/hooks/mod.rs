//! Where the providers that send our mail tell what becomes of it: a post is verified, read, and taken in.
mod address;
mod caller;
mod certificates;
mod occurrence;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{Bytes, Data},
};
use chrono::{DateTime, TimeDelta, Utc};

use self::occurrence::occurrence;
pub use self::{
    address::Hooks,
    caller::{Caller, admit},
};
use crate::{
    app::App,
    domain::{
        bounces::Taken,
        provider_events::{self, Token},
    },
    error::{Error as AppError, Result as AppResult},
    mail::events::{self, Event, Post, Proof, Reading, Refusal, Told},
    web::errors::Result,
};

const PREFIX: &str = "/hooks/mail/";
/// What is told of a message may overtake the transaction that queues it. Told later, it is of one that we do not have.
const YOUNG: TimeDelta = TimeDelta::minutes(5);
/// Seconds.
const COME_BACK_AFTER: u32 = 300;

/// Is it a path of a provider?
pub fn is_hook(path: &str) -> bool {
    path.starts_with(PREFIX)
}

/// POST /hooks/mail/{provider}/{secret}: takes in what a provider tells.
pub async fn create(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse> {
    let headers = texts(&request);
    let post = Post {
        headers: &headers,
        body: &body,
    };
    Ok(match take(&app, caller.proof(), &post).await? {
        Outcome::Taken => say(StatusCode::OK, "Taken."),
        Outcome::Again(why) => {
            tracing::info!(provider = caller.provider().as_str(), "{why}");
            again(why)
        }
        Outcome::Refused(refusal) => {
            let reason = refusal.to_string();
            tracing::warn!(
                provider = caller.provider().as_str(),
                reason,
                "What a provider reports about emails was refused"
            );
            say(status(refusal), &reason)
        }
    })
}

/// What a post comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It need not come again.
    Taken,
    /// It is to come again; why.
    Again(&'static str),
    /// It is not taken.
    Refused(Refusal),
}

const UNKNOWN: &str =
    "A report is about an email that isn't known yet. It is asked for again in five minutes.";
const NO_CERTIFICATE: &str =
    "The certificate of a report about emails can't be fetched. The report is asked for again.";
const BAD_CERTIFICATE: &str =
    "The certificate of a report about emails can't be used. The report is asked for again.";
const NOT_CONFIRMED: &str =
    "The subscription to reports about emails can't be confirmed. The request is asked for again.";

/// Verifies a post, and takes in what it tells.
pub async fn take(app: &App, proof: &Proof, post: &Post<'_>) -> AppResult<Outcome> {
    let now = app.clock.now();
    let reading = match read(app, proof, post, now).await {
        Ok(reading) => reading,
        Err(outcome) => return Ok(outcome),
    };
    let provider = proof.provider().as_str();
    if let Some(once) = reading.once {
        let token = Token {
            text: once.token,
            content: once.content,
            until: once.until,
        };
        if !provider_events::use_token(&app.db, provider, &token, now).await? {
            return Ok(Outcome::Refused(Refusal::Forged));
        }
    }
    if !matches!(reading.told, Told::Confirm(_) | Told::Unsubscribed) {
        provider_events::heard(&app.db, provider, now).await?;
    }
    match reading.told {
        Told::Nothing => Ok(Outcome::Taken),
        Told::Unsubscribed => {
            tracing::warn!(provider, "Reports about emails were unsubscribed");
            Ok(Outcome::Taken)
        }
        Told::Events(all) => take_all(app, proof, all, now).await,
        Told::Confirm(url) => Ok(match app.http.get(&url).await {
            Ok(answer) if answer.status == 200 => {
                tracing::info!(provider, "Reports about emails were subscribed to");
                Outcome::Taken
            }
            Ok(answer) => {
                tracing::warn!(provider, status = answer.status, "{NOT_CONFIRMED}");
                Outcome::Again(NOT_CONFIRMED)
            }
            Err(error) => {
                tracing::warn!(provider, %error, "{NOT_CONFIRMED}");
                Outcome::Again(NOT_CONFIRMED)
            }
        }),
    }
}

/// Verifies a post, with the certificate that it needs, and reads it.
async fn read(
    app: &App,
    proof: &Proof,
    post: &Post<'_>,
    now: DateTime<Utc>,
) -> Result<Reading, Outcome> {
    let url = events::certificate_needed(proof, post).map_err(Outcome::Refused)?;
    let Some(url) = url else {
        return events::read(proof, post, now, None).map_err(Outcome::Refused);
    };
    let certificate = app.hooks.certificates.of(&app.http, &url).await;
    let certificate = certificate.map_err(|error| {
        tracing::warn!(provider = proof.provider().as_str(), %error, "{NO_CERTIFICATE}");
        Outcome::Again(NO_CERTIFICATE)
    })?;
    match events::read(proof, post, now, Some(&certificate)) {
        Ok(reading) => {
            app.hooks.certificates.keep(url, certificate);
            Ok(reading)
        }
        // What is there now may be a page of somebody in between, and a refusal is the last word of Amazon SNS.
        Err(Refusal::BadCertificate) => Err(Outcome::Again(BAD_CERTIFICATE)),
        Err(refusal) => Err(Outcome::Refused(refusal)),
    }
}

/// Takes in each event by itself: one that is too early has all of them told again, and those that are known by then
/// change nothing.
async fn take_all(
    app: &App,
    proof: &Proof,
    all: Vec<Event>,
    now: DateTime<Utc>,
) -> AppResult<Outcome> {
    let mut outcome = Outcome::Taken;
    for event in all {
        let is_young = now - event.at < YOUNG;
        let told = occurrence(app, proof.provider(), event);
        // Of other mail that the provider sends, nothing will ever be known.
        let may_be_known = told.email_id.is_some() || told.message_id.is_some();
        match provider_events::take(&app.db, &told, now).await {
            Ok(Taken::Unknown) if is_young && may_be_known => outcome = Outcome::Again(UNKNOWN),
            Ok(taken) => log(told.provider, taken),
            Err(error @ (AppError::Unavailable(_) | AppError::Busy)) => return Err(error),
            // A newer process may read it, while Greenroom is upgraded.
            Err(AppError::Stored(_)) if is_young => outcome = Outcome::Again(UNKNOWN),
            // The others may fare better, and this one will not.
            Err(error) => {
                tracing::error!(provider = told.provider, %error, "A report about an email can't be processed");
            }
        }
    }
    Ok(outcome)
}

fn log(provider: &str, taken: Taken) {
    match taken {
        Taken::Bounced(id)
        | Taken::Complained(id)
        | Taken::Delivered(id)
        | Taken::Noted(id)
        | Taken::Answered(id)
        | Taken::Forwarded(id)
        | Taken::Kept(id) => {
            tracing::info!(
                provider,
                email.id = id,
                "A report about an email was taken in"
            );
        }
        Taken::OtherRecipient(id) => {
            tracing::warn!(
                provider,
                email.id = id,
                "A report names an email, but not its recipient, and was ignored"
            );
        }
        Taken::Known(_) | Taken::Unknown => {}
    }
}

/// 503 and no other: Amazon SNS takes every 4xx but 429 for its last word, Postmark 403 and Mailgun 406; all six come
/// back after a 503.
fn again(why: &str) -> HttpResponse {
    let mut response = say(StatusCode::SERVICE_UNAVAILABLE, why);
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, COME_BACK_AFTER.into());
    response
}

fn status(refusal: Refusal) -> StatusCode {
    match refusal {
        Refusal::TooLong | Refusal::TooMany => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::Unreadable => StatusCode::BAD_REQUEST,
        Refusal::Unsigned
        | Refusal::Forged
        | Refusal::TooOld
        | Refusal::TooNew
        | Refusal::WeakSignature
        | Refusal::OtherTopic
        | Refusal::ForeignCertificate
        | Refusal::BadCertificate => StatusCode::FORBIDDEN,
    }
}

fn say(status: StatusCode, words: &str) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/plain; charset=utf-8")
        .body(words.to_owned())
}

/// The headers that are texts.
fn texts(request: &HttpRequest) -> Vec<(&str, &str)> {
    let headers = request.headers().iter();
    headers
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect()
}
