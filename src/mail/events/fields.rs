//! What stands in a post, made safe: bounded, clean, and in one form.
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use sha2::Sha256;

use super::{Event, Kind, MOST_EVENTS, Provider, Refusal, proof::Key};
use crate::{
    crypto,
    mail::{
        bounce,
        mailbox::clean_line,
        verdict::cause::{self, Cause},
    },
};

/// What our headers and what stands in them are called at every provider.
pub(super) const OURS: &str = "greenroom";

const LONGEST_ID: usize = 100;
const LONGEST_REFERENCE: usize = 64;
/// RFC 3696, erratum 1690.
const LONGEST_ADDRESS: usize = 320;
/// Clocks that are set by the network differ by less.
const MOST_AHEAD: TimeDelta = TimeDelta::minutes(5);

/// What most providers let us find again.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Ours {
    #[serde(default)]
    pub(super) greenroom: Option<String>,
}

/// What is known of an event before it is made safe.
#[derive(Debug)]
pub(super) struct Raw<'a> {
    pub(super) id: String,
    pub(super) end: End,
    pub(super) message_id: Option<&'a str>,
    pub(super) reference: Option<&'a str>,
    pub(super) recipient: &'a str,
    pub(super) at: DateTime<Utc>,
    pub(super) code: Option<&'a str>,
    pub(super) said: &'a str,
}

/// What happened, and what the provider says of the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Delivered,
    Deferred,
    /// For good, says the provider: it will not try this address again.
    Hard,
    /// This message alone.
    Soft,
    Complained,
    /// For something about the message or the account.
    Dropped,
    /// Because the provider sends nothing to that address any more.
    Suppressed,
    /// Something came back that may be no failure at all.
    Noted,
}

impl Raw<'_> {
    pub(super) fn event(self) -> Event {
        let said = bounce::words(self.said);
        let stated = self.code.and_then(|code| cause::codes(code).next());
        let code = cause::precise(stated, &said);
        let (kind, is_dead) = match self.end {
            End::Delivered => (Kind::Delivered, false),
            End::Deferred => (Kind::Deferred, false),
            End::Hard => (Kind::Bounced, is_about_the_address(code.as_deref(), &said)),
            End::Soft => (Kind::Bounced, false),
            End::Complained => (Kind::Complained, false),
            End::Dropped => (Kind::Dropped, false),
            End::Suppressed => (Kind::Dropped, true),
            End::Noted => (Kind::Noted, false),
        };
        Event {
            id: self.id,
            kind,
            is_dead,
            message_id: self.message_id.and_then(message_id),
            reference: self.reference.and_then(reference),
            recipient: recipient(self.recipient),
            at: self.at,
            code,
            said,
        }
    }
}

/// Providers call an address dead that refused us for a block list, for our domain or for what we wrote. So the server's words
/// decide; where nothing is to be learned from them, its code; and without a code, the provider.
fn is_about_the_address(code: Option<&str>, said: &str) -> bool {
    use cause::Kind::{Closed, NoSuchAddress, Unreached};
    match cause::find(code, said).as_ref().map(Cause::kind) {
        Some(Closed | NoSuchAddress) => true,
        Some(Unreached) => code.is_none_or(|code| code.starts_with('5')),
        Some(_) => false,
        None => code.is_none_or(is_code_of_an_address),
    }
}

/// RFC 3463: something, the address, a mailbox that is closed, the way there.
fn is_code_of_an_address(code: &str) -> bool {
    match code.split('.').collect::<Vec<_>>()[..] {
        // Of the sender's address.
        ["5", "1", "7" | "8"] => false,
        ["5", "0" | "1" | "4", _] | ["5", "2", "0" | "1"] => true,
        _ => false,
    }
}

/// Reads JSON. A field that comes twice could be read in two ways, so it makes all of it unreadable.
pub(super) fn json<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(text).map_err(|_| Refusal::Unreadable)
}

/// The elements of an array, each to be read by itself.
pub(super) fn array(text: &[u8]) -> Result<Vec<Box<RawValue>>, Refusal> {
    let elements: Vec<Box<RawValue>> = json(text)?;
    match elements.len() {
        ..=MOST_EVENTS => Ok(elements),
        _ => Err(Refusal::TooMany),
    }
}

/// What can be read of several elements, where that is anything. The provider would repeat all of them as they are: one
/// that somebody else's email made odd must not cost the news of ours.
pub(super) fn readable(
    provider: Provider,
    elements: &[Box<RawValue>],
    read: impl Fn(&RawValue) -> Result<Option<Event>, Refusal>,
) -> Result<Vec<Event>, Refusal> {
    let mut events = Vec::new();
    let mut unreadable = 0;
    for element in elements {
        match read(element) {
            Ok(event) => events.extend(event),
            Err(_) => unreadable += 1,
        }
    }
    if unreadable == 0 {
        return Ok(events);
    }
    if unreadable == elements.len() {
        return Err(Refusal::Unreadable);
    }
    tracing::warn!(
        provider = provider.as_str(),
        unreadable,
        "Some reports about emails can't be read and were ignored"
    );
    Ok(events)
}

/// Reads one element.
pub(super) fn element<T: DeserializeOwned>(element: &RawValue) -> Result<T, Refusal> {
    json(element.get().as_bytes())
}

/// The provider's own id of an event, where it is one that can be stored.
pub(super) fn id(text: &str) -> String {
    let fits = (1..=LONGEST_ID).contains(&text.len());
    match fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => text.to_owned(),
        false => digest(&[text]),
    }
}

/// An id made of what makes an event unique.
pub(super) fn digest(parts: &[&str]) -> String {
    let unambiguous = serde_json::to_string(parts).expect("texts are JSON");
    crypto::sha256_hex(&unambiguous)
}

fn message_id(text: &str) -> Option<String> {
    let text = text.trim();
    let inside = text.strip_prefix('<').and_then(|id| id.strip_suffix('>'));
    let id = inside.unwrap_or(text);
    bounce::is_id(id).then(|| id.to_owned())
}

/// What can be a reference of ours.
pub(super) fn reference(text: &str) -> Option<String> {
    let fits = (1..=LONGEST_REFERENCE).contains(&text.len());
    let is_ours = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    (fits && text.bytes().all(is_ours)).then(|| text.to_owned())
}

/// The address alone, where a name stands before it.
fn recipient(text: &str) -> String {
    let line = clean_line(text);
    let address = line
        .strip_suffix('>')
        .and_then(|line| Some(line.rsplit_once('<')?.1));
    let address = address.unwrap_or(&line).trim();
    address.chars().take(LONGEST_ADDRESS).collect()
}

/// An instant as ISO 8601 has it.
pub(super) fn instant(text: &str) -> Result<DateTime<Utc>, Refusal> {
    let parsed = DateTime::parse_from_rfc3339(text.trim());
    plausible(parsed.ok().map(|at| at.to_utc()))
}

/// Seconds since 1970 in digits.
pub(super) fn seconds(text: &str) -> Result<DateTime<Utc>, Refusal> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = text.parse().ok().filter(|_| is_number);
    plausible(seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)))
}

/// Milliseconds since 1970.
pub(super) fn milliseconds(milliseconds: i64) -> Result<DateTime<Utc>, Refusal> {
    plausible(DateTime::from_timestamp_millis(milliseconds))
}

/// Everything that happens to mail happens between 1970 and 10000; beyond, databases differ.
fn plausible(at: Option<DateTime<Utc>>) -> Result<DateTime<Utc>, Refusal> {
    const END: i64 = 253_402_300_800;
    at.filter(|at| (0..END).contains(&at.timestamp()))
        .ok_or(Refusal::Unreadable)
}

/// Was it signed a moment ago? `oldest` is for how long it is good.
pub(super) fn check_age(
    signed_at: DateTime<Utc>,
    now: DateTime<Utc>,
    oldest: TimeDelta,
) -> Result<(), Refusal> {
    let age = now.signed_duration_since(signed_at);
    match age {
        _ if age >= oldest => Err(Refusal::TooOld),
        _ if age < -MOST_AHEAD => Err(Refusal::TooNew),
        _ => Ok(()),
    }
}

/// Is one of these the HMAC-SHA-256 of the parts, with one of the keys?
pub(super) fn is_hmac(keys: &[Key], parts: &[&[u8]], signatures: &[Vec<u8>]) -> bool {
    let signed_by = |key: &Key| {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key.0)
            .expect("HMAC takes keys of any length");
        parts.iter().for_each(|part| mac.update(part));
        // Compares in constant time.
        let fits = |signature: &Vec<u8>| mac.clone().verify_slice(signature).is_ok();
        signatures.iter().any(fits)
    };
    keys.iter().any(signed_by)
}
