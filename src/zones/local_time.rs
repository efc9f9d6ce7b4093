//! From the wall clock of a zone to an instant: some times do not exist, some exist twice.
use chrono::{DateTime, LocalResult, NaiveDateTime, TimeDelta, TimeZone, Utc};

use super::Tz;

/// Which of two is meant when the clock is set back (PEP 495 calls it the fold).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// Before the clock is set back.
    Earlier,
    /// After it.
    Later,
}

/// Why a wall-clock time names no instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAnInstant {
    /// The clock jumps over it.
    Skipped {
        /// The first wall-clock time after the jump.
        next: NaiveDateTime,
    },
    /// It comes twice and nobody said which is meant.
    Twice {
        /// The first of the two.
        earlier: DateTime<Utc>,
        /// The second.
        later: DateTime<Utc>,
    },
}

/// The instant at which the wall clock of `zone` shows `local`.
pub fn resolve(
    local: NaiveDateTime,
    zone: Tz,
    fold: Option<Fold>,
) -> Result<DateTime<Utc>, NotAnInstant> {
    match (zone.from_local_datetime(&local), fold) {
        (LocalResult::Single(at), _) | (LocalResult::Ambiguous(at, _), Some(Fold::Earlier)) => {
            Ok(at.to_utc())
        }
        (LocalResult::Ambiguous(_, at), Some(Fold::Later)) => Ok(at.to_utc()),
        (LocalResult::Ambiguous(earlier, later), None) => Err(NotAnInstant::Twice {
            earlier: earlier.to_utc(),
            later: later.to_utc(),
        }),
        (LocalResult::None, _) => Err(NotAnInstant::Skipped {
            next: after_the_jump(local, zone),
        }),
    }
}

/// Jumps end on a whole minute, and none is known to be longer than a day.
fn after_the_jump(local: NaiveDateTime, zone: Tz) -> NaiveDateTime {
    (1..=24 * 60)
        .map(|minutes| local + TimeDelta::minutes(minutes))
        .find(|later| zone.from_local_datetime(later).earliest().is_some())
        .unwrap_or(local + TimeDelta::days(1))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn berlin() -> Tz {
        Tz::known("Europe/Berlin")
    }

    fn kathmandu() -> Tz {
        Tz::known("Asia/Kathmandu")
    }

    fn new_york() -> Tz {
        Tz::known("America/New_York")
    }

    fn lord_howe() -> Tz {
        Tz::known("Australia/Lord_Howe")
    }

    fn local(y: i32, m: u32, d: u32, h: u32, min: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(y, m, d)
            .and_then(|day| day.and_hms_opt(h, min, 0))
            .expect("a wall-clock time")
    }

    #[test]
    fn a_time_that_the_clock_jumps_over_is_refused_with_the_next_one() {
        let cases = [
            (
                berlin(),
                local(2027, 3, 28, 2, 30),
                local(2027, 3, 28, 3, 0),
            ),
            (
                new_york(),
                local(2027, 3, 14, 2, 30),
                local(2027, 3, 14, 3, 0),
            ),
            (
                lord_howe(),
                local(2027, 10, 3, 2, 15),
                local(2027, 10, 3, 2, 30),
            ),
        ];
        for (zone, time, next) in cases {
            assert_eq!(
                resolve(time, zone, None),
                Err(NotAnInstant::Skipped { next }),
                "{zone}"
            );
        }
    }

    #[test]
    fn a_time_that_comes_twice_is_asked_about() {
        let time = local(2027, 10, 31, 2, 30);
        let Err(NotAnInstant::Twice { earlier, later }) = resolve(time, berlin(), None) else {
            panic!("twice")
        };
        assert_eq!(later - earlier, TimeDelta::hours(1));
        assert_eq!(resolve(time, berlin(), Some(Fold::Earlier)), Ok(earlier));
        assert_eq!(resolve(time, berlin(), Some(Fold::Later)), Ok(later));
    }

    #[test]
    fn an_ordinary_time_is_one_instant_in_any_zone() {
        let at = resolve(local(2027, 1, 5, 10, 0), kathmandu(), None).expect("one instant");
        assert_eq!(at.to_rfc3339(), "2027-01-05T04:15:00+00:00");
        assert_eq!(
            resolve(local(2027, 1, 5, 10, 0), kathmandu(), Some(Fold::Later)),
            Ok(at)
        );
    }
}
