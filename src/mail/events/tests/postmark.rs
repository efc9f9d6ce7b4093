//! Postmark, which signs nothing.
use serde_json::{Value, json};

use super::*;
use Provider::Postmark;

fn postmark(json: Value) -> Result<Told, Refusal> {
    read_unsigned(Postmark, &json.to_string())
}

fn delivery() -> Value {
    json!({
        "RecordType": "Delivery", "ServerID": 23, "MessageStream": "outbound",
        "MessageID": "00000000-0000-0000-0000-000000000001", "Recipient": CANDIDATE, "Tag": "",
        "DeliveredAt": "2026-11-29T12:00:00.1234567-08:00", "Details": "smtp;250 2.0.0 OK",
        "Metadata": {"greenroom": REFERENCE, "other": 7},
    })
}

fn bounce(kind: &str, details: &str) -> Value {
    json!({
        "RecordType": "Bounce", "ID": 4_323_372_036_854_775_i64, "Type": kind, "TypeCode": 1,
        "MessageID": "00000000-0000-0000-0000-000000000001", "Description": "In their words.",
        "Details": details, "Email": CANDIDATE, "From": "jobs@example.com",
        "BouncedAt": "2026-11-29T19:59:00Z", "DumpAvailable": true, "Inactive": true,
        "CanActivate": true, "Subject": "Hello", "Metadata": {"greenroom": REFERENCE},
    })
}

#[test]
fn postmark_tells_of_a_delivery_and_repeats_the_reference() {
    let event = only(postmark(delivery()));
    assert_eq!(event.kind, Kind::Delivered);
    assert_eq!(event.reference.as_deref(), Some(REFERENCE));
    assert_eq!(event.message_id, None, "theirs is no Message-ID");
    assert_eq!(event.recipient, CANDIDATE);
    assert_eq!(event.at, now(), "the clock is a little ahead over there");
    assert_eq!(event.code.as_deref(), Some("2.0.0"));
    assert_eq!(event.said, "smtp;250 2.0.0 OK");
}

#[test]
fn postmark_bounces_in_many_ways() {
    let gone = "smtp;550 5.1.1 no such user";
    for (kind, details, expected) in [
        ("HardBounce", gone, (Kind::Bounced, true)),
        ("HardBounce", "", (Kind::Bounced, true)),
        (
            "HardBounce",
            "smtp;554 5.7.1 blocked using zen.spamhaus.org",
            (Kind::Bounced, false),
        ),
        (
            "HardBounce",
            "smtp;550 5.7.99 something of theirs",
            (Kind::Bounced, false),
        ),
        (
            "HardBounce",
            "smtp;554 5.6.0 something of theirs",
            (Kind::Bounced, false),
        ),
        (
            "HardBounce",
            "smtp;550 5.1.8 something of theirs",
            (Kind::Bounced, false),
        ),
        (
            "HardBounce",
            "smtp;451 4.4.7 something of theirs",
            (Kind::Bounced, false),
        ),
        (
            "HardBounce",
            "smtp;550 5.0.0 something of theirs",
            (Kind::Bounced, true),
        ),
        (
            "HardBounce",
            "smtp;550 5.7.26 sender not authenticated, SPF",
            (Kind::Bounced, false),
        ),
        ("SoftBounce", gone, (Kind::Bounced, false)),
        ("Blocked", "", (Kind::Bounced, false)),
        ("SpamNotification", "", (Kind::Bounced, false)),
        ("SomethingNew", "", (Kind::Bounced, false)),
        ("Transient", "", (Kind::Deferred, false)),
        ("DnsError", "", (Kind::Deferred, false)),
        ("SpamComplaint", "", (Kind::Complained, false)),
        ("BadEmailAddress", "", (Kind::Dropped, true)),
        ("ManuallyDeactivated", "", (Kind::Dropped, true)),
        ("SMTPApiError", "", (Kind::Dropped, false)),
    ] {
        assert_eq!(
            end(postmark(bounce(kind, details))),
            expected,
            "{kind} {details}"
        );
    }
    for kind in [
        "AutoResponder",
        "Subscribe",
        "Unsubscribe",
        "ChallengeVerification",
    ] {
        assert_eq!(postmark(bounce(kind, "")), Ok(Told::Nothing), "{kind}");
    }
    let words = only(postmark(bounce("HardBounce", ""))).said;
    assert_eq!(words, "In their words.");
    let complaint = with(
        bounce("SpamComplaint", ""),
        json!({"RecordType": "SpamComplaint"}),
    );
    assert_eq!(end(postmark(complaint)), (Kind::Complained, false));
}

#[test]
fn the_same_event_has_the_same_id_and_another_has_another() {
    let id = |json| only(postmark(json)).id;
    assert_eq!(id(delivery()), id(delivery()));
    for other in [
        json!({"Recipient": "grace@candidate.example"}),
        json!({"DeliveredAt": "2026-11-29T11:00:00Z"}),
        json!({"MessageID": "00000000-0000-0000-0000-000000000002"}),
    ] {
        assert_ne!(
            id(delivery()),
            id(with(delivery(), other.clone())),
            "{other}"
        );
    }
    assert_ne!(
        id(bounce("HardBounce", "")),
        id(with(bounce("HardBounce", ""), json!({"ID": 1})))
    );
}

#[test]
fn what_says_nothing_of_delivery_is_taken_and_says_nothing() {
    for kind in [
        "Open",
        "Click",
        "SubscriptionChange",
        "Inbound",
        "NeverHeardOf",
    ] {
        // Whatever shape its fields have.
        let json = json!({"RecordType": kind, "ID": "seven", "Metadata": [1], "Recipient": null});
        assert_eq!(postmark(json), Ok(Told::Nothing), "{kind}");
    }
}

#[test]
fn what_is_not_in_its_format_is_unreadable() {
    for body in [
        "",
        "null",
        "7",
        "[]",
        "{}",
        r#"{"RecordType": 7}"#,
        r#"{"RecordType": "Delivery"}"#,
        r#"{"RecordType": "Open", "RecordType": "Delivery"}"#,
        r#"{"RecordType": "Delivery", "DeliveredAt": "yesterday"}"#,
        r#"{"RecordType": "Delivery", "DeliveredAt": "1969-12-31T23:59:59Z"}"#,
        r#"{"RecordType": "Delivery", "DeliveredAt": "2026-11-29T19:00:00Z", "Recipient": ["a"]}"#,
        r#"{"RecordType": "Delivery", "DeliveredAt": "2026-11-29T19:00:00Z", "Recipient": "a", "Recipient": "b"}"#,
        r#"{"RecordType": "Delivery", "DeliveredAt": "2026-11-29T19:00:00Z"} {}"#,
        "{\"RecordType\": \"\u{0}\", \"x\": \"\\ud800\"",
    ] {
        assert_eq!(
            read_unsigned(Postmark, body),
            Err(Refusal::Unreadable),
            "{body}"
        );
    }
}

#[test]
fn a_post_longer_than_any_is_not_even_looked_at() {
    let body = " ".repeat(super::super::LONGEST + 1);
    assert_eq!(read_unsigned(Postmark, &body), Err(Refusal::TooLong));
}
