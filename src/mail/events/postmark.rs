//! Postmark, whose posts are not signed: nothing but the secret in the address proves them.
use serde::Deserialize;

use super::{
    Event, Post, Refusal,
    fields::{self, End, Ours, Raw},
};

/// Over SMTP, fields of `Metadata` are headers with this beginning; Postmark takes them out of the message.
pub(super) fn header(reference: &str) -> (&'static str, String) {
    ("X-PM-Metadata-greenroom", reference.to_owned())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Any {
    record_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    record_type: String,
    #[serde(rename = "ID")]
    id: Option<i64>,
    #[serde(rename = "MessageID")]
    message_id: Option<String>,
    #[serde(rename = "Type")]
    kind: Option<String>,
    email: Option<String>,
    recipient: Option<String>,
    delivered_at: Option<String>,
    bounced_at: Option<String>,
    details: Option<String>,
    description: Option<String>,
    metadata: Option<Ours>,
}

pub(super) fn read(post: &Post<'_>) -> Result<Vec<Event>, Refusal> {
    let any: Any = fields::json(post.body)?;
    if !matches!(&*any.record_type, "Delivery" | "Bounce" | "SpamComplaint") {
        return Ok(Vec::new());
    }
    let record: Record = fields::json(post.body)?;
    let end = match &*record.record_type {
        "Delivery" => Some(End::Delivered),
        "SpamComplaint" => Some(End::Complained),
        _ => bounced(record.kind.as_deref().unwrap_or_default()),
    };
    let Some(end) = end else {
        return Ok(Vec::new());
    };
    let at = record
        .delivered_at
        .as_deref()
        .or(record.bounced_at.as_deref());
    let at = at.ok_or(Refusal::Unreadable)?;
    let recipient = record.recipient.as_deref().or(record.email.as_deref());
    let recipient = recipient.unwrap_or_default();
    // A bounce is numbered; a delivery is not.
    let id = record.id.map(|id| id.to_string()).unwrap_or_default();
    let message = record.message_id.as_deref().unwrap_or_default();
    let said = record.details.as_deref().filter(|text| !text.is_empty());
    let raw = Raw {
        id: fields::digest(&[&record.record_type, &id, message, recipient, at]),
        end,
        // Theirs is a number of their own.
        message_id: None,
        reference: record
            .metadata
            .as_ref()
            .and_then(|own| own.greenroom.as_deref()),
        recipient,
        at: fields::instant(at)?,
        code: None,
        said: said.or(record.description.as_deref()).unwrap_or_default(),
    };
    Ok(vec![raw.event()])
}

/// What kind of bounce it is; none for what is no bounce although it comes as one.
fn bounced(kind: &str) -> Option<End> {
    match kind {
        "HardBounce" => Some(End::Hard),
        "Transient" | "DnsError" => Some(End::Deferred),
        "SpamComplaint" => Some(End::Complained),
        "BadEmailAddress" | "ManuallyDeactivated" => Some(End::Suppressed),
        "Unconfirmed" | "SMTPApiError" | "TemplateRenderingFailed" => Some(End::Dropped),
        // Answers of people, of machines for them, and to what was received.
        "Unsubscribe"
        | "Subscribe"
        | "AutoResponder"
        | "AddressChange"
        | "ChallengeVerification"
        | "OpenRelayTest"
        | "InboundError" => None,
        // A bounce, whatever they come to call it: it must not be taken for good news.
        _ => Some(End::Soft),
    }
}
