//! Rate limits hold in every minute, and no wrong clock stops mail for long.
use super::*;

fn at(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_800_000_000_000 + millis).expect("an instant")
}

fn row(paced_until: Option<DateTime<Utc>>) -> transport::Model {
    transport::Model {
        name: Name::Primary,
        host: String::new(),
        fingerprint: String::new(),
        failures: 0,
        scope: None,
        reason: String::new(),
        opened_at: None,
        wait_until: None,
        failed_email_id: None,
        accepted_at: None,
        paced_until,
    }
}

const SECOND: Pace = Pace {
    pause: TimeDelta::seconds(1),
    burst: 5,
};

fn route(per_second: f64, burst: i32) -> Route {
    Route {
        name: Name::Primary,
        host: String::new(),
        fingerprint: String::new(),
        per_second: Some(per_second),
        burst,
        connections: None,
    }
}

#[test]
fn a_limit_of_messages_a_minute_holds_in_every_minute() {
    // Thirty a minute, two of them at once.
    let pace = Pace::of(&route(28.0 / 60.0, 2)).expect("a pace");
    let mut row = row(None);
    let mut given: Vec<i64> = Vec::new();
    for millis in (0..600_000).step_by(50) {
        let now = at(millis);
        let most = most(&row, Some(pace), 3, now);
        given.extend(std::iter::repeat_n(millis, most as usize));
        row.paced_until = Some(paced_from(&row, pace, now) + pace.pause * most as i32);
    }
    let within_a_minute = |begin: &i64| {
        let within = |at: &&i64| (*begin..begin + 60_000).contains(*at);
        given.iter().filter(within).count()
    };
    let busiest = given.iter().map(within_a_minute).max();
    assert!(busiest <= Some(30) && busiest >= Some(29), "{busiest:?}");
}

#[test]
fn after_a_quiet_time_there_is_a_burst_and_then_one_at_a_time() {
    let most = |until, now| most(&row(until), Some(SECOND), 64, now);
    assert_eq!(most(None, at(0)), 5);
    // All five are used: the next one is due a second later.
    let used = Some(at(0));
    assert_eq!(most(used, at(0)), 0);
    assert_eq!(most(used, at(999)), 0);
    assert_eq!(most(used, at(1000)), 1);
    assert_eq!(most(used, at(3000)), 3);
    assert_eq!(most(used, at(3_600_000)), 5, "no more is saved up");
}

#[test]
fn whoever_is_ahead_of_the_pace_gets_nothing_and_no_huge_allowance() {
    let most = |until| most(&row(Some(at(until))), Some(SECOND), 64, at(0));
    assert_eq!(most(1), 0);
    assert_eq!(most(10_000), 0);
    assert_eq!(most(60_000), 0);
    assert_eq!(most(60_001), 1, "by a clock that was wrong");
}

#[test]
fn no_server_is_left_alone_until_a_wrong_time_comes() {
    let waiting = |opened: Option<i64>, hours| transport::Model {
        failures: 3,
        opened_at: opened.map(at),
        wait_until: Some(at(0) + TimeDelta::hours(hours)),
        ..row(None)
    };
    let most = |row| most(&row, None, 64, at(0));
    assert_eq!(most(waiting(Some(0), 4)), 0);
    assert_eq!(most(waiting(Some(0), 5)), 1);
    assert_eq!(most(waiting(Some(60_001), 1)), 1, "it fell ill tomorrow");
    assert_eq!(most(waiting(None, 1)), 1, "it is not left alone yet");
}

#[test]
fn without_a_limit_there_is_none() {
    assert_eq!(most(&row(None), None, 64, at(0)), 64);
    let pause = |per_second| Pace::of(&route(per_second, 5)).map(|pace| pace.pause);
    assert_eq!(pause(0.0), None);
    assert_eq!(pause(0.5), Some(TimeDelta::seconds(2)));
}

#[test]
fn who_is_waited_for_is_given_nothing_until_that_very_instant() {
    let waiting = transport::Model {
        failures: 3,
        wait_until: Some(at(0)),
        ..row(None)
    };
    assert_eq!(most(&waiting, None, 64, at(-1)), 0);
    assert_eq!(most(&waiting, None, 64, at(0)), 1, "a probe");
}
