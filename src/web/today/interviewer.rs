//! Today for an interviewer: the interviews that they hold, and nothing else of the company's schedule.
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::{
    domain::interviews::held::Held,
    times,
    web::{labels, page::Page, stamp::Stamp},
    zones::Tz,
};

/// So far ahead somebody sees what they hold.
pub const AHEAD: TimeDelta = TimeDelta::days(28);

/// What they hold, by day.
#[derive(Serialize)]
pub struct HeldPage {
    heading: String,
    lead: String,
    days: Vec<Day>,
}

#[derive(Serialize)]
struct Day {
    heading: String,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: i64,
    starts: Stamp,
    minutes: i32,
    candidate: String,
    /// Job, type and difficulty.
    about: String,
    meeting_url: Option<String>,
}

impl HeldPage {
    /// As it is now, in the viewer's zone.
    pub fn new(held: &[Held], now: DateTime<Utc>, zone: Tz) -> Self {
        let today = now.with_timezone(&zone).date_naive();
        let (starts_at, _) = times::bounds_of_day(today, zone);
        let mut days: Vec<Day> = Vec::new();
        for interview in held {
            let date = interview.starts_at.with_timezone(&zone).date_naive();
            let heading = match date == today {
                true => "Today".into(),
                false => times::day_heading(date),
            };
            match days.last_mut().filter(|day| day.heading == heading) {
                Some(day) => day.rows.push(Row::of(interview, zone)),
                None => days.push(Day {
                    heading,
                    rows: vec![Row::of(interview, zone)],
                }),
            }
        }
        Self {
            heading: times::day_heading(today),
            lead: times::zone_with_offset(starts_at, zone),
            days,
        }
    }
}

impl Row {
    fn of(held: &Held, zone: Tz) -> Self {
        let words = [
            held.job.clone(),
            Some(labels::interview_type(held.interview_type).to_owned()),
            held.difficulty_level
                .map(|level| labels::difficulty(level).to_owned()),
        ];
        Self {
            id: held.id,
            starts: Stamp::clock(held.starts_at, zone),
            minutes: held.duration_minutes,
            candidate: held.candidate.clone(),
            about: words.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            meeting_url: held.meeting_url.clone(),
        }
    }
}

impl Page for HeldPage {
    const TEMPLATE: &'static str = "today/interviewer.html";

    fn title(&self) -> String {
        "Today".into()
    }

    fn sample() -> Self {
        Self {
            heading: "Tuesday 5 January".into(),
            lead: "Europe/Berlin, UTC+01:00".into(),
            days: vec![Day {
                heading: "Today".into(),
                rows: vec![Row {
                    id: 1,
                    starts: Stamp::sample(),
                    minutes: 60,
                    candidate: "John Doe".into(),
                    about: "Cloud Architect · Technical".into(),
                    meeting_url: Some("https://meet.example/1".into()),
                }],
            }],
        }
    }
}
