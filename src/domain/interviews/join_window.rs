//! When a join link lets the candidate in.
use chrono::{DateTime, TimeDelta, Utc};
use entity::slot;

/// The half-open window `[opens_at, ends_at)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JoinWindow {
    /// From here the link lets in.
    pub opens_at: DateTime<Utc>,
    /// The interview's start.
    pub starts_at: DateTime<Utc>,
    /// From here it does not any more.
    pub ends_at: DateTime<Utc>,
}

/// Where an instant lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before the window.
    Early,
    /// In it.
    Open,
    /// After it.
    Over,
}

impl JoinWindow {
    /// Of a slot, opening `lead_minutes` before its start.
    pub fn of(slot: &slot::Model, lead_minutes: i32) -> Self {
        Self::between(slot.starts_at, slot.ends_at(), lead_minutes)
    }

    /// Of an interview that starts and ends at these instants.
    pub fn between(starts_at: DateTime<Utc>, ends_at: DateTime<Utc>, lead_minutes: i32) -> Self {
        Self {
            opens_at: starts_at - TimeDelta::minutes(lead_minutes.into()),
            starts_at,
            ends_at,
        }
    }

    /// Where `now` lies.
    pub fn at(&self, now: DateTime<Utc>) -> Moment {
        if now < self.opens_at {
            Moment::Early
        } else if now < self.ends_at {
            Moment::Open
        } else {
            Moment::Over
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_half_open_to_the_second() {
        let starts_at = DateTime::from_timestamp(1_800_000_000, 0).expect("an instant");
        let window = JoinWindow {
            opens_at: starts_at - TimeDelta::minutes(15),
            starts_at,
            ends_at: starts_at + TimeDelta::minutes(60),
        };
        let second = TimeDelta::seconds(1);
        let cases = [
            (window.opens_at - second, Moment::Early),
            (window.opens_at, Moment::Open),
            (window.opens_at + second, Moment::Open),
            (window.starts_at, Moment::Open),
            (window.ends_at - second, Moment::Open),
            (window.ends_at, Moment::Over),
            (window.ends_at + second, Moment::Over),
        ];
        for (now, moment) in cases {
            assert_eq!(window.at(now), moment, "{now}");
        }
    }
}
