//! What the pages of interviews show.
mod about;
mod index;

use entity::{email, interview::Status, slot};
use serde::Serialize;

use self::about::facts;
pub use self::index::IndexPage;
use super::{
    Reader,
    history::{self, Step},
};
use crate::{
    domain::{
        actions,
        alerts::{self, Reachability},
        emails::Line,
        interviews::{Details, join_window::Moment},
    },
    error::Result,
    mail::compose::Composer,
    times,
    web::{
        choices::Choice,
        facts::Facts,
        forms::Ticket,
        labels,
        lists::{self},
        page::Page,
        preview::Preview,
        slots::Whom,
        stamp::Stamp,
    },
};

/// An interview.
#[derive(Serialize)]
pub struct ShowPage {
    id: i64,
    candidate: String,
    candidate_id: i64,
    lead: String,
    status: &'static str,
    tone: &'static str,
    /// What the candidate has done.
    joined: Option<Stamp>,
    facts: Facts,
    /// Can it be moved, changed and cancelled, and have another link?
    can_change: bool,
    can_cancel: bool,
    link: Ticket,
    mails: Vec<Mail>,
    /// The keys of those that cannot be read.
    unreadable: Vec<i64>,
    /// When the newest mail did not arrive: a text to send another way.
    spare: Option<Spare>,
    has_no_url: bool,
    events: Vec<Step>,
    /// Where a time is looked for, while there is none.
    find_slot: Option<String>,
    free: Vec<Choice>,
}

/// What was read besides the interview itself.
pub struct Told {
    /// Its mails, oldest first.
    pub mails: Vec<Line>,
    /// The keys of those that cannot be read.
    pub unreadable: Vec<i64>,
    /// The one that tells how it stands.
    pub newest: Option<email::Model>,
    /// What was done to it, oldest first.
    pub actions: Vec<actions::Entry>,
    /// Free slots of its job, while it waits for a time.
    pub free: Vec<slot::Model>,
}

#[derive(Serialize)]
struct Spare {
    email_id: i64,
    text: String,
}

#[derive(Serialize)]
struct Mail {
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

impl ShowPage {
    /// With what happened to it.
    pub fn new(details: Details, told: Told, composer: &Composer, reader: &Reader) -> Result<Self> {
        let interview = &details.interview;
        let job = details.job.as_ref();
        let is_coming = interview.status == Status::Scheduled
            && details
                .join_window()
                .is_some_and(|window| window.at(reader.now) != Moment::Over);
        let lost = told.newest.filter(|mail| {
            let is_of_use = mail.told_at.is_none() && reader.now < mail.expires_at;
            is_of_use && job.is_some() && needs_another_way(mail, &details, reader)
        });
        let spare = match &lost {
            Some(mail) => spare(mail, &details, composer),
            None => None,
        };
        let whom = Whom {
            interview: interview.id.to_string(),
            ..Default::default()
        };
        let free = told.free.iter().map(|slot| {
            Choice::new(
                whom.booking_address(slot.id),
                times::day_and_clock(slot.starts_at, reader.zone),
            )
        });
        Ok(Self {
            id: interview.id,
            candidate: details.candidate.name.clone(),
            candidate_id: details.candidate.id,
            lead: job.map_or("No job yet".into(), |job| job.title.clone()),
            status: labels::interview_status(interview.status),
            tone: tone(interview.status),
            joined: interview
                .joined_at
                .map(|at| Stamp::day_and_clock(at, reader.zone)),
            facts: facts(&details, reader),
            can_change: is_coming,
            can_cancel: is_coming || interview.status == Status::Unscheduled,
            link: Ticket::of_version(details.interview.version).with_new_key(),
            mails: told
                .mails
                .iter()
                .filter(|mail| history::is_worth_telling(mail))
                .map(|mail| Mail::new(mail, reader))
                .collect(),
            unreadable: told.unreadable,
            spare,
            has_no_url: is_coming && details.meeting_url().is_none(),
            free: free.collect(),
            find_slot: details.waits_for_a_time().then(|| {
                let job = job
                    .map(|job| format!("&job={}", job.id))
                    .unwrap_or_default();
                format!("{}&state=open{job}", lists::address("/slots", &whom))
            }),
            events: history::events(&details, told.actions, &told.mails, reader),
        })
    }
}

/// None of what cannot be made: its page says why.
fn spare(mail: &email::Model, details: &Details, composer: &Composer) -> Option<Spare> {
    let preview = Preview::to_tell(composer, mail, details).inspect_err(|error| {
        tracing::warn!(email.id = mail.id, %error, "There is no text to tell a candidate another way");
    });
    Some(Spare {
        email_id: mail.id,
        text: preview.ok()?.into_text(),
    })
}

impl Page for ShowPage {
    const TEMPLATE: &'static str = "interviews/show.html";

    fn title(&self) -> String {
        format!("Interview with {}", self.candidate)
    }

    fn sample() -> Self {
        Self {
            id: 1,
            candidate: "John Doe".into(),
            candidate_id: 1,
            lead: "Cloud Architect".into(),
            status: "Booked",
            tone: "live",
            joined: Some(Stamp::sample()),
            facts: Facts::sample(),
            can_change: true,
            can_cancel: true,
            link: Ticket::default(),
            mails: vec![Mail {
                id: 1,
                kind: "Invitation",
                recipient: "john@example.com".into(),
                tone: "wait",
                status: "Retrying: 451 4.7.1 Greylisted".into(),
                attempts: "Tried twice".into(),
                due: Some(Stamp::sample()),
                told: Some(Stamp::sample()),
            }],
            unreadable: vec![5],
            spare: Some(Spare {
                email_id: 1,
                text: "Dear John Doe,".into(),
            }),
            has_no_url: true,
            events: vec![Step::sample()],
            find_slot: Some("/slots?interview=1&state=open".into()),
            free: vec![Choice::new(
                "/slots/1/booking?interview=1",
                "Tue 5 January 2027, 10:00",
            )],
        }
    }
}

impl Mail {
    fn new(mail: &Line, reader: &Reader) -> Self {
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
}

/// Nobody can count on the candidate having read it. Sooner than an alert: who looks here wants to know.
fn needs_another_way(mail: &email::Model, details: &Details, reader: &Reader) -> bool {
    let is_due = details.slot.as_ref().is_some_and(|slot| {
        alerts::is_due(mail.status, mail.first_due_at, slot.starts_at, reader.now)
    });
    is_due || alerts::reachability(mail.status) == Reachability::Delayed
}

fn tone(status: Status) -> &'static str {
    match status {
        Status::Unscheduled => "wait",
        Status::Scheduled => "live",
        Status::Completed => "good",
        Status::NoShow | Status::Cancelled => "quiet",
    }
}
