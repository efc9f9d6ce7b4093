//! Free times, day by day on the candidate's clock: `join/_times.html`.
use entity::slot;
use serde::Serialize;

use crate::{error::Result, mail::language::Language, times, zones::Tz};

/// The times of one day.
#[derive(Serialize)]
pub(super) struct Day {
    name: String,
    times: Vec<Time>,
}

#[derive(Serialize)]
struct Time {
    id: i64,
    at: String,
    clock: String,
    minutes: String,
}

/// Of slots in the order of their starts.
pub(super) fn by_day(slots: &[slot::Model], language: &Language, zone: Tz) -> Result<Vec<Day>> {
    let mut days: Vec<Day> = Vec::new();
    for slot in slots {
        let name = language.day(slot.starts_at, zone);
        let time = Time {
            id: slot.id,
            at: times::rfc3339(slot.starts_at),
            clock: language.clock(slot.starts_at, zone),
            minutes: language.minutes(slot.duration_minutes)?,
        };
        match days.last_mut().filter(|day| day.name == name) {
            Some(day) => day.times.push(time),
            None => days.push(Day {
                name,
                times: vec![time],
            }),
        }
    }
    Ok(days)
}

impl Day {
    pub(super) fn sample() -> Self {
        Self {
            name: "Wednesday, October 15, 2025".into(),
            times: vec![Time {
                id: 1,
                at: "2025-10-15T08:00:00Z".into(),
                clock: "10:00 AM".into(),
                minutes: "60 minutes".into(),
            }],
        }
    }
}
