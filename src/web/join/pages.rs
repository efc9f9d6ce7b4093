//! What the candidate's pages say. The meeting's address is in one of them only.
use actix_web::http::Uri;
use chrono::{DateTime, Utc};
use entity::InstructionLine;
use serde::Serialize;

use crate::{
    domain::interviews::admission::Admission,
    error::{Error, Result},
    labels, times,
    web::render::Page,
    zones::Tz,
};

/// Too early: a countdown, and all there is to know.
#[derive(Serialize)]
pub struct EarlyPage {
    #[serde(flatten)]
    interview: Interview,
    /// Where this page lives, whatever address it is shown at.
    path: String,
    /// How long it is still, by our clock.
    left_milliseconds: i64,
    /// The same for browsers without script, a second more, so that they do not come too early.
    left_seconds: i64,
    countdown: String,
    opens: String,
    lead_minutes: i64,
    checks: Vec<&'static str>,
    is_moved: bool,
}

impl EarlyPage {
    pub(super) fn new(token: &str, admission: &Admission, now: DateTime<Utc>) -> Result<Self> {
        let window = admission.window;
        let left = window.opens_at - now;
        Ok(Self {
            interview: Interview::of(admission)?,
            path: path(token),
            left_milliseconds: left.num_milliseconds(),
            left_seconds: left.num_seconds() + 1,
            countdown: times::countdown(left),
            opens: times::day_and_clock(window.opens_at, zone(admission)),
            lead_minutes: (window.starts_at - window.opens_at).num_minutes(),
            checks: checks(admission)?,
            is_moved: admission.is_moved,
        })
    }
}

impl Page for EarlyPage {
    const TEMPLATE: &'static str = "join/early.html";

    fn title(&self) -> String {
        format!("Your interview: {}", self.interview.heading)
    }

    fn sample() -> Self {
        Self {
            interview: Interview::sample(),
            path: path("token"),
            left_milliseconds: 8_049_000,
            left_seconds: 8_050,
            countdown: "02:14:09".into(),
            opens: "Wed 15 October 2025, 09:45".into(),
            lead_minutes: 15,
            checks: InstructionLine::ALL.into_iter().filter_map(check).collect(),
            is_moved: true,
        }
    }
}

/// In the window, before the click.
#[derive(Serialize)]
pub struct OpenPage {
    #[serde(flatten)]
    interview: Interview,
    path: String,
    checks: Vec<&'static str>,
    is_moved: bool,
}

impl OpenPage {
    pub(super) fn new(token: &str, admission: &Admission) -> Result<Self> {
        Ok(Self {
            interview: Interview::of(admission)?,
            path: path(token),
            checks: checks(admission)?,
            is_moved: admission.is_moved,
        })
    }
}

impl Page for OpenPage {
    const TEMPLATE: &'static str = "join/open.html";

    fn title(&self) -> String {
        format!("Join now: {}", self.interview.heading)
    }

    fn sample() -> Self {
        Self {
            interview: Interview::sample(),
            path: path("token"),
            checks: InstructionLine::ALL.into_iter().filter_map(check).collect(),
            is_moved: true,
        }
    }
}

/// After the click: the way to the meeting.
#[derive(Serialize)]
pub struct JoinedPage {
    #[serde(flatten)]
    interview: Interview,
    path: String,
    /// None when nobody has said where it takes place.
    meeting: Option<Meeting>,
}

#[derive(Serialize)]
struct Meeting {
    url: String,
    host: String,
}

impl JoinedPage {
    pub(super) fn new(token: &str, admission: &Admission) -> Result<Self> {
        let meeting = admission
            .details
            .meeting_url()
            .map(Meeting::at)
            .transpose()?;
        Ok(Self {
            interview: Interview::of(admission)?,
            path: path(token),
            meeting,
        })
    }
}

impl Meeting {
    fn at(url: &str) -> Result<Self> {
        let uri: Option<Uri> = url.parse().ok();
        let host = uri.as_ref().and_then(Uri::host);
        let host = host.ok_or_else(|| Error::Stored("the address of a meeting".into()))?;
        Ok(Self {
            host: host.to_owned(),
            url: url.to_owned(),
        })
    }
}

impl Page for JoinedPage {
    const TEMPLATE: &'static str = "join/joined.html";

    fn title(&self) -> String {
        format!("Open meeting: {}", self.interview.heading)
    }

    fn sample() -> Self {
        Self {
            interview: Interview::sample(),
            path: path("token"),
            meeting: Meeting::at("https://meet.example.com/room-7").ok(),
        }
    }
}

/// After the end.
#[derive(Serialize)]
pub struct OverPage {
    #[serde(flatten)]
    interview: Interview,
}

impl OverPage {
    pub(super) fn new(admission: &Admission) -> Result<Self> {
        Ok(Self {
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
}

impl Interview {
    fn of(admission: &Admission) -> Result<Self> {
        let details = &admission.details;
        let slot = details.slot.as_ref().ok_or(Error::NotFound)?;
        let window = admission.window;
        let zone = zone(admission);
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
        }
    }
}

fn zone(admission: &Admission) -> Tz {
    let details = &admission.details;
    labels::zone_for(&details.candidate, details.slot.as_ref(), &details.company)
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
