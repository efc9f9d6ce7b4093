//! The pages on the way in: before the window, in it, and with the meeting.
use actix_web::http::Uri;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::{
    answer::Answering,
    check::Device,
    interview::{Interview, checks},
    path,
};
use crate::{
    domain::interviews::{admission::Admission, trouble},
    error::{Error, Result},
    mail::language::Language,
    times,
    web::page::Page,
};

/// Too early: a countdown, and all there is to know.
#[derive(Serialize)]
pub struct EarlyPage {
    #[serde(skip)]
    title: String,
    #[serde(flatten)]
    interview: Interview,
    /// Where this page lives, whatever address it is shown at.
    path: String,
    /// How long it is still, by our clock.
    left_milliseconds: i64,
    /// The same for browsers without script, a second more, so that they do not come too early.
    left_seconds: i64,
    countdown: String,
    /// Of days and minutes, for the script that counts.
    day_forms: String,
    minute_forms: String,
    opens: String,
    join_window: String,
    checks: Vec<String>,
    answering: Answering,
    device: Device,
    is_moved: bool,
}

impl EarlyPage {
    pub fn new(
        token: &str,
        admission: &Admission,
        language: &Language,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let window = admission.window;
        let left = window.opens_at - now;
        let interview = Interview::of(admission, language)?;
        Ok(Self {
            title: interview.title(language, "page_early")?,
            interview,
            path: path(token),
            left_milliseconds: left.num_milliseconds(),
            left_seconds: left.num_seconds() + 1,
            countdown: countdown(left, language)?,
            day_forms: language.forms("days")?,
            minute_forms: language.forms("minutes")?,
            opens: language.moment(window.opens_at, admission.details.candidate_zone()),
            join_window: language.minutes(admission.details.company.join_window_minutes)?,
            checks: checks(admission, language)?,
            answering: Answering::of(admission, now),
            device: Device::of(admission, language)?,
            is_moved: admission.is_moved,
        })
    }
}

/// `02:14:09`, `3 days 02:14:09`.
fn countdown(left: TimeDelta, language: &Language) -> Result<String> {
    let (days, clock) = times::countdown(left);
    Ok(match days {
        0 => clock,
        days => format!("{} {clock}", language.days(days)?),
    })
}

impl Page for EarlyPage {
    const TEMPLATE: &'static str = "join/early.html";

    fn title(&self) -> String {
        self.title.clone()
    }

    fn sample() -> Self {
        Self {
            title: "Your interview: Senior Cloud Architect".into(),
            interview: Interview::sample(),
            path: path("token"),
            left_milliseconds: 8_049_000,
            left_seconds: 8_050,
            countdown: "02:14:09".into(),
            day_forms: r#"{"one": "1 day", "other": "{count} days"}"#.into(),
            minute_forms: r#"{"one": "1 minute", "other": "{count} minutes"}"#.into(),
            opens: "Wednesday, October 15, 2025 at 9:45 AM (UTC+02:00)".into(),
            join_window: "15 minutes".into(),
            checks: vec!["Check your camera and microphone".into()],
            answering: Answering::sample(),
            device: Device::sample(),
            is_moved: true,
        }
    }
}

/// In the window, before the click.
#[derive(Serialize)]
pub struct OpenPage {
    #[serde(skip)]
    title: String,
    #[serde(flatten)]
    interview: Interview,
    path: String,
    /// How long it is until the start, by our clock; none once it has begun.
    left_milliseconds: Option<i64>,
    countdown: String,
    /// Of days and minutes, for the script that counts.
    day_forms: String,
    minute_forms: String,
    checks: Vec<String>,
    answering: Answering,
    device: Device,
    is_moved: bool,
}

impl OpenPage {
    pub fn new(
        token: &str,
        admission: &Admission,
        language: &Language,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let interview = Interview::of(admission, language)?;
        let left = admission.window.starts_at - now;
        Ok(Self {
            title: interview.title(language, "page_open")?,
            interview,
            path: path(token),
            left_milliseconds: (left > TimeDelta::zero()).then(|| left.num_milliseconds()),
            countdown: countdown(left.max(TimeDelta::zero()), language)?,
            day_forms: language.forms("days")?,
            minute_forms: language.forms("minutes")?,
            checks: checks(admission, language)?,
            answering: Answering::of(admission, now),
            device: Device::of(admission, language)?,
            is_moved: admission.is_moved,
        })
    }
}

impl Page for OpenPage {
    const TEMPLATE: &'static str = "join/open.html";

    fn title(&self) -> String {
        self.title.clone()
    }

    fn sample() -> Self {
        Self {
            title: "Join now: Senior Cloud Architect".into(),
            interview: Interview::sample(),
            path: path("token"),
            left_milliseconds: Some(540_000),
            countdown: "00:09:00".into(),
            day_forms: r#"{"one": "1 day", "other": "{count} days"}"#.into(),
            minute_forms: r#"{"one": "1 minute", "other": "{count} minutes"}"#.into(),
            checks: vec!["Check your camera and microphone".into()],
            answering: Answering::sample(),
            device: Device::sample(),
            is_moved: true,
        }
    }
}

/// After the click: the way to the meeting.
#[derive(Serialize)]
pub struct JoinedPage {
    #[serde(skip)]
    title: String,
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
    pub fn new(token: &str, admission: &Admission, language: &Language) -> Result<Self> {
        let interview = Interview::of(admission, language)?;
        let meeting = admission
            .details
            .meeting_url()
            .map(Meeting::at)
            .transpose()?;
        Ok(Self {
            title: interview.title(language, "page_joined")?,
            interview,
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
        self.title.clone()
    }

    fn sample() -> Self {
        Self {
            title: "Open meeting: Senior Cloud Architect".into(),
            interview: Interview::sample(),
            path: path("token"),
            meeting: Meeting::at("https://meet.example.com/room-7").ok(),
            is_told: true,
        }
    }
}
