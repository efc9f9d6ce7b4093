//! The parts of a message that are calendars, inline or attached, packed in whatever way.
use crate::mail::{
    bounce::LONGEST,
    parts::{Fields, decoded, parts},
    replies::charset,
};

/// Multiparts in multiparts; programs need three.
pub(super) const DEEPEST: usize = 8;
/// The calendar itself, and again as an attachment.
const MOST_CALENDARS: usize = 4;
/// A reply repeats the whole event, and is far smaller.
pub(super) const LONGEST_CALENDAR: usize = 256 * 1024;

/// A part of a message that is a calendar.
pub(super) struct Found {
    pub(super) text: String,
    /// As the part says, where the calendar does not.
    pub(super) method: Option<String>,
}

/// All that a message has, but for what is passed on or returned in it.
pub(super) fn calendars(message: &[u8]) -> Vec<Found> {
    let message = &message[..message.len().min(LONGEST)];
    let (header, body) = Fields::read(message.trim_ascii_start());
    let mut calendars = Vec::new();
    look_through(&header, body, 0, &mut calendars);
    calendars
}

/// What is passed on within a message is another message.
fn look_through(header: &Fields, body: &[u8], depth: usize, calendars: &mut Vec<Found>) {
    let kind = header.content_type();
    if kind.starts_with("multipart/") {
        // A report returns what we sent.
        if depth < DEEPEST && kind != "multipart/report" {
            for part in parts(header, body) {
                let (header, body) = Fields::read(part);
                look_through(&header, body, depth + 1, calendars);
            }
        }
    } else if calendars.len() < MOST_CALENDARS && is_calendar(&kind, header) {
        let bytes = decoded(header, body);
        if bytes.len() <= LONGEST_CALENDAR {
            calendars.push(Found {
                text: charset::text(&unfolded(&bytes), header.parameter("charset")),
                method: header.parameter("method").map(str::to_uppercase),
            });
        }
    }
}

/// By its type, or by its name where it has none of its own.
fn is_calendar(kind: &str, header: &Fields) -> bool {
    let named = ["content-type", "content-disposition"];
    let mut named = named.iter().filter_map(|name| header.get(name));
    match kind {
        "text/calendar" | "application/ics" | "text/ics" | "application/calendar" => true,
        "application/octet-stream" | "application/text" => {
            named.any(|value| value.to_lowercase().contains(".ics"))
        }
        _ => false,
    }
}

/// One line for each property (RFC 5545 §3.1). Before letters are read: a fold may tear one of UTF-8 apart. Lines may end
/// in any way.
fn unfolded(bytes: &[u8]) -> Vec<u8> {
    // Two bytes each: nothing here would be a blank or an end.
    if bytes.contains(&0) {
        return bytes.to_vec();
    }
    let mut lines = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        rest = match rest {
            [b'\r', b'\n', b' ' | b'\t', after @ ..]
            | [b'\n' | b'\r', b' ' | b'\t', after @ ..] => after,
            [b'\r', b'\n', after @ ..] | [b'\r', after @ ..] => {
                lines.push(b'\n');
                after
            }
            [byte, after @ ..] => {
                lines.push(*byte);
                after
            }
            [] => return lines,
        };
    }
}
