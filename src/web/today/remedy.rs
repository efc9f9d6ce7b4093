//! What to do about the step of a reach line that is late: one thing, but four for a candidate who does not come.
use chrono::{DateTime, Utc};
use entity::interview::Status;
use serde::Serialize;

use crate::{
    domain::{
        alerts::{self, Reachability},
        interviews::{
            board::Appointment,
            reach::{self, Name},
        },
    },
    times,
    web::{alerts::dial, forms::Ticket, interviews::Reader},
};

/// Beside a reach line.
#[derive(Debug, Default, Serialize)]
pub struct Remedy {
    buttons: Vec<Button>,
    /// The time that is left, or when the next attempt is made.
    note: String,
}

/// A link, or a form that is one button.
#[derive(Debug, Serialize)]
struct Button {
    label: String,
    href: String,
    /// The one that matters most is filled.
    kind: &'static str,
    is_post: bool,
    /// Of a form that queues an email.
    ticket: Option<Ticket>,
}

impl Button {
    fn link(label: impl Into<String>, href: String) -> Self {
        Self {
            label: label.into(),
            href,
            kind: "outline small",
            is_post: false,
            ticket: None,
        }
    }

    fn post(label: impl Into<String>, href: String) -> Self {
        Self {
            is_post: true,
            ..Self::link(label, href)
        }
    }
}

impl Remedy {
    /// Of an interview, now; nothing while no step is late.
    pub fn of(interview: &Appointment, reader: &Reader) -> Self {
        if let Some(buttons) = for_what_is_over(interview, reader.now) {
            return Self {
                buttons,
                note: String::new(),
            };
        }
        let Some(step) = reach::late(&interview.reach(reader.now)) else {
            return Self::default();
        };
        if reader.now >= interview.starts_at + reach::JOINED_OVERDUE {
            return Self {
                buttons: for_nobody_there(interview),
                note: String::new(),
            };
        }
        let (button, note) = for_step(step, interview, reader);
        Self {
            buttons: vec![button],
            note,
        }
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            buttons: vec![
                Button {
                    ticket: Some(Ticket::default()),
                    kind: "small",
                    ..Button::post("Nudge", "/interviews/1/nudge".into())
                },
                Button::link("Call", "tel:+49301234".into()),
            ],
            note: "73 min left".into(),
        }
    }
}

fn for_step(step: reach::Step, interview: &Appointment, reader: &Reader) -> (Button, String) {
    let left = left(interview.starts_at, reader.now);
    let view = || Button::link("View interview", format!("/interviews/{}", interview.id));
    if matches!(step.name, Name::AnotherTime | Name::Declined) {
        let reschedule = format!("/interviews/{}/reschedule", interview.id);
        return (Button::link("Reschedule", reschedule), left);
    }
    let Some(message) = interview.message() else {
        return (call(interview).unwrap_or_else(view), left);
    };
    let email = format!("/emails/{}", message.id);
    match (step.name, alerts::reachability(message.status)) {
        (Name::Accepted, Reachability::Leaving | Reachability::Delayed) => {
            let next = times::clock(message.due_at, reader.zone);
            let retry = Button::post("Retry now", format!("{email}/attempts"));
            (retry, format!("Next try {next}"))
        }
        (Name::Accepted, _) => (Button::link("View email", email), left),
        (Name::Opened, _) if call(interview).is_none() => (Button::link("Send again", email), left),
        _ => (call(interview).unwrap_or_else(view), left),
    }
}

/// How it ended, what follows from that, or the way back; none while it goes on or is to come.
fn for_what_is_over(interview: &Appointment, now: DateTime<Utc>) -> Option<Vec<Button>> {
    let path = format!("/interviews/{}", interview.id);
    let ticket = || Some(Ticket::of_version(interview.version).with_new_key());
    let post = |label: &str, act: &str| Button {
        ticket: ticket(),
        ..Button::post(label, format!("{path}/{act}"))
    };
    match interview.status {
        Status::Completed => Some(vec![Button {
            kind: "ghost small",
            ..post("Undo", "reopening")
        }]),
        Status::NoShow => Some(vec![post("Rebook", "rebooking")]),
        Status::Scheduled if interview.ends_at() <= now => {
            let outcome = Button::link("Set outcome", format!("{path}/ending"));
            Some(vec![outcome, post("No-show", "no-show")])
        }
        Status::Scheduled | Status::Unscheduled | Status::Cancelled => None,
    }
}

/// After the start there is no time for more than this.
fn for_nobody_there(interview: &Appointment) -> Vec<Button> {
    let nudge = Button {
        ticket: Some(Ticket::of_version(interview.version).with_new_key()),
        kind: "small",
        ..Button::post("Nudge", format!("/interviews/{}/nudge", interview.id))
    };
    let call = call(interview).map(|button| Button {
        label: "Call".into(),
        ..button
    });
    let no_show = Button {
        ticket: Some(Ticket::of_version(interview.version).with_new_key()),
        ..Button::post("No-show", format!("/interviews/{}/no-show", interview.id))
    };
    let rebook = Button::link("Rebook", format!("/interviews/{}/reschedule", interview.id));
    [Some(nudge), call, Some(no_show), Some(rebook)]
        .into_iter()
        .flatten()
        .collect()
}

/// None where no number is known that can be dialled.
fn call(interview: &Appointment) -> Option<Button> {
    let number = dial(&interview.phone);
    let label = format!("Call {}", interview.phone.trim());
    (!number.is_empty()).then(|| Button::link(label, format!("tel:{number}")))
}

fn left(starts_at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let minutes = (starts_at - now).num_minutes();
    match minutes {
        ..0 => String::new(),
        0..120 => format!("{minutes} min left"),
        _ => format!("{} h {} min left", minutes / 60, minutes % 60),
    }
}
