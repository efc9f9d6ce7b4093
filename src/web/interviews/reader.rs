//! From where and when a page about interviews is read.
use chrono::{DateTime, NaiveDate, Utc};

use crate::{app::App, times, web::viewer::Viewer, zones::Tz};

/// Whoever reads it, and their company's rule.
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
    pub fn of(app: &App, viewer: &Viewer) -> Self {
        Self {
            zone: viewer.zone(),
            now: app.clock.now(),
            lead_minutes: viewer.join_window_minutes,
        }
    }

    /// The day that it is for the viewer.
    pub fn today(&self) -> NaiveDate {
        self.now.with_timezone(&self.zone).date_naive()
    }

    /// `09:52` today, else with the weekday or the date in short: `Thu 09:52`, `7 May 09:52`.
    pub fn moment_in_short(&self, at: DateTime<Utc>) -> String {
        let clock = times::clock(at, self.zone);
        match times::short_day(at, self.now, self.zone).as_str() {
            "" => clock,
            day => format!("{day} {clock}"),
        }
    }

    /// `09:52` today, else with the day.
    pub fn moment(&self, at: DateTime<Utc>) -> String {
        match at.with_timezone(&self.zone).date_naive() == self.today() {
            true => times::clock(at, self.zone),
            false => times::day_and_clock(at, self.zone),
        }
    }
}
