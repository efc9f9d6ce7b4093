//! The part of a report that programs read: `message/delivery-status`.
use entity::bounce::Action;

use super::{
    Recipient, Report,
    address::{self, without_comments},
};
use crate::mail::{
    links,
    mailbox::clean_line,
    parts::{Fields, next_line},
    verdict::cause,
};

/// More than anybody puts into one transaction.
const MOST_RECIPIENTS: usize = 100;
/// More of the server's words helps nobody.
const LONGEST_DIAGNOSTIC: usize = 1000;
/// An ENVID has at most a hundred characters.
const LONGEST_ID: usize = 100;
/// Fields that name the recipient.
const ADDRESSES: [&str; 3] = [
    "final-recipient",
    "original-recipient",
    "x-actual-recipient",
];
/// Fields in which a server's words stand.
const WORDS: [&str; 7] = [
    "diagnostic-code",
    "x-supplementary-info",
    "x-supplementary-information",
    "x-diagnostic-code",
    "x-smtp-response",
    "x-error",
    "x-reason",
];
/// Words for an end that the RFC does not know, by how they begin.
const ENDS: [&str; 9] = [
    "fail",
    "expire",
    "bounce",
    "undeliver",
    "reject",
    "return",
    "refuse",
    "permanent",
    "timeout",
];

/// Groups of fields with an empty line between: one about the message, then one for each recipient.
pub(super) fn look_through(part: &[u8], report: &mut Report) {
    let mut groups: Vec<Fields> = Vec::new();
    let part = parted(part);
    let mut rest = part.as_slice();
    while let Some((line, after)) = next_line(rest) {
        if line.is_empty() {
            rest = after;
            continue;
        }
        let (group, after) = Fields::read(rest);
        rest = after;
        if let Some(host) = group
            .get("reporting-mta")
            .filter(|_| report.host.is_empty())
        {
            report.host = clean_line(value_of(host)).chars().take(253).collect();
        }
        if report.envelope_id.is_none() {
            let id = group.get("original-envelope-id");
            report.envelope_id = id.map(|id| id.trim().chars().take(LONGEST_ID).collect());
        }
        let names_somebody = ADDRESSES.iter().any(|name| group.has(name));
        let says_something = group.has("action") || group.has("status");
        let is_full = groups.len() >= MOST_RECIPIENTS;
        match groups.last_mut() {
            // Some put an empty line between the name and what became of it.
            Some(last) if says_something && !names_somebody && !last.has("action") => {
                last.extend(group);
            }
            _ if is_full => break,
            _ if names_somebody || group.has("action") => groups.push(group),
            _ => {}
        }
    }
    let room = MOST_RECIPIENTS.saturating_sub(report.recipients.len());
    let recipients = groups.iter().take(room).map(recipient);
    report.recipients.extend(recipients);
}

/// The same with an empty line wherever a group ends: some leave blanks in it, some leave it out.
fn parted(part: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(part.len());
    let mut names_somebody = false;
    let mut rest = part;
    while let Some((line, after)) = next_line(rest) {
        rest = after;
        let line = match line.trim_ascii().is_empty() {
            true => &[][..],
            false => line,
        };
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        let is_next = name
            .trim_ascii_end()
            .eq_ignore_ascii_case(b"final-recipient");
        if is_next && names_somebody {
            lines.push(b'\n');
        }
        names_somebody = is_next || (names_somebody && !line.is_empty());
        lines.extend_from_slice(line);
        lines.push(b'\n');
    }
    lines
}

fn recipient(group: &Fields) -> Recipient {
    let typed = ADDRESSES.iter().filter_map(|name| group.get(name));
    let mut addresses: Vec<String> = Vec::new();
    for name in typed.flat_map(address::names) {
        if !addresses.contains(&name) {
            addresses.push(name);
        }
    }
    let status = group.get("status").unwrap_or_default();
    let diagnostic = diagnostic(group, status);
    let stated = cause::codes(status).next();
    Recipient {
        addresses,
        action: action(group, status),
        code: cause::precise(stated, &diagnostic),
        diagnostic,
    }
}

/// What the servers said, the innermost last.
fn diagnostic(group: &Fields, status: &str) -> String {
    let mut told: Vec<String> = Vec::new();
    for value in WORDS.iter().flat_map(|name| group.all(name)) {
        let bare = value
            .strip_prefix('<')
            .and_then(|inside| inside.strip_suffix('>'));
        let value = bare.unwrap_or(value);
        // `mx.example #5.0.0 smtp; 550 …`: what stands before is no reply.
        let reply = match value.split_once(" smtp;") {
            Some((before, reply)) if before.contains('#') => reply.trim(),
            _ => value_of(value),
        };
        let reply = words(reply);
        if !reply.is_empty() && !told.iter().any(|earlier| earlier.contains(&reply)) {
            told.push(reply);
        }
    }
    if told.is_empty()
        && let Some((_, comment)) = status.split_once('(')
    {
        told.push(words(comment.trim_end_matches(')')));
    }
    let told = told.join(" ");
    told.chars().take(LONGEST_DIAGNOSTIC).collect()
}

/// An unknown word means what the status says, and the end where that says nothing, as does no word at all.
fn action(group: &Fields, status: &str) -> Option<Action> {
    let text = without_comments(group.get("action").unwrap_or_default()).to_lowercase();
    let word = text
        .split(|c: char| !c.is_ascii_alphabetic() && c != '-')
        .find(|word| !word.is_empty())
        .unwrap_or_default();
    match word {
        "failed" => return Some(Action::Failed),
        "delayed" => return Some(Action::Delayed),
        _ if ENDS.iter().any(|end| word.starts_with(end)) => return Some(Action::Failed),
        _ => {}
    }
    let class = status.trim_start_matches(['"', '\'', ' ']).chars().next();
    match (word, class) {
        ("delivered", Some('2') | None) => return Some(Action::Delivered),
        // Who passes it on to several others speaks of none of them.
        ("relayed" | "expanded", Some('2') | None) => return Some(Action::Relayed),
        // That contradicts itself, and proves nothing.
        ("delivered" | "relayed" | "expanded", _) => return None,
        _ => {}
    }
    match class {
        Some('2') => None,
        Some('4') => Some(Action::Delayed),
        Some('5') => Some(Action::Failed),
        _ if group.has("will-retry-until") => Some(Action::Delayed),
        _ => Some(Action::Failed),
    }
}

/// `smtp; 550 no` without its type.
fn value_of(typed: &str) -> &str {
    match typed.split_once(';') {
        Some((kind, value)) if address::is_type(kind.trim()) => value.trim(),
        _ => typed.trim(),
    }
}

/// What a server said, on one line, without a link that would let somebody in.
pub(in crate::mail) fn words(text: &str) -> String {
    let words = links::masked(&clean_line(text));
    words.chars().take(LONGEST_DIAGNOSTIC).collect()
}
