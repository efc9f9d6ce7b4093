//! What a person writes, or what looks as if a person wrote it.
use super::charset;
use crate::mail::{
    bounce::{self, LONGEST, html},
    links,
    mailbox::clean_paragraphs,
    parts::{self, Fields, decoded, parts},
};

/// Multiparts in multiparts.
const DEEPEST: usize = 8;
/// More of what somebody wrote and quoted is not passed on.
const LONGEST_TEXT: usize = 20_000;
/// More attachments are not named.
const MOST_FILES: usize = 20;
const LONGEST_NAME: usize = 200;
/// Fields that nobody's own letter has: of mailing lists, of programs that answer, and of what we passed on ourselves.
const OF_PROGRAMS: [&str; 11] = [
    "list-id",
    "list-post",
    "list-help",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "mailing-list",
    "x-auto-response-suppress",
    "x-loop",
    "x-forwarded-by-greenroom",
    "feedback-id",
    "x-ms-exchange-inbox-rules-loop",
];
/// The field of what we passed on ourselves.
pub const PASSED_ON: (&str, &str) = ("X-Forwarded-By-Greenroom", "yes");

/// A letter, as it says itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Headers in which the address stands that it was delivered to.
    pub delivered_to: Vec<String>,
    /// The Message-IDs that it answers, without brackets.
    pub message_ids: Vec<String>,
    /// Its own Message-ID; may be empty.
    pub own_id: String,
    /// The address of the From header, in lower case; may be empty.
    pub from: String,
    /// One line; may be empty.
    pub subject: String,
    /// What is written and quoted, cleaned, without links that would let somebody in; may be empty.
    pub text: String,
    /// The names of its attachments.
    pub files: Vec<String>,
    /// Did no person write it to us?
    pub is_of_program: bool,
    /// Did a filter on its way call it spam?
    pub is_spam: bool,
}

/// Reads a message as a letter.
pub fn letter(message: &[u8]) -> Letter {
    let message = &message[..message.len().min(LONGEST)];
    let (header, body) = Fields::read(message.trim_ascii_start());
    let (delivered_to, message_ids) = bounce::named(&header);
    let mut content = Content::default();
    content.look_through(&header, body, 0);
    let text: String = content.text().chars().take(LONGEST_TEXT).collect();
    let get = |name| header.get(name).unwrap_or_default();
    Letter {
        delivered_to,
        message_ids,
        own_id: get("message-id").chars().take(LONGEST_NAME).collect(),
        from: bounce::sender(&header).unwrap_or_default(),
        subject: parts::words(get("subject")),
        text: links::masked(&clean_paragraphs(&text)),
        files: content.files,
        is_of_program: is_of_program(&header),
        is_spam: is_spam(&header),
    }
}

fn is_of_program(header: &Fields) -> bool {
    let precedence = header.get("precedence").unwrap_or_default();
    let precedence = precedence.trim().to_lowercase();
    bounce::is_automatic(header)
        || ["bulk", "list", "junk", "auto_reply"].contains(&precedence.as_str())
        || OF_PROGRAMS.iter().any(|name| header.has(name))
}

fn is_spam(header: &Fields) -> bool {
    ["x-spam-flag", "x-spam-status", "x-spam"]
        .iter()
        .any(|name| {
            let value = header.get(name).unwrap_or_default().to_lowercase();
            value.starts_with("yes") || value.starts_with("true")
        })
}

/// What a letter has in it.
#[derive(Default)]
struct Content {
    plain: Option<String>,
    html: Option<String>,
    files: Vec<String>,
}

impl Content {
    fn look_through(&mut self, header: &Fields, body: &[u8], depth: usize) {
        let kind = header.content_type();
        if kind.starts_with("multipart/") {
            if depth < DEEPEST {
                for part in parts(header, body) {
                    let (header, body) = Fields::read(part);
                    self.look_through(&header, body, depth + 1);
                }
            }
            return;
        }
        let disposition = header.get("content-disposition").unwrap_or_default();
        let is_attached = disposition.trim().to_lowercase().starts_with("attachment");
        let read = || {
            let bytes = decoded(header, body);
            charset::text(&bytes, header.parameter("charset"))
        };
        match kind.as_str() {
            "text/plain" if !is_attached && self.plain.is_none() => self.plain = Some(read()),
            "text/html" if !is_attached && self.html.is_none() => {
                self.html = Some(html::text(&read()));
            }
            // A calendar says what the text says.
            "text/plain" | "text/html" | "text/calendar" | "application/ics" if !is_attached => {}
            _ if self.files.len() < MOST_FILES => self.files.push(name_of(header, &kind)),
            _ => {}
        }
    }

    fn text(&self) -> &str {
        let plain = self.plain.as_deref().filter(|text| !text.trim().is_empty());
        plain.or(self.html.as_deref()).unwrap_or_default()
    }
}

/// What an attachment is called, or else what it is.
fn name_of(header: &Fields, kind: &str) -> String {
    let named = ["content-disposition", "content-type"];
    let name = named.iter().find_map(|field| {
        let value = header.get(field)?;
        let (_, name) = value.split_once("name=")?;
        let name = match name.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next()?,
            None => name.split(';').next()?,
        };
        Some(parts::words(name)).filter(|name| !name.is_empty())
    });
    let name = name.unwrap_or_else(|| parts::words(kind));
    name.chars().take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests;
