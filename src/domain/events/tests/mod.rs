//! What is written today, to the letter, and all that was ever written.
mod written;

use serde_json::{Value, json};

use self::written::{NINE, written_before, written_today};
use super::*;

fn read(verb: &str, details: &Value) -> Option<Event> {
    let object = Verb::read(verb).expect("a verb").object().as_str();
    Event::read(verb, object, 7, details)
}

#[test]
fn every_event_is_stored_as_ever_and_read_again() {
    let written = written_today();
    for (event, details) in &written {
        let verb = event.verb();
        assert_eq!(
            event.stored().expect("details"),
            (7, details.clone()),
            "{verb:?}"
        );
        assert_eq!(
            read(verb.as_str(), details).as_ref(),
            Some(event),
            "{verb:?}"
        );
    }
    for verb in Verb::ALL {
        assert!(
            written.iter().any(|(event, _)| event.verb() == *verb),
            "{verb:?} is not tried"
        );
    }
}

#[test]
fn every_line_that_an_earlier_version_wrote_is_read() {
    for (verb, details) in written_before() {
        let event = read(verb, &details);
        let event = event.unwrap_or_else(|| panic!("{verb} cannot be read: {details}"));
        assert_eq!(event.verb().as_str(), verb);
        let version = details["version"].as_i64().map(|version| version as i32);
        assert_eq!(event.version(), version, "{verb}: {details}");
    }
}

#[test]
fn what_a_newer_version_adds_to_an_event_is_passed_over() {
    for (event, mut details) in written_today() {
        details["what_comes_later"] = json!({ "deep": [1] });
        assert_eq!(read(event.verb().as_str(), &details), Some(event));
    }
}

#[test]
fn what_cannot_be_read_is_no_event() {
    let details = json!({ "slot": 1, "starts_at": NINE, "version": 2, "email": 5 });
    for (verb, object, details) in [
        ("interview.paused", "interview", details.clone()),
        ("interview.booked", "slot", details.clone()),
        (
            "interview.booked",
            "interview",
            json!({ "details": "cannot be read" }),
        ),
        ("interview.booked", "interview", json!(["slot", 1])),
        ("interview.booked", "interview", Value::Null),
        ("user.created", "user", json!({ "role": "owner" })),
    ] {
        assert_eq!(
            Event::read(verb, object, 7, &details),
            None,
            "{verb} {details}"
        );
    }
    let known = UnknownChange::read(&json!({ "version": 4, "changed": ["notes"], "by": "hand" }));
    assert_eq!(
        (known.version, known.changed),
        (Some(4), vec!["notes".to_owned()])
    );
    for details in [json!([]), Value::Null, json!({ "version": "four" })] {
        assert_eq!(UnknownChange::read(&details), UnknownChange::default());
    }
}

#[test]
fn each_stored_name_is_read_as_the_one_that_wrote_it() {
    for verb in Verb::ALL {
        assert_eq!(Verb::read(verb.as_str()), Some(*verb), "{verb:?}");
        assert_eq!(Object::read(verb.object().as_str()), Some(verb.object()));
    }
}

#[test]
fn the_documentation_lists_every_event() {
    let listed: Vec<&str> = include_str!("../../../../docs/events.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let known: Vec<&str> = Verb::ALL.iter().map(|verb| verb.as_str()).collect();
    assert_eq!(listed, known);
}
