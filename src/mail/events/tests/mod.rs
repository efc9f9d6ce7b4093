//! Posts of every provider: true, forged, replayed, late, early and damaged.
mod brevo;
mod damage;
mod mailgun;
mod postmark;
mod resend;
mod sendgrid;
mod ses;
mod settings;
mod sns;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::{Event, Kind, Post, Proof, Provider, Reading, Refusal, Told, read};
use crate::secret::Secret;

const MESSAGE_ID: &str = "5f2c9e.3@jobs.example.com";
const REFERENCE: &str = "Kd93-x_7";
const CANDIDATE: &str = "ada@candidate.example";

fn now() -> DateTime<Utc> {
    at("2026-11-29T20:00:00Z")
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn proof(provider: Provider, keys: &[&str]) -> Proof {
    let keys: Vec<Secret> = keys.iter().map(|key| Secret::new(*key)).collect();
    Proof::new(provider, &keys).expect("keys")
}

/// Reads what a provider that signs nothing posts.
fn read_unsigned(provider: Provider, body: &str) -> Result<Told, Refusal> {
    let post = Post {
        headers: &[],
        body: body.as_bytes(),
    };
    let reading = read(&proof(provider, &[]), &post, now(), None)?;
    assert_eq!(reading.once, None);
    Ok(reading.told)
}

/// The one event that it tells.
fn only(told: Result<Told, Refusal>) -> Event {
    match told {
        Ok(Told::Events(events)) if events.len() == 1 => events[0].clone(),
        other => panic!("{other:?}"),
    }
}

/// What happened, and whether the address is dead.
fn end(told: Result<Told, Refusal>) -> (Kind, bool) {
    let event = only(told);
    (event.kind, event.is_dead)
}

/// With some fields in another way; `null` leaves one out.
fn with(mut json: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().expect("an object") {
        let fields = json.as_object_mut().expect("an object");
        match value {
            Value::Null => fields.remove(name),
            value => fields.insert(name.clone(), value.clone()),
        };
    }
    json
}

/// One second before, at, and after both ends of the time for which a signature is good.
fn check_window(oldest: TimeDelta, read: impl Fn(DateTime<Utc>) -> Result<Reading, Refusal>) {
    let second = TimeDelta::seconds(1);
    let youngest = now() + TimeDelta::minutes(5);
    for (signed_at, refusal) in [
        (now() - oldest - second, Some(Refusal::TooOld)),
        (now() - oldest, Some(Refusal::TooOld)),
        (now() - oldest + second, None),
        (now(), None),
        (youngest - second, None),
        (youngest, None),
        (youngest + second, Some(Refusal::TooNew)),
    ] {
        assert_eq!(read(signed_at).err(), refusal, "{signed_at}");
    }
}
