//! Calendar entries (RFC 5545) that travel in mails (RFC 5546, RFC 6047): one event, one attendee.
//!
//! Written here because what a calendar makes of an entry is part of what Greenroom promises: every
//! name is quoted, every text escaped, no line breaks out of its property.
use chrono::{DateTime, Utc};
use entity::email::Kind;
use lettre::Address;

use super::{
    LINK_PLACEHOLDER,
    mailbox::{Mailbox, mailto, parse_address, percent_decoded},
};

/// What an entry that travels in a mail asks a calendar to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Put it in, or bring it up to date (RFC 5546 §3.2.2).
    Request,
    /// Take it out (RFC 5546 §3.2.5).
    Cancel,
}

impl Method {
    /// What a message asks. A reminder asks nothing, for a second request for the same would only ask the
    /// reader anew.
    pub fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Scheduled
            | Kind::Rescheduled
            | Kind::Updated
            | Kind::LinkReplaced
            | Kind::InterviewerScheduled
            | Kind::InterviewerRescheduled
            | Kind::InterviewerUpdated => Some(Self::Request),
            Kind::Cancelled | Kind::InterviewerCancelled => Some(Self::Cancel),
            Kind::Reminder
            | Kind::Nudge
            | Kind::Choose
            | Kind::Confirm
            | Kind::RequestAnswered
            | Kind::InterviewerReminder
            | Kind::ForwardedReply
            | Kind::Test => None,
        }
    }

    /// As the METHOD property and the MIME parameter spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
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
    /// When this was told.
    pub stamp: DateTime<Utc>,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// The title.
    pub summary: String,
    /// What there is to know, any number of lines, with [`LINK_PLACEHOLDER`] where the link goes.
    pub description: String,
    /// Where it is, in words, for a link that is too long for its place.
    pub place: String,
    /// Where an interviewer goes, who has no join link.
    pub meeting: Option<Meeting>,
}

/// Where an interviewer goes.
#[derive(Clone, Debug)]
pub struct Meeting {
    /// The address of the meeting, if it has one.
    pub url: Option<String>,
    /// The address of the page about the interview.
    pub page: String,
}

/// Outlook and Exchange cut the place off after so many characters, and a link with it.
const LONGEST_LOCATION: usize = 254;

/// Stands in a calendar that is not [`finished`]: the place, for which the short link is meant.
const PLACE: &str = "LOCATION:https://join.invalid/i/hidden-until-it-is-sent";

/// Stands in a calendar that is not [`finished`]: the place in words.
const PLACE_IN_WORDS: &str = "X-GREENROOM-PLACE:";

/// Who has to do with an event.
#[derive(Clone, Copy, Debug)]
pub struct People<'a> {
    /// Who invites, and gets what calendars answer.
    pub organizer: &'a Mailbox,
    /// Who is invited.
    pub attendee: &'a Mailbox,
    /// Does somebody read what the attendee's calendar answers to the organizer?
    pub is_answer_read: bool,
}

/// The calendar object of a mail, to be [`finished`] as it leaves.
pub fn message(method: Method, event: &Event, people: People<'_>) -> String {
    let mut lines = Lines::default();
    lines.open(method.name(), event);
    lines.person("ORGANIZER", people.organizer);
    let asks = match people.is_answer_read && method == Method::Request {
        true => "TRUE",
        false => "FALSE",
    };
    let attendee = format!(
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP={asks}"
    );
    lines.person(&attendee, people.attendee);
    match method {
        Method::Request => {
            lines.whereabouts(event);
            lines.add("STATUS", "CONFIRMED");
            lines.alarm(&event.summary);
        }
        Method::Cancel => lines.add("STATUS", "CANCELLED"),
    }
    lines.close()
}

/// The same as a file to download, to be [`finished`]. It names nobody: some calendars refuse or
/// freeze on an organizer in a file.
pub fn file(event: &Event) -> String {
    let mut lines = Lines::default();
    lines.open("PUBLISH", event);
    lines.place(event);
    lines.add("STATUS", "CONFIRMED");
    lines.close()
}

/// Several events as a calendar to subscribe to, to be [`finished`]. Nobody is named in it.
pub fn feed(name: &str, events: &[Event]) -> String {
    let mut lines = Lines::default();
    lines.open_calendar("PUBLISH");
    lines.add("X-WR-CALNAME", &escaped(name));
    for event in events {
        lines.open_event(event);
        lines.whereabouts(event);
        lines.add("STATUS", "CONFIRMED");
        lines.add("END", "VEVENT");
    }
    lines.add("END", "VCALENDAR");
    lines.0
}

/// The address of the organizer in a calendar that is not [`finished`].
pub fn organizer(calendar: &str) -> Option<Address> {
    let mut lines = calendar.split("\r\n");
    let line = lines.find(|line| line.starts_with("ORGANIZER;"))?;
    let (_, address) = line.rsplit_once(":mailto:")?;
    parse_address(&percent_decoded(address)).ok()
}

/// With the link in its places, and folded: at most 75 octets a line (RFC 5545 §3.1). Not before, or a
/// fold could tear the placeholder apart. The location is the short link, if there is one; else the link, and where that
/// is too long, it is in words.
pub fn finished(calendar: &str, link: &str, short: Option<&str>) -> String {
    // Text and addresses differ in what they escape; a link that has none of it fits both.
    let link = link.replace(',', "%2C").replace(';', "%3B");
    let lines = filled(calendar, &link, short);
    lines.map(|line| folded(&line)).collect()
}

/// The lines of a calendar with a link in its places, not folded.
pub fn filled<'a>(
    calendar: &'a str,
    link: &'a str,
    short: Option<&'a str>,
) -> impl Iterator<Item = String> + use<'a> {
    // What was stored before there were short links has the link itself there.
    let short = short.filter(|_| calendar.contains(PLACE));
    let place = short.unwrap_or(link);
    let is_too_long = place.len() > LONGEST_LOCATION;
    calendar.split_terminator("\r\n").filter_map(move |line| {
        match line.strip_prefix(PLACE_IN_WORDS) {
            Some(words) => is_too_long.then(|| format!("LOCATION:{words}")),
            None if is_too_long && line.starts_with("LOCATION:") => None,
            None if line == PLACE => Some(format!("LOCATION:{place}")),
            None => Some(line.replace(LINK_PLACEHOLDER, link)),
        }
    })
}

fn folded(line: &str) -> String {
    let mut folded = String::with_capacity(line.len() + line.len() / 25 + 2);
    let mut room = 75;
    for c in line.chars() {
        if c.len_utf8() > room {
            folded.push_str("\r\n ");
            room = 74;
        }
        folded.push(c);
        room -= c.len_utf8();
    }
    folded.push_str("\r\n");
    folded
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

/// RFC 5545 §3.3.13: nothing is escaped in it, and no line may break.
fn uri(address: &str) -> String {
    address.chars().filter(|c| !c.is_control()).collect()
}

/// RFC 5545 §3.2: a parameter value in quotes can hold anything but a quote and control characters.
/// Nothing is escaped in it, but some programs (ical.js) read a backslash as if it were.
fn quoted(name: &str) -> String {
    let clean: String = name
        .chars()
        .filter(|c| !c.is_control())
        .map(|c| match c {
            '"' => '\'',
            '\\' => '/',
            c => c,
        })
        .collect();
    format!("\"{clean}\"")
}

/// Content lines, not folded yet.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn add(&mut self, name: &str, value: &str) {
        self.0.extend([name, ":", value, "\r\n"]);
    }

    fn open(&mut self, method: &str, event: &Event) {
        self.open_calendar(method);
        self.open_event(event);
    }

    fn open_calendar(&mut self, method: &str) {
        self.add("BEGIN", "VCALENDAR");
        self.add("PRODID", "-//Greenroom//Interviews//EN");
        self.add("VERSION", "2.0");
        self.add("CALSCALE", "GREGORIAN");
        self.add("METHOD", method);
    }

    fn open_event(&mut self, event: &Event) {
        self.add("BEGIN", "VEVENT");
        self.add("UID", &escaped(&event.uid));
        self.add("SEQUENCE", &event.sequence.to_string());
        self.add("DTSTAMP", &instant(event.stamp));
        self.add("DTSTART", &instant(event.starts_at));
        self.add("DTEND", &instant(event.ends_at));
        self.add("SUMMARY", &escaped(&event.summary));
        self.add("CLASS", "PRIVATE");
        self.add("TRANSP", "OPAQUE");
    }

    fn person(&mut self, property: &str, person: &Mailbox) {
        let address = mailto(person.address.as_ref());
        self.add(&format!("{property};CN={}", quoted(&person.name)), &address);
    }

    /// Where an interviewer goes, or the candidate.
    fn whereabouts(&mut self, event: &Event) {
        match &event.meeting {
            Some(meeting) => self.meeting(event, meeting),
            None => self.place(event),
        }
    }

    fn meeting(&mut self, event: &Event, meeting: &Meeting) {
        self.add("DESCRIPTION", &escaped(&event.description));
        if let Some(url) = &meeting.url {
            if url.len() <= LONGEST_LOCATION {
                self.add("LOCATION", &escaped(url));
            }
            self.add("CONFERENCE;VALUE=URI;FEATURE=VIDEO", &uri(url));
        }
        self.add("URL", &uri(&meeting.page));
    }

    /// The place is the link: LOCATION is what every program shows, the others are for those that know.
    fn place(&mut self, event: &Event) {
        self.add("DESCRIPTION", &escaped(&event.description));
        self.0.extend([PLACE, "\r\n"]);
        self.0
            .extend([PLACE_IN_WORDS, &escaped(&event.place), "\r\n"]);
        self.add("URL", LINK_PLACEHOLDER);
        self.add("CONFERENCE;VALUE=URI;FEATURE=VIDEO", LINK_PLACEHOLDER);
    }

    fn alarm(&mut self, summary: &str) {
        self.add("BEGIN", "VALARM");
        self.add("ACTION", "DISPLAY");
        self.add("DESCRIPTION", &escaped(summary));
        self.add("TRIGGER", "-PT15M");
        self.add("END", "VALARM");
    }

    fn close(mut self) -> String {
        self.add("END", "VEVENT");
        self.add("END", "VCALENDAR");
        self.0
    }
}

#[cfg(test)]
mod tests;
