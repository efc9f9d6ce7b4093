//! What the candidate's pages say. The meeting's address is in one of them only.
mod answer;
mod entry;

use chrono::{DateTime, Utc};
use entity::InstructionLine;
use serde::Serialize;

pub use self::{
    answer::AnswerPage,
    entry::{EarlyPage, JoinedPage, OpenPage},
};
use crate::{
    domain::interviews::{admission::Admission, join_window::Moment},
    error::{Error, Result},
    mail::mailbox,
    settings::BaseUrl,
    times,
    web::{alerts::dial, labels, page::Page},
    zones::Tz,
};

/// After the end.
#[derive(Serialize)]
pub struct OverPage {
    /// Somebody has said so before the time was over.
    is_early: bool,
    #[serde(flatten)]
    interview: Interview,
}

impl OverPage {
    pub(super) fn new(admission: &Admission, now: DateTime<Utc>) -> Result<Self> {
        Ok(Self {
            is_early: admission.window.at(now) != Moment::Over,
            interview: Interview::of(admission)?,
        })
    }
}

impl Page for OverPage {
    const TEMPLATE: &'static str = "join/over.html";

    fn title(&self) -> String {
        "This interview is over".into()
    }

    fn sample() -> Self {
        Self {
            is_early: true,
            interview: Interview::sample(),
        }
    }
}

/// Called off.
#[derive(Serialize)]
pub struct CancelledPage {
    #[serde(flatten)]
    interview: Interview,
}

impl CancelledPage {
    pub(super) fn new(admission: &Admission) -> Result<Self> {
        Ok(Self {
            interview: Interview::of(admission)?,
        })
    }
}

impl Page for CancelledPage {
    const TEMPLATE: &'static str = "join/cancelled.html";

    fn title(&self) -> String {
        "This interview was cancelled".into()
    }

    fn sample() -> Self {
        Self {
            interview: Interview::sample(),
        }
    }
}

/// For a link that is wrong or was replaced. It knows nothing, so it can tell nothing.
#[derive(Serialize)]
pub struct UnknownPage {}

impl Page for UnknownPage {
    const TEMPLATE: &'static str = "join/unknown.html";

    fn title(&self) -> String {
        "This link does not work".into()
    }

    fn sample() -> Self {
        Self {}
    }
}

/// An address that ends where the link should go on.
#[derive(Serialize)]
pub struct BlankPage {
    /// How a link starts.
    starts: String,
    /// How a short one starts.
    short: String,
}

impl BlankPage {
    /// Of the installation at this address.
    pub fn new(base_url: &BaseUrl) -> Self {
        Self {
            starts: base_url.join("/interview/eyJ"),
            short: base_url.join("/i/"),
        }
    }
}

impl Page for BlankPage {
    const TEMPLATE: &'static str = "join/blank.html";

    fn title(&self) -> String {
        "Part of the link is missing".into()
    }

    fn sample() -> Self {
        Self {
            starts: "https://jobs.example.com/interview/eyJ".into(),
            short: "https://jobs.example.com/i/".into(),
        }
    }
}

/// What every page tells of the interview.
#[derive(Serialize)]
struct Interview {
    heading: String,
    lead: String,
    starts_at: String,
    when: String,
    zone: String,
    /// None where the zone is UTC itself.
    utc: Option<String>,
    duration_minutes: i32,
    interviewer: String,
    notes: Vec<String>,
    contact_name: String,
    contact_email: String,
    contact_uri: String,
    /// None where no number was given.
    call: Option<Call>,
}

/// A number, as it was typed and as it is dialled.
#[derive(Serialize)]
struct Call {
    phone: String,
    uri: String,
}

impl Call {
    fn at(phone: &str) -> Option<Self> {
        let dial = dial(phone);
        (!dial.is_empty()).then(|| Self {
            phone: phone.to_owned(),
            uri: format!("tel:{dial}"),
        })
    }
}

impl Interview {
    fn of(admission: &Admission) -> Result<Self> {
        let details = &admission.details;
        let slot = details.slot.as_ref().ok_or(Error::NotFound)?;
        let window = admission.window;
        let zone = admission.details.candidate_zone();
        let is_own_zone = details.candidate.time_zone.as_deref() == Some(zone.name());
        let zone_name = times::zone_with_offset(window.starts_at, zone);
        let contact = details.contact();
        Ok(Self {
            heading: match &details.job {
                Some(job) => job.title.clone(),
                None => "Your interview".into(),
            },
            lead: format!(
                "{} interview for {}",
                labels::interview_type(slot.interview_type),
                details.candidate.name
            ),
            starts_at: times::rfc3339(window.starts_at),
            when: times::span(window.starts_at, window.ends_at, zone),
            zone: if is_own_zone {
                format!("your time, {zone_name}")
            } else {
                zone_name
            },
            utc: (zone != Tz::UTC)
                .then(|| times::span_in_utc(window.starts_at, window.ends_at, zone)),
            duration_minutes: slot.duration_minutes,
            interviewer: slot.interviewer.clone(),
            notes: details
                .interview
                .booking_notes
                .lines()
                .map(String::from)
                .collect(),
            contact_name: contact.name.to_owned(),
            contact_email: contact.email.to_owned(),
            contact_uri: mailbox::mailto(contact.email),
            call: Call::at(contact.phone),
        })
    }

    fn sample() -> Self {
        Self {
            heading: "Senior Cloud Architect".into(),
            lead: "Technical interview for John Doe".into(),
            starts_at: "2025-10-15T08:00:00Z".into(),
            when: "Wed 15 October 2025, 10:00–11:00".into(),
            zone: "your time, Europe/Berlin, UTC+02:00".into(),
            utc: Some("08:00–09:00 UTC".into()),
            duration_minutes: 60,
            interviewer: "Ida Sommer".into(),
            notes: vec!["Please ensure you have a stable internet connection.".into()],
            contact_name: "Dana Whitfield".into(),
            contact_email: "dana@sample-company.example".into(),
            contact_uri: "mailto:dana@sample-company.example".into(),
            call: Call::at("+49 30 1234567"),
        }
    }
}

fn path(token: &str) -> String {
    format!("/interview/{token}")
}

fn checks(admission: &Admission) -> Result<Vec<&'static str>> {
    let lines = admission.details.instructions()?;
    Ok(lines.into_iter().filter_map(check).collect())
}

/// What the candidate does about an instruction; the page itself sees to the others.
fn check(line: InstructionLine) -> Option<&'static str> {
    match line {
        InstructionLine::JoinEarly => Some("Join 5 to 10 minutes early"),
        InstructionLine::StableInternet => Some("Find a quiet place with a stable connection"),
        InstructionLine::CameraMicrophone => Some("Check your camera and microphone"),
        InstructionLine::GovernmentId => Some("Have a valid government-issued ID ready"),
        InstructionLine::OnlyAtTime | InstructionLine::OpensBefore => None,
    }
}
