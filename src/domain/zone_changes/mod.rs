//! Slots whose wall time means another instant since the rules of their zone were changed. The wall time is what
//! people were told and what they agreed on: it stays, and the start follows it once somebody has confirmed that.
mod list;
mod moving;
mod watch;

use chrono::{DateTime, NaiveDateTime, Utc};
use entity::slot;
use sea_orm::Condition;

pub use self::{
    list::{Concerned, Overview, list, one, overview},
    moving::{Confirmation, Moved, Outcome, apply},
    watch::check,
};
use super::slots::{self, Timing};
use crate::zones::{
    Tz,
    local_time::{self, NotAnInstant},
};

/// As [`slot::Model::local_start`] is written.
const WALL_TIME: &str = "%Y-%m-%dT%H:%M:%S";

/// So many are moved by one confirmation, each in a transaction of its own: nobody else waits long.
const MOST_AT_ONCE: u64 = 500;

/// What the wall time of a slot means by the rules of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The instant at which it starts.
    Same,
    /// Another instant.
    Moves(DateTime<Utc>),
    /// One at which nothing can start any more, or not yet.
    OutOfReach(DateTime<Utc>),
    /// None: the clock is set forward over it.
    Skipped {
        /// The first wall time after the jump.
        next: NaiveDateTime,
    },
    /// Two, and neither is when it starts.
    Twice {
        /// The first of them.
        earlier: DateTime<Utc>,
        /// The second.
        later: DateTime<Utc>,
    },
    /// Its zone or its wall time is not what was stored here.
    Unreadable,
}

/// What a slot's wall time means now. Of two instants it keeps the one that was chosen.
pub fn reading(slot: &slot::Model, now: DateTime<Utc>) -> Reading {
    read(&slot.time_zone, &slot.local_start, slot.starts_at, now)
}

fn read(zone: &str, wall_time: &str, starts_at: DateTime<Utc>, now: DateTime<Utc>) -> Reading {
    let zone = zone.parse::<Tz>();
    let local = NaiveDateTime::parse_from_str(wall_time, WALL_TIME);
    let (Ok(zone), Ok(local)) = (zone, local) else {
        return Reading::Unreadable;
    };
    match local_time::resolve(local, zone, None) {
        Ok(at) if at == starts_at => Reading::Same,
        Err(NotAnInstant::Twice { earlier, later }) if [earlier, later].contains(&starts_at) => {
            Reading::Same
        }
        Ok(at) if slots::timing(at, now) == Timing::Ahead => Reading::Moves(at),
        Ok(at) => Reading::OutOfReach(at),
        Err(NotAnInstant::Twice { earlier, later }) => Reading::Twice { earlier, later },
        Err(NotAnInstant::Skipped { next }) => Reading::Skipped { next },
    }
}

/// Holds for slots to come that were found to start at another instant than their wall time means, and of which
/// anybody can be told or be booked into.
fn concerned(company_id: i64, now: DateTime<Utc>) -> Condition {
    let can_be_met = Condition::any()
        .add(slot::COLUMN.closed_at.is_null())
        .add(slots::is_booked());
    Condition::all()
        .add(slot::COLUMN.company_id.eq(company_id))
        .add(slot::COLUMN.rules_changed_at.is_not_null())
        .add(slot::COLUMN.starts_at.gt(now))
        .add(can_be_met)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn the_wall_time_decides() {
        let now = at("2026-11-29T12:00:00Z");
        let read = |zone, wall_time, starts_at| read(zone, wall_time, at(starts_at), now);
        // Vancouver kept its summer time.
        let vancouver = |starts_at| read("America/Vancouver", "2027-01-11T09:00:00", starts_at);
        assert_eq!(vancouver("2027-01-11T16:00:00Z"), Reading::Same);
        assert_eq!(
            vancouver("2027-01-11T17:00:00Z"),
            Reading::Moves(at("2027-01-11T16:00:00Z"))
        );
        // The clock of Berlin is set forward, and back.
        assert_eq!(
            read(
                "Europe/Berlin",
                "2027-03-28T02:30:00",
                "2027-03-28T01:30:00Z"
            ),
            Reading::Skipped {
                next: "2027-03-28T03:00:00".parse().expect("a time")
            }
        );
        for chosen in ["2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z"] {
            assert_eq!(
                read("Europe/Berlin", "2027-10-31T02:30:00", chosen),
                Reading::Same
            );
        }
        assert_eq!(
            read(
                "Europe/Berlin",
                "2027-10-31T02:30:00",
                "2027-10-31T02:30:00Z"
            ),
            Reading::Twice {
                earlier: at("2027-10-31T00:30:00Z"),
                later: at("2027-10-31T01:30:00Z"),
            }
        );
        for (zone, wall_time) in [("Mars/Olympus", "2027-01-11T09:00:00"), ("UTC", "nine")] {
            assert_eq!(
                read(zone, wall_time, "2027-01-11T09:00:00Z"),
                Reading::Unreadable
            );
        }
    }

    #[test]
    fn nothing_moves_to_where_it_would_have_begun() {
        let start = at("2027-01-11T16:00:00Z");
        for (seconds, expected) in [
            (-1, Reading::Moves(start)),
            (0, Reading::OutOfReach(start)),
            (1, Reading::OutOfReach(start)),
        ] {
            let now = start + TimeDelta::seconds(seconds);
            let found = read(
                "America/Vancouver",
                "2027-01-11T09:00:00",
                start + TimeDelta::hours(1),
                now,
            );
            assert_eq!(found, expected, "{seconds}");
        }
    }
}
