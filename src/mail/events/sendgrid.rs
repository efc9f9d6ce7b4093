//! SendGrid, whose posts are signed with ECDSA over an instant and the raw body.
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde::Deserialize;

use super::{
    Event, Post, Provider, Refusal,
    fields::{self, End, OURS, Raw},
};

/// It repeats a post for a day, and doesn't say that it signs it anew.
const OLDEST: TimeDelta = TimeDelta::hours(25);
const SIGNATURE: &str = "x-twilio-email-event-webhook-signature";
const TIMESTAMP: &str = "x-twilio-email-event-webhook-timestamp";
/// SubjectPublicKeyInfo of any key on P-256 that is not compressed, up to the point (RFC 5480).
const P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
const POINT: usize = 65;

/// Arguments that it adds to each event of a message.
pub(super) fn header(reference: &str) -> (&'static str, String) {
    let value = format!(r#"{{"unique_args":{{"{OURS}":"{reference}"}}}}"#);
    ("X-SMTPAPI", value)
}

/// A point on P-256.
#[derive(Clone, Debug)]
pub(super) struct PublicKey(Vec<u8>);

impl PublicKey {
    /// SubjectPublicKeyInfo in base64.
    pub(super) fn read(text: &str) -> Option<Self> {
        let spki = STANDARD.decode(text).ok()?;
        let point = spki.strip_prefix(P256.as_slice())?;
        (point.len() == POINT && point[0] == 4).then(|| Self(point.to_vec()))
    }

    fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.0);
        key.verify(message, signature).is_ok()
    }
}

#[derive(Deserialize)]
struct Any {
    event: String,
}

#[derive(Deserialize)]
struct Told {
    event: String,
    email: Option<String>,
    timestamp: i64,
    #[serde(rename = "smtp-id")]
    smtp_id: Option<String>,
    sg_event_id: Option<String>,
    status: Option<String>,
    reason: Option<String>,
    response: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    greenroom: Option<String>,
}

pub(super) fn read(
    keys: &[PublicKey],
    post: &Post<'_>,
    now: DateTime<Utc>,
) -> Result<Vec<Event>, Refusal> {
    verify(keys, post, now)?;
    let batch = fields::array(post.body)?;
    fields::readable(Provider::Sendgrid, &batch, |one| {
        let any: Any = fields::element(one)?;
        let is_ours = matches!(
            &*any.event,
            "delivered" | "deferred" | "bounce" | "dropped" | "spamreport"
        );
        match is_ours {
            true => fields::element::<Told>(one)?.event().map(Some),
            false => Ok(None),
        }
    })
}

impl Told {
    fn event(&self) -> Result<Event, Refusal> {
        let end = match &*self.event {
            "delivered" => End::Delivered,
            "deferred" => End::Deferred,
            "spamreport" => End::Complained,
            "dropped" => dropped(self.reason.as_deref().unwrap_or_default()),
            // `blocked` is about us, and `expired` about time.
            _ if self.kind.as_deref() == Some("bounce") => End::Hard,
            _ => End::Soft,
        };
        let text = |text: &'_ Option<String>| text.clone().unwrap_or_default();
        let own = self.sg_event_id.as_deref().filter(|id| !id.is_empty());
        let raw = Raw {
            id: match own {
                Some(id) => fields::id(id),
                None => fields::digest(&[
                    &self.event,
                    &self.timestamp.to_string(),
                    &text(&self.email),
                    &text(&self.smtp_id),
                ]),
            },
            end,
            message_id: self.smtp_id.as_deref(),
            reference: self.greenroom.as_deref(),
            recipient: self.email.as_deref().unwrap_or_default(),
            at: fields::milliseconds(self.timestamp.saturating_mul(1000))?,
            code: self.status.as_deref(),
            said: self
                .reason
                .as_deref()
                .or(self.response.as_deref())
                .unwrap_or_default(),
        };
        Ok(raw.event())
    }
}

/// Its lists of addresses to which it sends nothing any more; everything else is about the message or the account.
fn dropped(reason: &str) -> End {
    match &*reason.trim().to_ascii_lowercase() {
        "bounced address" | "unsubscribed address" | "spam reporting address" | "invalid" => {
            End::Suppressed
        }
        _ => End::Dropped,
    }
}

fn verify(keys: &[PublicKey], post: &Post<'_>, now: DateTime<Utc>) -> Result<(), Refusal> {
    let of = |name| post.header(name).ok_or(Refusal::Unsigned);
    let (signature, timestamp) = (of(SIGNATURE)?, of(TIMESTAMP)?);
    let signature = STANDARD.decode(signature).map_err(|_| Refusal::Forged)?;
    let signed = [timestamp.as_bytes(), post.body].concat();
    if !keys.iter().any(|key| key.signed(&signed, &signature)) {
        return Err(Refusal::Forged);
    }
    fields::check_age(fields::seconds(timestamp)?, now, OLDEST)
}
