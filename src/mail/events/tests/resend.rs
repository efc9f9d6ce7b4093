//! Resend: Svix signatures, and its types.
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::*;
use crate::mail::events::provider_keys::hmac;

const KEY: &[u8] = b"a secret of enough bytes";
const NEXT: &[u8] = b"the one that follows it.";

fn secret(key: &[u8]) -> String {
    format!("whsec_{}", STANDARD.encode(key))
}

fn sign(key: &[u8], id: &str, timestamp: &str, body: &str) -> String {
    let parts = [
        id.as_bytes(),
        b".",
        timestamp.as_bytes(),
        b".",
        body.as_bytes(),
    ];
    format!("v1,{}", STANDARD.encode(hmac(key, &parts)))
}

/// Reads a post with these headers.
fn post(keys: &[&[u8]], headers: [&str; 3], body: &str) -> Result<Reading, Refusal> {
    let [id, timestamp, signature] = headers;
    let headers = [
        ("Svix-Id", id),
        ("svix-timestamp", timestamp),
        ("SVIX-SIGNATURE", signature),
    ];
    let headers: Vec<_> = headers
        .into_iter()
        .filter(|(_, it)| !it.is_empty())
        .collect();
    let keys: Vec<String> = keys.iter().map(|key| secret(key)).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let post = Post {
        headers: &headers,
        body: body.as_bytes(),
    };
    read(&proof(Provider::Resend, &keys), &post, now(), None)
}

fn signed(body: &str) -> Result<Told, Refusal> {
    let timestamp = now().timestamp().to_string();
    let signature = sign(KEY, "msg_1", &timestamp, body);
    Ok(post(&[KEY], ["msg_1", &timestamp, &signature], body)?.told)
}

fn told(kind: &str, more: Value) -> Value {
    let data = json!({
        "created_at": "2026-11-29T19:58:00.1+00:00", "email_id": "e-1", "from": "jobs@example.com",
        "message_id": format!("<{MESSAGE_ID}>"), "to": [format!("Ada <{CANDIDATE}>")],
        "subject": "Hello", "tags": {"a": "b"},
        "headers": [{"name": "X-GREENROOM-reference", "value": REFERENCE}],
    });
    json!({"type": kind, "created_at": "2026-11-29T19:59:00.126Z", "data": with(data, more)})
}

#[test]
fn a_signed_post_is_read() {
    let event = only(signed(&told("email.delivered", json!({})).to_string()));
    assert_eq!(event.id, "msg_1", "the same for each repetition");
    assert_eq!(event.kind, Kind::Delivered);
    assert_eq!(event.message_id.as_deref(), Some(MESSAGE_ID));
    assert_eq!(event.reference.as_deref(), Some(REFERENCE));
    assert_eq!(event.recipient, CANDIDATE);
    assert_eq!(event.at, at("2026-11-29T19:59:00.126Z"));
    for others in [
        json!(null),
        json!([]),
        json!({"X-Greenroom-Reference": REFERENCE}),
        json!([{"name": 7}, {"name": "X-Greenroom-Reference"}]),
        json!(["X-Greenroom-Reference"]),
    ] {
        let newer = told("email.delivered", json!({"headers": others}));
        assert_eq!(only(signed(&newer.to_string())).reference, None, "{newer}");
    }
}

#[test]
fn its_types_have_their_meanings() {
    let bounce = |kind: &str, sub: &str, message: &str| json!({"bounce": {"type": kind, "subType": sub, "message": message}});
    let gone = "smtp; 550 5.1.1 no such user";
    for (kind, more, expected) in [
        ("delivered", json!({}), (Kind::Delivered, false)),
        ("delivery_delayed", json!({}), (Kind::Deferred, false)),
        ("complained", json!({}), (Kind::Complained, false)),
        (
            "bounced",
            bounce("Permanent", "General", gone),
            (Kind::Bounced, true),
        ),
        (
            "bounced",
            bounce(
                "Permanent",
                "General",
                "550 5.7.1 listed at zen.spamhaus.org",
            ),
            (Kind::Bounced, false),
        ),
        (
            "bounced",
            bounce("Transient", "MailboxFull", "full"),
            (Kind::Bounced, false),
        ),
        (
            "bounced",
            bounce("Undetermined", "Undetermined", "no more is known"),
            (Kind::Noted, false),
        ),
        (
            "bounced",
            bounce("Transient", "General", "it may be an automatic reply"),
            (Kind::Noted, false),
        ),
        (
            "bounced",
            json!({"bounce": {"type": "Transient", "subType": "General", "diagnosticCode": []}}),
            (Kind::Noted, false),
        ),
        (
            "bounced",
            json!({"bounce": {"type": "Transient", "subType": "General", "diagnosticCode": [gone]}}),
            (Kind::Bounced, false),
        ),
        (
            "bounced",
            bounce("Permanent", "Suppressed", ""),
            (Kind::Dropped, true),
        ),
        ("bounced", json!({}), (Kind::Bounced, false)),
        (
            "suppressed",
            json!({"suppressed": {"type": "OnAccountSuppressionList", "message": "no"}}),
            (Kind::Dropped, true),
        ),
        (
            "failed",
            json!({"failed": {"reason": "reached_daily_quota"}}),
            (Kind::Dropped, false),
        ),
    ] {
        let json = told(&format!("email.{kind}"), more);
        assert_eq!(end(signed(&json.to_string())), expected, "{json}");
    }
    let said = |json: Value| only(signed(&json.to_string())).said;
    let quota = told(
        "email.failed",
        json!({"failed": {"reason": "reached_daily_quota"}}),
    );
    assert_eq!(said(quota), "reached_daily_quota");
    let server = json!({"bounce": {"message": "In their words.", "diagnosticCode": [gone]}});
    assert_eq!(said(told("email.bounced", server)), gone);
    for code in [
        json!(gone),
        json!([gone]),
        json!([]),
        json!(null),
        json!({}),
        json!([[1]]),
    ] {
        let bounce = json!({"bounce": {"message": gone, "diagnosticCode": code}});
        assert_eq!(said(told("email.bounced", bounce)), gone, "{code}");
    }
    for kind in [
        "email.sent",
        "email.opened",
        "contact.created",
        "email",
        "never.heard.of",
    ] {
        let body = json!({"type": kind, "data": 7}).to_string();
        assert_eq!(signed(&body), Ok(Told::Nothing), "{kind}");
    }
}

#[test]
fn each_recipient_has_an_event_of_their_own() {
    let to = json!({"to": [CANDIDATE, "grace@candidate.example"]});
    let Ok(Told::Events(events)) = signed(&told("email.delivered", to).to_string()) else {
        panic!("no events");
    };
    assert_eq!(events.len(), 2);
    assert_ne!(events[0].id, events[1].id);
}

#[test]
fn nothing_but_the_key_and_the_whole_post_make_a_signature() {
    let body = told("email.delivered", json!({})).to_string();
    let timestamp = now().timestamp().to_string();
    let good = sign(KEY, "msg_1", &timestamp, &body);
    let other = told("email.bounced", json!({})).to_string();
    let later = (now() + TimeDelta::seconds(1)).timestamp().to_string();
    for (headers, body, refusal) in [
        (["msg_1", &*timestamp, &*good], &*body, None),
        (["msg_1", &timestamp, &good], &other, Some(Refusal::Forged)),
        (
            ["msg_1", &timestamp, &good],
            &body[..body.len() - 1],
            Some(Refusal::Forged),
        ),
        (["msg_2", &timestamp, &good], &body, Some(Refusal::Forged)),
        (["msg_1", &later, &good], &body, Some(Refusal::Forged)),
        (
            ["msg_1", &timestamp, &good.replace("v1,", "v2,")],
            &body,
            Some(Refusal::Forged),
        ),
        (
            ["msg_1", &timestamp, &good[3..]],
            &body,
            Some(Refusal::Forged),
        ),
        (
            ["msg_1", &timestamp, &good[..20]],
            &body,
            Some(Refusal::Forged),
        ),
        (["msg_1", &timestamp, "v1,"], &body, Some(Refusal::Forged)),
        (["msg_1", &timestamp, ""], &body, Some(Refusal::Unsigned)),
        (["msg_1", "", &good], &body, Some(Refusal::Unsigned)),
        (["", &timestamp, &good], &body, Some(Refusal::Unsigned)),
    ] {
        assert_eq!(post(&[KEY], headers, body).err(), refusal, "{headers:?}");
    }
    let own = sign(NEXT, "msg_1", &timestamp, &body);
    assert_eq!(
        post(&[KEY], ["msg_1", &timestamp, &own], &body).err(),
        Some(Refusal::Forged)
    );
}

#[test]
fn while_one_key_replaces_another_both_are_good() {
    let body = told("email.delivered", json!({})).to_string();
    let timestamp = now().timestamp().to_string();
    let (old, new) = (
        sign(KEY, "m", &timestamp, &body),
        sign(NEXT, "m", &timestamp, &body),
    );
    for signatures in [
        &old,
        &new,
        &format!("{old} {new}"),
        &format!("v1a,xyz {new}"),
    ] {
        assert!(
            post(&[KEY, NEXT], ["m", &timestamp, signatures], &body).is_ok(),
            "{signatures}"
        );
    }
    let both = format!("{old} {new}");
    assert!(post(&[NEXT], ["m", &timestamp, &both], &body).is_ok());
    assert_eq!(
        post(&[NEXT], ["m", &timestamp, &old], &body).err(),
        Some(Refusal::Forged)
    );
}

#[test]
fn a_header_that_comes_twice_is_none() {
    let body = told("email.delivered", json!({})).to_string();
    let timestamp = now().timestamp().to_string();
    let signature = sign(KEY, "m", &timestamp, &body);
    let headers = [
        ("svix-id", "m"),
        ("svix-id", "other"),
        ("svix-timestamp", &*timestamp),
        ("svix-signature", &*signature),
    ];
    let post = Post {
        headers: &headers,
        body: body.as_bytes(),
    };
    let proof = proof(Provider::Resend, &[&secret(KEY)]);
    assert_eq!(read(&proof, &post, now(), None), Err(Refusal::Unsigned));
}

#[test]
fn a_signature_is_good_for_five_minutes() {
    let body = told("email.delivered", json!({})).to_string();
    check_window(TimeDelta::minutes(5), |signed_at| {
        let timestamp = signed_at.timestamp().to_string();
        let signature = sign(KEY, "m", &timestamp, &body);
        post(&[KEY], ["m", &timestamp, &signature], &body)
    });
    for timestamp in [
        "now",
        "-1",
        "1.5",
        "99999999999999999999",
        "+1795982400",
        " ",
    ] {
        let signature = sign(KEY, "m", timestamp.trim(), &body);
        let refusal = post(&[KEY], ["m", timestamp, &signature], &body).err();
        assert_eq!(refusal, Some(Refusal::Unreadable), "{timestamp}");
    }
}

#[test]
fn what_is_not_signed_is_not_read() {
    let timestamp = now().timestamp().to_string();
    for body in ["", "{", "no JSON at all"] {
        let refusal = post(&[KEY], ["m", &timestamp, "v1,AAAA"], body).err();
        assert_eq!(refusal, Some(Refusal::Forged), "{body}");
        assert_eq!(signed(body), Err(Refusal::Unreadable), "{body}");
    }
}
