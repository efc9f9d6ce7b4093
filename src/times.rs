//! Instants in words: the one place that prints dates and times, for pages, mails and the API.
use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, TimeDelta, TimeZone, Timelike, Utc};

use crate::zones::Tz;

/// `2027-01-05T09:00:00Z` (RFC 3339), for machines: `<time datetime>` and the API.
pub fn rfc3339(at: DateTime<Utc>) -> String {
    let form = if at.nanosecond() == 0 {
        SecondsFormat::Secs
    } else {
        SecondsFormat::Micros
    };
    at.to_rfc3339_opts(form, true)
}

/// `January 5, 2027 at 10:00 AM`.
pub fn date_at_time(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone)
        .format("%B %-d, %Y at %-I:%M %p")
        .to_string()
}

/// `January 5, 2027 at 10:00 AM (Europe/Berlin, UTC+01:00)`.
pub fn date_at_time_in_zone(at: DateTime<Utc>, zone: Tz) -> String {
    format!(
        "{} ({})",
        date_at_time(at, zone),
        zone_with_offset(at, zone)
    )
}

/// What a clock and a calendar on the wall show, for languages that have words of their own for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    /// In numbers.
    pub year: i32,
    /// 0 to 11.
    pub month_from_january: usize,
    /// 1 to 31.
    pub day: u32,
    /// 0 to 6.
    pub weekday_from_monday: usize,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
}

impl LocalTime {
    /// Of an instant in a zone, or by an offset.
    pub fn of(at: DateTime<Utc>, zone: &impl TimeZone) -> Self {
        let local = at.with_timezone(zone);
        Self {
            year: local.year(),
            month_from_january: local.month0() as usize,
            day: local.day(),
            weekday_from_monday: local.weekday().num_days_from_monday() as usize,
            hour: local.hour(),
            minute: local.minute(),
        }
    }
}

/// `UTC+01:00`; `UTC` alone for UTC.
pub fn offset(at: DateTime<Utc>, zone: Tz) -> String {
    if zone == Tz::UTC {
        "UTC".into()
    } else {
        format!("UTC{}", at.with_timezone(&zone).format("%:z"))
    }
}

/// `Tue 5 January 2027`.
pub fn day(at: DateTime<Utc>, zone: Tz) -> String {
    day_of(&at.with_timezone(&zone))
}

/// `Tuesday 5 January`: the heading of a day's page.
pub fn day_heading(date: NaiveDate) -> String {
    date.format("%A %-d %B").to_string()
}

/// `Thu` within a week of another instant, else `7 May`; empty on the same day: beside a clock where there is little room.
pub fn short_day(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let date = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
    match (date(at) - date(now)).num_days().abs() {
        0 => String::new(),
        1..7 => date(at).format("%a").to_string(),
        _ => date(at).format("%-d %b").to_string(),
    }
}

/// `10:00`.
pub fn clock(at: DateTime<Utc>, zone: Tz) -> String {
    clock_of(&at.with_timezone(&zone))
}

/// `10:02:11.204`: for the delivery log.
pub fn clock_to_the_millisecond(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%H:%M:%S%.3f").to_string()
}

/// `Tue 5 January 2027, 10:00`.
pub fn day_and_clock(at: DateTime<Utc>, zone: Tz) -> String {
    let (mut day, clock) = day_and_clock_apart(at, zone);
    day.push_str(", ");
    day.push_str(&clock);
    day
}

/// `Tue 5 Jan, 10:00`, with its year where it is another one than now: where there is little room.
pub fn short(at: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> String {
    let local = at.with_timezone(&zone);
    let form = match local.year() == now.with_timezone(&zone).year() {
        true => "%a %-d %b, %H:%M",
        false => "%a %-d %b %Y, %H:%M",
    };
    local.format(form).to_string()
}

/// `Tue 5 January 2027` and `10:00`.
pub fn day_and_clock_apart(at: DateTime<Utc>, zone: Tz) -> (String, String) {
    let local = at.with_timezone(&zone);
    (day_of(&local), clock_of(&local))
}

// Lists print hundreds of them: chrono would read the form of each anew.
fn day_of(local: &DateTime<Tz>) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month = MONTHS[local.month0() as usize];
    format!(
        "{} {} {month} {:04}",
        local.weekday(),
        local.day(),
        local.year()
    )
}

fn clock_of(local: &DateTime<Tz>) -> String {
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// `Tue 5 January 2027, 23:30–00:30 (Wed 6 January 2027)`: from one instant to another.
pub fn span(from: DateTime<Utc>, until: DateTime<Utc>, zone: Tz) -> String {
    let same_day =
        from.with_timezone(&zone).date_naive() == until.with_timezone(&zone).date_naive();
    let next_day = if same_day {
        String::new()
    } else {
        format!(" ({})", day(until, zone))
    };
    format!(
        "{}–{}{next_day}",
        day_and_clock(from, zone),
        clock(until, zone)
    )
}

/// 3 and `02:14:09`: how many days it is still, and how long on top, as the countdown of the join page prints it.
pub fn countdown(left: TimeDelta) -> (i64, String) {
    let seconds = left.num_seconds().max(0);
    let clock = format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600 % 24,
        seconds / 60 % 60,
        seconds % 60
    );
    (seconds / 86_400, clock)
}

/// `Europe/Berlin, UTC+01:00`; `UTC` alone for UTC.
pub fn zone_with_offset(at: DateTime<Utc>, zone: Tz) -> String {
    if zone == Tz::UTC {
        "UTC".into()
    } else {
        format!("{}, {}", zone.name(), offset(at, zone))
    }
}

/// Is it night there, when nobody wants to be interviewed: from 21:00 to 7:00?
pub fn is_night(at: DateTime<Utc>, zone: Tz) -> bool {
    !(7..21).contains(&at.with_timezone(&zone).hour())
}

/// The instants at which a day begins and ends in a zone; a day that begins with a jump of the clock
/// begins after it.
pub fn bounds_of_day(date: NaiveDate, zone: Tz) -> (DateTime<Utc>, DateTime<Utc>) {
    (
        capped(start_of_day(date, zone)),
        capped(start_of_day(date.succ_opt().unwrap_or(date), zone)),
    )
}

/// An instant that stored ones can be compared with: as text, a year of five digits comes before all others.
pub fn capped(at: DateTime<Utc>) -> DateTime<Utc> {
    const LAST_MICROSECOND_OF_9999: i64 = 253_402_300_799_999_999;
    DateTime::from_timestamp_micros(LAST_MICROSECOND_OF_9999).map_or(at, |last| at.min(last))
}

/// The instants at which the week around `at` begins and ends in a zone; weeks begin on Monday.
pub fn bounds_of_week(at: DateTime<Utc>, zone: Tz) -> (DateTime<Utc>, DateTime<Utc>) {
    let day = at.with_timezone(&zone).date_naive();
    let week = day.week(chrono::Weekday::Mon);
    (
        start_of_day(week.first_day(), zone),
        bounds_of_day(week.last_day(), zone).1,
    )
}

/// `in 2 h 5 min`, `3 min ago`: roughly, for people.
pub fn relative(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let distance = (at - now).abs();
    let words = if distance < TimeDelta::minutes(1) {
        return "just now".into();
    } else if distance < TimeDelta::hours(1) {
        format!("{} min", distance.num_minutes())
    } else if distance < TimeDelta::days(1) {
        format!(
            "{} h {} min",
            distance.num_hours(),
            distance.num_minutes() % 60
        )
    } else if distance < TimeDelta::days(2) {
        "1 day".into()
    } else {
        format!("{} days", distance.num_days())
    };
    if at > now {
        format!("in {words}")
    } else {
        format!("{words} ago")
    }
}

/// `at once`, `within a minute`, `in 5 min`: when something is done that may be due already.
pub fn ahead(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    if at <= now {
        "at once".into()
    } else if at - now < TimeDelta::minutes(1) {
        "within a minute".into()
    } else {
        relative(at, now)
    }
}

fn start_of_day(date: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = date.and_time(chrono::NaiveTime::MIN);
    (0..=24)
        .map(|half_hours| midnight + TimeDelta::minutes(30 * half_hours))
        .find_map(|local| local.and_local_timezone(zone).earliest())
        .map_or_else(|| midnight.and_utc(), |at| at.to_utc())
}

#[cfg(test)]
mod tests;
