//! What happened to an interview: the audit log and its mails, in one line of time.
use chrono::{DateTime, Utc};
use entity::{email, slot::InterviewType};
use serde::Serialize;
use serde_json::Value;

use super::Reader;
use crate::{
    domain::{
        actions::Told,
        emails::{self, Line},
        interviews::Details,
    },
    times,
    web::stamp::Stamp,
    words,
};

/// One thing that happened.
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    tone: &'static str,
    what: String,
    at: Stamp,
    /// Who did it, or why it came to that.
    detail: String,
    /// Where there is more to read.
    href: String,
}

impl Event {
    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            tone: "good",
            what: "Invitation: Accepted by mail server".into(),
            at: Stamp::sample(),
            detail: "to john@example.com".into(),
            href: "/emails/1".into(),
        }
    }
}

/// Everything, first to last.
pub fn events(
    details: &Details,
    actions: Vec<Told>,
    mails: &[Line],
    reader: &Reader,
) -> Vec<Event> {
    let mut events: Vec<(DateTime<Utc>, Event)> = Vec::new();
    let mut add = |at: DateTime<Utc>, event: Event| events.push((at, event));
    // That the candidate was not notified is told by the mail's own line.
    let actions = actions.into_iter();
    for told in actions.filter(|told| told.action.verb != emails::UNDELIVERED) {
        add(told.action.at, acted(told, reader));
    }
    for mail in mails.iter().filter(|mail| is_worth_telling(mail)) {
        let kind = words::email_kind(mail.kind);
        let event = |tone, what, at, detail| Event {
            tone,
            what,
            at: stamp(at, reader),
            detail,
            href: format!("/emails/{}", mail.id),
        };
        let queued = event(
            "quiet",
            format!("{kind} queued"),
            mail.created_at,
            format!("to {}", mail.recipient),
        );
        if mail.kind.tells_of_change() {
            add(mail.created_at, queued);
        }
        if let Some(at) = mail.finished_at {
            let what = format!("{kind}: {}", words::email_status(mail.status));
            add(
                at,
                event(
                    words::email_tone(mail.status),
                    what,
                    at,
                    mail.reason.clone(),
                ),
            );
        }
    }
    if let Some(at) = details.interview.opened_at {
        add(
            at,
            plain(
                "live",
                "The candidate opened the details".into(),
                at,
                reader,
            ),
        );
    }
    // What happened at one instant stays in the order in which it was told.
    events.sort_by_key(|(at, _)| *at);
    events.into_iter().map(|(_, event)| event).collect()
}

/// Reminders are made anew at every change: those that were dropped before their hour are no news.
pub fn is_worth_telling(mail: &Line) -> bool {
    mail.kind.tells_of_change() || mail.status != email::Status::Superseded
}

/// What was done to an interview after it was seen in this version.
pub fn since(actions: Vec<Told>, version: i32, reader: &Reader) -> Vec<Event> {
    let is_later = |told: &Told| {
        let wrote = told.action.details["version"].as_i64();
        wrote.is_some_and(|wrote| wrote > i64::from(version))
    };
    let later = actions.into_iter().filter(is_later);
    later.map(|told| acted(told, reader)).collect()
}

fn acted(told: Told, reader: &Reader) -> Event {
    let action = told.action;
    let (tone, what) = words_for(&action.verb, &action.details, reader);
    Event {
        detail: told.by.map(|name| format!("by {name}")).unwrap_or_default(),
        ..plain(tone, what, action.at, reader)
    }
}

fn words_for(verb: &str, details: &Value, reader: &Reader) -> (&'static str, String) {
    let when = |at: &Value| {
        let at = at.as_str()?.parse::<DateTime<Utc>>().ok()?;
        Some(times::day_and_clock(at, reader.zone))
    };
    match verb {
        "interview.created" => ("quiet", "Interview entered".into()),
        "interview.booked" => match when(&details["starts_at"]) {
            Some(when) => ("live", format!("Booked for {when}")),
            None => ("live", "Booked".into()),
        },
        "interview.rescheduled" => {
            let (from, to) = (
                &details["before"]["starts_at"],
                &details["after"]["starts_at"],
            );
            match (when(from), when(to)) {
                (Some(from), Some(to)) => match details["time_zone_rules"].as_str() {
                    Some(_) => (
                        "live",
                        format!(
                            "Kept at its local time by new time zone rules: from {from} to {to}"
                        ),
                    ),
                    None => ("live", format!("Moved from {from} to {to}")),
                },
                _ => ("live", "Moved".into()),
            }
        }
        "interview.cancelled" => match details["change"]["reason"].as_str() {
            Some(reason) if !reason.is_empty() => ("bad", format!("Cancelled: {reason}")),
            _ => ("bad", "Cancelled".into()),
        },
        "interview.corrected" => ("live", corrected(details)),
        "interview.link_replaced" => ("wait", "Link replaced: the earlier one is dead".into()),
        "interview.readdressed" => (
            "wait",
            "The candidate's address was changed: the earlier link is dead".into(),
        ),
        "interview.told" => ("good", "Told by phone".into()),
        "interview.not_told" => ("wait", "Not told by phone after all".into()),
        "interview.joined" => ("good", "The candidate joined".into()),
        // A line of a kind that came later is told as it is rather than left out.
        verb => ("quiet", verb.into()),
    }
}

/// `Changed: Technical → Final, 45 → 60 minutes, notes`.
fn corrected(details: &Value) -> String {
    let change = match &details["change"] {
        Value::Null => details,
        change => change,
    };
    let names = change["changed"].as_array().map_or(&[][..], Vec::as_slice);
    let (before, after) = (&change["before"], &change["after"]);
    let what = names.iter().filter_map(|name| {
        Some(match name.as_str()? {
            "interview_type" => {
                let words = |value: &Value| {
                    let kind: Option<InterviewType> = serde_json::from_value(value.clone()).ok();
                    kind.map_or("?", words::interview_type)
                };
                let name = "interview_type";
                format!("{} → {}", words(&before[name]), words(&after[name]))
            }
            "duration_minutes" => {
                let name = "duration_minutes";
                format!("{} → {} minutes", before[name], after[name])
            }
            "meeting_url" => "meeting URL".into(),
            "booking_notes" => "notes".into(),
            other => other.to_owned(),
        })
    });
    let what: Vec<String> = what.collect();
    match what.is_empty() {
        true => "Saved without a change".into(),
        false => format!("Changed: {}", what.join(", ")),
    }
}

fn plain(tone: &'static str, what: String, at: DateTime<Utc>, reader: &Reader) -> Event {
    Event {
        tone,
        what,
        at: stamp(at, reader),
        detail: String::new(),
        href: String::new(),
    }
}

fn stamp(at: DateTime<Utc>, reader: &Reader) -> Stamp {
    Stamp::day_and_clock(at, reader.zone)
}
