//! Brevo, whose posts are not signed: nothing but the secret in the address proves them.
use serde::Deserialize;

use super::{
    Event, Post, Provider, Refusal,
    fields::{self, End, OURS, Raw},
};

/// The least number of milliseconds that is no number of seconds: both are documented for the same field.
const MILLISECONDS: i64 = 100_000_000_000;

/// One text that it repeats; others in the same account may send another one.
pub(super) fn header(reference: &str) -> (&'static str, String) {
    ("X-Mailin-custom", format!("{OURS}={reference}"))
}

#[derive(Deserialize)]
struct Any {
    event: String,
}

#[derive(Deserialize)]
struct Told {
    event: String,
    email: Option<String>,
    #[serde(rename = "message-id")]
    message_id: Option<String>,
    ts_epoch: Option<i64>,
    ts_event: Option<i64>,
    reason: Option<String>,
    #[serde(rename = "X-Mailin-custom")]
    custom: Option<String>,
}

pub(super) fn read(post: &Post<'_>) -> Result<Vec<Event>, Refusal> {
    let batch = match post.body.trim_ascii_start().first() {
        Some(b'[') => fields::array(post.body)?,
        _ => vec![fields::json(post.body)?],
    };
    fields::readable(Provider::Brevo, &batch, |one| {
        let any: Any = fields::element(one)?;
        match end(&any.event) {
            Some(end) => fields::element::<Told>(one)?.event(end).map(Some),
            None => Ok(None),
        }
    })
}

fn end(event: &str) -> Option<End> {
    match event {
        "delivered" => Some(End::Delivered),
        "deferred" => Some(End::Deferred),
        "hard_bounce" => Some(End::Hard),
        "soft_bounce" => Some(End::Soft),
        "spam" | "complaint" => Some(End::Complained),
        // For whose sake it is blocked isn't said, and the invalid address is the sender's.
        "blocked" | "error" | "invalid_email" => Some(End::Dropped),
        _ => None,
    }
}

impl Told {
    fn event(&self, end: End) -> Result<Event, Refusal> {
        let told = self.ts_epoch.or(self.ts_event).ok_or(Refusal::Unreadable)?;
        let milliseconds = match told {
            ..MILLISECONDS => told.saturating_mul(1000),
            _ => told,
        };
        let recipient = self.email.as_deref().unwrap_or_default();
        let message_id = self.message_id.as_deref();
        let own = self
            .custom
            .as_deref()
            .and_then(|own| own.strip_prefix(OURS));
        let raw = Raw {
            // Their id is the webhook's.
            id: fields::digest(&[
                &self.event,
                message_id.unwrap_or_default(),
                recipient,
                &told.to_string(),
            ]),
            end,
            message_id,
            reference: own.and_then(|own| own.strip_prefix('=')),
            recipient,
            at: fields::milliseconds(milliseconds)?,
            code: None,
            said: self.reason.as_deref().unwrap_or_default(),
        };
        Ok(raw.event())
    }
}
