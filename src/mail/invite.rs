//! Calendar entries (RFC 5545) that travel in mails (RFC 5546, RFC 6047): one event, one attendee.
//!
//! Written here because what a calendar makes of an entry is part of what Greenroom promises: every
//! name is quoted, every text escaped, no line breaks out of its property.
use chrono::{DateTime, Utc};

/// What an entry asks a calendar to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Put it in, or bring it up to date (RFC 5546 §3.2.2).
    Request,
    /// Take it out (RFC 5546 §3.2.5).
    Cancel,
    /// Keep a copy; for a file that is downloaded (RFC 5546 §3.2.1).
    Publish,
}

impl Method {
    /// As the METHOD property and the MIME parameter spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
            Self::Publish => "PUBLISH",
        }
    }
}

/// An event, as it is now.
#[derive(Clone, Debug)]
pub struct Event {
    /// The same for the interview's whole life.
    pub uid: String,
    /// Rises with each change of time, place or existence.
    pub sequence: i32,
    /// When this revision was made.
    pub stamp: DateTime<Utc>,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// The title.
    pub summary: String,
    /// What there is to know, any number of lines.
    pub description: String,
    /// Where: the join link, or its placeholder.
    pub location: String,
    /// Who invites: name and address of the From header.
    pub organizer: Person,
    /// Who is invited.
    pub attendee: Person,
}

/// Somebody with an address.
#[derive(Clone, Debug)]
pub struct Person {
    /// Any text.
    pub name: String,
    /// An ASCII address.
    pub address: String,
}

/// The calendar object as text, lines ended by CRLF and folded at 75 octets.
pub fn text(method: Method, event: &Event) -> String {
    let mut lines = Lines::default();
    lines.add("BEGIN", "VCALENDAR");
    lines.add("PRODID", "-//Greenroom//Interviews//EN");
    lines.add("VERSION", "2.0");
    lines.add("CALSCALE", "GREGORIAN");
    lines.add("METHOD", method.name());
    lines.add("BEGIN", "VEVENT");
    lines.add("UID", &escaped(&event.uid));
    lines.add("SEQUENCE", &event.sequence.to_string());
    lines.add("DTSTAMP", &instant(event.stamp));
    lines.add("DTSTART", &instant(event.starts_at));
    lines.add("DTEND", &instant(event.ends_at));
    lines.add("SUMMARY", &escaped(&event.summary));
    lines.add("DESCRIPTION", &escaped(&event.description));
    lines.add("LOCATION", &escaped(&event.location));
    lines.add("CLASS", "PRIVATE");
    lines.add("TRANSP", "OPAQUE");
    lines.add(
        "STATUS",
        if method == Method::Cancel {
            "CANCELLED"
        } else {
            "CONFIRMED"
        },
    );
    if method != Method::Publish {
        people(&mut lines, event);
    }
    if method != Method::Cancel {
        lines.add("URL", &uri(&event.location));
        alarm(&mut lines, &event.summary);
    }
    lines.add("END", "VEVENT");
    lines.add("END", "VCALENDAR");
    lines.0
}

/// A copy that is downloaded names nobody: some calendars refuse or freeze on an organizer in a file.
fn people(lines: &mut Lines, event: &Event) {
    let organizer = format!("ORGANIZER;CN={}", quoted(&event.organizer.name));
    lines.add(
        &organizer,
        &format!("mailto:{}", uri(&event.organizer.address)),
    );
    let attendee = format!(
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE;CN={}",
        quoted(&event.attendee.name)
    );
    lines.add(
        &attendee,
        &format!("mailto:{}", uri(&event.attendee.address)),
    );
}

fn alarm(lines: &mut Lines, summary: &str) {
    lines.add("BEGIN", "VALARM");
    lines.add("ACTION", "DISPLAY");
    lines.add("DESCRIPTION", &escaped(summary));
    lines.add("TRIGGER", "-PT15M");
    lines.add("END", "VALARM");
}

/// UTC with seconds: a zone by name would need its rules sent along, and programs misread them.
fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// RFC 5545 §3.3.11: TEXT.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' | '\r' => escaped.push_str("\\n"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// RFC 5545 §3.2: a parameter value in quotes can hold anything but a quote and control characters.
fn quoted(name: &str) -> String {
    let clean: String = name
        .chars()
        .filter(|c| !c.is_control())
        .map(|c| if c == '"' { '\'' } else { c })
        .collect();
    format!("\"{clean}\"")
}

/// An address is ASCII without white space; whatever else stands in one is dropped.
fn uri(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).collect()
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    /// RFC 5545 §3.1: at most 75 octets a line, folded between characters.
    fn add(&mut self, name: &str, value: &str) {
        let mut room = 75;
        for c in format!("{name}:{value}").chars() {
            if c.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = 74;
            }
            self.0.push(c);
            room -= c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        let at = |text: &str| text.parse().expect("an instant");
        Event {
            uid: "itv-0123@example.com".into(),
            sequence: 2,
            stamp: at("2027-01-01T08:00:00Z"),
            starts_at: at("2027-01-05T09:00:00Z"),
            ends_at: at("2027-01-05T10:00:00Z"),
            summary: "Interview: Cloud Architect, Sample; Company".into(),
            description: "First line\nSecond \\ line".into(),
            location: "https://example.com/interview/token".into(),
            organizer: Person {
                name: "Dana \"D\" Whitfield".into(),
                address: "jobs@example.com".into(),
            },
            attendee: Person {
                name: "李 雷\r\nATTACH:x".into(),
                address: "li@example.com".into(),
            },
        }
    }

    #[test]
    fn no_line_is_longer_than_75_octets_and_all_end_in_crlf() {
        let mut long = event();
        long.summary = "Zoë 李雷 ".repeat(60);
        let text = text(Method::Request, &long);
        assert!(text.ends_with("\r\n"));
        for line in text.split_terminator("\r\n") {
            assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line:?}");
        }
        let unfolded = text.replace("\r\n ", "");
        assert!(unfolded.contains(long.summary.trim_end()));
    }

    #[test]
    fn what_people_type_stays_in_its_property() {
        let text = text(Method::Request, &event()).replace("\r\n ", "");
        assert!(text.contains("\r\nSUMMARY:Interview: Cloud Architect\\, Sample\\; Company\r\n"));
        assert!(text.contains("\r\nDESCRIPTION:First line\\nSecond \\\\ line\r\n"));
        assert!(text.contains("CN=\"Dana 'D' Whitfield\":mailto:jobs@example.com\r\n"));
        assert!(text.contains("CN=\"李 雷ATTACH:x\":mailto:li@example.com\r\n"));
        assert!(!text.lines().any(|line| line.starts_with("ATTACH")));
    }

    #[test]
    fn a_cancel_names_the_same_event_and_rings_no_more() {
        let text = text(Method::Cancel, &event());
        for line in [
            "METHOD:CANCEL",
            "STATUS:CANCELLED",
            "UID:itv-0123@example.com",
            "SEQUENCE:2",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}");
        }
        assert!(!text.contains("VALARM"));
    }

    #[test]
    fn a_downloaded_copy_names_nobody() {
        let text = text(Method::Publish, &event());
        assert!(!text.contains("ORGANIZER") && !text.contains("ATTENDEE"));
    }
}
