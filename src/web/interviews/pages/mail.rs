//! The mails of an interview on its page, and what to do when the newest did not arrive.
use entity::email;
use serde::Serialize;

use super::super::Reader;
use crate::{
    domain::{
        alerts::{self, Reachability},
        emails::Line,
        interviews::Details,
    },
    mail::compose::Composer,
    web::{labels, preview::Preview, stamp::Stamp},
};

/// One of its mails, in a line.
#[derive(Serialize)]
pub struct Mail {
    id: i64,
    kind: &'static str,
    recipient: String,
    tone: &'static str,
    status: String,
    attempts: String,
    /// When it is tried.
    due: Option<Stamp>,
    /// When somebody told the candidate another way.
    told: Option<Stamp>,
}

impl Mail {
    /// As it stands now.
    pub fn new(mail: &Line, reader: &Reader) -> Self {
        let waits = matches!(mail.status, email::Status::Queued | email::Status::Retrying);
        Self {
            id: mail.id,
            kind: labels::email_kind(mail.kind),
            recipient: mail.recipient.clone(),
            tone: labels::email_tone(mail.status),
            status: labels::email_status_with_reason(mail.status, &mail.reason),
            attempts: match mail.attempts {
                // Attempts that failed because the mail server did are not counted.
                0 if mail.status == email::Status::Retrying => "Not accepted yet".into(),
                0 => "Not tried yet".into(),
                1 => "Tried once".into(),
                2 => "Tried twice".into(),
                times => format!("Tried {times} times"),
            },
            due: (waits && mail.due_at > reader.now)
                .then(|| Stamp::day_and_clock(mail.due_at, reader.zone)),
            told: mail.told_at.map(|at| Stamp::day_and_clock(at, reader.zone)),
        }
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            id: 1,
            kind: "Invitation",
            recipient: "john@example.com".into(),
            tone: "wait",
            status: "Retrying: 451 4.7.1 Greylisted".into(),
            attempts: "Tried twice".into(),
            due: Some(Stamp::sample()),
            told: Some(Stamp::sample()),
        }
    }
}

/// What its newest mail says, to tell the candidate another way.
#[derive(Serialize)]
pub struct Spare {
    email_id: i64,
    text: String,
}

impl Spare {
    /// None where it may be read yet, says nothing of use any more, or cannot be made: its page says why.
    pub fn of(
        mail: &email::Model,
        details: &Details,
        composer: &Composer,
        reader: &Reader,
    ) -> Option<Self> {
        let is_of_use = mail.told_at.is_none() && reader.now < mail.expires_at;
        if !is_of_use || details.job.is_none() || !needs_another_way(mail, details, reader) {
            return None;
        }
        let preview = Preview::to_tell(composer, mail, details).inspect_err(|error| {
            tracing::warn!(email.id = mail.id, %error, "There is no text to tell a candidate another way");
        });
        Some(Self {
            email_id: mail.id,
            text: preview.ok()?.into_text(),
        })
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            email_id: 1,
            text: "Dear John Doe,".into(),
        }
    }
}

/// Nobody can count on the candidate having read it. Sooner than an alert: who looks here wants to know.
fn needs_another_way(mail: &email::Model, details: &Details, reader: &Reader) -> bool {
    let is_due = details.slot.as_ref().is_some_and(|slot| {
        alerts::is_due(mail.status, mail.first_due_at, slot.starts_at, reader.now)
    });
    is_due || alerts::reachability(mail.status) == Reachability::Delayed
}
