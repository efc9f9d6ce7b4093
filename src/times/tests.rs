//! Dates and times as they are printed.
use super::*;

fn berlin() -> Tz {
    Tz::known("Europe/Berlin")
}

fn havana() -> Tz {
    Tz::known("America/Havana")
}

fn kathmandu() -> Tz {
    Tz::known("Asia/Kathmandu")
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

#[test]
fn what_is_ahead_is_never_said_to_be_just_now() {
    let now = at("2027-01-04T09:00:00Z");
    let ahead = |at_text| ahead(at(at_text), now);
    assert_eq!(ahead("2027-01-04T08:59:59Z"), "at once");
    assert_eq!(ahead("2027-01-04T09:00:00Z"), "at once");
    assert_eq!(ahead("2027-01-04T09:00:01Z"), "within a minute");
    assert_eq!(ahead("2027-01-04T09:00:59Z"), "within a minute");
    assert_eq!(ahead("2027-01-04T09:01:00Z"), "in 1 min");
}

#[test]
fn times_carry_their_zone_and_its_offset_on_that_day() {
    assert_eq!(
        date_at_time_in_zone(at("2027-01-05T09:00:00Z"), berlin()),
        "January 5, 2027 at 10:00 AM (Europe/Berlin, UTC+01:00)"
    );
    assert_eq!(
        date_at_time_in_zone(at("2027-07-05T09:00:00Z"), berlin()),
        "July 5, 2027 at 11:00 AM (Europe/Berlin, UTC+02:00)"
    );
    assert_eq!(
        zone_with_offset(at("2027-01-05T09:00:00Z"), kathmandu()),
        "Asia/Kathmandu, UTC+05:45"
    );
    assert_eq!(zone_with_offset(at("2027-01-05T09:00:00Z"), Tz::UTC), "UTC");
}

#[test]
fn a_span_over_midnight_names_both_days() {
    assert_eq!(
        span(
            at("2027-01-05T22:30:00Z"),
            at("2027-01-05T23:30:00Z"),
            berlin()
        ),
        "Tue 5 January 2027, 23:30–00:30 (Wed 6 January 2027)"
    );
}

#[test]
fn a_countdown_counts_days_and_never_below_nothing() {
    for (seconds, days, clock) in [
        (-1, 0, "00:00:00"),
        (59, 0, "00:00:59"),
        (8_049, 0, "02:14:09"),
        (86_400, 1, "00:00:00"),
        (267_249, 3, "02:14:09"),
    ] {
        let left = countdown(TimeDelta::seconds(seconds));
        assert_eq!(left, (days, clock.to_owned()));
    }
}

#[test]
fn days_have_23_and_25_hours_when_the_clock_is_changed() {
    let hours = |date: &str, zone| {
        let (from, until) = bounds_of_day(date.parse().expect("a date"), zone);
        (until - from).num_hours()
    };
    assert_eq!(hours("2027-03-28", berlin()), 23);
    assert_eq!(hours("2027-10-31", berlin()), 25);
    // In Havana the clock jumps at midnight.
    assert_eq!(hours("2028-03-12", havana()), 23);
}

#[test]
fn a_week_begins_on_monday_where_the_viewer_is() {
    let (from, until) = bounds_of_week(at("2027-03-28T21:59:59Z"), berlin());
    assert_eq!(from, at("2027-03-21T23:00:00Z"));
    assert_eq!(until, at("2027-03-28T22:00:00Z"), "an hour was skipped");
    assert_eq!(bounds_of_week(until, berlin()).0, until);
}

#[test]
fn night_is_from_nine_to_seven() {
    for (clock, night) in [
        ("06:59", true),
        ("07:00", false),
        ("20:59", false),
        ("21:00", true),
    ] {
        assert_eq!(
            is_night(at(&format!("2027-01-05T{clock}:00Z")), Tz::UTC),
            night,
            "{clock}"
        );
    }
}

#[test]
fn a_short_time_has_its_year_where_it_is_another_one() {
    let (zone, at) = (
        Tz::known("Europe/Berlin"),
        "2027-01-05T09:00:00Z".parse().expect("an instant"),
    );
    for (now, words) in [
        ("2027-03-01T00:00:00Z", "Tue 5 Jan, 10:00"),
        // There the year has begun.
        ("2026-12-31T23:30:00Z", "Tue 5 Jan, 10:00"),
        ("2026-12-31T22:30:00Z", "Tue 5 Jan 2027, 10:00"),
    ] {
        let now = now.parse().expect("an instant");
        assert_eq!(short(at, zone, now), words, "{now}");
    }
}
