//! Reports of mail servers about messages that could not be delivered after all (RFC 3464).
//!
//! Anybody can send such a report. So it is read here and believed nowhere: it counts only when it
//! names a message of ours by something that just its receivers can know.
mod exim;
mod meaning;
mod parts;
mod return_address;
mod status;

use entity::bounce::Action;

use self::parts::{Fields, decoded, parts};
pub use self::{meaning::meaning, return_address::ReturnAddress};

/// What is read of a message; a report says what it has to say before it returns the original.
pub const LONGEST: usize = 1024 * 1024;

/// A report in a report in a report is somebody's joke.
const DEEPEST: usize = 3;
/// Of each kind of identifier that is looked up.
const MOST_IDS: usize = 20;
const LONGEST_ID: usize = 250;
/// Of a header with addresses in it.
const LONGEST_HEADER: usize = 2000;
/// Headers that say to which address a message was delivered.
const DELIVERED_TO: [&str; 6] = [
    "x-original-to",
    "delivered-to",
    "envelope-to",
    "x-envelope-to",
    "to",
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
    /// Headers in which the address stands that it was delivered to.
    pub delivered_to: Vec<String>,
}

/// What became of the message for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Each name that the report has for the address.
    pub addresses: Vec<String>,
    /// What was done; none for good news.
    pub action: Option<Action>,
    /// RFC 3463 code, the most precise one.
    pub code: Option<String>,
    /// The server's words on one line, without links.
    pub diagnostic: String,
}

/// Reads a message; none when it is no report of that kind.
pub fn read(message: &[u8]) -> Option<Report> {
    let message = &message[..message.len().min(LONGEST)];
    let (header, body) = Fields::read(message);
    let mut report = Report::default();
    look_through(&header, body, 0, &mut report);
    if report.recipients.is_empty() {
        exim::look_through(&header, body, &mut report);
    }
    if report.recipients.is_empty() {
        return None;
    }
    for name in ["in-reply-to", "references"] {
        report.message_ids.extend(ids(&header, name));
    }
    report.message_ids.truncate(MOST_IDS);
    let delivered_to = DELIVERED_TO.iter().flat_map(|name| header.all(name));
    let shortened = delivered_to.map(|value| value.chars().take(LONGEST_HEADER).collect());
    report.delivered_to = shortened.take(MOST_IDS).collect();
    Some(report)
}

fn look_through(header: &Fields, body: &[u8], depth: usize, report: &mut Report) {
    match header.content_type().as_str() {
        kind if kind.starts_with("multipart/") && depth < DEEPEST => {
            for part in parts(header, body) {
                let (header, body) = Fields::read(part);
                look_through(&header, body, depth + 1, report);
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
            let (returned, _) = Fields::read(&returned);
            report.message_ids.extend(ids(&returned, "message-id"));
            report.message_ids.extend(ids(&returned, "references"));
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
fn is_id(text: &str) -> bool {
    text.len() <= LONGEST_ID && text.contains('@') && text.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests;
