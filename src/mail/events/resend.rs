//! Resend, whose posts are signed by Svix: HMAC over an id, an instant and the raw body.
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::{
    Event, MOST_EVENTS, Post, Refusal,
    fields::{self, End, Raw},
    proof::Key,
};

/// Each repetition is signed anew.
const OLDEST: TimeDelta = TimeDelta::minutes(5);
const SHORTEST_KEY: usize = 16;
/// While one key replaces another there are two.
const MOST_SIGNATURES: usize = 10;
const HEADER: &str = "X-Greenroom-Reference";

/// Repeated among the message's own headers, where a post has those; newer ones have the Message-ID.
pub(super) fn header(reference: &str) -> (&'static str, String) {
    (HEADER, reference.to_owned())
}

/// `whsec_` and base64.
pub(super) fn key(text: &str) -> Option<Key> {
    let bytes = STANDARD.decode(text.strip_prefix("whsec_")?).ok()?;
    (bytes.len() >= SHORTEST_KEY).then_some(Key(bytes))
}

#[derive(Deserialize)]
struct Any {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Told {
    created_at: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    message_id: Option<String>,
    to: Vec<String>,
    headers: Option<Vec<Header>>,
    bounce: Option<Reason>,
    suppressed: Option<Reason>,
    failed: Option<Reason>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reason {
    message: Option<String>,
    reason: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    sub_type: Option<String>,
    diagnostic_code: Option<Vec<String>>,
}

pub(super) fn read(
    keys: &[Key],
    post: &Post<'_>,
    now: DateTime<Utc>,
) -> Result<Vec<Event>, Refusal> {
    let id = verify(keys, post, now)?;
    let any: Any = fields::json(post.body)?;
    let is_ours = matches!(
        any.kind.strip_prefix("email."),
        Some("delivered" | "delivery_delayed" | "bounced" | "complained" | "failed" | "suppressed")
    );
    if !is_ours {
        return Ok(Vec::new());
    }
    let told: Told = fields::json(post.body)?;
    let data = &told.data;
    if data.to.len() > MOST_EVENTS {
        return Err(Refusal::TooMany);
    }
    let none = Reason::default();
    let (end, reason) = match &*any.kind {
        "email.delivered" => (End::Delivered, &none),
        "email.delivery_delayed" => (End::Deferred, &none),
        "email.complained" => (End::Complained, &none),
        "email.failed" => (End::Dropped, data.failed.as_ref().unwrap_or(&none)),
        "email.suppressed" => (End::Suppressed, data.suppressed.as_ref().unwrap_or(&none)),
        _ => {
            let bounce = data.bounce.as_ref().unwrap_or(&none);
            (bounced(bounce), bounce)
        }
    };
    let at = fields::instant(&told.created_at)?;
    let own = data.headers.iter().flatten();
    let own = own.filter(|header| header.name.eq_ignore_ascii_case(HEADER));
    let reference = own.filter_map(|header| header.value.as_deref()).next();
    let event = |recipient: &String| {
        let raw = Raw {
            id: match data.to.len() {
                1 => fields::id(id),
                _ => fields::digest(&[id, recipient]),
            },
            end,
            message_id: data.message_id.as_deref(),
            reference,
            recipient,
            at,
            code: None,
            said: reason.said(),
        };
        raw.event()
    };
    Ok(data.to.iter().map(event).collect())
}

/// The words are Amazon's, through whom Resend sends.
fn bounced(reason: &Reason) -> End {
    let kind = reason.kind.as_deref().unwrap_or_default();
    match reason.sub_type.as_deref().unwrap_or_default() {
        "Suppressed" | "OnAccountSuppressionList" => End::Suppressed,
        _ if kind == "Permanent" => End::Hard,
        _ => End::Soft,
    }
}

impl Reason {
    fn said(&self) -> &str {
        let server = self.diagnostic_code.iter().flatten().next();
        let provider = self.message.as_ref().or(self.reason.as_ref());
        server.or(provider).map_or("", String::as_str)
    }
}

/// The id of what was signed: the same for each repetition.
fn verify<'a>(keys: &[Key], post: &Post<'a>, now: DateTime<Utc>) -> Result<&'a str, Refusal> {
    let of = |name| post.header(name).ok_or(Refusal::Unsigned);
    let (id, timestamp) = (of("svix-id")?, of("svix-timestamp")?);
    let signatures = of("svix-signature")?.split(' ');
    // Other versions than the first are signed in other ways.
    let signatures = signatures.filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok());
    let signatures: Vec<Vec<u8>> = signatures.take(MOST_SIGNATURES).collect();
    let signed = [id.as_bytes(), b".", timestamp.as_bytes(), b".", post.body];
    if !fields::is_hmac(keys, &signed, &signatures) {
        return Err(Refusal::Forged);
    }
    let signed_at = fields::seconds(timestamp)?;
    fields::check_age(signed_at, now, OLDEST)?;
    Ok(id)
}
