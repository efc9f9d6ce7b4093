//! When somebody wants to hold interviews, as it is typed: a line for each day of the week.
use chrono::NaiveTime;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        availability::{
            Availability, HIGHEST_LIMIT, LONGEST_BUFFER,
            hours::{MOST_SPANS, Refusal, Span, WEEKDAYS, WorkingHours},
        },
        versions::Target,
    },
    text,
    web::{
        conflict::Reading,
        forms::{FormErrors, Ticket},
    },
};

const NO_TIMES: &str = "Write times like 09:00–12:00, 13:00–17:00.";

/// As a form calls the days.
pub const LABELS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// All of it, as typed.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AvailabilityForm {
    buffer_before_minutes: String,
    buffer_after_minutes: String,
    weekly_limit: String,
    mon: String,
    tue: String,
    wed: String,
    thu: String,
    fri: String,
    sat: String,
    sun: String,
    #[serde(flatten)]
    pub(super) ticket: Ticket,
}

impl AvailabilityForm {
    /// As it is stored.
    pub fn of(availability: &Availability, ticket: Ticket) -> Self {
        let hours = &availability.working_hours;
        let [mon, tue, wed, thu, fri, sat, sun] = WEEKDAYS.map(|(_, day)| line(hours.on(day)));
        let limit = availability.weekly_limit;
        Self {
            buffer_before_minutes: availability.buffer_before_minutes.to_string(),
            buffer_after_minutes: availability.buffer_after_minutes.to_string(),
            weekly_limit: limit.map_or_else(String::new, |limit| limit.to_string()),
            mon,
            tue,
            wed,
            thu,
            fri,
            sat,
            sun,
            ticket,
        }
    }

    fn days(&self) -> [&str; 7] {
        [
            &self.mon, &self.tue, &self.wed, &self.thu, &self.fri, &self.sat, &self.sun,
        ]
    }

    /// As a person reads it.
    pub fn reading(&self) -> Reading {
        let reading = Reading::new()
            .text(
                "buffer_before_minutes",
                "Minutes free before an interview",
                &self.buffer_before_minutes,
            )
            .text(
                "buffer_after_minutes",
                "Minutes free after an interview",
                &self.buffer_after_minutes,
            )
            .text("weekly_limit", "Interviews a week", &self.weekly_limit);
        let days = LABELS.into_iter().zip(self.days());
        days.fold(reading, |reading, (label, typed)| {
            reading.text("working_hours", label, typed)
        })
    }

    /// The user that it is about, and what they wish.
    pub fn parse(&self, id: i64) -> Result<(Target, Availability), FormErrors> {
        let mut errors = FormErrors::new();
        let mut buffer = |name, typed: &str| match typed.trim() {
            "" => Some(0),
            typed => errors.number(name, typed, 0, LONGEST_BUFFER),
        };
        let before = buffer("buffer_before_minutes", &self.buffer_before_minutes);
        let after = buffer("buffer_after_minutes", &self.buffer_after_minutes);
        let weekly_limit = errors.optional(&self.weekly_limit, |errors, typed| {
            errors.number("weekly_limit", typed, 1, HIGHEST_LIMIT)
        });
        let mut spans = Vec::new();
        for ((name, weekday), typed) in WEEKDAYS.into_iter().zip(self.days()) {
            let day = times(typed).map(|times| {
                let span = |(from, until)| Span {
                    weekday,
                    from,
                    until,
                };
                times.into_iter().map(span).collect::<Vec<_>>()
            });
            let checked = day.and_then(|day| match WorkingHours::new(day.clone()) {
                Ok(_) => Ok(day),
                Err(refusal) => Err(refused(refusal)),
            });
            spans.extend(errors.check(name, checked).unwrap_or_default());
        }
        let target = errors.target(&self.ticket, id);
        let parsed = (|| {
            let availability = Availability {
                buffer_before_minutes: before?,
                buffer_after_minutes: after?,
                weekly_limit,
                working_hours: WorkingHours::new(spans).ok()?,
            };
            Some((target?, availability))
        })();
        errors.or(parsed)
    }
}

/// `09:00–12:00, 13:00–17:00`.
pub fn line<'a>(spans: impl Iterator<Item = &'a Span>) -> String {
    let span = |span: &Span| {
        format!(
            "{}–{}",
            span.from.format("%H:%M"),
            span.until.format("%H:%M")
        )
    };
    spans.map(span).collect::<Vec<_>>().join(", ")
}

/// From and until; with a hyphen, a dash or a word between them.
fn times(typed: &str) -> Result<Vec<(NaiveTime, NaiveTime)>, String> {
    let parts = typed.split([',', ';']).map(str::trim);
    let pair = |part: &str| {
        let (from, until) = part
            .split_once(['-', '–', '—'])
            .or_else(|| part.split_once(" to "))?;
        Some((time(from)?, time(until)?))
    };
    let pairs = parts.filter(|part| !part.is_empty()).map(pair);
    pairs.collect::<Option<_>>().ok_or_else(|| NO_TIMES.into())
}

/// `09:00`, `9:00` or `9`; `24:00` is midnight.
fn time(typed: &str) -> Option<NaiveTime> {
    let (hour, minute) = typed.trim().split_once(':').unwrap_or((typed.trim(), "00"));
    let padded = format!("{hour:0>2}:{minute}");
    match padded.as_str() {
        _ if hour.is_empty() => None,
        "24:00" => Some(NaiveTime::MIN),
        clock if clock.len() == 5 => text::time(clock).ok(),
        _ => None,
    }
}

fn refused(refusal: Refusal) -> String {
    match refusal {
        Refusal::Backwards => "Each end must be after its start. Midnight is 00:00.".into(),
        Refusal::Overlap => "Two of these times overlap.".into(),
        Refusal::TooMany => format!("Use at most {MOST_SPANS} times a day."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(typed: &str) -> Option<String> {
        let span = |(from, until)| Span {
            weekday: chrono::Weekday::Mon,
            from,
            until,
        };
        let spans: Vec<Span> = times(typed).ok()?.into_iter().map(span).collect();
        Some(line(spans.iter()))
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (typed, read_as) in [
            ("", ""),
            ("09:00-17:00", "09:00–17:00"),
            ("9–12, 13:30 – 17:00", "09:00–12:00, 13:30–17:00"),
            ("9 to 12; 22:00—24:00,", "09:00–12:00, 22:00–00:00"),
        ] {
            assert_eq!(read(typed).as_deref(), Some(read_as), "{typed}");
        }
        for typed in [
            "nine to five",
            "09:00",
            "9-",
            "25:00-26:00",
            "09:00:30-10:00",
            "9:5-10:00",
            "-",
            "9-10-11",
        ] {
            assert_eq!(read(typed), None, "{typed}");
        }
    }
}
