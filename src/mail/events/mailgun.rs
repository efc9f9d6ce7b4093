//! Mailgun, whose posts hold a signature of an instant and a token, but not of what else they say.
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Event, Once, Post, Refusal,
    fields::{self, End, OURS, Ours, Raw},
    proof::Key,
};
use crate::crypto;

/// It repeats a post for up to eight hours, and doesn't say that it signs it anew.
const OLDEST: TimeDelta = TimeDelta::hours(8);
const SHORTEST_KEY: usize = 16;
const LONGEST_TOKEN: usize = 100;
/// Instant and token are signed as one text. With as many digits as an instant has until 2286, it has one reading.
const DIGITS: usize = 10;

/// Over SMTP, variables are JSON in this header; Mailgun repeats them as `user-variables`.
pub(super) fn header(reference: &str) -> (&'static str, String) {
    (
        "X-Mailgun-Variables",
        format!(r#"{{"{OURS}":"{reference}"}}"#),
    )
}

/// The account's signing key as it stands there.
pub(super) fn key(text: &str) -> Option<Key> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    (is_plain && text.len() >= SHORTEST_KEY).then(|| Key(text.as_bytes().to_vec()))
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Signed {
    signature: Signature,
    event_data: Box<RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Signature {
    timestamp: Number,
    token: String,
    signature: String,
    /// Of the account above, for a message of one below it.
    parent_signature: Option<String>,
}

/// Their table says that it is a number, their example that it is a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Text(String),
    Number(u64),
}

#[derive(Deserialize)]
struct Any {
    event: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Told {
    id: String,
    timestamp: f64,
    recipient: Option<String>,
    severity: Option<String>,
    reason: Option<String>,
    message: Option<Message>,
    delivery_status: Option<Status>,
    reject: Option<Reject>,
    user_variables: Option<Ours>,
}

#[derive(Deserialize)]
struct Message {
    headers: Option<Headers>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Headers {
    message_id: Option<String>,
    to: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Status {
    message: Option<String>,
    description: Option<String>,
    enhanced_code: Option<String>,
}

#[derive(Deserialize)]
struct Reject {
    reason: Option<String>,
    description: Option<String>,
}

pub(super) fn read(
    keys: &[Key],
    post: &Post<'_>,
    now: DateTime<Utc>,
) -> Result<(Vec<Event>, Once), Refusal> {
    let signed: Signed = fields::json(post.body)?;
    let once = Once {
        token: signed.signature.token.clone(),
        content: crypto::sha256_hex_of(post.body),
        until: verify(keys, &signed.signature, now)? + OLDEST,
    };
    let data = &signed.event_data;
    let any: Any = fields::element(data)?;
    let is_ours = matches!(
        &*any.event,
        "delivered" | "failed" | "rejected" | "complained"
    );
    if !is_ours {
        return Ok((Vec::new(), once));
    }
    let told: Told = fields::element(data)?;
    Ok((vec![told.event(&any.event)?], once))
}

impl Told {
    fn event(&self, name: &str) -> Result<Event, Refusal> {
        let end = match name {
            "delivered" => End::Delivered,
            "complained" => End::Complained,
            "rejected" => End::Dropped,
            _ => self.failed(),
        };
        // What is no instant ends up outside of those that are.
        #[expect(clippy::cast_possible_truncation)]
        let at = fields::milliseconds((self.timestamp * 1000.0) as i64)?;
        let headers = self.message.as_ref().and_then(|it| it.headers.as_ref());
        let to = headers.and_then(|headers| headers.to.as_deref());
        let own = self.user_variables.as_ref();
        let raw = Raw {
            // Theirs is unique within a day.
            id: fields::digest(&[&self.id, &at.date_naive().to_string()]),
            end,
            message_id: headers.and_then(|headers| headers.message_id.as_deref()),
            reference: own.and_then(|own| own.greenroom.as_deref()),
            recipient: self.recipient.as_deref().or(to).unwrap_or_default(),
            at,
            code: self
                .status()
                .and_then(|status| status.enhanced_code.as_deref()),
            said: self.said(),
        };
        Ok(raw.event())
    }

    /// `permanent` says that it will not be tried again, whyever: for an address that is gone, and for a block list.
    fn failed(&self) -> End {
        match (self.severity.as_deref(), self.reason.as_deref()) {
            (Some("temporary"), _) => End::Deferred,
            (_, Some(reason)) if reason.starts_with("suppress-") => End::Suppressed,
            (_, Some("bounce")) => End::Hard,
            _ => End::Soft,
        }
    }

    fn status(&self) -> Option<&Status> {
        self.delivery_status.as_ref()
    }

    fn said(&self) -> &str {
        let status = self.status();
        let reject = self.reject.as_ref();
        let texts = [
            status.and_then(|status| status.message.as_deref()),
            status.and_then(|status| status.description.as_deref()),
            reject.and_then(|reject| reject.reason.as_deref()),
            reject.and_then(|reject| reject.description.as_deref()),
        ];
        let mut told = texts.into_iter().flatten().filter(|text| !text.is_empty());
        told.next().unwrap_or_default()
    }
}

/// When it was signed.
fn verify(keys: &[Key], signed: &Signature, now: DateTime<Utc>) -> Result<DateTime<Utc>, Refusal> {
    let timestamp = match &signed.timestamp {
        Number::Text(text) => text.clone(),
        Number::Number(number) => number.to_string(),
    };
    let token = &signed.token;
    let is_token = (1..=LONGEST_TOKEN).contains(&token.len())
        && token.bytes().all(|byte| byte.is_ascii_graphic());
    if timestamp.len() != DIGITS || !is_token {
        return Err(Refusal::Unreadable);
    }
    let own = [Some(&signed.signature), signed.parent_signature.as_ref()];
    let own: Vec<Vec<u8>> = own
        .into_iter()
        .flatten()
        .filter_map(|text| unhex(text))
        .collect();
    if !fields::is_hmac(keys, &[timestamp.as_bytes(), token.as_bytes()], &own) {
        return Err(Refusal::Forged);
    }
    let signed_at = fields::seconds(&timestamp)?;
    fields::check_age(signed_at, now, OLDEST)?;
    Ok(signed_at)
}

/// Two digits a byte.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|it| u8::try_from(it).ok())
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs
        .iter()
        .map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    bytes
        .collect::<Option<Vec<u8>>>()
        .filter(|_| rest.is_empty())
}
