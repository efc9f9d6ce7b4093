//! An instant on a page: words for people, with the machine's form beside them.
use chrono::{DateTime, TimeDelta, Utc};
use entity::slot;
use serde::Serialize;

use crate::{times, zones::Tz};

/// What the component `stamp` prints as `<time datetime>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stamp {
    at: String,
    text: String,
}

impl Stamp {
    /// An instant in any words of [`times`].
    pub fn new(at: DateTime<Utc>, text: impl Into<String>) -> Self {
        Self {
            at: times::rfc3339(at),
            text: text.into(),
        }
    }

    /// `10:00`.
    pub fn clock(at: DateTime<Utc>, zone: Tz) -> Self {
        Self::new(at, times::clock(at, zone))
    }

    /// `Tue 5 January 2027, 10:00`.
    pub fn day_and_clock(at: DateTime<Utc>, zone: Tz) -> Self {
        Self::new(at, times::day_and_clock(at, zone))
    }

    /// `Tue 5 January 2027, 10:00–11:00 (Europe/Berlin, UTC+01:00)`: all of a slot.
    pub fn span(slot: &slot::Model, zone: Tz) -> Self {
        let (starts_at, ends_at) = (slot.starts_at, slot.ends_at());
        let words = times::span(starts_at, ends_at, zone);
        let zone = times::zone_with_offset(starts_at, zone);
        Self::new(starts_at, format!("{words} ({zone})"))
    }

    /// What it says to people.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// For the samples of pages: `Tue 5 January 2027, 10:00`.
    pub fn sample() -> Self {
        let nine = DateTime::UNIX_EPOCH + TimeDelta::hours(499_761);
        Self::day_and_clock(nine, crate::zones::Tz::known("Europe/Berlin"))
    }
}
