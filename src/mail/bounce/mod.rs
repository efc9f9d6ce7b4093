//! Reports of mail servers about messages that could not be delivered after all (RFC 3464).
//!
//! Anybody can send such a report. So it is read here and believed nowhere: it counts only when it
//! names a message of ours by something that just its receivers can know.
mod address;
mod exim;
pub(super) mod html;
mod meaning;
mod nature;
mod plain;
mod return_address;
mod status;

use entity::bounce::Action;

use self::plain::Speaker;
pub use self::{
    meaning::{Meaning, meaning},
    return_address::ReturnAddress,
};
pub(super) use self::{
    nature::{is_automatic, sender},
    status::words,
};
use super::parts::{Fields, decoded, parts};

/// What is read of a message; a report says what it has to say before it returns the original.
pub const LONGEST: usize = 1024 * 1024;

/// A person passes on what a person passed on; more than that is somebody's joke.
const DEEPEST: usize = 8;
/// A letter has one text, or the same one twice.
const MOST_TEXTS: usize = 4;
/// Of each kind of identifier that is looked up.
const MOST_IDS: usize = 20;
const LONGEST_ID: usize = 250;
/// Headers with addresses in them, of all letters in a letter.
const MOST_ADDRESSES: usize = 100;
/// Of a header with addresses in it.
const LONGEST_HEADER: usize = 2000;
/// Headers that say to which address a message was delivered.
const DELIVERED_TO: [&str; 7] = [
    "x-original-to",
    "delivered-to",
    "envelope-to",
    "x-envelope-to",
    "to",
    "cc",
    "received",
];

/// A report, as it says itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The server that reports, by name.
    pub host: String,
    /// Whom it is about.
    pub recipients: Vec<Recipient>,
    /// The Message-IDs that it names, without brackets: of the returned message first.
    pub message_ids: Vec<String>,
    /// Headers in which the address stands that it was delivered to, or that the message had been sent from.
    pub delivered_to: Vec<String>,
    /// What the sender's ENVID was, where a report returns it (RFC 3461 §4.4).
    pub envelope_id: Option<String>,
    /// What to keep of a machine's letter where nothing else is understood; none of a person's.
    pub note: Option<Note>,
}

/// A letter that is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its own words on one line, without links.
    pub words: String,
    /// What it probably is, in plain words.
    pub hint: &'static str,
    /// Is it an automatic answer, such as an out-of-office note?
    pub is_answer: bool,
    /// The address of its sender, in lower case; may be empty.
    pub from: String,
}

/// What became of the message for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Each name that the report has for the address.
    pub addresses: Vec<String>,
    /// What was done; none for good news that is not in the RFC's words.
    pub action: Option<Action>,
    /// RFC 3463 code, the most precise one.
    pub code: Option<String>,
    /// The server's words on one line, without links.
    pub diagnostic: String,
}

/// Reads a message; none when it is no report, and a person wrote it.
pub fn read(message: &[u8]) -> Option<Report> {
    let message = &message[..message.len().min(LONGEST)];
    let mut report = Report::default();
    let (header, body) = Fields::read(message.trim_ascii_start());
    let texts = look_through_letter(&header, body, 0, &mut report);
    if nature::is_automatic(&header) {
        report.note = Some(nature::note(&header, &texts.join("\n")));
    }
    if report.recipients.is_empty() && report.note.is_none() {
        return None;
    }
    if report.host.is_empty()
        && let Some((_, domain)) = nature::sender(&header)
            .filter(|_| nature::is_automatic(&header))
            .as_deref()
            .and_then(|sender| sender.split_once('@'))
    {
        report.host = domain.to_owned();
    }
    report.message_ids.truncate(MOST_IDS);
    report.delivered_to.truncate(MOST_ADDRESSES);
    Some(report)
}

/// Reads a letter with its header; answers with its texts.
fn look_through_letter(
    header: &Fields,
    body: &[u8],
    depth: usize,
    report: &mut Report,
) -> Vec<String> {
    let (delivered_to, message_ids) = named(header);
    report.delivered_to.extend(delivered_to);
    let mut texts = Vec::new();
    let known = report.recipients.len();
    look_through(
        header,
        body,
        Place {
            depth,
            is_report: false,
        },
        report,
        &mut texts,
    );
    let is_new = |report: &Report| report.recipients.len() == known;
    if is_new(report) {
        exim::look_through(header, body, report);
    }
    let speaker = Speaker {
        is_daemon: nature::is_daemon(header),
        address: nature::sender(header),
        subject: header.get("subject").unwrap_or_default().to_owned(),
    };
    for text in &texts {
        if is_new(report) && !nature::is_no_failure(header) {
            plain::look_through(text, &speaker, report);
        }
    }
    report.message_ids.extend(message_ids);
    texts
}

/// What a letter names: the headers in which the address stands that it was delivered to, and the Message-IDs that it
/// answers.
pub(super) fn named(header: &Fields) -> (Vec<String>, Vec<String>) {
    let delivered_to = DELIVERED_TO.iter().flat_map(|name| header.all(name));
    let shortened = delivered_to.map(|value| value.chars().take(LONGEST_HEADER).collect());
    let answered = ["in-reply-to", "references"]
        .into_iter()
        .flat_map(|name| ids(header, name));
    (shortened.take(MOST_IDS).collect(), answered.collect())
}

/// Where in a letter a part stands.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    /// In a report the message that is returned is what it is about, whatever it looks like.
    is_report: bool,
}

fn look_through(
    header: &Fields,
    body: &[u8],
    place: Place,
    report: &mut Report,
    texts: &mut Vec<String>,
) {
    let depth = place.depth;
    match header.content_type().as_str() {
        kind if kind.starts_with("multipart/") && depth < DEEPEST => {
            let inside = Place {
                depth: depth + 1,
                is_report: place.is_report || kind == "multipart/report",
            };
            for part in parts(header, body) {
                let (header, body) = Fields::read(part);
                look_through(&header, body, inside, report, texts);
            }
        }
        // At the top it is no part of a report but somebody's attachment.
        "message/delivery-status" | "message/global-delivery-status" if depth > 0 => {
            status::look_through(&decoded(header, body), report);
        }
        "message/rfc822" | "text/rfc822-headers" | "message/global" | "message/global-headers"
            if depth > 0 =>
        {
            let returned = decoded(header, body);
            let (returned, body) = Fields::read(returned.trim_ascii_start());
            if !place.is_report && depth < DEEPEST {
                look_through_letter(&returned, body, depth + 1, report);
            }
            report.message_ids.extend(ids(&returned, "message-id"));
            report.message_ids.extend(ids(&returned, "references"));
            let came_from = returned.all("return-path").take(1);
            let shortened = came_from.map(|value| value.chars().take(LONGEST_HEADER).collect());
            report.delivered_to.extend(shortened);
        }
        kind @ ("text/plain" | "text/html") if texts.len() < MOST_TEXTS => {
            let text = decoded(header, body);
            let text = String::from_utf8_lossy(&text);
            texts.push(match kind {
                "text/html" => html::text(&text),
                _ => text.into_owned(),
            });
        }
        _ => {}
    }
}

/// What stands in angle brackets in the fields of a name.
fn ids<'a>(fields: &'a Fields, name: &'a str) -> impl Iterator<Item = String> {
    let pieces = fields.all(name).flat_map(|value| value.split('<').skip(1));
    let ids = pieces.filter_map(|piece| Some(piece.split_once('>')?.0.trim().to_owned()));
    ids.filter(|id| is_id(id)).take(MOST_IDS)
}

/// Anything else is none of ours, and PostgreSQL may not even be asked for it.
pub(in crate::mail) fn is_id(text: &str) -> bool {
    text.len() <= LONGEST_ID && text.contains('@') && text.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests;
