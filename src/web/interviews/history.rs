//! What happened to an interview: the audit log and its mails, in one line of time.
use chrono::{DateTime, Utc};
use entity::{
    email,
    interview::{Answer, AnswerReason, Status},
};
use serde::Serialize;

use super::{Reader, device};
use crate::{
    domain::{
        actions::Entry,
        emails::Line,
        events::{Corrected, Correction, Ended, Event, Field, NotTold, ReplyNote, Talk, Verb, Via},
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
    // That the candidate was not notified is told by the mail's own line.
    let is_shown = |entry: &Entry| entry.verb() != Some(Verb::NotificationFailed);
    // Of before it was an event, the interview knows the last time alone.
    let is_told = entries
        .iter()
        .any(|entry| entry.verb() == Some(Verb::CandidateOpened));
    let acts = entries.into_iter().filter(is_shown);
    let acts = acts.map(|entry| (entry.action.at, acted(entry, reader)));
    let mails = mails.iter().filter(|mail| is_worth_telling(mail));
    let mails = mails.flat_map(|mail| went_out(mail, reader));
    let opened = details.interview.opened_at.filter(|_| !is_told);
    let opened = opened.map(|at| {
        let what = "Candidate opened the join page".into();
        (at, plain("live", what, at, reader))
    });
    let mut steps: Vec<(DateTime<Utc>, Step)> = acts.chain(mails).chain(opened).collect();
    // What happened at one instant stays in the order in which it was told.
    steps.sort_by_key(|(at, _)| *at);
    steps.into_iter().map(|(_, step)| step).collect()
}

/// When a mail was queued, where that is news, and how it ended.
fn went_out(mail: &Line, reader: &Reader) -> impl Iterator<Item = (DateTime<Utc>, Step)> {
    let kind = labels::email_kind(mail.kind);
    let step = |tone, what, at, detail| Step {
        detail,
        href: format!("/emails/{}", mail.id),
        ..plain(tone, what, at, reader)
    };
    let queued = is_news(mail).then(|| {
        let (at, to) = (mail.created_at, format!("to {}", mail.recipient));
        (at, step("quiet", format!("{kind} queued"), at, to))
    });
    let ended = mail.finished_at.map(|at| {
        // This is when it was taken; what a report told later is told on its own page.
        let status = match mail.status {
            email::Status::Delivered => email::Status::Accepted,
            status => status,
        };
        let what = format!("{kind}: {}", labels::email_status(status));
        let tone = labels::email_tone(mail.status);
        (at, step(tone, what, at, mail.reason.clone()))
    });
    queued.into_iter().chain(ended)
}

fn is_news(mail: &Line) -> bool {
    mail.kind.tells_of_change() || mail.kind.tells_interviewers_of_change()
}

/// Reminders are made anew at every change: those that were dropped before their hour are no news.
pub fn is_worth_telling(mail: &Line) -> bool {
    is_news(mail) || mail.status != email::Status::Superseded
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
    let href = match &entry.event {
        Some(Event::ReplyForwarded { new_id, .. }) => format!("/emails/{new_id}"),
        Some(Event::ReplyNoted { email_id, .. } | Event::LinkRequested { email_id, .. }) => {
            format!("/emails/{email_id}")
        }
        _ => String::new(),
    };
    Step {
        detail: by.unwrap_or_default(),
        href,
        ..plain(tone, what, entry.action.at, reader)
    }
}

fn words_for(event: &Event, reader: &Reader) -> (&'static str, String) {
    let when = |at: DateTime<Utc>| times::day_and_clock(at, reader.zone);
    match event {
        Event::InterviewBooked { starts_at, .. } => {
            ("live", format!("Booked for {}", when(*starts_at)))
        }
        Event::InterviewUnbooked { .. } => ("wait", action_labels::verb(event.verb()).into()),
        Event::InterviewRescheduled {
            before,
            after,
            rules,
            reason,
            not_told,
            ..
        } => {
            let times = before.starts_at.map(when).zip(after.starts_at.map(when));
            let what = moved(times, rules.is_some());
            let what = match reason.as_str() {
                "" => what,
                reason => format!("{what}: {reason}"),
            };
            ("live", with_silence(what, not_told.as_ref()))
        }
        Event::InterviewCancelled {
            change, not_told, ..
        } => {
            let what = match change.reason.as_str() {
                "" => "Cancelled".into(),
                reason => format!("Cancelled: {reason}"),
            };
            ("bad", with_silence(what, not_told.as_ref()))
        }
        Event::InterviewCompleted {
            before,
            after,
            is_note_changed,
            ..
        } => ("good", ended(before, after, *is_note_changed)),
        Event::InterviewMissed {
            before,
            is_note_changed,
            ..
        } => {
            let after = Ended {
                status: Status::NoShow,
                outcome: None,
            };
            ("bad", ended(before, &after, *is_note_changed))
        }
        Event::InterviewReopened { before, .. } => (
            "wait",
            format!(
                "Reopened; was {}",
                labels::interview_state(before.status, before.outcome.as_deref())
            ),
        ),
        Event::InterviewRebooked { new_id, .. } => {
            ("live", format!("Rebooked as interview {new_id}"))
        }
        Event::InterviewCorrected {
            correction,
            not_told,
            ..
        } => (
            "live",
            with_silence(corrected(correction), not_told.as_ref()),
        ),
        Event::LinkReplaced { .. } => (
            "wait",
            "Join link replaced; the old one no longer works".into(),
        ),
        Event::LinkShown { .. }
        | Event::LinkRequested { .. }
        | Event::AccommodationRequested { .. } => {
            ("wait", action_labels::verb(event.verb()).into())
        }
        Event::AddressChanged { .. } => (
            "wait",
            "Candidate's address changed; the old join link no longer works".into(),
        ),
        Event::CandidateNudged { .. } => ("wait", action_labels::verb(event.verb()).into()),
        Event::CandidateJoined { .. } => ("good", "Candidate joined".into()),
        Event::CandidateOpened { .. } => ("live", "Candidate opened the join page".into()),
        Event::CandidateStuck { .. } => ("bad", action_labels::verb(event.verb()).into()),
        Event::TimeOffered { choose_by, .. } => (
            "wait",
            format!("Candidate asked to choose a time by {}", when(*choose_by)),
        ),
        Event::TimeChosen { .. } => ("good", action_labels::verb(event.verb()).into()),
        Event::CandidateAnswered {
            answer,
            reason,
            words,
            via,
            ..
        } => (
            labels::answer_tone(*answer),
            answered((*answer, *via), *reason, words),
        ),
        Event::DeviceChecked {
            browser, failed, ..
        } => (
            device::tone(failed),
            format!(
                "Candidate checked their device in {}. {}",
                labels::browser(*browser),
                device::found(failed)
            ),
        ),
        Event::ReplyNoted { why, .. } => ("quiet", noted(*why).into()),
        Event::ReplyForwarded { .. } => ("live", action_labels::verb(event.verb()).into()),
        Event::ToldByPhone { .. } => ("good", action_labels::verb(event.verb()).into()),
        Event::ToldByPhoneUndone { .. } => ("wait", action_labels::verb(event.verb()).into()),
        // All others have their words from the audit log, which has some for each.
        event => ("quiet", action_labels::verb(event.verb()).into()),
    }
}

/// `Candidate can't come, answered from their calendar: Ill. “Sorry.”`
fn answered((answer, via): (Answer, Via), reason: Option<AnswerReason>, words: &str) -> String {
    let mut what = match answer {
        Answer::Confirmed => "Candidate will be there".to_owned(),
        Answer::AnotherTime => "Candidate needs another time".to_owned(),
        Answer::Declined => "Candidate can't come".to_owned(),
    };
    if via == Via::Calendar {
        what.push_str(", answered from their calendar");
    }
    if let Some(reason) = reason {
        what = format!("{what}: {}", labels::answer_reason(reason));
    }
    match words {
        "" => what,
        words => format!("{what}. “{words}”"),
    }
}

/// A reply that decides nothing, and why.
fn noted(why: ReplyNote) -> &'static str {
    match why {
        ReplyNote::Automatic => "Automatic reply received, such as an out-of-office note",
        ReplyNote::Tentative => "Candidate's calendar replied “maybe”",
        ReplyNote::Outdated => "Calendar reply to another invitation than the newest; not counted",
        ReplyNote::SomeoneElse => {
            "Calendar reply from another person than the candidate; not counted"
        }
        ReplyNote::NoAnswer => "Calendar reply without an answer; not counted",
        ReplyNote::TooLate => "Calendar reply that came too late; not counted",
    }
}

/// With who was not told of it, and why.
fn with_silence(what: String, not_told: Option<&NotTold>) -> String {
    let Some(not_told) = not_told else {
        return what;
    };
    let who = match (not_told.candidate, not_told.interviewers) {
        (true, true) => "Candidate and interviewers",
        (true, false) => "Candidate",
        (false, _) => "Interviewers",
    };
    format!("{what}. {who} not told: {}", not_told.reason)
}

/// `Completed: Advance`, and what was said before where that was something else.
fn ended(before: &Ended, after: &Ended, is_note_changed: bool) -> String {
    let words = |ended: &Ended| labels::interview_state(ended.status, ended.outcome.as_deref());
    match (before == after, before.status.is_ended()) {
        (true, _) => "Private note changed".into(),
        (false, true) => format!("{}; was {}", words(after), words(before)),
        (false, false) if is_note_changed => format!("{}, with a private note", words(after)),
        (false, false) => words(after),
    }
}

fn moved(times: Option<(String, String)>, by_zone_rules: bool) -> String {
    let what = match by_zone_rules {
        true => "Kept at its local time after time zone rules changed:",
        false => "Rescheduled",
    };
    match times {
        Some((from, to)) => format!("{what} from {from} to {to}"),
        None => "Rescheduled".into(),
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
        Field::MeetingUrl | Field::BookingNotes | Field::InterviewerNotes | Field::Other(_) => {
            name(field)
        }
    }
}

fn name(field: &Field) -> String {
    match field {
        Field::InterviewType => "type".into(),
        Field::DurationMinutes => "duration".into(),
        Field::MeetingUrl => "meeting link".into(),
        Field::BookingNotes => "notes".into(),
        Field::InterviewerNotes => "notes for the interviewers".into(),
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
