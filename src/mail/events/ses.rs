//! Amazon SES: what stands in a notification, whether a configuration set or an identity publishes it.
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{
    Event, MOST_EVENTS, Refusal,
    fields::{self, End, OURS, Raw},
};

/// A tag of the message; SES takes the header out of it. Configuration sets repeat tags, and both ways repeat the Message-ID.
pub(super) fn header(reference: &str) -> (&'static str, String) {
    ("X-SES-MESSAGE-TAGS", format!("{OURS}={reference}"))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Any {
    event_type: Option<String>,
    notification_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    mail: Mail,
    delivery: Option<Delivery>,
    bounce: Option<Bounce>,
    complaint: Option<Complaint>,
    delivery_delay: Option<Delay>,
    reject: Option<Reject>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mail {
    timestamp: String,
    message_id: String,
    destination: Vec<String>,
    headers: Option<Vec<Header>>,
    common_headers: Option<CommonHeaders>,
    tags: Option<Tags>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommonHeaders {
    message_id: Option<String>,
}

#[derive(Deserialize)]
struct Tags {
    greenroom: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delivery {
    timestamp: String,
    recipients: Vec<String>,
    smtp_response: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    timestamp: String,
    bounce_type: String,
    bounce_sub_type: Option<String>,
    bounced_recipients: Vec<Recipient>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Complaint {
    timestamp: String,
    complaint_sub_type: Option<String>,
    complained_recipients: Vec<Recipient>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delay {
    timestamp: String,
    delayed_recipients: Vec<Recipient>,
}

#[derive(Deserialize)]
struct Reject {
    reason: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    email_address: String,
    action: Option<String>,
    status: Option<String>,
    diagnostic_code: Option<String>,
}

/// What a notification tells of all its recipients.
struct Tidings {
    end: End,
    at: String,
    recipients: Vec<Recipient>,
}

pub(super) fn read(text: &str) -> Result<Vec<Event>, Refusal> {
    // The first message from a new topic is a sentence.
    if !text.trim_start().starts_with('{') {
        return Ok(Vec::new());
    }
    let any: Any = fields::json(text.as_bytes())?;
    let kind = any.event_type.or(any.notification_type);
    let kind = kind.ok_or(Refusal::Unreadable)?;
    if !matches!(
        &*kind,
        "Delivery" | "Bounce" | "Complaint" | "DeliveryDelay" | "Reject"
    ) {
        return Ok(Vec::new());
    }
    let mut told: Told = fields::json(text.as_bytes())?;
    let tidings = told.tidings(&kind).ok_or(Refusal::Unreadable)?;
    if tidings.recipients.len() > MOST_EVENTS {
        return Err(Refusal::TooMany);
    }
    let at = fields::instant(&tidings.at)?;
    let event = |recipient: &Recipient| told.mail.event(&kind, &tidings, recipient, at);
    Ok(tidings.recipients.iter().map(event).collect())
}

impl Told {
    fn tidings(&mut self, kind: &str) -> Option<Tidings> {
        Some(match kind {
            "Delivery" => {
                let Delivery {
                    timestamp,
                    recipients,
                    smtp_response,
                } = self.delivery.take()?;
                let recipients = recipients.into_iter().map(|address| Recipient {
                    email_address: address,
                    diagnostic_code: smtp_response.clone(),
                    ..Recipient::default()
                });
                Tidings {
                    end: End::Delivered,
                    at: timestamp,
                    recipients: recipients.collect(),
                }
            }
            "Bounce" => {
                let bounce = self.bounce.take()?;
                Tidings {
                    end: bounced(
                        &bounce.bounce_type,
                        bounce.bounce_sub_type.as_deref().unwrap_or_default(),
                    ),
                    at: bounce.timestamp,
                    recipients: bounce.bounced_recipients,
                }
            }
            "Complaint" => {
                let complaint = self.complaint.take()?;
                let end = match complaint.complaint_sub_type.as_deref() {
                    // It wasn't sent, because of an earlier complaint.
                    Some("OnAccountSuppressionList") => End::Suppressed,
                    _ => End::Complained,
                };
                Tidings {
                    end,
                    at: complaint.timestamp,
                    recipients: complaint.complained_recipients,
                }
            }
            "DeliveryDelay" => {
                let delay = self.delivery_delay.take()?;
                Tidings {
                    end: End::Deferred,
                    at: delay.timestamp,
                    recipients: delay.delayed_recipients,
                }
            }
            // For all of them: there is something bad in the message.
            _ => {
                let Reject { reason } = self.reject.take()?;
                let recipients = self.mail.destination.iter().map(|address| Recipient {
                    email_address: address.clone(),
                    diagnostic_code: reason.clone(),
                    ..Recipient::default()
                });
                Tidings {
                    end: End::Dropped,
                    at: self.mail.timestamp.clone(),
                    recipients: recipients.collect(),
                }
            }
        })
    }
}

/// Where no server is quoted, Amazon says, what it can't classify may be an automatic answer to what arrived.
pub(super) fn bounced(kind: &str, sub: &str) -> End {
    match (kind, sub) {
        (_, "Suppressed" | "OnAccountSuppressionList" | "UnsubscribedRecipient") => End::Suppressed,
        ("Permanent", _) => End::Hard,
        ("Transient", "General" | "") | ("Undetermined", _) => End::Noted,
        _ => End::Soft,
    }
}

impl Recipient {
    /// Is it told what a server did?
    fn is_explained(&self) -> bool {
        let told = [&self.action, &self.status, &self.diagnostic_code];
        told.into_iter().flatten().any(|text| !text.is_empty())
    }
}

impl Mail {
    fn event(&self, kind: &str, tidings: &Tidings, to: &Recipient, at: DateTime<Utc>) -> Event {
        let end = match to.action.as_deref() {
            Some("delayed") => End::Deferred,
            _ if tidings.end == End::Noted && to.is_explained() => End::Soft,
            _ => tidings.end,
        };
        let recipient = &*to.email_address;
        let tags = self.tags.as_ref().and_then(|tags| tags.greenroom.as_ref());
        let raw = Raw {
            id: fields::digest(&[kind, &self.message_id, recipient, &tidings.at]),
            end,
            message_id: self.sent_as(),
            reference: tags.and_then(|tags| tags.first()).map(String::as_str),
            recipient,
            at,
            code: to.status.as_deref(),
            said: to.diagnostic_code.as_deref().unwrap_or_default(),
        };
        raw.event()
    }

    /// SES gives the message an id of its own, and tells what it had before.
    fn sent_as(&self) -> Option<&str> {
        let common = self.common_headers.as_ref();
        let common = common.and_then(|headers| headers.message_id.as_deref());
        let headers = self.headers.iter().flatten();
        let mut own = headers.filter(|header| header.name.eq_ignore_ascii_case("message-id"));
        own.next()
            .and_then(|header| header.value.as_deref())
            .or(common)
    }
}
