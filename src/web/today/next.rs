//! The next interview of a day, large, with the way into its meeting.
use actix_web::http::Uri;
use chrono::{DateTime, Utc};
use entity::interview::Status;
use serde::Serialize;

use super::{remedy::Remedy, row::about};
use crate::{
    domain::interviews::board::Appointment,
    times,
    web::{interviews::Reader, reach::ReachLine},
};

/// For `today/_next.html`.
#[derive(Debug, Serialize)]
pub struct Next {
    id: i64,
    /// `Next, in 13 min`.
    when: String,
    /// When it starts, for machines.
    at: String,
    /// `10:30–11:30`.
    span: String,
    candidate: String,
    about: String,
    /// `Waiting since 10:15`; empty until the candidate is there.
    waiting: String,
    /// None until there is one.
    meeting: Option<Meeting>,
    reach: ReachLine,
    remedy: Remedy,
}

/// Where it takes place.
#[derive(Debug, Serialize)]
struct Meeting {
    url: String,
    /// The same in short, as people read it.
    short: String,
}

/// Which of a day's interviews is the next: the first that has not begun, else the last that goes on with its candidate.
pub fn pick(day: &[Appointment], now: DateTime<Utc>) -> Option<&Appointment> {
    let booked = || {
        day.iter()
            .filter(|interview| interview.status == Status::Scheduled)
    };
    let coming = booked().find(|interview| now < interview.starts_at);
    let goes_on =
        |interview: &&Appointment| interview.joined_at.is_some() && now < interview.ends_at();
    coming.or_else(|| booked().rfind(goes_on))
}

impl Next {
    /// With who holds it and where the company's interviews take place that do not say.
    pub fn new(
        interview: &Appointment,
        held_by: &str,
        default_url: Option<&str>,
        reader: &Reader,
    ) -> Self {
        let (starts_at, ends_at) = (interview.starts_at, interview.ends_at());
        let clock = |at| times::clock(at, reader.zone);
        let url = interview.meeting_url.as_deref().or(default_url);
        Self {
            id: interview.id,
            when: match starts_at <= reader.now {
                true => "Now".into(),
                false => format!("Next, {}", soon(starts_at, reader.now)),
            },
            at: times::rfc3339(starts_at),
            span: format!("{}–{}", clock(starts_at), clock(ends_at)),
            candidate: interview.candidate.clone(),
            about: about(interview, held_by),
            waiting: interview
                .joined_at
                .map(|at| match starts_at <= reader.now {
                    true => format!("Joined at {}", clock(at)),
                    false => format!("Waiting since {}", clock(at)),
                })
                .unwrap_or_default(),
            meeting: url.map(Meeting::at),
            reach: ReachLine::of(interview, reader),
            remedy: Remedy::of(interview, reader),
        }
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            id: 1,
            when: "Next, in 13 min".into(),
            at: "2027-01-05T09:00:00Z".into(),
            span: "10:00–11:00".into(),
            candidate: "John Doe".into(),
            about: "Cloud Architect · Technical · Sam Okoye".into(),
            waiting: "Waiting since 09:52".into(),
            meeting: Some(Meeting::at("https://meet.example.com/room-7")),
            reach: ReachLine::sample(),
            remedy: Remedy::sample(),
        }
    }
}

/// `in 13 min`: a moment before the start is not yet the start.
fn soon(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match (at - now).num_minutes() {
        0 => "in less than a minute".into(),
        _ => times::relative(at, now),
    }
}

impl Meeting {
    fn at(url: &str) -> Self {
        let uri: Option<Uri> = url.parse().ok();
        let short = uri.and_then(|uri| Some(format!("{}{}", uri.host()?, uri.path())));
        Self {
            short: short
                .map(|short| short.trim_end_matches('/').to_owned())
                .unwrap_or_else(|| url.to_owned()),
            url: url.to_owned(),
        }
    }
}
