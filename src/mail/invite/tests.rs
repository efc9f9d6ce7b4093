//! Calendar entries as the standards want their lines.
use super::*;

const LINK: &str = "https://jobs.example.com/interview/eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiI0NWU4In0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn event() -> Event {
    let at = |text: &str| text.parse().expect("an instant");
    Event {
        uid: "itv-0123@example.com".into(),
        sequence: 2,
        stamp: at("2027-01-01T08:00:00Z"),
        starts_at: at("2027-01-05T09:00:00Z"),
        ends_at: at("2027-01-05T10:00:00Z"),
        summary: "Interview: Cloud Architect, Sample; Company".into(),
        meeting: None,
        place: "Online, see below".into(),
        description: format!("First line\nSecond \\ line\n{LINK_PLACEHOLDER}"),
    }
}

fn told(method: Method, event: &Event) -> String {
    let people = ["Dana \"D\" Whitfield", "李 雷;\r\nATTACH:x"];
    let [organizer, attendee] =
        people.map(|name| Mailbox::new(name, "x+y@example.com").expect("a mailbox"));
    let people = People {
        organizer: &organizer,
        attendee: &attendee,
        is_answer_read: false,
    };
    finished(&message(method, event, people), LINK, None)
}

fn unfolded(text: &str) -> Vec<String> {
    let whole = text.replace("\r\n ", "");
    whole.split("\r\n").map(str::to_owned).collect()
}

#[test]
fn no_line_is_longer_than_75_octets_and_all_end_in_crlf() {
    let mut long = event();
    long.summary = "Zoë 李雷 ".repeat(60);
    let text = told(Method::Request, &long);
    assert!(text.ends_with("END:VCALENDAR\r\n"));
    for line in text.split_terminator("\r\n") {
        assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line:?}");
    }
    let expected = format!("SUMMARY:{}", long.summary);
    assert!(unfolded(&text).contains(&expected));
}

#[test]
fn the_link_is_whole_in_all_its_places() {
    let lines = unfolded(&told(Method::Request, &event()));
    for line in [
        format!("LOCATION:{LINK}"),
        format!("URL:{LINK}"),
        format!("CONFERENCE;VALUE=URI;FEATURE=VIDEO:{LINK}"),
        format!("DESCRIPTION:First line\\nSecond \\\\ line\\n{LINK}"),
    ] {
        assert!(lines.contains(&line), "{line} in {lines:#?}");
    }
    assert!(!lines.concat().contains("join.invalid"));
}

#[test]
fn what_people_type_stays_in_its_property() {
    let lines = unfolded(&told(Method::Request, &event()));
    for line in [
        "SUMMARY:Interview: Cloud Architect\\, Sample\\; Company",
        "ORGANIZER;CN=\"Dana 'D' Whitfield\":mailto:x+y@example.com",
    ] {
        assert!(
            lines.iter().any(|found| found == line),
            "{line} in {lines:#?}"
        );
    }
    let attendee = lines.iter().find(|line| line.starts_with("ATTENDEE"));
    let attendee = attendee.expect("an attendee");
    assert!(
        attendee.ends_with(";CN=\"李 雷; ATTACH:x\":mailto:x+y@example.com"),
        "{attendee}"
    );
    assert!(!lines.iter().any(|line| line.starts_with("ATTACH")));
}

#[test]
fn a_cancel_names_the_same_event_and_leads_nowhere() {
    let lines = unfolded(&told(Method::Cancel, &event()));
    for line in [
        "METHOD:CANCEL",
        "STATUS:CANCELLED",
        "UID:itv-0123@example.com",
        "SEQUENCE:2",
        "DTSTART:20270105T090000Z",
    ] {
        assert!(lines.iter().any(|found| found == line), "{line}");
    }
    let text = lines.concat();
    assert!(!text.contains("VALARM") && !text.contains(LINK));
}

#[test]
fn a_downloaded_copy_names_nobody_and_rings_as_its_reader_likes() {
    let text = finished(&file(&event()), LINK, None);
    assert!(text.contains("METHOD:PUBLISH\r\n"));
    for never in ["ORGANIZER", "ATTENDEE", "VALARM"] {
        assert!(!text.contains(never), "{never}");
    }
}

#[test]
fn a_location_has_less_than_255_characters_whatever_the_link() {
    let people = Mailbox::new("Dana", "dana@example.com").expect("a mailbox");
    let people = People {
        organizer: &people,
        attendee: &people,
        is_answer_read: false,
    };
    let stored = message(Method::Request, &event(), people);
    let before_there_were_words = stored.replace("X-GREENROOM-PLACE:Online\\, see below\r\n", "");
    assert_ne!(stored, before_there_were_words);
    for (length, location) in [(100, None), (254, None), (255, Some("Online\\, see below"))] {
        let start = "https://jobs.example.com/interview/";
        let link = format!("{start}{}", "x".repeat(length - start.len()));
        let lines = unfolded(&finished(&stored, &link, None));
        let location = format!("LOCATION:{}", location.unwrap_or(&link));
        assert!(lines.contains(&location), "{length}: {lines:#?}");
        assert_eq!(
            lines.iter().filter(|it| it.starts_with("LOCATION")).count(),
            1
        );
        assert!(!lines.concat().contains("X-GREENROOM"));
        // Wherever else it stands it is whole.
        assert!(lines.contains(&format!("URL:{link}")));
        let old = unfolded(&finished(&before_there_were_words, &link, None));
        let is_named = old.iter().any(|line| line.starts_with("LOCATION"));
        assert_eq!(is_named, length < 255, "{length}");
    }
}

#[test]
fn the_location_is_the_short_link_where_there_is_one() {
    let short = "https://jobs.example.com/i/7K2M-9QXD-4TZW-H8PE";
    let long = format!("https://jobs.example.com/interview/{}", "x".repeat(250));
    for link in [LINK, &long] {
        let lines = unfolded(&finished(&file(&event()), link, Some(short)));
        let places = lines.iter().filter(|line| line.starts_with("LOCATION"));
        let places: Vec<&String> = places.collect();
        assert_eq!(places, [&format!("LOCATION:{short}")]);
        assert!(lines.contains(&format!("URL:{link}")), "it is whole there");
        assert!(!lines.concat().contains("join.invalid"));
        // As it was stored before there were short links.
        let stored = file(&event()).replace(PLACE, &format!("LOCATION:{LINK_PLACEHOLDER}"));
        let old = unfolded(&finished(&stored, LINK, Some(short)));
        assert!(old.contains(&format!("LOCATION:{LINK}")));
    }
}

#[test]
fn an_answer_is_asked_for_where_it_is_read() {
    let organizer = Mailbox::new("Dana", "o'brien+x%@example.com").expect("a mailbox");
    let attendee = Mailbox::new("Zoë", "zoe@example.com").expect("a mailbox");
    for (method, is_answer_read, asks) in [
        (Method::Request, true, "RSVP=TRUE"),
        (Method::Request, false, "RSVP=FALSE"),
        (Method::Cancel, true, "RSVP=FALSE"),
    ] {
        let people = People {
            organizer: &organizer,
            attendee: &attendee,
            is_answer_read,
        };
        let stored = message(method, &event(), people);
        assert!(stored.contains(asks), "{stored}");
        assert_eq!(super::organizer(&stored).as_ref(), Some(&organizer.address));
    }
    assert_eq!(super::organizer(&file(&event())), None);
}
