//! Mailgun: a signature in the body, tokens that are good once, and its types.
use serde_json::{Value, json};

use super::*;
use crate::{crypto::hex, mail::events::provider_keys::hmac};

const KEY: &str = "0123456789abcdef0123456789abcdef";
const NEXT: &str = "fedcba9876543210fedcba9876543210";
const TOKEN: &str = "1f0e6d5c4b3a29180716f5e4d3c2b1a0998877665544332211";

fn signature(key: &str, timestamp: &str, token: &str) -> Value {
    let signature = hmac(key.as_bytes(), &[timestamp.as_bytes(), token.as_bytes()]);
    json!({"timestamp": timestamp, "token": token, "signature": hex(&signature)})
}

fn post(keys: &[&str], body: &str) -> Result<Reading, Refusal> {
    let post = Post {
        headers: &[],
        body: body.as_bytes(),
    };
    read(&proof(Provider::Mailgun, keys), &post, now(), None)
}

fn letter(signature: &Value, data: &Value) -> String {
    json!({"signature": signature, "event-data": data}).to_string()
}

fn signed(data: &Value) -> Result<Told, Refusal> {
    let timestamp = now().timestamp().to_string();
    Ok(post(&[KEY], &letter(&signature(KEY, &timestamp, TOKEN), data))?.told)
}

fn told(event: &str, more: Value) -> Value {
    let data = json!({
        "event": event, "id": "CPgfbmQMTCKtHW6uIWtuVe", "timestamp": 1_795_982_340.908_181,
        "log-level": "info", "recipient": CANDIDATE, "recipient-domain": "candidate.example",
        "message": {"headers": {"to": "Ada <ada@candidate.example>", "message-id": MESSAGE_ID,
            "from": "jobs@example.com", "subject": "Hello"}, "attachments": [], "size": 111},
        "delivery-status": {"code": 250, "message": "OK", "description": "", "attempt-no": 1,
            "enhanced-code": "2.0.0", "tls": true},
        "user-variables": {"greenroom": REFERENCE, "other": 7}, "tags": [], "flags": {},
    });
    with(data, more)
}

fn failed(severity: &str, reason: &str, message: &str) -> Value {
    let status = json!({"code": 550, "message": message, "description": "In their words."});
    told(
        "failed",
        json!({"severity": severity, "reason": reason, "delivery-status": status}),
    )
}

#[test]
fn a_signed_post_is_read() {
    let event = only(signed(&told("delivered", json!({}))));
    assert_eq!(event.kind, Kind::Delivered);
    assert_eq!(event.message_id.as_deref(), Some(MESSAGE_ID));
    assert_eq!(event.reference.as_deref(), Some(REFERENCE));
    assert_eq!(event.recipient, CANDIDATE);
    assert_eq!(event.code.as_deref(), Some("2.0.0"));
    assert_eq!(event.at, at("2026-11-29T19:59:00.908Z"));
}

#[test]
fn its_types_have_their_meanings() {
    let gone = "550 5.1.1 no such user";
    for (data, expected) in [
        (
            failed("temporary", "generic", gone),
            (Kind::Deferred, false),
        ),
        (failed("permanent", "bounce", gone), (Kind::Bounced, true)),
        (
            failed(
                "permanent",
                "bounce",
                "554 5.7.1 listed at zen.spamhaus.org",
            ),
            (Kind::Bounced, false),
        ),
        (
            failed("permanent", "bounce", "550 5.2.2 mailbox full"),
            (Kind::Bounced, false),
        ),
        (failed("permanent", "generic", gone), (Kind::Bounced, false)),
        (
            failed("permanent", "old", "gave up"),
            (Kind::Bounced, false),
        ),
        (
            failed("permanent", "suppress-bounce", ""),
            (Kind::Dropped, true),
        ),
        (
            failed("permanent", "suppress-complaint", ""),
            (Kind::Dropped, true),
        ),
        (
            told("failed", json!({"severity": null})),
            (Kind::Bounced, false),
        ),
        (
            told("complained", json!({"delivery-status": null})),
            (Kind::Complained, false),
        ),
        (
            told("rejected", json!({"reject": {"reason": "Sandbox"}})),
            (Kind::Dropped, false),
        ),
    ] {
        assert_eq!(end(signed(&data)), expected, "{data}");
    }
    assert_eq!(
        only(signed(&failed("permanent", "bounce", ""))).said,
        "In their words."
    );
    let rejected = told(
        "rejected",
        json!({"recipient": null, "delivery-status": null, "reject": {"reason": "Sandbox"}}),
    );
    let event = only(signed(&rejected));
    assert_eq!((&*event.recipient, &*event.said), (CANDIDATE, "Sandbox"));
    for kind in [
        "accepted",
        "opened",
        "clicked",
        "unsubscribed",
        "stored",
        "never heard of",
    ] {
        let data = json!({"event": kind, "id": 7, "timestamp": "x", "message": []});
        assert_eq!(signed(&data), Ok(Told::Nothing), "{kind}");
    }
}

#[test]
fn an_id_that_is_unique_within_a_day_is_told_from_the_one_of_another_day() {
    let id = |more| only(signed(&told("delivered", more))).id;
    assert_eq!(id(json!({})), id(json!({"timestamp": 1_795_982_341})));
    assert_ne!(id(json!({})), id(json!({"timestamp": 1_795_895_940})));
    assert_ne!(id(json!({})), id(json!({"id": "another"})));
}

#[test]
fn nothing_but_the_key_makes_a_signature() {
    let timestamp = now().timestamp().to_string();
    let data = told("delivered", json!({}));
    let good = signature(KEY, &timestamp, TOKEN);
    let text = good["signature"].as_str().expect("a text").to_owned();
    for (changes, refusal) in [
        (json!({}), None),
        (json!({"timestamp": now().timestamp()}), None),
        (json!({"signature": text.to_uppercase()}), None),
        (json!({"signature": "00".repeat(32)}), Some(Refusal::Forged)),
        (json!({"signature": &text[..62]}), Some(Refusal::Forged)),
        (json!({"signature": &text[..63]}), Some(Refusal::Forged)),
        (json!({"signature": ""}), Some(Refusal::Forged)),
        (json!({"signature": "ä".repeat(32)}), Some(Refusal::Forged)),
        (
            json!({"token": TOKEN.replace('1', "2")}),
            Some(Refusal::Forged),
        ),
        (
            json!({"timestamp": (now().timestamp() + 1).to_string()}),
            Some(Refusal::Forged),
        ),
        (json!({"token": ""}), Some(Refusal::Unreadable)),
        (json!({"token": "a b"}), Some(Refusal::Unreadable)),
        (json!({"timestamp": 1.5}), Some(Refusal::Unreadable)),
        (json!({"timestamp": null}), Some(Refusal::Unreadable)),
        (json!({"signature": null}), Some(Refusal::Unreadable)),
        (json!({"token": 7}), Some(Refusal::Unreadable)),
    ] {
        let body = letter(&with(good.clone(), changes.clone()), &data);
        assert_eq!(post(&[KEY], &body).err(), refusal, "{changes}");
    }
    let body = letter(&good, &data);
    assert_eq!(post(&[NEXT], &body).err(), Some(Refusal::Forged));
    assert!(
        post(&[NEXT, KEY], &body).is_ok(),
        "while one key replaces another"
    );
}

#[test]
fn an_account_above_may_sign_as_well() {
    let timestamp = now().timestamp().to_string();
    let parent = signature(KEY, &timestamp, TOKEN)["signature"].clone();
    let both = with(
        signature(NEXT, &timestamp, TOKEN),
        json!({"parent-signature": parent}),
    );
    let body = letter(&both, &told("delivered", json!({})));
    assert!(post(&[KEY], &body).is_ok());
    assert!(post(&[NEXT], &body).is_ok());
}

#[test]
fn a_token_goes_with_one_content() {
    let timestamp = now().timestamp().to_string();
    let once = |data: &Value| {
        let body = letter(&signature(KEY, &timestamp, TOKEN), data);
        let once = post(&[KEY], &body).expect("a reading").once;
        once.expect("something to remember")
    };
    let first = once(&told("delivered", json!({})));
    assert_eq!(first.token, TOKEN);
    assert_eq!(first.until, now() + TimeDelta::hours(8));
    assert_eq!(first, once(&told("delivered", json!({}))), "repeated");
    let another = once(&told("complained", json!({})));
    assert_eq!(another.token, first.token);
    assert_ne!(another.content, first.content, "with another content");
    // What says nothing uses up its token as well.
    assert_eq!(once(&told("opened", json!({}))).token, TOKEN);
}

#[test]
fn digits_cannot_move_from_the_token_to_the_instant() {
    let timestamp = now().timestamp().to_string();
    let data = told("delivered", json!({}));
    let token = format!("77{TOKEN}");
    let good = signature(KEY, &timestamp, &token);
    assert!(post(&[KEY], &letter(&good, &data)).is_ok());
    // The same text is signed; only where it is cut differs.
    for (timestamp, token) in [
        (format!("{timestamp}7"), format!("7{TOKEN}")),
        (format!("{timestamp}77"), TOKEN.to_owned()),
        (
            timestamp[..9].to_owned(),
            format!("{}{token}", &timestamp[9..]),
        ),
    ] {
        let moved = with(
            good.clone(),
            json!({"timestamp": timestamp, "token": token}),
        );
        let refusal = post(&[KEY], &letter(&moved, &data)).err();
        assert_eq!(refusal, Some(Refusal::Unreadable), "{timestamp}");
    }
}

#[test]
fn a_signature_is_good_for_as_long_as_it_is_repeated() {
    check_window(TimeDelta::hours(8), |signed_at| {
        let signature = signature(KEY, &signed_at.timestamp().to_string(), TOKEN);
        post(&[KEY], &letter(&signature, &told("delivered", json!({}))))
    });
}

#[test]
fn what_is_not_in_its_format_is_unreadable() {
    for data in [
        json!(null),
        json!([]),
        json!({"event": "delivered"}),
        told("delivered", json!({"timestamp": "soon"})),
        told("delivered", json!({"timestamp": -1.0})),
        told("delivered", json!({"timestamp": 1e300})),
        told("delivered", json!({"user-variables": 7})),
        told(
            "delivered",
            json!({"message": {"headers": {"message-id": [1]}}}),
        ),
    ] {
        assert_eq!(signed(&data), Err(Refusal::Unreadable), "{data}");
    }
    let timestamp = now().timestamp().to_string();
    let signature = signature(KEY, &timestamp, TOKEN);
    let data = told("delivered", json!({}));
    for body in [
        format!(r#"{{"signature":{signature},"event-data":{data},"event-data":{data}}}"#),
        format!(r#"{{"signature":{signature},"signature":{signature},"event-data":{data}}}"#),
        format!(r#"{{"signature":{signature}}}"#),
        format!(r#"{{"event-data":{data}}}"#),
        "timestamp=1&token=2&signature=3&event=delivered".to_owned(),
    ] {
        assert_eq!(
            post(&[KEY], &body).err(),
            Some(Refusal::Unreadable),
            "{body}"
        );
    }
}
