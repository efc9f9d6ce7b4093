//! Which of several people gets which slot: the earliest that lies in their own daylight. The same people and slots always
//! come to the same; nothing is drawn by lot.
use chrono::{DateTime, TimeDelta, Timelike, Utc};

use super::board::FreeSlot;
use crate::{domain::busy, zones::Tz};

/// People are asked to come between these hours, on their own clock.
pub const DAYLIGHT: (u32, u32) = (8, 20);
/// Nothing is proposed that begins sooner: an email may wait in queues for about as long.
pub const SHORT_NOTICE: TimeDelta = TimeDelta::minutes(60);

/// Somebody who needs a slot.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Their time zone; the slot's where it is unknown.
    pub zone: Option<Tz>,
    /// When they are in other interviews.
    pub busy: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// The slot that was chosen for them.
    pub chosen: Option<i64>,
}

/// A slot for each of these people who has none, as far as there are any. Whoever can come to the fewest chooses first;
/// whom no slot suits gets what is left and lies nearest to their daylight.
pub fn propose(wishes: &[Wish], slots: &[FreeSlot], now: DateTime<Utc>) -> Vec<Option<i64>> {
    let mut got: Vec<Option<i64>> = wishes.iter().map(|wish| wish.chosen).collect();
    let is_chosen = |slot: &&FreeSlot| got.contains(&Some(slot.id));
    let mut taken: Vec<&FreeSlot> = slots.iter().filter(is_chosen).collect();
    let soonest = now + SHORT_NOTICE;
    let offered: Vec<&FreeSlot> = slots
        .iter()
        .filter(|slot| slot.starts_at >= soonest)
        .collect();
    let suiting = |wish: &Wish| {
        offered
            .iter()
            .filter(|slot| darkness(slot, wish) == 0 && is_free(slot, wish))
            .count()
    };
    let mut waiting: Vec<(usize, usize)> = (0..wishes.len())
        .filter(|at| got[*at].is_none())
        .map(|at| (suiting(&wishes[at]), at))
        .collect();
    waiting.sort_unstable();
    let mut take = |at: usize, in_daylight: bool| {
        let wish = &wishes[at];
        let can_be = |slot: &&&FreeSlot| {
            is_free(slot, wish)
                && (!in_daylight || darkness(slot, wish) == 0)
                && taken.iter().all(|other| !exclude(slot, other))
        };
        let best = offered
            .iter()
            .filter(can_be)
            .min_by_key(|slot| (darkness(slot, wish), slot.starts_at, slot.id));
        if let Some(slot) = best {
            taken.push(slot);
            got[at] = Some(slot.id);
        }
        best.is_some()
    };
    waiting.retain(|(_, at)| !take(*at, true));
    for (_, at) in waiting {
        take(at, false);
    }
    got
}

/// Can only one of the two be booked? They are the same, or one person would hold both at once.
pub fn exclude(one: &FreeSlot, other: &FreeSlot) -> bool {
    one.id == other.id || shared(one, other).is_some()
}

/// An interviewer who would hold both at once.
pub fn shared(one: &FreeSlot, other: &FreeSlot) -> Option<i64> {
    let (a, b) = (cells(one), cells(other));
    let meet = a.0 <= b.1 && b.0 <= a.1;
    let both = one
        .interviewers
        .iter()
        .find(|id| other.interviewers.contains(id));
    both.copied().filter(|_| meet)
}

fn cells(slot: &FreeSlot) -> (i64, i64) {
    busy::cells(slot.starts_at, slot.ends_at)
}

fn is_free(slot: &FreeSlot, wish: &Wish) -> bool {
    wish.busy
        .iter()
        .all(|(from, until)| *from >= slot.ends_at || *until <= slot.starts_at)
}

fn darkness(slot: &FreeSlot, wish: &Wish) -> i64 {
    dark_minutes(slot, wish.zone.unwrap_or(slot.zone))
}

/// How many minutes of it lie outside of the daylight of a zone, beginning with the part that lies farthest.
pub fn dark_minutes(slot: &FreeSlot, zone: Tz) -> i64 {
    let start = slot.starts_at.with_timezone(&zone);
    let begins = i64::from(start.hour() * 60 + start.minute());
    let ends = begins + (slot.ends_at - slot.starts_at).num_minutes();
    let (first, last) = (i64::from(DAYLIGHT.0) * 60, i64::from(DAYLIGHT.1) * 60);
    (first - begins).max(ends - last).max(0)
}

#[cfg(test)]
mod tests {
    use entity::slot::InterviewType;

    use super::*;

    const NOW: &str = "2026-05-12T08:00:00Z";

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    /// A slot of 45 minutes on the day after, held by this user.
    fn slot(id: i64, clock: &str, user: i64) -> FreeSlot {
        let starts_at = at(&format!("2026-05-13T{clock}:00Z"));
        FreeSlot {
            id,
            starts_at,
            ends_at: starts_at + TimeDelta::minutes(45),
            zone: Tz::known("Europe/Berlin"),
            interview_type: InterviewType::Technical,
            interviewers: vec![user],
            asked_by: String::new(),
            has_meeting_link: true,
        }
    }

    fn wish(zone: &str) -> Wish {
        Wish {
            zone: zone.parse().ok(),
            ..Default::default()
        }
    }

    fn proposed(wishes: &[Wish], slots: &[FreeSlot]) -> Vec<Option<i64>> {
        propose(wishes, slots, at(NOW))
    }

    #[test]
    fn everybody_gets_the_earliest_slot_of_their_own_daylight() {
        let slots = [
            slot(1, "07:00", 1),
            slot(2, "08:00", 1),
            slot(3, "16:00", 1),
            slot(4, "17:00", 1),
        ];
        // Nine and ten o'clock in Berlin; nine and ten in Los Angeles.
        let wishes = [
            wish("Europe/Berlin"),
            wish("America/Los_Angeles"),
            wish("Europe/Berlin"),
            wish("America/Los_Angeles"),
        ];
        assert_eq!(
            proposed(&wishes, &slots),
            [Some(1), Some(3), Some(2), Some(4)]
        );
    }

    #[test]
    fn who_can_come_to_few_is_not_crowded_out_by_who_can_come_to_many() {
        let slots = [slot(1, "16:00", 1), slot(2, "17:00", 1)];
        // It is the middle of the night in Tokyo.
        let wishes = [wish("Europe/Berlin"), wish("Asia/Tokyo")];
        assert_eq!(proposed(&wishes, &slots), [Some(1), Some(2)]);
        let slots = [slot(1, "15:30", 1), slot(2, "08:00", 1)];
        let wishes = [wish("Europe/Berlin"), wish("America/Los_Angeles")];
        assert_eq!(proposed(&wishes, &slots), [Some(2), Some(1)]);
    }

    #[test]
    fn nobody_is_to_be_in_two_places() {
        let both = [
            slot(1, "08:00", 1),
            slot(2, "08:30", 1),
            slot(3, "08:30", 2),
            slot(4, "08:47", 1),
        ];
        let wishes = [
            wish("Europe/Berlin"),
            wish("Europe/Berlin"),
            wish("Europe/Berlin"),
        ];
        // The first's holder is in it until 8:45, and in the five minutes that begin then.
        assert_eq!(proposed(&wishes, &both), [Some(1), Some(3), Some(4)]);
        assert_eq!(shared(&slot(1, "08:00", 1), &slot(2, "08:44", 1)), Some(1));
        assert_eq!(shared(&slot(1, "08:00", 1), &slot(2, "08:45", 1)), None);
        let busy = Wish {
            busy: vec![(at("2026-05-13T08:15:00Z"), at("2026-05-13T08:30:00Z"))],
            ..wish("Europe/Berlin")
        };
        assert_eq!(proposed(&[busy], &both), [Some(2)]);
    }

    #[test]
    fn what_was_chosen_stays_and_is_nobody_elses() {
        let slots = [slot(1, "08:00", 1), slot(2, "09:00", 1)];
        let chosen = Wish {
            chosen: Some(1),
            ..wish("America/Los_Angeles")
        };
        assert_eq!(
            proposed(&[wish("Europe/Berlin"), chosen], &slots),
            [Some(2), Some(1)]
        );
    }

    #[test]
    fn where_there_are_too_few_the_rest_gets_none() {
        let slots = [slot(1, "08:00", 1)];
        assert_eq!(proposed(&[wish("x"), wish("x")], &slots), [Some(1), None]);
        assert_eq!(proposed(&[wish("x")], &[]), [None]);
    }

    #[test]
    fn daylight_has_its_ends() {
        for (clock, dark) in [("05:59", 1), ("06:00", 0), ("17:15", 0), ("17:16", 1)] {
            // In Berlin it is two hours later.
            let slot = slot(1, clock, 1);
            assert_eq!(darkness(&slot, &wish("Europe/Berlin")), dark, "{clock}");
        }
    }

    #[test]
    fn nothing_is_proposed_at_short_notice() {
        let slots = [slot(1, "08:00", 1)];
        for (now, proposed) in [("07:00:00", Some(1)), ("07:00:01", None)] {
            let now = at(&format!("2026-05-13T{now}Z"));
            assert_eq!(propose(&[wish("x")], &slots, now), [proposed]);
        }
    }
}
