//! What providers post, in their own formats and signed as they sign.
use std::sync::LazyLock;

use actix_web::test::TestRequest;
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use greenroom::{
    crypto,
    mail::events::{Kind, Provider},
};
use serde_json::{Value, json};

use crate::support::provider_keys::{SendgridKey, SnsKey, hmac};

pub static SENDGRID: LazyLock<SendgridKey> = LazyLock::new(SendgridKey::new);
pub static SNS: LazyLock<SnsKey> = LazyLock::new(SnsKey::new);
pub const MAILGUN: &str = "key-3ax6xnjp29jd6fds4gc373sgvjxteol0";
pub const RESEND: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:greenroom";
pub const CERTIFICATE: &str = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem";

const NOT_ITS: &str = "only Amazon tells of what may be an automatic reply";

/// What all of them tell.
pub const KINDS: [Kind; 5] = [
    Kind::Delivered,
    Kind::Deferred,
    Kind::Bounced,
    Kind::Complained,
    Kind::Dropped,
];

/// A post as it travels.
#[derive(Clone)]
pub struct Posted {
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Posted {
    pub fn request(&self) -> TestRequest {
        let request = TestRequest::default().set_payload(self.body.clone());
        let request = request.insert_header(("content-type", "application/json"));
        let headers = self.headers.iter();
        headers.fold(request, |request, (name, value)| {
            request.insert_header((*name, value.as_str()))
        })
    }

    /// The same with another text in its body, as it was signed before.
    pub fn changed(&self, from: &str, to: &str) -> Self {
        let body = String::from_utf8(self.body.clone()).expect("a text");
        assert!(body.contains(from), "{from} in {body}");
        Self {
            body: body.replace(from, to).into_bytes(),
            ..self.clone()
        }
    }
}

/// What a provider is to tell.
#[derive(Clone)]
pub struct Tale {
    pub provider: Provider,
    pub kind: Kind,
    /// The provider's own for the event.
    pub id: String,
    /// Empty where it repeats none.
    pub reference: String,
    /// Empty where it repeats none.
    pub message_id: String,
    pub recipient: String,
    pub at: DateTime<Utc>,
    /// Does the address take no mail at all?
    pub is_hard: bool,
    pub said: &'static str,
}

impl Tale {
    /// Told now.
    pub fn post(&self, now: DateTime<Utc>) -> Posted {
        posts(self.provider, &[self], now)
    }

    fn stamp(&self) -> String {
        self.at.to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    /// What the recipient's server said; nothing where Amazon doesn't know what came back.
    fn diagnostics(&self) -> Vec<&str> {
        match self.kind {
            Kind::Noted => Vec::new(),
            _ => vec![self.said],
        }
    }

    fn in_brackets(&self) -> String {
        format!("<{}>", self.message_id)
    }

    fn postmark(&self) -> Value {
        let (record, kind) = match self.kind {
            Kind::Delivered => ("Delivery", ""),
            Kind::Deferred => ("Bounce", "Transient"),
            Kind::Bounced if self.is_hard => ("Bounce", "HardBounce"),
            Kind::Bounced => ("Bounce", "SoftBounce"),
            Kind::Complained => ("SpamComplaint", "SpamComplaint"),
            Kind::Dropped => ("Bounce", "SMTPApiError"),
            Kind::Noted => unreachable!("{NOT_ITS}"),
        };
        let mut body = json!({
            "RecordType": record,
            "MessageID": self.id,
            "Metadata": { "greenroom": self.reference },
            "Details": self.said,
        });
        let more = match record {
            "Delivery" => json!({ "Recipient": self.recipient, "DeliveredAt": self.stamp() }),
            _ => json!({ "Type": kind, "Email": self.recipient, "BouncedAt": self.stamp() }),
        };
        merge(&mut body, more);
        body
    }

    fn brevo(&self) -> Value {
        let event = match self.kind {
            Kind::Delivered => "delivered",
            Kind::Deferred => "deferred",
            Kind::Bounced if self.is_hard => "hard_bounce",
            Kind::Bounced => "soft_bounce",
            Kind::Complained => "spam",
            Kind::Dropped => "blocked",
            Kind::Noted => unreachable!("{NOT_ITS}"),
        };
        json!({
            "event": event,
            "email": self.recipient,
            "message-id": self.in_brackets(),
            "ts_epoch": self.at.timestamp_millis(),
            "reason": self.said,
            "X-Mailin-custom": format!("greenroom={}", self.reference),
        })
    }

    fn resend(&self) -> Value {
        let event = match self.kind {
            Kind::Delivered => "delivered",
            Kind::Deferred => "delivery_delayed",
            Kind::Bounced | Kind::Noted => "bounced",
            Kind::Complained => "complained",
            Kind::Dropped => "failed",
        };
        let kind = if self.is_hard {
            "Permanent"
        } else {
            "Transient"
        };
        json!({
            "type": format!("email.{event}"),
            "created_at": self.stamp(),
            "data": {
                "to": [self.recipient],
                "message_id": self.in_brackets(),
                "headers": [{ "name": "X-Greenroom-Reference", "value": self.reference }],
                "bounce": { "message": self.said, "type": kind, "subType": "General",
                    "diagnosticCode": self.diagnostics() },
                "failed": { "reason": self.said },
            },
        })
    }

    fn sendgrid(&self) -> Value {
        let (event, kind) = match self.kind {
            Kind::Delivered => ("delivered", ""),
            Kind::Deferred => ("deferred", ""),
            Kind::Bounced if self.is_hard => ("bounce", "bounce"),
            Kind::Bounced => ("bounce", "blocked"),
            Kind::Complained => ("spamreport", ""),
            Kind::Dropped => ("dropped", ""),
            Kind::Noted => unreachable!("{NOT_ITS}"),
        };
        json!({
            "event": event,
            "type": kind,
            "email": self.recipient,
            "timestamp": self.at.timestamp(),
            "smtp-id": self.in_brackets(),
            "sg_event_id": self.id,
            "reason": self.said,
            "greenroom": self.reference,
        })
    }

    fn mailgun(&self) -> Value {
        let (event, severity, reason) = match self.kind {
            Kind::Delivered => ("delivered", "", ""),
            Kind::Deferred => ("failed", "temporary", "generic"),
            Kind::Bounced if self.is_hard => ("failed", "permanent", "bounce"),
            Kind::Bounced => ("failed", "permanent", "generic"),
            Kind::Complained => ("complained", "", ""),
            Kind::Dropped => ("rejected", "", ""),
            Kind::Noted => unreachable!("{NOT_ITS}"),
        };
        json!({
            "event": event,
            "severity": severity,
            "reason": reason,
            "id": self.id,
            "timestamp": self.at.timestamp(),
            "recipient": self.recipient,
            "message": { "headers": { "message-id": self.message_id } },
            "delivery-status": { "message": self.said },
            "reject": { "reason": self.said },
            "user-variables": { "greenroom": self.reference },
        })
    }

    fn ses(&self) -> Value {
        let mut told = json!({
            "mail": {
                "timestamp": self.stamp(),
                "messageId": self.id,
                "destination": [self.recipient],
                "headers": [{ "name": "Message-ID", "value": self.in_brackets() }],
                "tags": { "greenroom": [self.reference] },
            },
        });
        let recipient =
            json!({ "emailAddress": self.recipient, "diagnosticCode": self.diagnostics().first() });
        let kind = if self.is_hard {
            "Permanent"
        } else {
            "Transient"
        };
        let stamp = self.stamp();
        let more = match self.kind {
            Kind::Delivered => json!({ "eventType": "Delivery", "delivery": {
                "timestamp": stamp, "recipients": [self.recipient], "smtpResponse": self.said } }),
            Kind::Deferred => json!({ "eventType": "DeliveryDelay", "deliveryDelay": {
                "timestamp": stamp, "delayedRecipients": [recipient] } }),
            Kind::Bounced | Kind::Noted => {
                json!({ "eventType": "Bounce", "bounce": { "timestamp": stamp,
                "bounceType": kind, "bounceSubType": "General", "bouncedRecipients": [recipient] } })
            }
            Kind::Complained => json!({ "eventType": "Complaint", "complaint": {
                "timestamp": stamp, "complainedRecipients": [recipient] } }),
            Kind::Dropped => json!({ "eventType": "Reject", "reject": { "reason": self.said } }),
        };
        merge(&mut told, more);
        told
    }
}

/// Several events in one post, where the provider does that.
pub fn posts(provider: Provider, tales: &[&Tale], now: DateTime<Utc>) -> Posted {
    let first = tales[0];
    let plain = |body: Value| Posted {
        headers: Vec::new(),
        body: body.to_string().into_bytes(),
    };
    let all = |of: fn(&Tale) -> Value| tales.iter().map(|tale| of(tale)).collect::<Vec<_>>();
    match provider {
        Provider::Postmark => plain(first.postmark()),
        Provider::Brevo => plain(json!(all(Tale::brevo))),
        Provider::Resend => svix(&first.id, &first.resend().to_string(), now),
        Provider::Sendgrid => sendgrid(&json!(all(Tale::sendgrid)).to_string(), now),
        Provider::Mailgun => plain(json!({
            "signature": mailgun_signature(&crypto::random_token(), now),
            "event-data": first.mailgun(),
        })),
        Provider::Ses => sns("Notification", &first.ses().to_string(), &json!({}), now),
    }
}

pub fn svix(id: &str, body: &str, now: DateTime<Utc>) -> Posted {
    let timestamp = now.timestamp().to_string();
    let key = RESEND.strip_prefix("whsec_").expect("its beginning");
    let key = STANDARD.decode(key).expect("base64");
    let signed = format!("{id}.{timestamp}.{body}");
    let signature = STANDARD.encode(hmac(&key, &[signed.as_bytes()]));
    Posted {
        headers: vec![
            ("svix-id", id.to_owned()),
            ("svix-timestamp", timestamp),
            ("svix-signature", format!("v1,{signature}")),
        ],
        body: body.as_bytes().to_vec(),
    }
}

pub fn sendgrid(body: &str, now: DateTime<Utc>) -> Posted {
    let timestamp = now.timestamp().to_string();
    let signature = SENDGRID.sign(&timestamp, body.as_bytes());
    Posted {
        headers: vec![
            ("x-twilio-email-event-webhook-signature", signature),
            ("x-twilio-email-event-webhook-timestamp", timestamp),
        ],
        body: body.as_bytes().to_vec(),
    }
}

fn mailgun_signature(token: &str, now: DateTime<Utc>) -> Value {
    let timestamp = now.timestamp().to_string();
    let signature = hmac(
        MAILGUN.as_bytes(),
        &[timestamp.as_bytes(), token.as_bytes()],
    );
    json!({
        "timestamp": timestamp,
        "token": token,
        "signature": crypto::hex(&signature),
    })
}

/// A letter of Amazon's, with other fields than usual.
pub fn sns(kind: &str, message: &str, other: &Value, now: DateTime<Utc>) -> Posted {
    let mut letter = json!({
        "Type": kind,
        "MessageId": crypto::random_id(),
        "TopicArn": TOPIC,
        "Message": message,
        "Timestamp": now.to_rfc3339_opts(SecondsFormat::Millis, true),
        "SignatureVersion": "2",
        "SigningCertURL": CERTIFICATE,
    });
    merge(&mut letter, other.clone());
    let names: &[&str] = match kind {
        "Notification" => &["Message", "MessageId", "Timestamp", "TopicArn", "Type"],
        _ => &[
            "Message",
            "MessageId",
            "SubscribeURL",
            "Timestamp",
            "Token",
            "TopicArn",
            "Type",
        ],
    };
    let lines = names.iter();
    let signed: String = lines
        .map(|name| format!("{name}\n{}\n", letter[name].as_str().expect("a text")))
        .collect();
    merge(&mut letter, json!({ "Signature": SNS.sign(&signed) }));
    Posted {
        headers: vec![("x-amz-sns-message-type", kind.to_owned())],
        body: letter.to_string().into_bytes(),
    }
}

fn merge(into: &mut Value, more: Value) {
    let (Value::Object(into), Value::Object(more)) = (into, more) else {
        panic!("two objects");
    };
    into.extend(more);
}
