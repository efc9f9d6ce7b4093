//! Brevo, which signs nothing.
use serde_json::{Value, json};

use super::*;
use Provider::Brevo;

fn brevo(json: Value) -> Result<Told, Refusal> {
    read_unsigned(Brevo, &json.to_string())
}

fn told(event: &str) -> Value {
    json!({
        "event": event, "email": CANDIDATE, "id": 26224, "date": "2026-11-29 20:59:00",
        "ts": 1_795_982_340, "message-id": format!("<{MESSAGE_ID}>"), "ts_event": 1_795_982_340,
        "subject": "Hello", "X-Mailin-custom": format!("greenroom={REFERENCE}"),
        "sending_ip": "192.0.2.1", "ts_epoch": 1_795_982_340_000_i64, "tags": ["a"],
        "reason": "550 5.1.1 <ada@candidate.example>: user unknown",
    })
}

#[test]
fn brevo_repeats_both_our_message_id_and_our_reference() {
    let event = only(brevo(told("delivered")));
    assert_eq!(event.kind, Kind::Delivered);
    assert_eq!(event.message_id.as_deref(), Some(MESSAGE_ID));
    assert_eq!(event.reference.as_deref(), Some(REFERENCE));
    assert_eq!(event.at, at("2026-11-29T19:59:00Z"));
    let in_seconds = with(told("delivered"), json!({"ts_epoch": 1_795_982_340}));
    assert_eq!(only(brevo(in_seconds)).at, event.at);
    let without = with(told("delivered"), json!({"ts_epoch": null}));
    assert_eq!(only(brevo(without)).at, event.at);
    for others in [
        json!("something"),
        json!("greenroomX=1"),
        json!("greenroom=a b"),
        json!(null),
    ] {
        let event = only(brevo(with(
            told("delivered"),
            json!({"X-Mailin-custom": others}),
        )));
        assert_eq!(event.reference, None);
    }
}

#[test]
fn brevo_tells_of_ends_in_its_own_words() {
    for (event, expected) in [
        ("delivered", (Kind::Delivered, false)),
        ("deferred", (Kind::Deferred, false)),
        ("hard_bounce", (Kind::Bounced, true)),
        ("soft_bounce", (Kind::Bounced, false)),
        ("spam", (Kind::Complained, false)),
        ("complaint", (Kind::Complained, false)),
        ("blocked", (Kind::Dropped, false)),
        ("error", (Kind::Dropped, false)),
        // The sender's.
        ("invalid_email", (Kind::Dropped, false)),
    ] {
        assert_eq!(end(brevo(told(event))), expected, "{event}");
    }
    let event = only(brevo(told("hard_bounce")));
    assert_eq!(event.code.as_deref(), Some("5.1.1"));
}

#[test]
fn what_says_nothing_of_delivery_is_taken_and_says_nothing() {
    for kind in [
        "request",
        "opened",
        "unique_opened",
        "click",
        "unsubscribed",
        "never_heard_of",
    ] {
        let json = json!({"event": kind, "ts_epoch": "seven", "email": 7});
        assert_eq!(brevo(json), Ok(Told::Nothing), "{kind}");
    }
    assert_eq!(brevo(json!([])), Ok(Told::Nothing));
}

#[test]
fn what_is_not_in_its_format_is_unreadable() {
    for body in [
        "",
        "[7]",
        r#"{"event": "delivered"}"#,
        r#"{"event": "delivered", "event": "spam", "ts_epoch": 1}"#,
        r#"{"event": "delivered", "ts_epoch": -1}"#,
        r#"{"event": "delivered", "ts_epoch": 9223372036854775807}"#,
        r#"{"event": "delivered", "ts_epoch": 1e999}"#,
        r#"[{"event": "delivered"}, {"event": "delivered"}]"#,
    ] {
        assert_eq!(
            read_unsigned(Brevo, body),
            Err(Refusal::Unreadable),
            "{body}"
        );
    }
}

#[test]
fn brevo_posts_one_or_many_at_once() {
    let other = with(
        told("delivered"),
        json!({"email": "grace@candidate.example"}),
    );
    // One comes twice in the same post.
    let batch = json!([told("delivered"), told("opened"), other, told("delivered")]);
    let Ok(Told::Events(events)) = brevo(batch) else {
        panic!("no events");
    };
    let to: Vec<&str> = events.iter().map(|event| &*event.recipient).collect();
    assert_eq!(to, [CANDIDATE, "grace@candidate.example"]);
    let many = |count| Value::Array(vec![json!({"event": "opened"}); count]);
    assert_eq!(brevo(many(5_000)), Ok(Told::Nothing));
    assert_eq!(brevo(many(5_001)), Err(Refusal::TooMany));
}

#[test]
fn one_that_cannot_be_read_costs_no_other() {
    let odd = with(told("delivered"), json!({"X-Mailin-custom": {"a": 1}}));
    for bad in [odd, json!({"event": "delivered"}), json!(7)] {
        let batch = json!([bad, told("hard_bounce"), bad]);
        assert_eq!(end(brevo(batch)), (Kind::Bounced, true), "{bad}");
        let batch = json!([told("opened"), bad]);
        assert_eq!(brevo(batch), Ok(Told::Nothing), "{bad}");
        assert_eq!(brevo(json!([bad, bad])), Err(Refusal::Unreadable), "{bad}");
    }
}

#[test]
fn what_is_kept_is_clean_and_bounded() {
    let long = "x".repeat(5_000);
    let event = only(brevo(with(
        told("soft_bounce"),
        json!({
            "email": format!("Ada\r\n\u{202e} <{CANDIDATE}>"),
            "message-id": format!("<{long}@x>"),
            "reason": format!("see\nhttps://jobs.example.com/interview/abc\u{7} {long}"),
        }),
    )));
    assert_eq!(event.recipient, CANDIDATE);
    assert_eq!(event.message_id, None);
    assert!(event.said.starts_with("see [link] xxx"), "{}", event.said);
    assert!(event.said.chars().count() <= 1_000);
    let endless = only(brevo(with(told("delivered"), json!({"email": long}))));
    assert_eq!(endless.recipient.len(), 320);
}
