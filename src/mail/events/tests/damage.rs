//! Posts that are cut off, damaged, or nothing at all: refused, and never a panic.
use serde_json::json;

use super::*;
use crate::mail::events::{certificate_needed, provider_keys::SendgridKey};

/// What each of them might post.
fn samples() -> Vec<(Proof, String)> {
    let sendgrid = SendgridKey::new().public();
    vec![
        (
            proof(Provider::Postmark, &[]),
            json!({"RecordType": "Bounce", "ID": 7, "Type": "HardBounce", "Email": CANDIDATE,
                "BouncedAt": "2026-11-29T19:59:00.1234567-08:00", "Details": "550 5.1.1 é\u{202e}",
                "Metadata": {"greenroom": REFERENCE}})
            .to_string(),
        ),
        (
            proof(Provider::Brevo, &[]),
            json!([{"event": "hard_bounce", "ts_epoch": 1_795_982_340_000_i64, "email": CANDIDATE,
                "message-id": "<a@b>", "X-Mailin-custom": "greenroom=x", "reason": "550 5.1.1 é"}])
            .to_string(),
        ),
        (
            proof(Provider::Resend, &["whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQ="]),
            json!({"type": "email.delivered"}).to_string(),
        ),
        (
            proof(Provider::Mailgun, &["0123456789abcdef"]),
            json!({"signature": {"timestamp": "1795982400", "token": "abc", "signature": "00ff"},
                "event-data": {"event": "delivered"}})
            .to_string(),
        ),
        (
            proof(Provider::Sendgrid, &[&sendgrid]),
            json!([{"event": "delivered"}]).to_string(),
        ),
        (
            proof(Provider::Ses, &[sns::TOPIC]),
            with(sns::notification("{}"), json!({"Signature": "AAAA"})).to_string(),
        ),
    ]
}

/// With the headers of all of them.
fn attempt(proof: &Proof, body: &[u8]) -> Result<Reading, Refusal> {
    let timestamp = now().timestamp().to_string();
    let headers = [
        ("svix-id", "m"),
        ("svix-timestamp", &*timestamp),
        ("svix-signature", "v1,AAAA"),
        ("x-twilio-email-event-webhook-timestamp", &*timestamp),
        ("x-twilio-email-event-webhook-signature", "MEUCIAAAAAAA"),
        ("x-amz-sns-message-type", "Notification"),
    ];
    let post = Post {
        headers: &headers,
        body,
    };
    let _ = certificate_needed(proof, &post);
    read(
        proof,
        &post,
        now(),
        Some(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
    )
}

#[test]
fn a_post_that_is_cut_off_is_refused_at_every_place() {
    for (proof, body) in samples() {
        for end in 0..body.len() {
            let cut = &body.as_bytes()[..end];
            assert!(
                attempt(&proof, cut).is_err(),
                "{}",
                String::from_utf8_lossy(cut)
            );
        }
    }
}

#[test]
fn a_damaged_post_is_never_a_panic() {
    // Numbers that look random and are the same in every run.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).expect("small")).expect("small")
    };
    for (proof, body) in samples() {
        let is_signed = proof.provider().key().is_some();
        for _ in 0..2_000 {
            let mut bytes = body.clone().into_bytes();
            for _ in 0..=next(3) {
                let at = next(bytes.len());
                match next(4) {
                    0 => bytes[at] = u8::try_from(next(256)).expect("a byte"),
                    1 => drop(bytes.remove(at)),
                    2 => bytes.insert(at, b"\"{}[]:,\\0"[next(9)]),
                    _ => {
                        let piece = bytes[at..(at + 9).min(bytes.len())].to_vec();
                        let to = next(bytes.len());
                        bytes.splice(to..to, piece);
                    }
                }
            }
            let outcome = attempt(&proof, &bytes);
            assert!(
                outcome.is_err() || !is_signed,
                "{}",
                String::from_utf8_lossy(&bytes)
            );
        }
    }
}

#[test]
fn nothing_nested_deeply_exhausts_the_stack() {
    for (proof, _) in samples() {
        for deep in ["[", "{\"a\":", "{\"RecordType\":", "[{\"event\":"] {
            assert!(attempt(&proof, deep.repeat(100_000).as_bytes()).is_err());
        }
    }
}
