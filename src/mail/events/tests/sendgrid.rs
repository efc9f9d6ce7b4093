//! SendGrid: ECDSA over an instant and the raw body, and its types.
use serde_json::{Value, json};

use super::*;
use crate::mail::events::provider_keys::SendgridKey;

/// Reads a post with these headers.
fn post(
    keys: &[&SendgridKey],
    timestamp: &str,
    signature: &str,
    body: &str,
) -> Result<Reading, Refusal> {
    let headers = [
        ("X-Twilio-Email-Event-Webhook-Timestamp", timestamp),
        ("X-Twilio-Email-Event-Webhook-Signature", signature),
    ];
    let headers: Vec<_> = headers
        .into_iter()
        .filter(|(_, it)| !it.is_empty())
        .collect();
    let keys: Vec<String> = keys.iter().map(|key| key.public()).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let post = Post {
        headers: &headers,
        body: body.as_bytes(),
    };
    read(&proof(Provider::Sendgrid, &keys), &post, now(), None)
}

fn signed(body: &str) -> Result<Told, Refusal> {
    let key = SendgridKey::new();
    let timestamp = now().timestamp().to_string();
    Ok(post(
        &[&key],
        &timestamp,
        &key.sign(&timestamp, body.as_bytes()),
        body,
    )?
    .told)
}

fn told(event: &str, more: Value) -> Value {
    let told = json!({
        "email": CANDIDATE, "timestamp": 1_795_982_340, "smtp-id": format!("<{MESSAGE_ID}>"),
        "event": event, "category": ["a"], "sg_event_id": "c2dfZXZlbnRfaWQ=",
        "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
        "response": "250 2.0.0 OK", "greenroom": REFERENCE,
    });
    with(told, more)
}

fn one(event: &str, more: Value) -> Result<Told, Refusal> {
    // As it comes, line break and all.
    signed(&format!("{}\r\n", json!([told(event, more)])))
}

#[test]
fn a_signed_post_is_read() {
    let event = only(one("delivered", json!({})));
    assert_eq!(event.id, "c2dfZXZlbnRfaWQ=");
    assert_eq!(event.kind, Kind::Delivered);
    assert_eq!(event.message_id.as_deref(), Some(MESSAGE_ID));
    assert_eq!(event.reference.as_deref(), Some(REFERENCE));
    assert_eq!(event.recipient, CANDIDATE);
    assert_eq!(event.at, at("2026-11-29T19:59:00Z"));
    assert_eq!(event.said, "250 2.0.0 OK");
    assert_eq!(event.code.as_deref(), Some("2.0.0"));
}

#[test]
fn its_types_have_their_meanings() {
    let bounce =
        |kind: &str, reason: &str| json!({"type": kind, "reason": reason, "status": "5.0.0"});
    for (event, more, expected) in [
        ("delivered", json!({}), (Kind::Delivered, false)),
        (
            "deferred",
            json!({"response": "450 4.2.0 later"}),
            (Kind::Deferred, false),
        ),
        (
            "bounce",
            bounce("bounce", "550 5.1.1 no such user"),
            (Kind::Bounced, true),
        ),
        (
            "bounce",
            bounce("bounce", "550 5.7.1 listed at zen.spamhaus.org"),
            (Kind::Bounced, false),
        ),
        (
            "bounce",
            bounce("blocked", "550 5.1.1 no such user"),
            (Kind::Bounced, false),
        ),
        (
            "bounce",
            bounce("expired", "unable to get mx info"),
            (Kind::Bounced, false),
        ),
        ("bounce", json!({"type": null}), (Kind::Bounced, false)),
        (
            "dropped",
            json!({"reason": "Bounced Address"}),
            (Kind::Dropped, true),
        ),
        (
            "dropped",
            json!({"reason": "Spam Reporting Address"}),
            (Kind::Dropped, true),
        ),
        (
            "dropped",
            json!({"reason": "Invalid"}),
            (Kind::Dropped, true),
        ),
        (
            "dropped",
            json!({"reason": "Invalid SMTPAPI header"}),
            (Kind::Dropped, false),
        ),
        ("dropped", json!({"reason": null}), (Kind::Dropped, false)),
        (
            "spamreport",
            json!({"response": null}),
            (Kind::Complained, false),
        ),
    ] {
        assert_eq!(end(one(event, more.clone())), expected, "{event} {more}");
    }
    let event = only(one("bounce", bounce("bounce", "550 5.1.1 no such user")));
    assert_eq!(
        event.code.as_deref(),
        Some("5.1.1"),
        "the one that says more"
    );
    for kind in [
        "processed",
        "open",
        "click",
        "unsubscribe",
        "never heard of",
    ] {
        let more = json!({"timestamp": "x", "sg_event_id": [7]});
        assert_eq!(one(kind, more), Ok(Told::Nothing), "{kind}");
    }
}

#[test]
fn an_event_without_an_id_has_one_that_stays_the_same() {
    let id = |more| only(one("delivered", with(json!({"sg_event_id": null}), more))).id;
    let without = json!({"sg_event_id": ""});
    assert_eq!(id(without.clone()), id(without.clone()));
    assert_ne!(
        id(without.clone()),
        id(with(without, json!({"email": "x@candidate.example"})))
    );
    let odd = id(json!({"sg_event_id": "ä".repeat(200)}));
    assert!(odd.len() <= 100 && odd.is_ascii(), "{odd}");
}

#[test]
fn nothing_but_the_key_and_the_whole_post_make_a_signature() {
    let (key, next) = (SendgridKey::new(), SendgridKey::new());
    let body = json!([told("delivered", json!({}))]).to_string();
    let other = json!([told("bounce", json!({}))]).to_string();
    let timestamp = now().timestamp().to_string();
    let later = (now() + TimeDelta::seconds(1)).timestamp().to_string();
    let good = key.sign(&timestamp, body.as_bytes());
    let foreign = next.sign(&timestamp, body.as_bytes());
    for (timestamp, signature, body, refusal) in [
        (&*timestamp, &*good, &*body, None),
        (&timestamp, &good, &other, Some(Refusal::Forged)),
        (
            &timestamp,
            &good,
            &body[..body.len() - 1],
            Some(Refusal::Forged),
        ),
        (
            &timestamp,
            &good,
            &format!("{body}\r\n"),
            Some(Refusal::Forged),
        ),
        (&later, &good, &body, Some(Refusal::Forged)),
        (&timestamp, &foreign, &body, Some(Refusal::Forged)),
        (&timestamp, &good[..40], &body, Some(Refusal::Forged)),
        (&timestamp, "no base64", &body, Some(Refusal::Forged)),
        (&timestamp, "", &body, Some(Refusal::Unsigned)),
        ("", &good, &body, Some(Refusal::Unsigned)),
    ] {
        assert_eq!(
            post(&[&key], timestamp, signature, body).err(),
            refusal,
            "{timestamp} {signature} {body}"
        );
    }
    for signature in [&good, &foreign] {
        assert!(
            post(&[&key, &next], &timestamp, signature, &body).is_ok(),
            "while one replaces another"
        );
    }
    assert_eq!(
        post(&[&next], &timestamp, &good, &body).err(),
        Some(Refusal::Forged)
    );
}

#[test]
fn a_signature_is_good_for_as_long_as_it_is_repeated() {
    let key = SendgridKey::new();
    let body = json!([told("delivered", json!({}))]).to_string();
    check_window(TimeDelta::hours(25), |signed_at| {
        let timestamp = signed_at.timestamp().to_string();
        post(
            &[&key],
            &timestamp,
            &key.sign(&timestamp, body.as_bytes()),
            &body,
        )
    });
}

#[test]
fn many_events_come_at_once_but_not_endlessly_many() {
    let many = |count: usize| {
        let event = |n| json!({"event": "delivered", "timestamp": 1_795_982_340, "sg_event_id": format!("event-{n}")});
        Value::Array((0..count).map(event).collect()).to_string()
    };
    let Ok(Told::Events(events)) = signed(&many(5_000)) else {
        panic!("no events");
    };
    assert_eq!(events.len(), 5_000);
    assert_eq!(signed(&many(5_001)), Err(Refusal::TooMany));
}

#[test]
fn one_that_cannot_be_read_costs_no_other() {
    let good = told("delivered", json!({}));
    for bad in [
        json!(null),
        json!([]),
        json!({}),
        json!({"event": 7}),
        told("delivered", json!({"timestamp": null})),
        told("delivered", json!({"timestamp": i64::MAX})),
        told("delivered", json!({"email": {"address": "x"}})),
        // Arguments of another program's emails.
        told("delivered", json!({"greenroom": {"id": 7}})),
        told("delivered", json!({"status": 7})),
    ] {
        for batch in [json!([good, bad]), json!([bad, bad, good])] {
            let event = only(signed(&batch.to_string()));
            assert_eq!(event.id, "c2dfZXZlbnRfaWQ=", "{batch}");
        }
        let opened = json!([bad, told("open", json!({}))]).to_string();
        assert_eq!(signed(&opened), Ok(Told::Nothing), "{opened}");
        let body = json!([bad, bad]).to_string();
        assert_eq!(signed(&body), Err(Refusal::Unreadable), "{body}");
    }
    let twice = r#"[{"event":"delivered","timestamp":1,"email":"a","email":"b"}]"#;
    for body in [twice, "", "{}", "[", "[] []", &good.to_string()] {
        assert_eq!(signed(body), Err(Refusal::Unreadable), "{body}");
    }
    assert_eq!(signed("[]"), Ok(Told::Nothing));
}
