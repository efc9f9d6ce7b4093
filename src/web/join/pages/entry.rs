//! The pages on the way in: before the window, in it, and with the meeting.
use actix_web::http::Uri;
use chrono::{DateTime, Utc};
use entity::InstructionLine;
use serde::Serialize;

use super::{Interview, answer::Answering, check, checks, path};
use crate::{
    domain::interviews::{admission::Admission, trouble},
    error::{Error, Result},
    times,
    web::page::Page,
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
    answering: Answering,
    is_moved: bool,
}

impl EarlyPage {
    pub fn new(token: &str, admission: &Admission, now: DateTime<Utc>) -> Result<Self> {
        let window = admission.window;
        let left = window.opens_at - now;
        Ok(Self {
            interview: Interview::of(admission)?,
            path: path(token),
            left_milliseconds: left.num_milliseconds(),
            left_seconds: left.num_seconds() + 1,
            countdown: times::countdown(left),
            opens: times::day_and_clock(window.opens_at, admission.details.candidate_zone()),
            lead_minutes: (window.starts_at - window.opens_at).num_minutes(),
            checks: checks(admission)?,
            answering: Answering::of(admission),
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
            answering: Answering::sample(),
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
    answering: Answering,
    is_moved: bool,
}

impl OpenPage {
    pub fn new(token: &str, admission: &Admission) -> Result<Self> {
        Ok(Self {
            interview: Interview::of(admission)?,
            path: path(token),
            checks: checks(admission)?,
            answering: Answering::of(admission),
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
            answering: Answering::sample(),
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
    /// Has the candidate said that it does not let them in?
    is_told: bool,
}

#[derive(Serialize)]
struct Meeting {
    url: String,
    host: String,
}

impl JoinedPage {
    pub fn new(token: &str, admission: &Admission) -> Result<Self> {
        let meeting = admission
            .details
            .meeting_url()
            .map(Meeting::at)
            .transpose()?;
        Ok(Self {
            interview: Interview::of(admission)?,
            path: path(token),
            meeting,
            is_told: trouble::is_reported(&admission.details),
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
            is_told: true,
        }
    }
}
