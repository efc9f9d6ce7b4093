//! What happened to an interview: the audit log and its mails, in one line of time.
use chrono::{DateTime, Utc};
use entity::email;
use serde::Serialize;

use super::Reader;
use crate::{
    domain::{
        actions::Entry,
        emails::Line,
        events::{Corrected, Correction, Event, Field, Talk, Verb},
        interviews::Details,
    },
    times,
    web::{actions::labels as action_labels, labels, stamp::Stamp},
};

/// One thing that happened.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    tone: &'static str,
    what: String,
    at: Stamp,
    /// Who did it, or why it came to that.
    detail: String,
    /// Where there is more to read.
    href: String,
}

impl Step {
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
    entries: Vec<Entry>,
    mails: &[Line],
    reader: &Reader,
) -> Vec<Step> {
    let mut steps: Vec<(DateTime<Utc>, Step)> = Vec::new();
    let mut add = |at: DateTime<Utc>, step: Step| steps.push((at, step));
    // That the candidate was not notified is told by the mail's own line.
    let entries = entries.into_iter();
    for entry in entries.filter(|entry| entry.verb() != Some(Verb::NotificationFailed)) {
        add(entry.action.at, acted(entry, reader));
    }
    for mail in mails.iter().filter(|mail| is_worth_telling(mail)) {
        let kind = labels::email_kind(mail.kind);
        let step = |tone, what, at, detail| Step {
            tone,
            what,
            at: stamp(at, reader),
            detail,
            href: format!("/emails/{}", mail.id),
        };
        let queued = step(
            "quiet",
            format!("{kind} queued"),
            mail.created_at,
            format!("to {}", mail.recipient),
        );
        if mail.kind.tells_of_change() {
            add(mail.created_at, queued);
        }
        if let Some(at) = mail.finished_at {
            let what = format!("{kind}: {}", labels::email_status(mail.status));
            add(
                at,
                step(
                    labels::email_tone(mail.status),
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
            plain("live", "Candidate opened the join page".into(), at, reader),
        );
    }
    // What happened at one instant stays in the order in which it was told.
    steps.sort_by_key(|(at, _)| *at);
    steps.into_iter().map(|(_, step)| step).collect()
}

/// Reminders are made anew at every change: those that were dropped before their hour are no news.
pub fn is_worth_telling(mail: &Line) -> bool {
    mail.kind.tells_of_change() || mail.status != email::Status::Superseded
}

/// What was done to an interview after it was seen in this version.
pub fn since(entries: Vec<Entry>, version: i32, reader: &Reader) -> Vec<Step> {
    let is_later = |entry: &Entry| entry.version().is_some_and(|wrote| wrote > version);
    let later = entries.into_iter().filter(is_later);
    later.map(|entry| acted(entry, reader)).collect()
}

fn acted(entry: Entry, reader: &Reader) -> Step {
    let (tone, what) = match &entry.event {
        Some(event) => words_for(event, reader),
        // What a newer version wrote, or what cannot be read, is shown rather than left out.
        None => ("quiet", action_labels::what(&entry)),
    };
    let by = entry.by.map(|name| format!("by {name}"));
    Step {
        detail: by.unwrap_or_default(),
        ..plain(tone, what, entry.action.at, reader)
    }
}

fn words_for(event: &Event, reader: &Reader) -> (&'static str, String) {
    let when = |at: DateTime<Utc>| times::day_and_clock(at, reader.zone);
    match event {
        Event::InterviewBooked { starts_at, .. } => {
            ("live", format!("Booked for {}", when(*starts_at)))
        }
        Event::InterviewRescheduled {
            before,
            after,
            rules,
            ..
        } => {
            let what = match rules {
                Some(_) => "Kept at its local time after time zone rules changed:",
                None => "Rescheduled",
            };
            match (before.starts_at.map(when), after.starts_at.map(when)) {
                (Some(from), Some(to)) => ("live", format!("{what} from {from} to {to}")),
                _ => ("live", "Rescheduled".into()),
            }
        }
        Event::InterviewCancelled { change, .. } => match change.reason.as_str() {
            "" => ("bad", "Cancelled".into()),
            reason => ("bad", format!("Cancelled: {reason}")),
        },
        Event::InterviewCorrected { correction, .. } => ("live", corrected(correction)),
        Event::LinkReplaced { .. } => (
            "wait",
            "Join link replaced; the old one no longer works".into(),
        ),
        Event::AddressChanged { .. } => (
            "wait",
            "Candidate's address changed; the old join link no longer works".into(),
        ),
        Event::CandidateJoined { .. } => ("good", "Candidate joined".into()),
        Event::ToldByPhone { .. } => ("good", action_labels::verb(event.verb()).into()),
        Event::ToldByPhoneUndone { .. } => ("wait", action_labels::verb(event.verb()).into()),
        // All others have their words from the audit log, which has some for each.
        event => ("quiet", action_labels::verb(event.verb()).into()),
    }
}

/// `Changed: Technical → Final, 45 → 60 minutes, notes`.
fn corrected(correction: &Correction) -> String {
    let what: Vec<String> = match correction {
        Correction::Details { change } => {
            let fields = change.changed.iter();
            fields.map(|field| difference(field, change)).collect()
        }
        Correction::Personal { changed } => changed.iter().map(name).collect(),
    };
    match what.is_empty() {
        true => "Saved without changes".into(),
        false => format!("Changed: {}", what.join(", ")),
    }
}

fn difference(field: &Field, change: &Corrected) -> String {
    let (before, after) = (&change.before, &change.after);
    match field {
        Field::InterviewType => {
            let words = |talk: &Talk| talk.interview_type.map_or("?", labels::interview_type);
            format!("{} → {}", words(before), words(after))
        }
        Field::DurationMinutes => {
            let minutes = |talk: &Talk| match talk.duration_minutes {
                Some(minutes) => minutes.to_string(),
                None => "?".into(),
            };
            format!("{} → {} minutes", minutes(before), minutes(after))
        }
        Field::MeetingUrl | Field::BookingNotes | Field::Other(_) => name(field),
    }
}

fn name(field: &Field) -> String {
    match field {
        Field::InterviewType => "type".into(),
        Field::DurationMinutes => "duration".into(),
        Field::MeetingUrl => "meeting link".into(),
        Field::BookingNotes => "notes".into(),
        Field::Other(name) => name.clone(),
    }
}

fn plain(tone: &'static str, what: String, at: DateTime<Utc>, reader: &Reader) -> Step {
    Step {
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
