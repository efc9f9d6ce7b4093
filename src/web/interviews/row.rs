//! An interview in a list: when, who, how it stands, and what became of its mail.
use chrono::{DateTime, Utc};
use entity::interview::Status;
use serde::Serialize;

use crate::{
    app::App,
    domain::{
        alerts::{self, Reachability},
        companies,
        emails::Line,
        interviews::{
            Listed,
            join_window::{JoinWindow, Moment},
        },
    },
    error::Result,
    times,
    web::{labels, stamp::Stamp, viewer::Viewer},
    zones::Tz,
};

/// From where and when a list is read.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    /// The viewer's zone.
    pub zone: Tz,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// How long before the start the company's links open.
    pub lead_minutes: i32,
}

impl Reader {
    /// Of whoever is signed in, now.
    pub async fn of(app: &App, viewer: &Viewer) -> Result<Self> {
        let company = companies::find(&app.db, viewer.company_id).await?;
        Ok(Self {
            zone: viewer.zone(),
            now: app.clock.now(),
            lead_minutes: company.join_window_minutes,
        })
    }
}

/// For the component `interview_row`.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    id: i64,
    /// Empty until there is a time.
    day: String,
    starts: Option<Stamp>,
    minutes: i32,
    candidate: String,
    /// Job, type, difficulty and what the join link does now.
    words: Vec<String>,
    /// How the interview stands; none while it is simply booked.
    state: Option<Mark>,
    /// What became of its newest mail.
    mail: Option<Mark>,
}

/// A dot with words.
#[derive(Clone, Debug, Serialize)]
struct Mark {
    tone: &'static str,
    label: String,
}

impl Row {
    /// With the newest of the mails that are about it.
    pub fn new(listed: Listed, mails: &[Line], reader: &Reader) -> Self {
        let Reader {
            zone,
            now,
            lead_minutes,
        } = *reader;
        let Listed {
            interview,
            candidate,
            slot,
            job_title,
            ..
        } = listed;
        let window = slot.as_ref().map(|slot| JoinWindow::of(slot, lead_minutes));
        let mut words: Vec<String> = job_title.into_iter().collect();
        if let Some(slot) = &slot {
            words.push(labels::interview_type(slot.interview_type).into());
            words.extend(
                slot.difficulty_level
                    .map(|level| labels::difficulty(level).into()),
            );
        }
        let is_booked = interview.status == Status::Scheduled;
        if let Some(window) = window.filter(|_| is_booked) {
            words.push(link_now(&window, zone, now));
        }
        words.extend(
            interview
                .opened_at
                .map(|at| format!("join page opened {}", moment(at, zone, now))),
        );
        // A reminder that waits for its hour says nothing of what the candidate knows.
        let newest = mails
            .iter()
            .rfind(|mail| mail.interview_id == Some(interview.id) && mail.kind.tells_of_change());
        Self {
            id: interview.id,
            day: slot
                .as_ref()
                .map(|slot| times::day(slot.starts_at, zone))
                .unwrap_or_default(),
            starts: slot.as_ref().map(|slot| Stamp::clock(slot.starts_at, zone)),
            minutes: slot.as_ref().map_or(0, |slot| slot.duration_minutes),
            candidate: candidate.name,
            state: match (interview.status, interview.joined_at) {
                (Status::Scheduled, Some(at)) => Some(joined(at, window, zone, now)),
                (Status::Scheduled, None) => None,
                (status, _) => Some(Mark::new("quiet", labels::interview_status(status))),
            },
            mail: newest.filter(|_| is_booked).map(Mark::of_mail),
            words,
        }
    }

    /// The day it is on; empty until there is a time.
    pub fn day(&self) -> &str {
        &self.day
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            id: 1,
            day: "Tue 5 January 2027".into(),
            starts: Some(Stamp::sample()),
            minutes: 60,
            candidate: "John Doe".into(),
            words: vec!["Cloud Architect".into(), "Technical".into()],
            state: Some(Mark::new("live", "In the room since 09:52")),
            mail: Some(Mark::new("wait", "Retrying: 451 4.7.1 Greylisted")),
        }
    }
}

impl Mark {
    /// Who was told by phone needs no mail, unless it arrived after all.
    fn of_mail(mail: &Line) -> Self {
        if mail.told_at.is_some() && alerts::reachability(mail.status) != Reachability::Settled {
            return Self::new("good", "Told by phone");
        }
        Self::new(
            labels::email_tone(mail.status),
            labels::email_status_with_reason(mail.status, &mail.reason),
        )
    }

    fn new(tone: &'static str, label: impl Into<String>) -> Self {
        Self {
            tone,
            label: label.into(),
        }
    }
}

fn joined(at: DateTime<Utc>, window: Option<JoinWindow>, zone: Tz, now: DateTime<Utc>) -> Mark {
    match window.map(|window| window.at(now)) {
        Some(Moment::Open) => Mark::new("live", format!("Joined at {}", times::clock(at, zone))),
        _ => Mark::new("quiet", format!("Joined at {}", moment(at, zone, now))),
    }
}

fn link_now(window: &JoinWindow, zone: Tz, now: DateTime<Utc>) -> String {
    match window.at(now) {
        Moment::Early => format!("join link opens at {}", times::clock(window.opens_at, zone)),
        Moment::Open => format!(
            "join link open until {}",
            times::clock(window.ends_at, zone)
        ),
        Moment::Over => "over".into(),
    }
}

/// `09:52` today, else with the day.
fn moment(at: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> String {
    let is_today = at.with_timezone(&zone).date_naive() == now.with_timezone(&zone).date_naive();
    match is_today {
        true => times::clock(at, zone),
        false => times::day_and_clock(at, zone),
    }
}
