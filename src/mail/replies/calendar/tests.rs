//! Answers as calendars write them, and as nobody should.
use super::{
    found::{DEEPEST, LONGEST_CALENDAR},
    *,
};

const UID: &str = "itv-fedcba9876543210fedcba9876543210@sample-company.example";

macro_rules! letter {
    ($name:literal) => {
        include_str!(concat!("../../../../tests/", $name, ".eml"))
    };
}

/// A reply with these lines in its event, packed as plainly as can be.
fn reply(lines: &str) -> String {
    calendar("METHOD:REPLY\r\n", &event(lines))
}

fn event(lines: &str) -> String {
    format!("BEGIN:VEVENT\r\nUID:{UID}\r\n{lines}\r\nEND:VEVENT\r\n")
}

fn calendar(method: &str, events: &str) -> String {
    letter(
        "text/calendar",
        &format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{method}{events}END:VCALENDAR\r\n"),
    )
}

fn letter(content_type: &str, body: &str) -> String {
    format!("From: zoe@example.net\r\nContent-Type: {content_type}\r\n\r\n{body}")
}

const DECLINES: &str = "SEQUENCE:0\r\nATTENDEE;PARTSTAT=DECLINED:mailto:zoe@example.net";

fn answer(letter: impl AsRef<[u8]>) -> Option<(Participation, i32, String)> {
    let reply = calendar_reply(letter.as_ref())?;
    assert_eq!(reply.uid, UID);
    let [attendee] = reply.attendees.try_into().expect("one");
    assert_eq!(attendee.address, "zoe@example.net");
    Some((attendee.participation, reply.sequence, reply.words))
}

#[test]
fn calendars_of_every_make_are_understood() {
    for (letter, participation, words) in [
        (letter!("bounces/declined"), Participation::Declined, ""),
        (
            letter!("replies/outlook"),
            Participation::Declined,
            "Leider bin ich krank, tut mir leid.",
        ),
        (
            letter!("replies/google"),
            Participation::Accepted,
            "See you on Tuesday",
        ),
        (
            letter!("replies/apple"),
            Participation::Tentative,
            "Ich möchte gern, weiß es aber erst am Montag",
        ),
    ] {
        let expected = Some((participation, 0, words.to_owned()));
        assert_eq!(answer(letter), expected, "{letter}");
        assert_eq!(
            answer(letter.replace("\r\n", "\n").replace('\n', "\r\n")),
            expected
        );
    }
}

#[test]
fn what_is_mangled_and_still_certain_is_understood() {
    let declined = |words: &str| Some((Participation::Declined, 0, words.to_owned()));
    let plain = reply(DECLINES);
    assert_eq!(answer(&plain), declined(""));
    assert_eq!(answer(plain.replace("\r\n", "\n")), declined(""), "bare LF");
    let (header, body) = plain.split_once("\r\n\r\n").expect("a body");
    let bare_cr = format!("{header}\r\n\r\n{}", body.replace("\r\n", "\r"));
    assert_eq!(answer(bare_cr), declined(""), "bare CR");
    assert_eq!(
        answer(plain.replace("VCALENDAR\r\n", "VCALENDAR\r\n\r\n")),
        declined(""),
        "empty lines"
    );
    assert_eq!(
        answer(
            plain
                .replace("PARTSTAT", "partstat")
                .replace("DECLINED", "declined")
        ),
        declined("")
    );
    assert_eq!(
        answer(plain.replace("METHOD:REPLY", "method:reply ")),
        declined("")
    );
    assert_eq!(
        answer(plain.replace("BEGIN:VCAL", "\u{feff}BEGIN:VCAL")),
        declined(""),
        "BOM"
    );
    assert_eq!(
        answer(plain.replace("SEQUENCE:0\r\n", "")),
        declined(""),
        "no SEQUENCE is the first"
    );
    assert_eq!(
        answer(plain.replace("mailto:zoe", "MAILTO:ZOE")),
        declined("")
    );
    assert_eq!(
        answer(plain.replace("mailto:zoe@", "mailto:zoe%40")),
        declined("")
    );
    assert_eq!(
        answer(plain.replace(
            "DECLINED:mailto:zoe@example.net",
            "DECLINED;EMAIL=zoe@example.net:urn:uuid:1234"
        )),
        declined("")
    );
    assert_eq!(
        answer(
            plain
                .replace("METHOD:REPLY\r\n", "")
                .replace("text/calendar", "text/calendar; method=reply")
        ),
        declined(""),
        "the method beside the calendar alone"
    );
    assert_eq!(
        answer(plain.replace(
            "text/calendar",
            "application/octet-stream; name=\"Reply.ICS\""
        )),
        declined("")
    );
    assert_eq!(
        answer(reply(&format!("{DECLINES}\r\nX-UNKNOWN;A=b:c\r\nnonsense"))),
        declined("")
    );
}

#[test]
fn letters_are_read_where_folds_tear_them_and_where_others_are_named() {
    let words = "Schöne Grüße, es tut mir leid";
    let with = |comment: &[u8], charset: &str| {
        let lines = format!("{DECLINES}\r\nCOMMENT:@@@");
        let letter = reply(&lines).replace(
            "text/calendar",
            &format!("text/calendar; charset={charset}"),
        );
        let (before, after) = letter.split_once("@@@").expect("a comment");
        [before.as_bytes(), comment, after.as_bytes()].concat()
    };
    let escaped = words.replace(',', "\\,");
    let expected = Some((Participation::Declined, 0, words.to_owned()));
    for fold in ["\r\n ", "\n\t", "\r\n\t"] {
        for at in 1..escaped.len() {
            let (one, two) = escaped.as_bytes().split_at(at);
            let torn = [one, fold.as_bytes(), two].concat();
            assert_eq!(answer(with(&torn, "utf-8")), expected, "{at}");
        }
    }
    let latin: Vec<u8> = escaped
        .chars()
        .map(|c| u8::try_from(u32::from(c)).expect("Latin"))
        .collect();
    for charset in [
        "iso-8859-1",
        "utf-8",
        "us-ascii",
        "windows-1252",
        "nonsense",
    ] {
        assert_eq!(answer(with(&latin, charset)), expected, "{charset}");
    }
    assert_eq!(answer(with(escaped.as_bytes(), "iso-8859-1")), expected);
}

#[test]
fn what_is_no_answer_or_not_certain_is_none() {
    let plain = reply(DECLINES);
    let two = format!(
        "{}{}",
        event(DECLINES),
        event(&DECLINES.replace("DECLINED", "ACCEPTED"))
    );
    let twice = plain.split_once("\r\n\r\n").expect("a body").1.repeat(2);
    for (what, letter) in [
        ("nothing", String::new()),
        (
            "a person's",
            "From: zoe@example.net\n\nI can't come.".into(),
        ),
        ("an echo", plain.replace("METHOD:REPLY", "METHOD:REQUEST")),
        (
            "an echo that is called a reply",
            plain
                .replace("METHOD:REPLY", "METHOD:REQUEST")
                .replace("text/calendar", "text/calendar; method=REPLY"),
        ),
        (
            "a cancellation",
            plain.replace("METHOD:REPLY", "METHOD:CANCEL"),
        ),
        ("no method", plain.replace("METHOD:REPLY\r\n", "")),
        (
            "an unknown method",
            plain.replace("METHOD:REPLY", "METHOD:REPLYING"),
        ),
        ("two events", calendar("METHOD:REPLY\r\n", &two)),
        (
            "an event in an event",
            reply(&format!("{DECLINES}\r\n{}", event(DECLINES))),
        ),
        ("two calendars", letter("text/calendar", &twice)),
        ("no event", calendar("METHOD:REPLY\r\n", "")),
        ("a task", plain.replace("VEVENT", "VTODO")),
        ("no name", plain.replace(UID, "")),
        (
            "two names",
            reply(&format!("UID:other@example.net\r\n{DECLINES}")),
        ),
        (
            "a name that is none",
            plain.replace(UID, "itv-\u{e4}@example.net"),
        ),
        (
            "a long name",
            plain.replace(UID, &format!("{}@a.example", "x".repeat(5000))),
        ),
        ("nobody", plain.replace("ATTENDEE", "X-ATTENDEE")),
        (
            "a room",
            plain.replace("mailto:zoe@example.net", "urn:uuid:1234"),
        ),
        (
            "a sequence in words",
            plain.replace("SEQUENCE:0", "SEQUENCE:first"),
        ),
        (
            "a sequence below zero",
            plain.replace("SEQUENCE:0", "SEQUENCE:-1"),
        ),
        (
            "a sequence beyond numbers",
            plain.replace("SEQUENCE:0", "SEQUENCE:99999999999999999999"),
        ),
        (
            "two sequences",
            plain.replace("SEQUENCE:0", "SEQUENCE:0\r\nSEQUENCE:1"),
        ),
        (
            "not a calendar",
            plain.replace("text/calendar", "text/plain"),
        ),
        (
            "not by its name",
            plain.replace("text/calendar", "application/octet-stream; name=a.txt"),
        ),
        (
            "huge",
            reply(&format!(
                "{DECLINES}\r\nDESCRIPTION:{}",
                "x".repeat(LONGEST_CALENDAR)
            )),
        ),
        (
            "passed on",
            letter(
                "multipart/mixed; boundary=b",
                &format!("--b\r\nContent-Type: message/rfc822\r\n\r\n{plain}\r\n--b--\r\n"),
            ),
        ),
        (
            "returned by a report",
            letter(
                "multipart/report; boundary=b",
                &format!("--b\r\n{plain}\r\n--b--\r\n"),
            ),
        ),
    ] {
        assert_eq!(calendar_reply(letter.as_bytes()), None, "{what}");
    }
}

#[test]
fn what_is_cut_off_anywhere_is_none() {
    for letter in [letter!("bounces/declined"), letter!("replies/apple")] {
        let end = letter.find("END:VCALENDAR").expect("an end");
        for at in 0..end {
            if letter.is_char_boundary(at) {
                assert_eq!(calendar_reply(&letter.as_bytes()[..at]), None, "{at}");
            }
        }
    }
    // Of a base64 part that is cut off nothing is read; where another part is whole, that one is.
    let outlook = letter!("replies/outlook");
    let at = outlook.find("base64").expect("a part") + 200;
    assert_eq!(calendar_reply(&outlook.as_bytes()[..at]), None);
    let google = letter!("replies/google");
    let at = google.find("application/ics").expect("a part") + 300;
    assert!(calendar_reply(&google.as_bytes()[..at]).is_some());
}

#[test]
fn parts_in_parts_are_looked_through_so_deep_and_no_deeper() {
    let within = |depth: usize| {
        let mut part = reply(DECLINES);
        for n in 0..depth {
            part = letter(
                &format!("multipart/mixed; boundary=b{n}x"),
                &format!("--b{n}x\r\n{part}\r\n--b{n}x--\r\n"),
            );
        }
        part
    };
    assert!(calendar_reply(within(DEEPEST).as_bytes()).is_some());
    for depth in [DEEPEST + 1, 100, 3000] {
        assert_eq!(calendar_reply(within(depth).as_bytes()), None, "{depth}");
    }
    let many = "--b\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n".repeat(20_000);
    assert_eq!(
        calendar_reply(letter("multipart/mixed; boundary=b", &many).as_bytes()),
        None
    );
    let nested = "BEGIN:VEVENT\r\n".repeat(15_000);
    assert_eq!(
        calendar_reply(
            letter(
                "text/calendar",
                &format!("BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n{nested}")
            )
            .as_bytes()
        ),
        None
    );
    let noise: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    for kind in ["text/calendar", "text/calendar; charset=utf-16"] {
        let letter = [letter(kind, "BEGIN:VCALENDAR\r\n").as_bytes(), &noise].concat();
        assert_eq!(calendar_reply(&letter), None);
    }
}

#[test]
fn a_counter_names_the_time_that_it_asks_for() {
    let counter = |starts: &str| {
        let lines = format!("{DECLINES}\r\n{starts}");
        let letter = calendar("METHOD:COUNTER\r\n", &event(&lines));
        let reply = calendar_reply(letter.as_bytes()).expect("a counter");
        let starts_at = reply.counter.expect("another time").starts_at;
        starts_at.map(|at| at.to_rfc3339())
    };
    let at = Some("2026-12-02T09:00:00+00:00".to_owned());
    assert_eq!(counter("DTSTART:20261202T090000Z"), at);
    assert_eq!(counter("DTSTART;TZID=Europe/Berlin:20261202T100000"), at);
    assert_eq!(
        counter("DTSTART;TZID=W. Europe Standard Time:20261202T100000"),
        at
    );
    for vague in [
        "DTSTART:20261202T100000",
        "DTSTART;VALUE=DATE:20261202",
        "DTSTART:soon",
        "X-A:b",
        "DTSTART:99991202T090000Z",
    ] {
        assert_eq!(counter(vague), None, "{vague}");
    }
    assert_eq!(
        calendar_reply(reply(DECLINES).as_bytes())
            .expect("a reply")
            .counter,
        None
    );
}

#[test]
fn words_are_short_clean_and_let_nobody_in() {
    let words = |comment: &str| {
        let letter = reply(&format!("{DECLINES}\r\nCOMMENT:{comment}"));
        answer(letter).expect("a reply").2
    };
    assert_eq!(words(&"word ".repeat(1000)).chars().count(), 999);
    assert_eq!(words("a\\nb\\n\\n\\nc\u{202e}\u{7}"), "a\nb\n\nc");
    assert_eq!(
        words("see https://a.example/interview/eyJhbGciOi.x"),
        "see [link]"
    );
    assert_eq!(words("\\n  \\n"), "");
    let two = reply(&format!("{DECLINES}\r\nCOMMENT:one\r\nCOMMENT:two"));
    assert_eq!(answer(two).expect("a reply").2, "one\ntwo");
}

#[test]
fn all_who_answer_are_named() {
    let letter = reply(&format!(
        "{DECLINES}\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:other@example.net\r\nATTENDEE:mailto:third@example.net"
    ));
    let reply = calendar_reply(letter.as_bytes()).expect("a reply");
    let all: Vec<_> = reply
        .attendees
        .iter()
        .map(|it| (it.address.as_str(), it.participation))
        .collect();
    assert_eq!(
        all,
        [
            ("zoe@example.net", Participation::Declined),
            ("other@example.net", Participation::Accepted),
            ("third@example.net", Participation::Other),
        ]
    );
    let many = "ATTENDEE:mailto:a@example.net\r\n".repeat(5000);
    let letter = self::reply(&format!("{many}{DECLINES}"));
    let reply = calendar_reply(letter.as_bytes()).expect("a reply");
    assert_eq!(reply.attendees.len(), MOST_ATTENDEES);
}
