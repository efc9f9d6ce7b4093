//! What a calendar answers to an invitation (RFC 5546 §3.2.3): Outlook's, Google's and Apple's shapes of it.
mod found;

use calcard::{
    Entry, Parser,
    common::timezone,
    icalendar::{
        ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry,
        ICalendarParameterName, ICalendarProperty, ICalendarValue,
    },
};
use chrono::{DateTime, Datelike, TimeZone, Utc};

use self::found::Found;
use crate::{
    mail::{
        bounce::is_id,
        links,
        mailbox::{clean_paragraphs, percent_decoded},
    },
    text,
    zones::Tz,
};

/// There should be one.
const MOST_ATTENDEES: usize = 50;
/// More of what somebody wrote is not kept.
const LONGEST_WORDS: usize = 1000;
/// Where Google puts what its user wrote.
const GOOGLES_WORDS: &str = "X-RESPONSE-COMMENT";

/// What a calendar answers, as it says itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarReply {
    /// Of the event.
    pub uid: String,
    /// Of the invitation that is answered.
    pub sequence: i32,
    /// When it was answered, as written; tells one answer from another.
    pub stamp: String,
    /// The same as an instant, where it is certain.
    pub stamped_at: Option<DateTime<Utc>>,
    /// Who answers; there should be one.
    pub attendees: Vec<Attendee>,
    /// What they wrote, cleaned; may be empty.
    pub words: String,
    /// Another time that they would have (RFC 5546 §3.2.7).
    pub counter: Option<Counter>,
}

/// Another time is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    /// Which one; none where it names no time that is certain.
    pub starts_at: Option<DateTime<Utc>>,
}

/// Somebody who answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendee {
    /// Canonical.
    pub address: String,
    /// What they answer.
    pub participation: Participation,
}

/// What somebody answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Participation {
    /// They come.
    Accepted,
    /// They do not.
    Declined,
    /// Perhaps.
    Tentative,
    /// Nothing that is an answer.
    Other,
}

/// Reads a message; none when no calendar answers in it, or not so that it is certain what.
pub fn calendar_reply(message: &[u8]) -> Option<CalendarReply> {
    found::calendars(message).iter().find_map(Found::reply)
}

impl Found {
    fn reply(&self) -> Option<CalendarReply> {
        if !self.is_whole() {
            return None;
        }
        let mut parser = Parser::new(&self.text);
        let Entry::ICalendar(calendar) = parser.entry() else {
            return None;
        };
        if matches!(parser.entry(), Entry::ICalendar(_)) {
            return None;
        }
        let is_counter = match self.method_of(&calendar)?.as_str() {
            "REPLY" => false,
            "COUNTER" => true,
            _ => return None,
        };
        let is_event =
            |it: &&ICalendarComponent| it.component_type == ICalendarComponentType::VEvent;
        let mut events = calendar.components.iter().filter(is_event);
        let (event, None) = (events.next()?, events.next()) else {
            return None;
        };
        let uid = text_of(the_only(event, &ICalendarProperty::Uid)?)?.trim();
        let attendees = attendees(event);
        let counter = is_counter.then(|| Counter {
            starts_at: starts_at(&calendar, event),
        });
        Some(CalendarReply {
            uid: Some(uid).filter(|uid| is_id(uid))?.to_owned(),
            sequence: sequence(event)?,
            stamp: stamp(event),
            stamped_at: stamped_at(event),
            words: words(event),
            attendees: Some(attendees).filter(|all| !all.is_empty())?,
            counter,
        })
    }

    /// The parser takes what was cut off as well.
    fn is_whole(&self) -> bool {
        let ends = |what: &str| {
            let mut lines = self.text.lines().map(str::trim);
            lines.any(|line| line.eq_ignore_ascii_case(what))
        };
        ends("END:VEVENT") && ends("END:VCALENDAR")
    }

    /// What the calendar itself says counts more than what is said of it.
    fn method_of(&self, calendar: &ICalendar) -> Option<String> {
        let own = calendar.components.iter().find_map(|component| {
            let method = component.property(&ICalendarProperty::Method)?;
            Some(text_of(method)?.trim().to_uppercase())
        });
        own.or_else(|| self.method.clone())
    }
}

fn the_only<'a>(
    event: &'a ICalendarComponent,
    name: &'a ICalendarProperty,
) -> Option<&'a ICalendarEntry> {
    let mut all = event.properties(name);
    let first = all.next()?;
    all.next().is_none().then_some(first)
}

fn text_of(entry: &ICalendarEntry) -> Option<&str> {
    entry.values.first().and_then(ICalendarValue::as_text)
}

/// Where nothing is said, it is the first (RFC 5545 §3.8.7.4).
fn sequence(event: &ICalendarComponent) -> Option<i32> {
    let name = ICalendarProperty::Sequence;
    if !event.has_property(&name) {
        return Some(0);
    }
    let value = the_only(event, &name)?.values.first()?;
    let number = value.as_integer()?;
    i32::try_from(number).ok().filter(|number| *number >= 0)
}

fn stamp(event: &ICalendarComponent) -> String {
    let stamp = event.property(&ICalendarProperty::Dtstamp);
    match stamp.and_then(|entry| entry.values.first()) {
        Some(ICalendarValue::PartialDateTime(at)) => {
            let at = at.to_date_time();
            at.map_or_else(String::new, |at| {
                format!("{} {:?}", at.date_time, at.offset)
            })
        }
        _ => String::new(),
    }
}

fn stamped_at(event: &ICalendarComponent) -> Option<DateTime<Utc>> {
    let stamp = event.property(&ICalendarProperty::Dtstamp)?;
    let Some(ICalendarValue::PartialDateTime(at)) = stamp.values.first() else {
        return None;
    };
    let found = at.to_date_time()?;
    Some(found.date_time.checked_sub_offset(found.offset?)?.and_utc())
}

fn attendees(event: &ICalendarComponent) -> Vec<Attendee> {
    let entries = event.properties(&ICalendarProperty::Attendee);
    let entries = entries.take(MOST_ATTENDEES);
    entries.filter_map(attendee).collect()
}

fn attendee(entry: &ICalendarEntry) -> Option<Attendee> {
    let parameter = |name| entry.parameter(&name).and_then(|value| value.as_text());
    // Exchange and iCloud may name people by keys of their own, and their address beside it.
    let addresses = [text_of(entry), parameter(ICalendarParameterName::Email)];
    let address = addresses.into_iter().flatten().find_map(address)?;
    let participation = match parameter(ICalendarParameterName::Partstat) {
        Some(answer) if answer.eq_ignore_ascii_case("ACCEPTED") => Participation::Accepted,
        Some(answer) if answer.eq_ignore_ascii_case("DECLINED") => Participation::Declined,
        Some(answer) if answer.eq_ignore_ascii_case("TENTATIVE") => Participation::Tentative,
        _ => Participation::Other,
    };
    Some(Attendee {
        address,
        participation,
    })
}

/// `MAILTO:jane%2Bwork@example.com` is `jane+work@example.com`.
fn address(uri: &str) -> Option<String> {
    let uri = uri.trim().trim_matches(['<', '>', '"', ' ']);
    let typed = match uri.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto") => rest,
        Some(_) => return None,
        None => uri,
    };
    let typed = typed.split('?').next().unwrap_or_default();
    text::email(&percent_decoded(typed)).ok()
}

/// What somebody wrote, cleaned, without links that would let somebody in.
fn words(event: &ICalendarComponent) -> String {
    let comments = event.properties(&ICalendarProperty::Comment);
    let comments: Vec<&str> = comments.filter_map(text_of).collect();
    let mut words = clean(&comments.join("\n"));
    if words.is_empty() {
        let name = ICalendarParameterName::Other(GOOGLES_WORDS.into());
        let attendees = event.properties(&ICalendarProperty::Attendee);
        let own = attendees.filter_map(|entry| entry.parameter(&name)?.as_text());
        words = clean(own.take(1).next().unwrap_or_default());
    }
    words
}

fn clean(text: &str) -> String {
    let text: String = text.chars().take(LONGEST_WORDS * 4).collect();
    let text = links::masked(&clean_paragraphs(&text));
    text.chars()
        .take(LONGEST_WORDS)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// When an event begins; none where that is not certain.
fn starts_at(calendar: &ICalendar, event: &ICalendarComponent) -> Option<DateTime<Utc>> {
    let entry = the_only(event, &ICalendarProperty::Dtstart)?;
    let Some(ICalendarValue::PartialDateTime(at)) = entry.values.first() else {
        return None;
    };
    let found = at.to_date_time().filter(|_| at.has_time())?;
    // Beyond these years nothing is computed safely.
    if !(1900..=2200).contains(&found.date_time.year()) {
        return None;
    }
    if let Some(offset) = found.offset {
        return Some(found.date_time.checked_sub_offset(offset)?.and_utc());
    }
    let zones = calendar.build_tz_resolver();
    let named = entry.parameter(&ICalendarParameterName::Tzid)?.as_text()?;
    let zone: Option<timezone::Tz> = zones.resolve(named);
    let zone: Tz = zone?.name()?.parse().ok()?;
    let local = zone.from_local_datetime(&found.date_time).earliest()?;
    Some(local.to_utc())
}

#[cfg(test)]
mod tests;
