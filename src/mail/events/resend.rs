//! Resend, whose posts are signed by Svix: HMAC over an id, an instant and the raw body.
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::{
    Event, MOST_EVENTS, Post, Refusal,
    fields::{self, End, Raw},
    proof::Key,
    ses,
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
    headers: Option<Value>,
    bounce: Option<Reason>,
    suppressed: Option<Reason>,
    failed: Option<Reason>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reason {
    message: Option<String>,
    reason: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    sub_type: Option<String>,
    diagnostic_code: Option<Value>,
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
    let event = |recipient: &String| {
        let raw = Raw {
            id: match data.to.len() {
                1 => fields::id(id),
                _ => fields::digest(&[id, recipient]),
            },
            end,
            message_id: data.message_id.as_deref(),
            reference: data.reference(),
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
    let sub = reason.sub_type.as_deref().unwrap_or_default();
    match ses::bounced(kind, sub) {
        End::Noted if reason.server().is_some() => End::Soft,
        end => end,
    }
}

/// What their texts show only here and there is read where it has the form that it has there, and costs nothing else.
impl Data {
    fn reference(&self) -> Option<&str> {
        let headers = self.headers.as_ref()?.as_array()?;
        let mut own = headers.iter().filter(|header| {
            text(header, "name").is_some_and(|name| name.eq_ignore_ascii_case(HEADER))
        });
        text(own.next()?, "value")
    }
}

fn text<'a>(header: &'a Value, name: &str) -> Option<&'a str> {
    header.get(name)?.as_str()
}

impl Reason {
    fn said(&self) -> &str {
        let provider = self.message.as_deref().or(self.reason.as_deref());
        self.server().or(provider).unwrap_or_default()
    }

    /// The words of the recipient's server.
    fn server(&self) -> Option<&str> {
        let code = self.diagnostic_code.as_ref()?;
        let text = code.get(0).unwrap_or(code).as_str()?;
        (!text.is_empty()).then_some(text)
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
