//! Amazon SNS: the envelope and the topic.
mod certificates;

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::*;
use crate::mail::events::provider_keys::SnsKey;

pub const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:greenroom";
const CERTIFICATE: &str =
    "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem";
const TOKEN: &str = "2336412f37fb687f5d51e6e241d09c805a5a57b30d712f794cc5f6a988666d92";

/// Made once: it takes a second.
static KEY: LazyLock<SnsKey> = LazyLock::new(SnsKey::new);
static OTHER: LazyLock<SnsKey> = LazyLock::new(SnsKey::new);
static PEM: LazyLock<Vec<u8>> =
    LazyLock::new(|| KEY.certificate("sns.amazonaws.com", (2026, 2027)));

pub fn notification(message: &str) -> Value {
    json!({
        "Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC, "Message": message, "Timestamp": "2026-11-29T19:59:30.123Z",
        "SignatureVersion": "2", "SigningCertURL": CERTIFICATE,
        "UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
    })
}

fn invitation(kind: &str) -> Value {
    let url = format!(
        "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token={TOKEN}"
    );
    with(
        notification("You have chosen to subscribe.\nVisit the SubscribeURL."),
        json!({"Type": kind, "Token": TOKEN, "SubscribeURL": url}),
    )
}

/// What SNS signs, written down from its text once more.
fn signed_text(letter: &Value) -> String {
    let fields: &[&str] = match letter["Type"].as_str() {
        Some("Notification") => &[
            "Message",
            "MessageId",
            "Subject",
            "Timestamp",
            "TopicArn",
            "Type",
        ],
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
    let lines = fields.iter().filter_map(|name| {
        let value = letter[name].as_str()?;
        Some(format!("{name}\n{value}\n"))
    });
    lines.collect()
}

fn sign(key: &SnsKey, letter: Value) -> Value {
    let signature = key.sign(&signed_text(&letter));
    with(letter, json!({"Signature": signature}))
}

/// Reads a letter as it is.
fn post(letter: &Value, pem: Option<&[u8]>) -> Result<Reading, Refusal> {
    let kind = letter["Type"].as_str().unwrap_or("Notification");
    let body = letter.to_string();
    let post = Post {
        headers: &[("X-Amz-Sns-Message-Type", kind)],
        body: body.as_bytes(),
    };
    let proof = proof(
        Provider::Ses,
        &["arn:aws:sns:us-east-1:123456789012:a", TOPIC],
    );
    read(&proof, &post, now(), pem)
}

/// Signs a letter and reads it.
pub fn signed(letter: Value) -> Result<Told, Refusal> {
    Ok(post(&sign(&KEY, letter), Some(&PEM))?.told)
}

#[test]
fn a_signed_notification_is_taken() {
    let first = "Successfully validated SNS topic for Amazon SES event publishing.";
    assert_eq!(signed(notification(first)), Ok(Told::Nothing));
    let with_subject = with(notification(first), json!({"Subject": "Amazon SES"}));
    assert_eq!(signed(with_subject), Ok(Told::Nothing));
    assert_eq!(signed(notification("{")), Err(Refusal::Unreadable));
}

#[test]
fn nothing_but_the_topics_own_letters_are_opened() {
    for (changes, refusal) in [
        (
            json!({"TopicArn": "arn:aws:sns:eu-west-1:210987654321:greenroom"}),
            Refusal::OtherTopic,
        ),
        (
            json!({"TopicArn": format!("{TOPIC}2")}),
            Refusal::OtherTopic,
        ),
        (
            json!({"TopicArn": TOPIC.to_uppercase()}),
            Refusal::OtherTopic,
        ),
        (json!({"SignatureVersion": "1"}), Refusal::WeakSignature),
        (json!({"SignatureVersion": "3"}), Refusal::Unreadable),
        (json!({"SignatureVersion": 2}), Refusal::Unreadable),
        (json!({"SignatureVersion": null}), Refusal::Unsigned),
        (json!({"SigningCertURL": null}), Refusal::Unsigned),
        (json!({"MessageId": null}), Refusal::Unreadable),
        (
            json!({"Message": {"eventType": "Delivery"}}),
            Refusal::Unreadable,
        ),
        (json!({"Timestamp": "yesterday"}), Refusal::Unreadable),
        (json!({"Subject": "a\nTimestamp"}), Refusal::Unreadable),
        (json!({"Type": "Greeting"}), Refusal::Unreadable),
    ] {
        let letter = with(notification("x"), changes.clone());
        assert_eq!(signed(letter), Err(refusal), "{changes}");
    }
    let unsigned = notification("x");
    assert_eq!(post(&unsigned, Some(&PEM)).err(), Some(Refusal::Unsigned));
}

#[test]
fn its_headers_say_what_it_is() {
    let body = sign(&KEY, notification("x")).to_string();
    let proof = proof(Provider::Ses, &[TOPIC]);
    let refusal = |headers: &[(&str, &str)]| {
        let post = Post {
            headers,
            body: body.as_bytes(),
        };
        read(&proof, &post, now(), Some(&PEM)).err()
    };
    let kind = "x-amz-sns-message-type";
    assert_eq!(refusal(&[(kind, "Notification")]), None);
    assert_eq!(refusal(&[]), Some(Refusal::Unreadable));
    assert_eq!(
        refusal(&[(kind, "SubscriptionConfirmation")]),
        Some(Refusal::Unreadable)
    );
    let raw = [(kind, "Notification"), ("x-amz-sns-rawdelivery", "true")];
    assert_eq!(refusal(&raw), Some(Refusal::Unsigned));
}

#[test]
fn nothing_but_the_key_and_the_whole_letter_make_a_signature() {
    let good = sign(&KEY, notification("what was published"));
    assert!(post(&good, Some(&PEM)).is_ok());
    for changes in [
        json!({"Message": "what was not"}),
        json!({"MessageId": "another"}),
        json!({"Subject": "added"}),
        json!({"Timestamp": "2026-11-29T19:59:31.123Z"}),
        json!({"TopicArn": "arn:aws:sns:us-east-1:123456789012:a",
            "SigningCertURL": CERTIFICATE.replace("eu-west-1", "us-east-1")}),
        json!({"Signature": "AAAA"}),
        json!({"Signature": ""}),
        json!({"Signature": "no base64"}),
    ] {
        let refusal = post(&with(good.clone(), changes.clone()), Some(&PEM)).err();
        assert_eq!(refusal, Some(Refusal::Forged), "{changes}");
    }
    let foreign = sign(&OTHER, notification("x"));
    assert_eq!(post(&foreign, Some(&PEM)).err(), Some(Refusal::Forged));
}

#[test]
fn a_subscription_is_confirmed_for_the_configured_topic_alone() {
    let Ok(Told::Confirm(url)) = signed(invitation("SubscriptionConfirmation")) else {
        panic!("no confirmation");
    };
    assert_eq!(url.to_string(), "https://sns.eu-west-1.amazonaws.com/");
    let good = invitation("SubscriptionConfirmation");
    let good = good["SubscribeURL"].as_str().expect("a text");
    for url in [
        good.replace("https://sns.eu-west-1.amazonaws.com", "https://evil.com"),
        good.replace("amazonaws.com", "amazonaws.com.evil.com"),
        good.replace("amazonaws.com", "amazonaws.com:8443"),
        good.replace("ConfirmSubscription", "Unsubscribe"),
        good.replace(TOPIC, "arn:aws:sns:eu-west-1:210987654321:other"),
        good.replace(TOKEN, "another"),
        format!("{good}&TopicArn=arn:aws:sns:eu-west-1:210987654321:other"),
        format!("{good}&Action=Publish"),
        good.replace("/?", "/other?"),
    ] {
        let letter = with(
            invitation("SubscriptionConfirmation"),
            json!({"SubscribeURL": url}),
        );
        assert_eq!(signed(letter), Err(Refusal::OtherTopic), "{url}");
    }
    for changes in [
        json!({"SubscribeURL": null}),
        json!({"SubscribeURL": good.replace("https", "http")}),
        json!({"SubscribeURL": good.replace("sns.eu", "x@sns.eu")}),
        json!({"Token": null}),
    ] {
        let letter = with(invitation("SubscriptionConfirmation"), changes.clone());
        assert_eq!(signed(letter), Err(Refusal::Unreadable), "{changes}");
    }
    // An address in it would subscribe again what somebody has ended.
    assert_eq!(
        signed(invitation("UnsubscribeConfirmation")),
        Ok(Told::Unsubscribed)
    );
}

#[test]
fn a_signature_is_good_for_a_day() {
    check_window(TimeDelta::hours(24), |signed_at| {
        let timestamp = signed_at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let letter = with(notification("x"), json!({"Timestamp": timestamp}));
        post(&sign(&KEY, letter), Some(&PEM))
    });
}
