//! Today for an interviewer: nothing of the company's schedule.
use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{times, web::page::Page, zones::Tz};

/// Today, without any interviews.
#[derive(Serialize)]
pub struct EmptyPage {
    heading: String,
    lead: String,
}

impl EmptyPage {
    /// Of the day that it is in the viewer's zone.
    pub fn new(now: DateTime<Utc>, zone: Tz) -> Self {
        let today = now.with_timezone(&zone).date_naive();
        let (starts_at, _) = times::bounds_of_day(today, zone);
        Self {
            heading: times::day_heading(today),
            lead: times::zone_with_offset(starts_at, zone),
        }
    }
}

impl Page for EmptyPage {
    const TEMPLATE: &'static str = "today/interviewer.html";

    fn title(&self) -> String {
        "Today".into()
    }

    fn sample() -> Self {
        Self {
            heading: "Tuesday 5 January".into(),
            lead: "Europe/Berlin, UTC+01:00".into(),
        }
    }
}
