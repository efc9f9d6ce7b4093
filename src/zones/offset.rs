//! What chrono asks of a zone.
use std::fmt;

use chrono::{
    Datelike, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, Offset, TimeZone, Timelike,
};
use jiff::{
    Timestamp, civil,
    tz::{self, AmbiguousOffset},
};

use super::{Tz, database};

/// The Gregorian calendar repeats itself after so many years, and so do the rules for years to come.
const CYCLE: i32 = 400;
/// Years that jiff knows, with room for an offset.
const YEARS: std::ops::Range<i32> = -9_000..9_000;

/// The offset of a zone at an instant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ZoneOffset {
    zone: Tz,
    fixed: FixedOffset,
}

impl ZoneOffset {
    fn new(zone: Tz, offset: tz::Offset) -> Self {
        Self {
            zone,
            fixed: FixedOffset::east_opt(offset.seconds())
                .expect("no clock is a whole day ahead of UTC or behind it"),
        }
    }
}

impl Offset for ZoneOffset {
    fn fix(&self) -> FixedOffset {
        self.fixed
    }
}

impl fmt::Display for ZoneOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fixed.fmt(f)
    }
}

impl fmt::Debug for ZoneOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.fixed, self.zone)
    }
}

impl TimeZone for Tz {
    type Offset = ZoneOffset;

    fn from_offset(offset: &ZoneOffset) -> Self {
        offset.zone
    }

    fn offset_from_local_date(&self, local: &NaiveDate) -> MappedLocalTime<ZoneOffset> {
        self.offset_from_local_datetime(&local.and_time(chrono::NaiveTime::MIN))
    }

    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<ZoneOffset> {
        let rules = database::entry(*self).rules();
        match rules.to_ambiguous_timestamp(civil(local)).offset() {
            AmbiguousOffset::Unambiguous { offset } => {
                MappedLocalTime::Single(ZoneOffset::new(*self, offset))
            }
            AmbiguousOffset::Gap { .. } => MappedLocalTime::None,
            AmbiguousOffset::Fold { before, after } => MappedLocalTime::Ambiguous(
                ZoneOffset::new(*self, before),
                ZoneOffset::new(*self, after),
            ),
        }
    }

    fn offset_from_utc_date(&self, utc: &NaiveDate) -> ZoneOffset {
        self.offset_from_utc_datetime(&utc.and_time(chrono::NaiveTime::MIN))
    }

    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> ZoneOffset {
        let rules = database::entry(*self).rules();
        ZoneOffset::new(*self, rules.to_offset(instant(utc)))
    }
}

fn instant(utc: &NaiveDateTime) -> Timestamp {
    tz::Offset::UTC
        .to_timestamp(civil(utc))
        .expect("a year within bounds is an instant")
}

/// Whole seconds: no clock is changed in between. A year beyond bounds is one of the same cycle within.
fn civil(local: &NaiveDateTime) -> civil::DateTime {
    let year = match local.year() {
        year if YEARS.contains(&year) => year,
        year if year < YEARS.start => YEARS.start + (year - YEARS.start).rem_euclid(CYCLE),
        year => YEARS.end - CYCLE + (year - YEARS.end).rem_euclid(CYCLE),
    };
    let small = |number: u32| i8::try_from(number).expect("a month, day, hour, minute or second");
    civil::DateTime::new(
        i16::try_from(year).expect("a year within bounds"),
        small(local.month()),
        small(local.day()),
        small(local.hour()),
        small(local.minute()),
        small(local.second()),
        0,
    )
    .expect("a day of the same calendar")
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;

    fn offsets(zone: &str, instants: [&str; 4]) -> [i32; 4] {
        let zone = Tz::known(zone);
        instants.map(|at| {
            let at: DateTime<Utc> = at.parse().expect("an instant");
            at.with_timezone(&zone).offset().fix().local_minus_utc() / 60
        })
    }

    #[test]
    fn rules_are_those_of_the_edition_that_is_named() {
        let winter_and_summer = [
            "2027-01-15T12:00:00Z",
            "2027-07-15T12:00:00Z",
            "2027-12-15T12:00:00Z",
            "2029-01-15T12:00:00Z",
        ];
        assert!(crate::zones::version() >= "2026f");
        for (zone, minutes) in [
            // Since 2026 these keep their summer time all year.
            ("America/Vancouver", [-420, -420, -420, -420]),
            ("Canada/Pacific", [-420, -420, -420, -420]),
            ("America/Edmonton", [-360, -360, -360, -360]),
            ("America/Yellowknife", [-360, -360, -360, -360]),
            ("America/Inuvik", [-360, -360, -360, -360]),
            ("America/Winnipeg", [-300, -300, -300, -300]),
            // Since 2026 these are on Greenwich time, in Ramadan as well.
            ("Africa/Casablanca", [0, 0, 0, 0]),
            ("Africa/El_Aaiun", [0, 0, 0, 0]),
            // Its clock was not set back in 2026.
            ("America/Havana", [-240, -240, -300, -300]),
            ("America/New_York", [-300, -240, -300, -300]),
            ("Europe/Berlin", [60, 120, 60, 60]),
            ("Europe/Chisinau", [120, 180, 120, 120]),
            ("Australia/Lord_Howe", [660, 630, 660, 660]),
            ("Asia/Kathmandu", [345, 345, 345, 345]),
            ("Pacific/Kiritimati", [840, 840, 840, 840]),
            ("Pacific/Pago_Pago", [-660, -660, -660, -660]),
            ("UTC", [0, 0, 0, 0]),
        ] {
            assert_eq!(offsets(zone, winter_and_summer), minutes, "{zone}");
        }
    }

    #[test]
    fn an_offset_has_seconds_where_the_sun_told_the_time() {
        let noon = "1880-01-01T12:00:00Z"
            .parse::<DateTime<Utc>>()
            .expect("an instant");
        let local = noon.with_timezone(&Tz::known("Europe/Berlin"));
        assert_eq!(local.to_rfc3339(), "1880-01-01T12:53:28+00:53");
    }

    #[test]
    fn no_instant_is_too_far() {
        let zone = Tz::known("Europe/Berlin");
        for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            zone.offset_from_utc_datetime(&at.naive_utc());
            zone.offset_from_local_datetime(&at.naive_utc());
        }
        let far: DateTime<Utc> = "+12027-07-15T12:00:00Z".parse().expect("an instant");
        assert_eq!(
            far.with_timezone(&zone).offset().fix().local_minus_utc(),
            7200
        );
    }

    #[test]
    fn a_clock_jumps_and_is_set_back_at_the_second() {
        let zone = Tz::known("Europe/Berlin");
        let local = |text: &str| zone.offset_from_local_datetime(&text.parse().expect("a time"));
        let minutes = |offset: MappedLocalTime<ZoneOffset>| {
            offset.map(|offset| offset.fix().local_minus_utc() / 60)
        };
        for (time, offset) in [
            ("2027-03-28T01:59:59", MappedLocalTime::Single(60)),
            ("2027-03-28T02:00:00", MappedLocalTime::None),
            ("2027-03-28T02:59:59", MappedLocalTime::None),
            ("2027-03-28T03:00:00", MappedLocalTime::Single(120)),
            ("2027-10-31T01:59:59", MappedLocalTime::Single(120)),
            ("2027-10-31T02:00:00", MappedLocalTime::Ambiguous(120, 60)),
            ("2027-10-31T02:59:59", MappedLocalTime::Ambiguous(120, 60)),
            ("2027-10-31T03:00:00", MappedLocalTime::Single(60)),
        ] {
            assert_eq!(minutes(local(time)), offset, "{time}");
        }
    }
}
