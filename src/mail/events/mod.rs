//! What providers tell of messages that they took: their posts, verified, in one vocabulary.
//!
//! Nothing here sends, stores or knows the time. The formats are taken from the providers' public texts; none of it was tried
//! against a provider.
mod brevo;
mod event;
mod fields;
mod mailgun;
mod post;
mod postmark;
mod proof;
mod provider;
mod refusal;
mod resend;
mod sendgrid;
mod ses;
mod sns;

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use self::proof::Keys;
pub use self::{
    event::{Event, Kind},
    post::Post,
    proof::{KeyFault, Proof},
    provider::Provider,
    refusal::Refusal,
};
use crate::http_client::HttpsUrl;

/// The longest post that is read.
pub const LONGEST: usize = 1024 * 1024;
/// The most events in one post.
pub const MOST_EVENTS: usize = 5_000;

/// What a post says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What it tells.
    pub told: Told,
    /// What has to be remembered of the post, so that nobody can use its signature for another one.
    pub once: Option<Once>,
}

/// What a post tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// What became of messages; at least one event, and no id twice.
    Events(Vec<Event>),
    /// The address that the provider wants to be asked for, before it posts anything else.
    Confirm(HttpsUrl),
    /// That from now on it tells nothing more to this address.
    Unsubscribed,
    /// Nothing about delivery: opened, clicked, and what providers add later. Taken, so that it does not come again.
    Nothing,
}

/// A signature that does not cover what it came with: whoever saw one could sign anything with it.
///
/// So whoever takes the post in remembers the token together with the content, and refuses the same token with another content as
/// [`Refusal::Forged`]. With the same content it is the provider's own repetition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// What was signed; ASCII, at most 100 characters.
    pub token: String,
    /// A digest of what it came with, in hexadecimal.
    pub content: String,
    /// It may be forgotten from then on, for then it is refused as too old.
    pub until: DateTime<Utc>,
}

/// The certificate that is needed to verify a post; none for most. Its address is the provider's own: safe to be asked for.
///
/// # Errors
/// Why the post is refused; no certificate would change that.
pub fn certificate_needed(proof: &Proof, post: &Post<'_>) -> Result<Option<HttpsUrl>, Refusal> {
    post.fits()?;
    match &proof.keys {
        Keys::Ses(topics) => {
            sns::Envelope::open(topics, post).map(|sealed| Some(sealed.certificate))
        }
        Keys::Postmark | Keys::Brevo | Keys::Resend(_) | Keys::Mailgun(_) | Keys::Sendgrid(_) => {
            Ok(None)
        }
    }
}

/// Verifies a post and reads it.
///
/// `certificate` is what was found at the address of [`certificate_needed`], as PEM.
///
/// # Errors
/// Why the post is refused.
pub fn read(
    proof: &Proof,
    post: &Post<'_>,
    now: DateTime<Utc>,
    certificate: Option<&[u8]>,
) -> Result<Reading, Refusal> {
    post.fits()?;
    let mut once = None;
    let events = match &proof.keys {
        Keys::Postmark => postmark::read(post)?,
        Keys::Brevo => brevo::read(post)?,
        Keys::Resend(keys) => resend::read(keys, post, now)?,
        Keys::Sendgrid(keys) => sendgrid::read(keys, post, now)?,
        Keys::Mailgun(keys) => {
            let (events, signed) = mailgun::read(keys, post, now)?;
            once = Some(signed);
            events
        }
        Keys::Ses(topics) => match sns::read(topics, post, now, certificate)? {
            sns::Message::Notification(text) => ses::read(&text)?,
            sns::Message::Confirm(url) => {
                return Ok(Reading {
                    told: Told::Confirm(url),
                    once,
                });
            }
            sns::Message::Goodbye => {
                return Ok(Reading {
                    told: Told::Unsubscribed,
                    once,
                });
            }
        },
    };
    Ok(Reading {
        told: told(events, now),
        once,
    })
}

/// The headers with which a message has to leave, so that the provider repeats `reference` in what it tells of it.
///
/// The reference is up to 64 letters, digits, dashes and underscores; no header is named for any other.
pub fn headers_for(provider: Provider, reference: &str) -> Vec<(&'static str, String)> {
    if fields::reference(reference).is_none() {
        return Vec::new();
    }
    vec![match provider {
        Provider::Postmark => postmark::header(reference),
        Provider::Resend => resend::header(reference),
        Provider::Mailgun => mailgun::header(reference),
        Provider::Sendgrid => sendgrid::header(reference),
        Provider::Ses => ses::header(reference),
        Provider::Brevo => brevo::header(reference),
    }]
}

fn told(mut events: Vec<Event>, now: DateTime<Utc>) -> Told {
    let mut known = HashSet::new();
    events.retain(|event| known.insert(event.id.clone()));
    for event in &mut events {
        // Clocks differ, and whoever stores it compares it with what happened here.
        event.at = event.at.min(now);
    }
    match events.is_empty() {
        true => Told::Nothing,
        false => Told::Events(events),
    }
}

#[cfg(test)]
#[path = "../../../tests/app/support/provider_keys.rs"]
mod provider_keys;
#[cfg(test)]
mod tests;
