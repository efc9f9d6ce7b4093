//! `book ada tue 10`: a booking said in a few words. Pure: the words are taken apart, and nothing is looked up.
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};

use crate::{text::YEARS, times, zones::Tz};

/// Words that say nothing.
const FILLERS: [&str; 7] = ["at", "on", "for", "with", "the", "um", "am"];
/// A day that is not said is one of so many.
const AHEAD: Days = Days::new(14);
/// The 29th of February comes again after so many years, over the end of a century that has none.
const LEAP_YEARS_APART: i32 = 8;

/// What is said of a booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The words that name somebody; may be empty.
    pub who: String,
    /// Which day, if one is said.
    pub day: Option<Day>,
    /// When on that day, if it is said.
    pub time: Option<Clock>,
}

/// A day, as it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// So many days from now.
    In(u64),
    /// The next one of this name.
    Next(Weekday),
    /// This one of its month and year, the next there is where none is said.
    On {
        day: u32,
        month: u32,
        year: Option<i32>,
    },
}

/// A time of day, as it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59; none means any time within the hour.
    pub minute: Option<u32>,
}

/// Takes the words apart; none unless they begin with `book`.
pub fn read(text: &str) -> Option<Phrase> {
    let text = text.to_lowercase();
    let mut words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() || !matches!(words.remove(0), "book" | "schedule") {
        return None;
    }
    let (mut who, mut day, mut time) = (Vec::new(), None, None);
    let mut at = 0;
    while at < words.len() {
        let (word, next) = (words[at], words.get(at + 1).copied());
        if let Some((found, used)) = read_day(word, next).filter(|_| day.is_none()) {
            day = Some(found);
            at += used;
        } else if let Some((found, used)) = read_clock(word, next).filter(|_| time.is_none()) {
            time = Some(found);
            at += used;
        } else {
            if !FILLERS.contains(&word) {
                who.push(word);
            }
            at += 1;
        }
    }
    Some(Phrase {
        who: who.join(" "),
        day,
        time,
    })
}

impl Phrase {
    /// From when until when a slot may start. What has passed is meant for the next time that it comes.
    pub fn window(&self, zone: Tz, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
        let today = now.with_timezone(&zone).date_naive();
        let days: Vec<NaiveDate> = match self.day {
            None if self.time.is_none() => {
                let last = today.checked_add_days(AHEAD).unwrap_or(today);
                return (now, times::bounds_of_day(last, zone).1);
            }
            None => {
                let next = (0..2).filter_map(|n| today.checked_add_days(Days::new(n)));
                next.collect()
            }
            Some(day) => day.dates(today),
        };
        let windows = days.iter().map(|day| self.on(*day, zone));
        let windows: Vec<_> = windows.collect();
        let ahead = windows.iter().find(|(_, until)| *until > now);
        // Where nothing of it is ahead, what was said is looked for all the same, and found to be over.
        ahead.or(windows.last()).copied().unwrap_or((now, now))
    }

    fn on(&self, day: NaiveDate, zone: Tz) -> (DateTime<Utc>, DateTime<Utc>) {
        let whole = times::bounds_of_day(day, zone);
        let Some(clock) = self.time else {
            return whole;
        };
        let (minute, length) = match clock.minute {
            Some(minute) => (minute, TimeDelta::minutes(1)),
            None => (0, TimeDelta::hours(1)),
        };
        let start = NaiveTime::from_hms_opt(clock.hour, minute, 0).map(|time| day.and_time(time));
        // A time that a changed clock leaves out is nobody's.
        let start = start.and_then(|start| start.and_local_timezone(zone).earliest());
        start.map_or(whole, |start| (start.to_utc(), start.to_utc() + length))
    }
}

impl Day {
    /// The days that may be meant, the nearest first.
    fn dates(self, today: NaiveDate) -> Vec<NaiveDate> {
        match self {
            Self::In(days) => today
                .checked_add_days(Days::new(days))
                .into_iter()
                .collect(),
            Self::Next(weekday) => {
                let ahead = weekday.days_since(today.weekday());
                let first = today.checked_add_days(Days::new(ahead.into()));
                let second = first.and_then(|first| first.checked_add_days(Days::new(7)));
                first.into_iter().chain(second).collect()
            }
            Self::On { day, month, year } => {
                let ahead = today.year()..=today.year() + LEAP_YEARS_APART;
                let years = year.map_or(ahead, |year| year..=year);
                let all = years.filter_map(|year| NaiveDate::from_ymd_opt(year, month, day));
                all.filter(|date| *date >= today || year.is_some())
                    .take(2)
                    .collect()
            }
        }
    }
}

/// The day, and of how many words it is made.
fn read_day(word: &str, next: Option<&str>) -> Option<(Day, usize)> {
    let in_days = |days| Some((Day::In(days), 1));
    match word {
        "today" | "heute" => return in_days(0),
        "tomorrow" | "tmr" | "morgen" => return in_days(1),
        _ => {}
    }
    if let Some(weekday) = weekday(word) {
        return Some((Day::Next(weekday), 1));
    }
    if let Ok(date) = crate::text::date(word) {
        let (day, month, year) = (date.day(), date.month(), Some(date.year()));
        return Some((Day::On { day, month, year }, 1));
    }
    if let Some(day) = dotted(word) {
        return Some((day, 1));
    }
    // `19 may` and `may 19`.
    let pair = |day: &str, month: &str| {
        let (day, month) = (ordinal(day)?, month_of(month)?);
        Some((
            Day::On {
                day,
                month,
                year: None,
            },
            2,
        ))
    };
    let next = next?;
    pair(word, next).or_else(|| pair(next, word))
}

/// `19.5.`, `19.5`, `19/5` and `19.5.2027`: the day first, as most of the world writes it.
fn dotted(word: &str) -> Option<Day> {
    let mark = if word.contains('/') { '/' } else { '.' };
    let parts: Vec<&str> = word.trim_end_matches('.').split(mark).collect();
    let number = |text: &str| text.parse::<u32>().ok();
    let is_dated = mark == '/' || word.ends_with('.') || parts.len() == 3;
    let (day, month, year) = match parts[..] {
        [day, month] if is_dated => (day, month, None),
        [day, month, year] => {
            let year = year.parse().ok().filter(|year| YEARS.contains(year));
            (day, month, Some(year?))
        }
        _ => return None,
    };
    let (day, month) = (number(day)?, number(month)?);
    ((1..=31).contains(&day) && (1..=12).contains(&month)).then_some(Day::On { day, month, year })
}

fn ordinal(word: &str) -> Option<u32> {
    let digits = word.trim_end_matches(['.', ',']);
    let digits = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|end| digits.strip_suffix(end))
        .unwrap_or(digits);
    digits.parse().ok().filter(|day| (1..=31).contains(day))
}

fn weekday(word: &str) -> Option<Weekday> {
    const NAMES: [(&str, Weekday); 7] = [
        ("monday", Weekday::Mon),
        ("tuesday", Weekday::Tue),
        ("wednesday", Weekday::Wed),
        ("thursday", Weekday::Thu),
        ("friday", Weekday::Fri),
        ("saturday", Weekday::Sat),
        ("sunday", Weekday::Sun),
    ];
    let word = word.trim_end_matches(['.', ',']);
    let is_short = |name: &str| match word {
        "tues" | "thur" | "thurs" | "weds" => name.starts_with(&word[..3]),
        _ => word.len() == 3 && name.starts_with(word),
    };
    NAMES
        .iter()
        .find(|(name, _)| *name == word || is_short(name))
        .map(|(_, day)| *day)
}

fn month_of(word: &str) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.trim_end_matches(['.', ',']);
    let is_it = |name: &&str| {
        *name == word
            || word.len() == 3 && name.starts_with(word)
            || word == "sept" && *name == "september"
    };
    let at = NAMES.iter().position(is_it)?;
    u32::try_from(at + 1).ok()
}

/// The time of day, and of how many words it is made.
fn read_clock(word: &str, next: Option<&str>) -> Option<(Clock, usize)> {
    let half = |text: &str| match text {
        "am" | "a.m." => Some(0),
        "pm" | "p.m." => Some(12),
        _ => None,
    };
    let attached = ["am", "pm"]
        .iter()
        .find_map(|end| Some((word.strip_suffix(end)?, half(end)?)));
    let (digits, later, used) = match (attached, next.and_then(half)) {
        (Some((digits, later)), _) => (digits, Some(later), 1),
        (None, Some(later)) => (word, Some(later), 2),
        (None, None) => (word, None, 1),
    };
    let digits = digits.trim_end_matches('h').trim_end_matches(',');
    let (hour, minute) = match digits.split_once([':', '.', 'h']) {
        Some((hour, minute)) if minute.len() == 2 => (hour, Some(minute.parse().ok()?)),
        Some(_) => return None,
        None => (digits, None),
    };
    let hour: u32 = (hour.len() <= 2).then(|| hour.parse().ok())??;
    let hour = match later {
        Some(later) if (1..=12).contains(&hour) => hour % 12 + later,
        Some(_) => return None,
        None => hour,
    };
    let is_clock = hour < 24 && minute.is_none_or(|minute| minute < 60);
    is_clock.then_some((Clock { hour, minute }, used))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn who_and_when_are_told_apart() {
        use Weekday::{Mon, Thu, Tue};
        let on = |day, month, year| Some(Day::On { day, month, year });
        let clock = |hour, minute| Some(Clock { hour, minute });
        for (text, who, day, time) in [
            (
                "book ada tue 10",
                "ada",
                Some(Day::Next(Tue)),
                clock(10, None),
            ),
            (
                "Book Ada Brandt Tuesday at 10:30",
                "ada brandt",
                Some(Day::Next(Tue)),
                clock(10, Some(30)),
            ),
            (
                "book tue 10 ada",
                "ada",
                Some(Day::Next(Tue)),
                clock(10, None),
            ),
            (
                "book ada tomorrow 3pm",
                "ada",
                Some(Day::In(1)),
                clock(15, None),
            ),
            (
                "book ada today 12 am",
                "ada",
                Some(Day::In(0)),
                clock(0, None),
            ),
            (
                "book ada 19 may 9.15",
                "ada",
                on(19, 5, None),
                clock(9, Some(15)),
            ),
            ("book ada may 19th", "ada", on(19, 5, None), None),
            (
                "book ada 19.5. 14h",
                "ada",
                on(19, 5, None),
                clock(14, None),
            ),
            ("book ada 19/5", "ada", on(19, 5, None), None),
            (
                "book ada 2027-05-19 09:00",
                "ada",
                on(19, 5, Some(2027)),
                clock(9, Some(0)),
            ),
            ("book ada 19.5.2027", "ada", on(19, 5, Some(2027)), None),
            ("book may mon", "may", Some(Day::Next(Mon)), None),
            (
                "book mon@example.com thurs",
                "mon@example.com",
                Some(Day::Next(Thu)),
                None,
            ),
            ("book ada 25", "ada 25", None, None),
            ("book ada tue wed", "ada wed", Some(Day::Next(Tue)), None),
            ("schedule zoë núñez", "zoë núñez", None, None),
            ("book", "", None, None),
        ] {
            let phrase = Phrase {
                who: who.into(),
                day,
                time,
            };
            assert_eq!(read(text), Some(phrase), "{text}");
        }
        for text in ["", "ada", "booking", "books ada", "go book"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_has_passed_is_meant_for_the_next_time_it_comes() {
        // A Tuesday, 10:17 in Berlin.
        let (zone, now) = (Tz::known("Europe/Berlin"), at("2026-05-12T08:17:00Z"));
        for (text, from, until) in [
            (
                "book ada tue 11",
                "2026-05-12T09:00:00Z",
                "2026-05-12T10:00:00Z",
            ),
            (
                "book ada tue 10",
                "2026-05-12T08:00:00Z",
                "2026-05-12T09:00:00Z",
            ),
            (
                "book ada tue 9",
                "2026-05-19T07:00:00Z",
                "2026-05-19T08:00:00Z",
            ),
            (
                "book ada tue 10:15",
                "2026-05-19T08:15:00Z",
                "2026-05-19T08:16:00Z",
            ),
            (
                "book ada tue",
                "2026-05-11T22:00:00Z",
                "2026-05-12T22:00:00Z",
            ),
            (
                "book ada mon",
                "2026-05-17T22:00:00Z",
                "2026-05-18T22:00:00Z",
            ),
            ("book ada 9", "2026-05-13T07:00:00Z", "2026-05-13T08:00:00Z"),
            (
                "book ada 11",
                "2026-05-12T09:00:00Z",
                "2026-05-12T10:00:00Z",
            ),
            (
                "book ada tomorrow",
                "2026-05-12T22:00:00Z",
                "2026-05-13T22:00:00Z",
            ),
            (
                "book ada 11 may",
                "2027-05-10T22:00:00Z",
                "2027-05-11T22:00:00Z",
            ),
            (
                "book ada 29 feb",
                "2028-02-28T23:00:00Z",
                "2028-02-29T23:00:00Z",
            ),
            (
                "book ada 2026-05-11",
                "2026-05-10T22:00:00Z",
                "2026-05-11T22:00:00Z",
            ),
            (
                "book ada 30 feb",
                "2026-05-12T08:17:00Z",
                "2026-05-12T08:17:00Z",
            ),
            // The night in which clocks go forward has no half past two.
            (
                "book ada 2027-03-28 02:30",
                "2027-03-27T23:00:00Z",
                "2027-03-28T22:00:00Z",
            ),
        ] {
            let phrase = read(text).expect("a phrase");
            assert_eq!(phrase.window(zone, now), (at(from), at(until)), "{text}");
        }
        let (from, until) = read("book ada").expect("a phrase").window(zone, now);
        assert_eq!((from, until), (now, at("2026-05-26T22:00:00Z")));
    }

    #[test]
    fn nonsense_is_read_without_harm() {
        for text in [
            "book ::",
            "book 99999999999 0000-00-00",
            "book 31.13.",
            "book 1.2.99999999",
            "book 31.12.262142 23",
            "book 31.12.-262143 0:00",
            "book \u{202e}",
            "book am pm h",
        ] {
            let phrase = read(text).expect("a phrase");
            phrase.window(Tz::UTC, at("2026-05-12T08:17:00Z"));
        }
    }
}
