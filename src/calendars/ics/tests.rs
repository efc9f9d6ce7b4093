//! Calendars of every kind, honest and hostile.
use std::fmt::Write;

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect(text)
}

fn window() -> (DateTime<Utc>, DateTime<Utc>) {
    (at("2027-01-04T00:00:00Z"), at("2028-01-04T00:00:00Z"))
}

fn busy(events: &str) -> Busy {
    let file = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}\r\nEND:VCALENDAR\r\n");
    read(file.as_bytes(), Tz::known("Europe/Berlin"), window()).expect("a calendar")
}

/// The spans of some events, as their beginnings and ends are written in UTC.
fn spans(events: &str) -> Vec<String> {
    let busy = busy(events);
    assert_eq!(busy.skipped, 0, "{events}");
    let spans = busy.spans.iter();
    let words = |at: DateTime<Utc>| at.format("%m-%dT%H:%M").to_string();
    spans
        .map(|it| format!("{} {}", words(it.starts_at), words(it.ends_at)))
        .collect()
}

fn event(lines: &str) -> String {
    let lines = lines.trim().replace('\n', "\r\n");
    format!("BEGIN:VEVENT\r\nUID:1@x\r\n{lines}\r\nEND:VEVENT\r\n")
}

#[test]
fn a_time_is_read_in_its_zone_by_whatever_name() {
    for start in [
        "DTSTART:20270105T090000Z",
        "DTSTART;TZID=Europe/Berlin:20270105T100000",
        "DTSTART;TZID=W. Europe Standard Time:20270105T100000",
        "DTSTART;TZID=\"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna\":20270105T100000",
        // Without a zone it is the person's own.
        "DTSTART:20270105T100000",
        "DTSTART;TZID=Nowhere/Atlantis:20270105T100000",
    ] {
        let found = spans(&event(&format!("{start}\nDURATION:PT30M")));
        assert_eq!(found, ["01-05T09:00 01-05T09:30"], "{start}");
    }
    let named = "BEGIN:VTIMEZONE\r\nTZID:Mine\r\nX-LIC-LOCATION:Asia/Tokyo\r\nEND:VTIMEZONE\r\n";
    let tokyo = event("DTSTART;TZID=Mine:20270105T180000\nDURATION:PT1H");
    assert_eq!(
        spans(&format!("{named}{tokyo}")),
        ["01-05T09:00 01-05T10:00"]
    );
}

#[test]
fn what_recurs_keeps_its_local_time_over_a_clock_change() {
    let found = spans(&event(
        "DTSTART;TZID=Europe/Berlin:20270322T100000\nDTEND;TZID=Europe/Berlin:20270322T110000\nRRULE:FREQ=WEEKLY;COUNT=2",
    ));
    assert_eq!(
        found,
        ["03-22T09:00 03-22T10:00", "03-29T08:00 03-29T09:00"]
    );
}

#[test]
fn the_last_occurrence_is_told_in_utc_or_as_a_date() {
    for until in [
        "UNTIL=20270106T080000Z",
        "UNTIL=20270106",
        "UNTIL=20270106T090000",
    ] {
        let found = spans(&event(&format!(
            "DTSTART;TZID=Europe/Berlin:20270105T090000\nDURATION:PT30M\nRRULE:FREQ=DAILY;{until}"
        )));
        assert_eq!(found.len(), 2, "{until}: {found:?}");
    }
}

#[test]
fn an_occurrence_that_was_left_out_moved_or_called_off_is_not_where_it_was() {
    let series = "DTSTART;TZID=Europe/Berlin:20270105T100000\nDURATION:PT1H\nSEQUENCE:0\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE;TZID=Europe/Berlin:20270106T100000";
    let moved = "SEQUENCE:3\nRECURRENCE-ID;TZID=Europe/Berlin:20270107T100000\nDTSTART;TZID=Europe/Berlin:20270107T150000\nDURATION:PT1H";
    let off = "STATUS:CANCELLED\nRECURRENCE-ID:20270108T090000Z\nDTSTART;TZID=Europe/Berlin:20270108T100000\nDURATION:PT1H";
    let all = [event(series), event(moved), event(off)].concat();
    assert_eq!(
        spans(&all),
        ["01-05T09:00 01-05T10:00", "01-07T14:00 01-07T15:00"]
    );
}

#[test]
fn a_day_is_a_day_in_the_persons_own_zone() {
    let day = event("DTSTART;VALUE=DATE:20270328\nDTEND;VALUE=DATE:20270329");
    // The clocks change on that day: it has 23 hours.
    assert_eq!(spans(&day), ["03-27T23:00 03-28T22:00"]);
    let alone = event("DTSTART;VALUE=DATE:20270110");
    assert_eq!(spans(&alone), ["01-09T23:00 01-10T23:00"]);
}

#[test]
fn what_keeps_nobody_busy_is_left_out() {
    for line in [
        "TRANSP:TRANSPARENT",
        "STATUS:CANCELLED",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
        "UID:itv-77-3@greenroom.example",
        "UID:held-77-3@greenroom.example",
    ] {
        let lines = format!(
            "BEGIN:VEVENT\r\n{line}\r\nDTSTART:20270105T090000Z\r\nDURATION:PT1H\r\nEND:VEVENT"
        );
        assert_eq!(busy(&lines).spans, [], "{line}");
    }
    let past = event("DTSTART:20260105T090000Z\nDURATION:PT1H");
    assert_eq!(busy(&past).spans, [], "past");
    let moment = event("DTSTART:20270105T090000Z");
    assert_eq!(busy(&moment).spans, [], "a moment");
}

#[test]
fn what_touches_is_one_span_and_what_began_before_counts_from_now() {
    let all = [
        event("DTSTART:20270103T220000Z\nDTEND:20270104T020000Z"),
        event("DTSTART:20270105T090000Z\nDTEND:20270105T100000Z"),
        event("DTSTART:20270105T093000Z\nDTEND:20270105T103000Z"),
        event("DTSTART:20270105T103000Z\nDTEND:20270105T110000Z"),
    ];
    assert_eq!(
        spans(&all.concat()),
        ["01-04T00:00 01-04T02:00", "01-05T09:00 01-05T11:00"]
    );
}

#[test]
fn what_is_no_calendar_is_said_to_be_none() {
    let zone = Tz::known("Europe/Berlin");
    for file in [
        "",
        "<!doctype html><title>Sign in</title>",
        "\0\0\0",
        "BEGIN:VCARD\r\nEND:VCARD\r\n",
    ] {
        assert_eq!(
            read(file.as_bytes(), zone, window()),
            Err(NoCalendar),
            "{file}"
        );
    }
}

#[test]
fn bombs_take_neither_time_nor_memory_and_are_said_to_be_skipped() {
    let every = |upto: u32| {
        (0..upto)
            .map(|n| n.to_string())
            .collect::<Vec<_>>()
            .join(",")
    };
    let by_all = format!(
        "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR={};BYMINUTE={};BYSECOND={}",
        every(24),
        every(60),
        every(60)
    );
    let rules = [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=1",
        "FREQ=HOURLY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        &by_all,
    ];
    let began = Instant::now();
    let mut all = String::new();
    for rule in rules {
        let lines = format!("DTSTART:19700101T000000Z\nDURATION:PT1S\nRRULE:{rule}");
        all.push_str(&event(&lines));
    }
    let found = busy(&all);
    assert!(found.skipped >= 4, "{}", found.skipped);
    assert!(found.spans.len() <= MOST_SPANS);
    let many = (0..20_000).fold(String::new(), |mut all, n| {
        write!(all, "BEGIN:VEVENT\r\nUID:{n}\r\nDTSTART:20270105T000000Z\r\nDURATION:PT1M\r\nRRULE:FREQ=HOURLY;BYMONTHDAY=31\r\nEND:VEVENT\r\n").expect("a text");
        all
    });
    assert!(busy(&many).skipped > 0);
    assert!(
        began.elapsed() < Duration::from_secs(60),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn nonsense_is_survived() {
    let zone = Tz::known("Europe/Berlin");
    let nested = "BEGIN:VCALENDAR\r\n".repeat(5_000) + &"BEGIN:VEVENT\r\n".repeat(5_000);
    let invalid = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:\xff\xfe\r\nDTSTART:20270105T090000Z\r\nDTEND:99999999T999999Z\r\nEND:VEVENT\r\nEND:VCALENDAR";
    let long = format!(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:{}\r\n",
        "x".repeat(2_000_000)
    );
    for file in [nested.as_bytes(), invalid, long.as_bytes()] {
        let _ = read(file, zone, window());
    }
    for lines in [
        "DTSTART:00000000T000000Z",
        "DTSTART;TZID=Europe/Berlin:99991231T235959\nDURATION:P99999999W",
        "DTSTART:20270105T090000Z\nDURATION:-PT5H",
        "DTSTART:20270105T090000Z\nDTEND:20260105T090000Z",
        "DTSTART:20270105T090000Z\nRRULE:FREQ=NEVER;COUNT=-1",
        "RRULE:FREQ=DAILY",
    ] {
        assert!(busy(&event(lines)).spans.len() <= 1, "{lines}");
    }
}

#[test]
fn what_lasts_longer_than_there_is_time_harms_nobody() {
    for lasts in ["P99999999W", "P9999999999D", "PT99999999H"] {
        let lines = format!("DTSTART:20270105T090000Z\nRDATE:20270106T090000Z\nDURATION:{lasts}");
        let other = event("DTSTART:20270104T090000Z\nDURATION:PT1H");
        let busy = busy(&format!("{other}{}", event(&lines)));
        let first = busy.spans.first().map(|it| it.starts_at);
        assert_eq!(first, Some(at("2027-01-04T09:00:00Z")), "{lasts}");
    }
}
