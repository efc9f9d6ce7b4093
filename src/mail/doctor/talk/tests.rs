//! The conversation with a mail server, check by check.
use super::*;
use crate::mail::doctor::Grade;

fn banner(line: &str) -> Reply {
    Reply {
        code: 220,
        lines: vec![line.into()],
    }
}

#[test]
fn a_clock_that_is_wrong_is_seen_in_the_greeting() {
    let now = "2026-11-25T19:00:00Z".parse().unwrap();
    let grade = |line: &str| {
        let found = greeting(&banner(line), now, Duration::ZERO);
        (found.cause, found.fix.is_empty())
    };
    let exim = |time: &str| format!("mx ESMTP Exim 4.96 Wed, 25 Nov 2026 {time} +0100 (CET) hi");
    assert_eq!(grade(&exim("20:01:00")), (String::new(), true));
    let (cause, _) = grade(&exim("20:01:01"));
    assert!(cause.contains("61 seconds behind"), "{cause}");
    let (cause, _) = grade(&exim("19:00:00"));
    assert!(cause.contains("3600 seconds ahead of"), "{cause}");
    assert_eq!(grade("mx ESMTP"), (String::new(), true));
    assert_eq!(grade("mx ESMTP Sun, flowers"), (String::new(), true));
}

#[test]
fn a_greeting_that_comes_late_is_well_but_slow() {
    let now = "2026-11-25T19:00:00Z".parse().unwrap();
    let found = greeting(&banner("mx ESMTP"), now, Duration::from_millis(8200));
    assert_eq!(found.grade, Grade::Pass);
    assert_eq!(found.evidence[1], "greeted after 8 s: fine, but slow");
    let soon = greeting(&banner("mx ESMTP"), now, SLOW_GREETING);
    assert_eq!(soon.evidence.len(), 1);
}

#[test]
fn an_offer_that_was_overwritten_is_told() {
    let seen = Seen {
        abilities: vec!["mx".into(), "XXXXXXXA".into(), "XXXXXXXX".into()],
        ..Seen::default()
    };
    let found = stripped(Found::fail("a", "b"), &seen);
    assert_eq!(found.evidence, ["XXXXXXXX"]);
    let found = stripped(Found::fail("a", "b"), &Seen::default());
    assert_eq!(found.cause, "a");
}
