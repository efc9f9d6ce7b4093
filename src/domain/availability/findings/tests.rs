//! What speaks against a time, rule by rule, at its borders.
use chrono::Weekday;

use super::*;
use crate::domain::availability::hours::{Span, WorkingHours};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// On Tuesday, 5 January 2027, UTC.
fn tuesday(clock: &str) -> DateTime<Utc> {
    at(&format!("2027-01-05T{clock}:00Z"))
}

fn seat(from: &str, until: &str) -> Seat {
    Seat {
        user_id: 7,
        from: tuesday(from),
        until: tuesday(until),
    }
}

fn held(id: i64, starts_at: &str, ends_at: &str) -> Held {
    Held {
        interview_id: Some(id),
        candidate: "Zoë".into(),
        starts_at: at(starts_at),
        ends_at: at(ends_at),
    }
}

fn person(availability: Availability, held: Vec<Held>) -> Person {
    Person {
        name: "Ines".into(),
        zone: Tz::known("Europe/Berlin"),
        availability,
        calendar: None,
        held,
    }
}

fn buffers(before: i32, after: i32) -> Availability {
    Availability {
        buffer_before_minutes: before,
        buffer_after_minutes: after,
        ..Default::default()
    }
}

fn limited(limit: i32) -> Availability {
    Availability {
        weekly_limit: Some(limit),
        ..Default::default()
    }
}

const NOW: &str = "2027-01-04T09:00:00Z";

fn found(person: &Person, seat: &Seat) -> Vec<Finding> {
    person.findings(seat, None, at(NOW))
}

#[test]
fn who_wishes_nothing_is_found_nothing_of() {
    let ten = held(1, "2027-01-05T10:00:00Z", "2027-01-05T11:00:00Z");
    let person = person(Availability::default(), vec![ten]);
    assert_eq!(found(&person, &seat("11:00", "12:00")), []);
}

#[test]
fn the_longer_buffer_lies_between_two_interviews() {
    let ten = || held(1, "2027-01-05T10:00:00Z", "2027-01-05T11:00:00Z");
    let near = |before, after, from, until| {
        let person = person(buffers(before, after), vec![ten()]);
        match &found(&person, &seat(from, until))[..] {
            [] => None,
            [
                Finding::Buffer {
                    interview_id,
                    minutes,
                    ..
                },
            ] => Some((*interview_id, *minutes)),
            other => panic!("{other:?}"),
        }
    };
    let one = |minutes| Some((Some(1), minutes));
    for (before, after) in [(15, 0), (0, 15), (15, 5), (5, 15), (15, 15)] {
        assert_eq!(near(before, after, "11:14", "12:00"), one(15), "after");
        assert_eq!(near(before, after, "11:15", "12:00"), None, "after");
        assert_eq!(near(before, after, "09:00", "09:46"), one(15), "before");
        assert_eq!(near(before, after, "09:00", "09:45"), None, "before");
    }
    assert_eq!(near(0, 0, "11:00", "12:00"), None);
    // What is at the same time is refused elsewhere.
    assert_eq!(near(15, 15, "10:30", "11:30"), None);
}

#[test]
fn the_nearest_on_both_sides_are_named_and_not_the_one_that_is_moved() {
    let all = vec![
        held(1, "2027-01-05T08:00:00Z", "2027-01-05T08:30:00Z"),
        held(2, "2027-01-05T08:30:00Z", "2027-01-05T09:00:00Z"),
        held(3, "2027-01-05T11:00:00Z", "2027-01-05T11:30:00Z"),
    ];
    let person = person(buffers(120, 0), all);
    let ids = |moved| {
        let findings = person.findings(&seat("09:30", "10:00"), moved, at(NOW));
        let ids = findings.into_iter().map(|finding| match finding {
            Finding::Buffer { interview_id, .. } => interview_id,
            other => panic!("{other:?}"),
        });
        ids.flatten().collect::<Vec<_>>()
    };
    assert_eq!(ids(None), [2, 3]);
    assert_eq!(ids(Some(2)), [1, 3]);
    assert_eq!(ids(Some(3)), [2]);
}

#[test]
fn a_week_goes_from_monday_to_sunday_where_they_are() {
    // In Berlin the week of 5 January begins and ends at 23:00 UTC on Sundays.
    let week = |starts_at: &str, ends_at: &str| {
        let person = person(limited(1), vec![held(1, starts_at, ends_at)]);
        found(&person, &seat("10:00", "11:00"))
    };
    let over = [Finding::OverLimit {
        limit: 1,
        booked: 1,
    }];
    assert_eq!(week("2027-01-03T22:59:59Z", "2027-01-03T23:30:00Z"), []);
    assert_eq!(week("2027-01-03T23:00:00Z", "2027-01-03T23:30:00Z"), over);
    assert_eq!(week("2027-01-10T22:59:59Z", "2027-01-10T23:30:00Z"), over);
    assert_eq!(week("2027-01-10T23:00:00Z", "2027-01-10T23:30:00Z"), []);
}

#[test]
fn a_limit_is_reached_when_as_many_are_booked_without_this_one() {
    let one = held(1, "2027-01-06T10:00:00Z", "2027-01-06T11:00:00Z");
    let two = held(2, "2027-01-07T10:00:00Z", "2027-01-07T11:00:00Z");
    let person = person(limited(2), vec![one, two]);
    let seat = seat("10:00", "11:00");
    let over = Finding::OverLimit {
        limit: 2,
        booked: 2,
    };
    assert_eq!(found(&person, &seat), [over]);
    assert_eq!(
        person.findings(&seat, Some(2), at(NOW)),
        [],
        "it is moved within the week"
    );
}

#[test]
fn hours_are_those_of_their_own_clock() {
    let nine_to_five = Span {
        weekday: Weekday::Tue,
        from: "09:00:00".parse().expect("a time"),
        until: "17:00:00".parse().expect("a time"),
    };
    let hours = WorkingHours::new(vec![nine_to_five]).expect("hours");
    let availability = Availability {
        working_hours: hours,
        ..Default::default()
    };
    let berlin = person(availability, Vec::new());
    let outside = [Finding::OutsideHours { zone: berlin.zone }];
    assert_eq!(found(&berlin, &seat("08:00", "09:00")), []);
    assert_eq!(found(&berlin, &seat("15:30", "16:30")), outside);
    let london = Person {
        zone: Tz::known("Europe/London"),
        ..berlin
    };
    assert_eq!(found(&london, &seat("15:30", "16:30")), []);
}

#[test]
fn an_own_calendar_says_busy_free_or_that_nobody_knows() {
    let calendar = |as_of: Option<&str>| OwnCalendar {
        as_of: as_of.map(at),
        failure: "Why.".into(),
        skipped: 2,
        busy: vec![
            (tuesday("08:00"), tuesday("09:00")),
            (tuesday("10:00"), tuesday("11:00")),
            (tuesday("11:30"), tuesday("12:00")),
        ],
    };
    let says = |as_of, from, until| {
        let mut person = person(Availability::default(), Vec::new());
        person.calendar = Some(calendar(as_of));
        found(&person, &seat(from, until))
    };
    let busy = |from, until, as_of: Option<&str>| Finding::Busy {
        starts_at: tuesday(from),
        ends_at: tuesday(until),
        as_of: as_of.map(at),
    };
    let fresh = Some("2027-01-04T08:30:00Z");
    let free = Finding::Free {
        as_of: at("2027-01-04T08:30:00Z"),
        skipped: 2,
    };
    assert_eq!(says(fresh, "09:00", "10:00"), [free]);
    assert_eq!(
        says(fresh, "10:59", "11:30"),
        [busy("10:00", "11:00", fresh)]
    );
    assert_eq!(
        says(fresh, "10:30", "11:45"),
        [busy("10:00", "11:00", fresh), busy("11:30", "12:00", fresh)]
    );
    let stale = |as_of: Option<&str>| Finding::Stale {
        as_of: as_of.map(at),
        failure: "Why.".into(),
    };
    let old = Some("2027-01-04T08:29:59Z");
    assert_eq!(says(old, "09:00", "10:00"), [stale(old)]);
    assert_eq!(says(None, "09:00", "10:00"), [stale(None)]);
    assert_eq!(
        says(old, "10:00", "11:00"),
        [busy("10:00", "11:00", old), stale(old)]
    );
}

#[test]
fn only_what_is_known_against_a_time_would_refuse_it() {
    let zone = Tz::UTC;
    let known = Finding::OutsideHours { zone };
    let unknown = Finding::Stale {
        as_of: None,
        failure: String::new(),
    };
    let free = Finding::Free {
        as_of: at(NOW),
        skipped: 0,
    };
    assert!(known.is_warning() && known.refuses_self_booking());
    assert!(unknown.is_warning() && !unknown.refuses_self_booking());
    assert!(!free.is_warning() && !free.refuses_self_booking());
}
