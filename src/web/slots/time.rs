//! When a slot is, as it is typed: the wall clock in a zone.
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use entity::slot;
use serde::{Deserialize, Serialize};

use crate::{
    times,
    web::{choices::Choice, forms::FormErrors},
    zones::{
        Tz,
        local_time::{self, Fold, NotAnInstant},
    },
};

/// The fields of the component `slot_time`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct TimeForm {
    /// As `<input type="date">` sends it.
    pub date: String,
    /// As `<input type="time">` sends it.
    pub time: String,
    /// An IANA name.
    pub time_zone: String,
    /// Which one, when the clock shows the time twice.
    pub fold: String,
    /// 5 to 720.
    pub duration_minutes: String,
}

/// When a slot is.
#[derive(Clone, Copy, Debug)]
pub struct Time {
    /// The instant.
    pub starts_at: DateTime<Utc>,
    /// The wall clock then.
    pub local_start: NaiveDateTime,
    /// The time zone.
    pub zone: Tz,
    /// How long.
    pub duration_minutes: i32,
}

impl TimeForm {
    /// Of a slot that is there.
    pub fn of(slot: &slot::Model) -> Self {
        let (date, time) = slot.local_start.split_once('T').unwrap_or_default();
        Self {
            date: date.into(),
            time: time.chars().take(5).collect(),
            time_zone: slot.time_zone.clone(),
            fold: String::new(),
            duration_minutes: slot.duration_minutes.to_string(),
        }
    }

    /// The time, or none with what is wrong in the order of the page.
    pub fn parse(&self, errors: &mut FormErrors) -> Option<Time> {
        let start = self.start(errors);
        let duration = errors.number("duration_minutes", &self.duration_minutes, 5, 720);
        let (starts_at, local_start, zone) = start?;
        Some(Time {
            starts_at,
            local_start,
            zone,
            duration_minutes: duration?,
        })
    }

    /// The two instants to choose from, when the clock shows the typed time twice.
    pub fn folds(&self) -> Vec<Choice> {
        let Some((local, zone)) = self.local(&mut FormErrors::new()) else {
            return Vec::new();
        };
        let Err(NotAnInstant::Twice { earlier, later }) = local_time::resolve(local, zone, None)
        else {
            return Vec::new();
        };
        let label = |at, which: &str| {
            format!(
                "{} {which}, {}",
                times::clock(at, zone),
                times::offset(at, zone)
            )
        };
        vec![
            Choice::new("earlier", label(earlier, "before the clocks go back")),
            Choice::new("later", label(later, "after the clocks go back")),
        ]
    }

    fn start(&self, errors: &mut FormErrors) -> Option<(DateTime<Utc>, NaiveDateTime, Tz)> {
        let (local, zone) = self.local(errors)?;
        let fold = errors.optional(&self.fold, |errors, text| match text {
            "earlier" => Some(Fold::Earlier),
            "later" => Some(Fold::Later),
            _ => errors.check("fold", Err("Choose one of the two times.")),
        });
        match local_time::resolve(local, zone, fold) {
            Ok(at) => Some((at, local, zone)),
            Err(NotAnInstant::Skipped { next }) => {
                errors.add("time", skipped(local, zone, next));
                None
            }
            Err(NotAnInstant::Twice { .. }) => {
                errors.add(
                    "fold",
                    format!(
                        "In {zone}, the clocks go back that day and this time happens twice. Choose which one you mean."
                    ),
                );
                None
            }
        }
    }

    fn local(&self, errors: &mut FormErrors) -> Option<(NaiveDateTime, Tz)> {
        let date: Option<NaiveDate> = errors.date("date", &self.date);
        let time: Option<NaiveTime> = errors.time("time", &self.time);
        let zone = errors.zone("time_zone", &self.time_zone);
        Some((date?.and_time(time?), zone?))
    }
}

fn skipped(local: NaiveDateTime, zone: Tz, next: NaiveDateTime) -> String {
    let day = match next.date() == local.date() {
        true => String::new(),
        false => format!(" on {}", next.date()),
    };
    format!(
        "In {zone}, the clocks go forward that day and skip {}. The next possible time is {}{day}.",
        local.format("%H:%M"),
        next.format("%H:%M"),
    )
}
