//! Working hours: on which weekdays and between which times somebody holds interviews, by their own clock. Pure.
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    error::{Error, Result},
    zones::{
        Tz,
        local_time::{Fold, NotAnInstant, resolve},
    },
};

/// How many spans a day has at most.
pub const MOST_SPANS: usize = 6;

/// Weekdays as they are stored, and as programs call them.
pub const WEEKDAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];

/// From one time of a weekday to another; midnight at its end is the end of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// On which day.
    pub weekday: Weekday,
    /// It begins, in whole minutes.
    pub from: NaiveTime,
    /// It ends, in whole minutes.
    pub until: NaiveTime,
}

/// When somebody works, in the order of the week; always, where there is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkingHours(Vec<Span>);

/// What is wrong with working hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A span ends before it begins.
    Backwards,
    /// Two have time in common.
    Overlap,
    /// A day has more than [`MOST_SPANS`].
    TooMany,
}

/// A span as it is stored.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    weekday: String,
    from: String,
    until: String,
}

impl WorkingHours {
    /// These spans, brought in order.
    pub fn new(mut spans: Vec<Span>) -> Result<Self, Refusal> {
        let day = |span: &Span| span.weekday.num_days_from_monday();
        spans.sort_by_key(|span| (day(span), span.from));
        if spans.iter().any(|span| !span.is_forward()) {
            return Err(Refusal::Backwards);
        }
        for same_day in spans.chunk_by(|one, next| one.weekday == next.weekday) {
            if same_day.len() > MOST_SPANS {
                return Err(Refusal::TooMany);
            }
            let overlap =
                |pair: &[Span]| pair[0].until == NaiveTime::MIN || pair[1].from < pair[0].until;
            if same_day.windows(2).any(overlap) {
                return Err(Refusal::Overlap);
            }
        }
        Ok(Self(spans))
    }

    /// As they are stored. What was never written by us is an error: as "always" it would say too much.
    pub fn read(stored: &Value) -> Result<Self> {
        let unreadable = || Error::Stored(format!("working hours {stored}"));
        let rows: Vec<Stored> = Deserialize::deserialize(stored).map_err(|_| unreadable())?;
        let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").ok();
        let span = |row: Stored| {
            let known = WEEKDAYS.iter().find(|(name, _)| *name == row.weekday);
            Some(Span {
                weekday: known?.1,
                from: time(&row.from)?,
                until: time(&row.until)?,
            })
        };
        let spans: Option<Vec<Span>> = rows.into_iter().map(span).collect();
        Self::new(spans.ok_or_else(unreadable)?).map_err(|_| unreadable())
    }

    /// To be stored, and for programs.
    pub fn to_json(&self) -> Value {
        let span = |span: &Span| Stored {
            weekday: name(span.weekday).to_owned(),
            from: span.from.format("%H:%M").to_string(),
            until: span.until.format("%H:%M").to_string(),
        };
        json!(self.0.iter().map(span).collect::<Vec<_>>())
    }

    /// Is no time outside of them?
    pub fn are_always(&self) -> bool {
        self.0.is_empty()
    }

    /// The spans of one day.
    pub fn on(&self, weekday: Weekday) -> impl Iterator<Item = &Span> {
        self.0.iter().filter(move |span| span.weekday == weekday)
    }

    /// Does somebody whose clock hangs in this zone work all the time between two instants? Spans that meet are one, also
    /// at midnight; where a clock is changed within a span, it lasts as long as it lasts.
    pub fn cover(&self, (from, until): (DateTime<Utc>, DateTime<Utc>), zone: Tz) -> bool {
        let last = until.with_timezone(&zone).date_naive();
        let first = from.with_timezone(&zone).date_naive();
        // A clock that is set back at midnight makes a day end after the next one began.
        let first = first.checked_sub_days(Days::new(1)).unwrap_or(first);
        let mut covered = from;
        for day in first.iter_days().take_while(|day| *day <= last) {
            for span in self.on(day.weekday()) {
                let Some((starts_at, ends_at)) = span.instants(day, zone) else {
                    continue;
                };
                if starts_at <= covered && covered < ends_at {
                    covered = ends_at;
                }
            }
        }
        self.are_always() || covered >= until
    }
}

impl Span {
    fn is_forward(&self) -> bool {
        self.from < self.until || self.until == NaiveTime::MIN
    }

    /// When it begins and ends on this day.
    fn instants(&self, day: NaiveDate, zone: Tz) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let last_day = match self.until == NaiveTime::MIN {
            true => day.succ_opt()?,
            false => day,
        };
        let starts_at = instant(day.and_time(self.from), zone, Fold::Earlier)?;
        Some((
            starts_at,
            instant(last_day.and_time(self.until), zone, Fold::Later)?,
        ))
    }
}

/// The instant of a local time; of one that the clock jumps over, that of the jump.
fn instant(local: NaiveDateTime, zone: Tz, fold: Fold) -> Option<DateTime<Utc>> {
    match resolve(local, zone, Some(fold)) {
        Ok(at) => Some(at),
        Err(NotAnInstant::Skipped { next }) => resolve(next, zone, Some(fold)).ok(),
        Err(NotAnInstant::Twice { earlier, .. }) => Some(earlier),
    }
}

fn name(weekday: Weekday) -> &'static str {
    WEEKDAYS[weekday.num_days_from_monday() as usize].0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> NaiveTime {
        NaiveTime::parse_from_str(text, "%H:%M").expect("a time")
    }

    fn span(weekday: Weekday, from: &str, until: &str) -> Span {
        Span {
            weekday,
            from: time(from),
            until: time(until),
        }
    }

    fn hours(spans: &[(Weekday, &str, &str)]) -> WorkingHours {
        let spans = spans
            .iter()
            .map(|(day, from, until)| span(*day, from, until));
        WorkingHours::new(spans.collect()).expect("hours")
    }

    fn covers(hours: &WorkingHours, zone: &str, from: &str, until: &str) -> bool {
        let at = |text: &str| text.parse().expect("an instant");
        hours.cover((at(from), at(until)), Tz::known(zone))
    }

    #[test]
    fn nothing_is_always() {
        let always = WorkingHours::default();
        assert!(always.are_always());
        assert!(covers(
            &always,
            "Europe/Berlin",
            "2027-01-05T02:00:00Z",
            "2027-01-05T03:00:00Z"
        ));
    }

    #[test]
    fn hours_are_half_open_at_both_ends() {
        use Weekday::Tue;
        // 09:00–12:00 in Berlin is 08:00–11:00 UTC in winter.
        let hours = hours(&[(Tue, "09:00", "12:00")]);
        for (from, until, is_in) in [
            ("2027-01-05T08:00:00Z", "2027-01-05T11:00:00Z", true),
            ("2027-01-05T07:59:59Z", "2027-01-05T09:00:00Z", false),
            ("2027-01-05T08:00:01Z", "2027-01-05T10:59:59Z", true),
            ("2027-01-05T10:00:00Z", "2027-01-05T11:00:01Z", false),
            ("2027-01-05T11:00:00Z", "2027-01-05T11:30:00Z", false),
            // On Wednesday, and while it is still Tuesday in Los Angeles.
            ("2027-01-06T09:00:00Z", "2027-01-06T10:00:00Z", false),
        ] {
            assert_eq!(
                covers(&hours, "Europe/Berlin", from, until),
                is_in,
                "{from}"
            );
        }
        assert!(covers(
            &hours,
            "America/Los_Angeles",
            "2027-01-05T17:00:00Z",
            "2027-01-05T20:00:00Z"
        ));
        assert!(!covers(
            &hours,
            "America/Los_Angeles",
            "2027-01-05T09:00:00Z",
            "2027-01-05T10:00:00Z"
        ));
    }

    #[test]
    fn spans_that_meet_are_one_also_at_midnight() {
        use Weekday::{Mon, Sun, Tue};
        let night = hours(&[
            (Mon, "22:00", "00:00"),
            (Tue, "00:00", "06:00"),
            (Sun, "20:00", "00:00"),
        ]);
        for (from, until, is_in) in [
            ("2027-01-04T22:30:00Z", "2027-01-05T00:30:00Z", true),
            ("2027-01-04T21:00:00Z", "2027-01-05T05:00:00Z", true),
            ("2027-01-04T20:59:00Z", "2027-01-05T00:00:00Z", false),
            ("2027-01-05T04:30:00Z", "2027-01-05T05:01:00Z", false),
            // Sunday's end is not followed by Monday's beginning.
            ("2027-01-03T22:00:00Z", "2027-01-03T23:00:00Z", true),
            ("2027-01-03T22:30:00Z", "2027-01-03T23:30:00Z", false),
        ] {
            assert_eq!(
                covers(&night, "Europe/Berlin", from, until),
                is_in,
                "{from}"
            );
        }
        let lunch = hours(&[(Mon, "09:00", "12:00"), (Mon, "13:00", "17:00")]);
        assert!(!covers(
            &lunch,
            "UTC",
            "2027-01-04T11:30:00Z",
            "2027-01-04T13:30:00Z"
        ));
    }

    #[test]
    fn where_the_clock_is_changed_hours_last_as_long_as_they_last() {
        use Weekday::Sun;
        // In Berlin the clocks skip 02:00–03:00 on 28 March and repeat it on 31 October.
        let early = hours(&[(Sun, "01:00", "04:00")]);
        let (gap, fold) = ("2027-03-28", "2027-10-31");
        for (day, from, until, is_in) in [
            (gap, "00:00", "02:00", true),
            (gap, "00:00", "02:01", false),
            (fold, "23:00", "03:00", true),
            (fold, "23:00", "03:01", false),
        ] {
            let before = match from {
                "23:00" => "2027-10-30",
                _ => day,
            };
            let (from, until) = (format!("{before}T{from}:00Z"), format!("{day}T{until}:00Z"));
            assert_eq!(
                covers(&early, "Europe/Berlin", &from, &until),
                is_in,
                "{until}"
            );
        }
        // Ends that the clock skips are at the jump; of those that come twice, all of both.
        let until = hours(&[(Sun, "01:00", "02:30")]);
        assert!(covers(
            &until,
            "Europe/Berlin",
            "2027-03-28T00:30:00Z",
            "2027-03-28T01:00:00Z"
        ));
        assert!(!covers(
            &until,
            "Europe/Berlin",
            "2027-03-28T00:30:00Z",
            "2027-03-28T01:01:00Z"
        ));
        assert!(covers(
            &until,
            "Europe/Berlin",
            "2027-10-30T23:00:00Z",
            "2027-10-31T01:30:00Z"
        ));
        let from = hours(&[(Sun, "02:30", "05:00")]);
        assert!(covers(
            &from,
            "Europe/Berlin",
            "2027-03-28T01:00:00Z",
            "2027-03-28T02:00:00Z"
        ));
        assert!(covers(
            &from,
            "Europe/Berlin",
            "2027-10-31T00:30:00Z",
            "2027-10-31T02:00:00Z"
        ));
    }

    #[test]
    fn a_span_goes_forward_and_two_of_a_day_have_no_time_in_common() {
        use Weekday::{Mon, Tue};
        for (spans, refusal) in [
            (vec![span(Mon, "10:00", "10:00")], Refusal::Backwards),
            (vec![span(Mon, "10:00", "09:00")], Refusal::Backwards),
            (
                vec![span(Mon, "09:00", "12:00"), span(Mon, "11:59", "13:00")],
                Refusal::Overlap,
            ),
            (
                vec![span(Mon, "09:00", "00:00"), span(Mon, "23:00", "23:30")],
                Refusal::Overlap,
            ),
            (
                vec![span(Mon, "00:00", "00:00"), span(Mon, "01:00", "02:00")],
                Refusal::Overlap,
            ),
        ] {
            assert_eq!(WorkingHours::new(spans.clone()), Err(refusal), "{spans:?}");
        }
        let many = |count: u32| {
            let span = |hour: u32| span(Mon, &format!("{hour:02}:00"), &format!("{hour:02}:30"));
            WorkingHours::new((0..count).map(span).collect())
        };
        assert!(many(6).is_ok());
        assert_eq!(many(7), Err(Refusal::TooMany));
        let meeting = [
            (Mon, "09:00", "12:00"),
            (Mon, "12:00", "00:00"),
            (Tue, "09:00", "12:00"),
        ];
        assert_eq!(hours(&meeting).on(Mon).count(), 2);
    }

    #[test]
    fn they_are_stored_in_order_and_what_is_unknown_is_an_error() {
        use Weekday::{Fri, Mon};
        let week = hours(&[
            (Fri, "09:00", "00:00"),
            (Mon, "13:00", "17:00"),
            (Mon, "09:00", "12:00"),
        ]);
        let stored = json!([
            { "weekday": "mon", "from": "09:00", "until": "12:00" },
            { "weekday": "mon", "from": "13:00", "until": "17:00" },
            { "weekday": "fri", "from": "09:00", "until": "00:00" },
        ]);
        assert_eq!(week.to_json(), stored);
        assert_eq!(WorkingHours::read(&stored).expect("hours"), week);
        for unknown in [
            json!(null),
            json!("always"),
            json!({}),
            json!([{ "weekday": "mon", "from": "09:00" }]),
            json!([{ "weekday": "monday", "from": "09:00", "until": "12:00" }]),
            json!([{ "weekday": "mon", "from": "nine", "until": "12:00" }]),
            json!([{ "weekday": "mon", "from": "12:00", "until": "09:00" }]),
            json!([{ "weekday": "mon", "from": "09:00", "until": "12:00", "every": 2 }]),
        ] {
            assert!(WorkingHours::read(&unknown).is_err(), "{unknown}");
        }
    }
}
