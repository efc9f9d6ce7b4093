//! What happened to an interview: the audit log and its mails, in one line of time.
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Reader;
use crate::{
    domain::{actions::Told, emails::Line, interviews::Details},
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
    for told in actions {
        add(told.action.at, acted(told, reader));
    }
    for mail in mails {
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
        add(mail.created_at, queued);
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

fn acted(told: Told, reader: &Reader) -> Event {
    let action = told.action;
    let booked_for = action.details["starts_at"]
        .as_str()
        .and_then(|at| at.parse::<DateTime<Utc>>().ok());
    let (tone, what) = match (action.verb.as_str(), booked_for) {
        ("interview.created", _) => ("quiet", "Interview entered".into()),
        ("interview.booked", Some(at)) => (
            "live",
            format!("Booked for {}", times::day_and_clock(at, reader.zone)),
        ),
        ("interview.booked", None) => ("live", "Booked".into()),
        ("interview.joined", _) => ("good", "The candidate joined".into()),
        // A line of a kind that came later is told as it is rather than left out.
        (verb, _) => ("quiet", verb.into()),
    };
    Event {
        detail: told.by.map(|name| format!("by {name}")).unwrap_or_default(),
        ..plain(tone, what, action.at, reader)
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
