//! Amazon SES: what stands in a notification.
use serde_json::{Value, json};

use super::{
    sns::{notification, signed},
    *,
};

fn told(kind: &str, name: &str, object: Value) -> Value {
    json!({
        "eventType": kind,
        name: object,
        "mail": {
            "timestamp": "2026-11-29T19:58:00.012Z", "source": "jobs@example.com",
            "messageId": "0102018c-0000-4000-8000-000000000000-000000", "destination": [CANDIDATE],
            "headersTruncated": false,
            "headers": [{"name": "From", "value": "jobs@example.com"},
                {"name": "Message-ID", "value": format!("<{MESSAGE_ID}>")}],
            "commonHeaders": {"from": ["jobs@example.com"], "messageId": "<other@example.com>"},
            "tags": {"ses:configuration-set": ["x"], "greenroom": [REFERENCE]},
        },
    })
}

fn post(json: &Value) -> Result<Told, Refusal> {
    // As it comes, line break and all.
    signed(notification(&format!("{json}\n")))
}

fn delivery() -> Value {
    let object = json!({
        "timestamp": "2026-11-29T19:59:00.001Z", "processingTimeMillis": 9, "recipients": [CANDIDATE],
        "smtpResponse": "250 2.6.0 Message received", "reportingMTA": "mta.example.com",
    });
    told("Delivery", "delivery", object)
}

fn bounce(kind: &str, sub: &str, diagnostic: &str) -> Value {
    let object = json!({
        "bounceType": kind, "bounceSubType": sub, "timestamp": "2026-11-29T19:59:00.001Z",
        "feedbackId": "0102018c-f", "reportingMTA": "dsn; mta.example.com",
        "bouncedRecipients": [{"emailAddress": CANDIDATE, "action": "failed", "status": "5.0.0",
            "diagnosticCode": diagnostic}],
    });
    told("Bounce", "bounce", object)
}

fn complaint(sub: Value) -> Value {
    let object = json!({
        "complainedRecipients": [{"emailAddress": CANDIDATE}], "complaintSubType": sub,
        "timestamp": "2026-11-29T19:59:00.001Z", "feedbackId": "0102018c-c",
        "complaintFeedbackType": "abuse", "userAgent": "Amazon SES Mailbox Simulator",
    });
    told("Complaint", "complaint", object)
}

#[test]
fn a_delivery_repeats_what_the_message_left_with() {
    let event = only(post(&delivery()));
    assert_eq!(event.kind, Kind::Delivered);
    assert_eq!(event.message_id.as_deref(), Some(MESSAGE_ID));
    assert_eq!(event.reference.as_deref(), Some(REFERENCE));
    assert_eq!(event.recipient, CANDIDATE);
    assert_eq!(event.at, at("2026-11-29T19:59:00.001Z"));
    assert_eq!(event.said, "250 2.6.0 Message received");
}

#[test]
fn an_identity_tells_the_same_as_a_configuration_set() {
    let mut json = with(
        delivery(),
        json!({"eventType": null, "notificationType": "Delivery"}),
    );
    let mail = with(json["mail"].take(), json!({"tags": null, "headers": null}));
    json["mail"] = mail;
    let event = only(post(&json));
    assert_eq!(event.reference, None);
    assert_eq!(event.message_id.as_deref(), Some("other@example.com"));
    assert_eq!(event.id, only(post(&delivery())).id);
    json["mail"] = with(json["mail"].take(), json!({"commonHeaders": null}));
    assert_eq!(
        only(post(&json)).message_id,
        None,
        "told without the headers"
    );
}

#[test]
fn its_types_have_their_meanings() {
    let gone = "smtp; 550 5.1.1 user unknown";
    let delay = json!({
        "timestamp": "2026-11-29T19:59:00.001Z", "delayType": "TransientCommunicationFailure",
        "expirationTime": "2026-11-30T08:00:00.000Z",
        "delayedRecipients": [{"emailAddress": CANDIDATE, "status": "4.4.1", "diagnosticCode": "smtp; 421 4.4.1"}],
    });
    for (json, expected) in [
        (delivery(), (Kind::Delivered, false)),
        (
            told("DeliveryDelay", "deliveryDelay", delay),
            (Kind::Deferred, false),
        ),
        (bounce("Permanent", "General", gone), (Kind::Bounced, true)),
        (bounce("Permanent", "NoEmail", ""), (Kind::Bounced, true)),
        (
            bounce(
                "Permanent",
                "General",
                "smtp; 550 5.7.1 listed at zen.spamhaus.org",
            ),
            (Kind::Bounced, false),
        ),
        (
            bounce("Transient", "MailboxFull", "smtp; 552 5.2.2 full"),
            (Kind::Bounced, false),
        ),
        (
            bounce("Undetermined", "Undetermined", gone),
            (Kind::Bounced, false),
        ),
        (bounce("SomethingNew", "", gone), (Kind::Bounced, false)),
        (bounce("Permanent", "Suppressed", ""), (Kind::Dropped, true)),
        (
            bounce("Permanent", "OnAccountSuppressionList", ""),
            (Kind::Dropped, true),
        ),
        (complaint(json!(null)), (Kind::Complained, false)),
        (
            complaint(json!("OnAccountSuppressionList")),
            (Kind::Dropped, true),
        ),
        (
            told("Reject", "reject", json!({"reason": "Bad content"})),
            (Kind::Dropped, false),
        ),
    ] {
        assert_eq!(end(post(&json)), expected, "{json}");
    }
    for kind in [
        "Send",
        "Open",
        "Click",
        "Rendering Failure",
        "Subscription",
        "NeverHeardOf",
    ] {
        let json = json!({"eventType": kind, "mail": 7, "bounce": []});
        assert_eq!(post(&json), Ok(Told::Nothing), "{kind}");
    }
}

#[test]
fn what_may_be_an_automatic_reply_is_no_bounce() {
    let told = |kind: &str, sub: Value, recipient: Value| {
        let mut json = bounce(kind, "", "");
        json["bounce"]["bounceSubType"] = sub;
        let bare = json!({"emailAddress": CANDIDATE});
        json["bounce"]["bouncedRecipients"] = json!([with(bare, recipient)]);
        end(post(&json))
    };
    let noted = (Kind::Noted, false);
    for (kind, sub) in [
        ("Transient", json!("General")),
        ("Transient", json!(null)),
        ("Undetermined", json!("Undetermined")),
        ("Undetermined", json!("General")),
        ("Undetermined", json!(null)),
    ] {
        for nothing in [
            json!({}),
            json!({"action": null, "status": "", "diagnosticCode": ""}),
        ] {
            assert_eq!(told(kind, sub.clone(), nothing), noted, "{kind} {sub}");
        }
        for something in [
            json!({"action": "failed"}),
            json!({"status": "4.2.2"}),
            json!({"diagnosticCode": "smtp; 452 4.2.2 full"}),
        ] {
            let told = told(kind, sub.clone(), something.clone());
            assert_eq!(told, (Kind::Bounced, false), "{kind} {sub} {something}");
        }
    }
    for (kind, sub) in [
        ("Transient", "MailboxFull"),
        ("Transient", "MessageTooLarge"),
        ("Transient", "ContentRejected"),
        ("SomethingNew", "General"),
        ("Permanent", "General"),
    ] {
        let (end, _) = told(kind, json!(sub), json!({}));
        assert_eq!(end, Kind::Bounced, "{kind} {sub}");
    }
}

#[test]
fn each_recipient_has_an_event_of_their_own() {
    let mut json = bounce("Permanent", "General", "smtp; 550 5.1.1 user unknown");
    json["bounce"]["bouncedRecipients"] = json!([
        {"emailAddress": CANDIDATE, "action": "failed", "status": "5.1.1"},
        {"emailAddress": "\"Grace\" <grace@candidate.example>", "action": "delayed", "status": "4.4.7"},
        {"emailAddress": CANDIDATE},
    ]);
    let Ok(Told::Events(events)) = post(&json) else {
        panic!("no events");
    };
    let ends: Vec<_> = events
        .iter()
        .map(|event| (&*event.recipient, event.kind))
        .collect();
    let expected = [
        (CANDIDATE, Kind::Bounced),
        ("grace@candidate.example", Kind::Deferred),
    ];
    assert_eq!(ends, expected);
    let recipient = |n| json!({"emailAddress": format!("{n}@candidate.example")});
    json["bounce"]["bouncedRecipients"] = (0..5_001).map(recipient).collect();
    assert_eq!(post(&json), Err(Refusal::TooMany));
}

#[test]
fn the_same_event_has_the_same_id_and_another_has_another() {
    let id = |json: &Value| only(post(json)).id;
    assert_eq!(id(&delivery()), id(&delivery()));
    let mut later = delivery();
    later["delivery"]["timestamp"] = json!("2026-11-29T19:59:00.002Z");
    assert_ne!(id(&delivery()), id(&later));
    let mut other = delivery();
    other["mail"]["messageId"] = json!("another");
    assert_ne!(id(&delivery()), id(&other));
    assert_ne!(
        id(&complaint(json!(null))),
        id(&bounce("Transient", "", ""))
    );
}

#[test]
fn what_is_not_in_its_format_is_unreadable() {
    for (name, value) in [
        ("mail", json!(null)),
        ("mail", json!({})),
        ("delivery", json!(null)),
        ("delivery", json!({"timestamp": "2026-11-29T19:59:00Z"})),
        ("delivery", json!({"timestamp": "soon", "recipients": []})),
        (
            "delivery",
            json!({"timestamp": "2026-11-29T19:59:00Z", "recipients": [7]}),
        ),
        ("eventType", json!(null)),
        ("eventType", json!(7)),
    ] {
        let json = with(delivery(), json!({name: value}));
        assert_eq!(post(&json), Err(Refusal::Unreadable), "{json}");
    }
    let twice = r#"{"eventType":"Send","eventType":"Delivery"}"#;
    assert_eq!(signed(notification(twice)), Err(Refusal::Unreadable));
}
