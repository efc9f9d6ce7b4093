//! Reports in plain words, as qmail, old Sendmail, Exchange and many others write them, and reports that a person passes on
//! as text.
use entity::bounce::Action;

use super::{Recipient, Report, address, ids, status};
use crate::mail::parts::Fields;
use crate::mail::verdict::cause;

/// More lines than any report has before it returns the message.
const MOST_LINES: usize = 400;
/// Of the reason for one address.
const MOST_REASON_LINES: usize = 12;
/// More than anybody names.
const MOST_RECIPIENTS: usize = 20;
/// Of a passed-on `message/delivery-status`.
const MOST_STATUS_LINES: usize = 120;

/// Who speaks in a text.
pub(super) struct Speaker {
    /// Is it a mail system?
    pub(super) is_daemon: bool,
    /// Address in lower case: nobody reports that they do not exist themselves.
    pub(super) address: Option<String>,
    /// Of the letter.
    pub(super) subject: String,
}

/// Looks for a report in a text. A person's words count only when they pass a machine's on.
pub(super) fn look_through(text: &str, speaker: &Speaker, report: &mut Report) {
    let lines: Vec<&str> = text.lines().take(MOST_LINES).map(unquoted).collect();
    let named = message_ids(&lines);
    if passed_on(&lines, report) {
        report.message_ids.extend(named);
        return;
    }
    let own = &lines[..own_lines(&lines)];
    let told = format!("{}\n{}", speaker.subject, own.join("\n"));
    let may_report = speaker.is_daemon || !named.is_empty();
    if !may_report || cause::says(&ASKS, &told) {
        return;
    }
    let action = if cause::says(&DELAYS, &told) {
        Action::Delayed
    } else if cause::says(&FAILS, &told) {
        Action::Failed
    } else {
        return;
    };
    let recipients = recipients(own, action, speaker);
    if recipients.is_empty() && speaker.is_daemon {
        let diagnostic = status::words(&own.join(" "));
        report.recipients.push(Recipient {
            addresses: Vec::new(),
            action: Some(action),
            code: cause::precise(None, &diagnostic),
            diagnostic,
        });
    }
    report.recipients.extend(recipients);
    report.message_ids.extend(named);
}

/// A line without the marks that a mail program puts before what it quotes.
fn unquoted(line: &str) -> &str {
    line.trim_end().trim_start_matches(['>', ' ', '\t', '|'])
}

/// Fields of a report for programs, among a person's words.
fn passed_on(lines: &[&str], report: &mut Report) -> bool {
    let is_named = |line: &str, names: &[&str]| {
        let (name, _) = line.split_once(':').unwrap_or_default();
        names.contains(&name.trim().to_lowercase().as_str())
    };
    let names_somebody = |line: &&str| {
        is_named(line, &["final-recipient", "original-recipient"]) && line.contains('@')
    };
    let Some(first) = lines.iter().position(names_somebody) else {
        return false;
    };
    // What became of it may stand before whom it is about.
    let before = lines[..first]
        .iter()
        .rev()
        .take_while(|line| line.contains(':'));
    let from = first - before.count();
    let host = lines[..first]
        .iter()
        .rfind(|line| is_named(line, &["reporting-mta"]));
    let fields = lines[from..].iter().take(MOST_STATUS_LINES);
    let mut text = host.map_or_else(String::new, |host| format!("{host}\n\n"));
    for line in fields {
        // Quoting took the blanks away that continue a field.
        let continues = !line.is_empty() && !is_field(line) && !text.ends_with("\n\n");
        if continues {
            text.push(' ');
        }
        text.push_str(line);
        text.push('\n');
    }
    let known = report.recipients.len();
    status::look_through(text.as_bytes(), report);
    report.recipients.len() > known
}

fn is_field(line: &str) -> bool {
    let (name, _) = line.split_once(':').unwrap_or_default();
    let name = name.trim_end();
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// The Message-IDs of headers in the text.
fn message_ids(lines: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let (name, _) = line.split_once(':').unwrap_or_default();
        let name = name.trim().to_lowercase();
        if !matches!(
            name.as_str(),
            "message-id" | "message id" | "nachrichten-id"
        ) {
            continue;
        }
        // A long one stands in the next line.
        let next = lines.get(at + 1).copied().unwrap_or_default();
        let header = format!(
            "message-id: {} {next}\n",
            line.split_once(':').unwrap_or_default().1
        );
        found.extend(ids(&Fields::read(header.as_bytes()).0, "message-id"));
    }
    found
}

/// How many lines stand before the returned message.
fn own_lines(lines: &[&str]) -> usize {
    let returns = |line: &&str| {
        let lower = line.to_lowercase();
        let is_mark = lower.starts_with('-') || lower.ends_with(':');
        let copy = [
            "copy of",
            "original message",
            "unsent message",
            "returned message",
            "original header",
            "message header",
            "message follows",
            "originalnachricht",
            "kopie",
        ];
        (is_mark && copy.iter().any(|mark| lower.contains(mark)))
            || [
                "received:",
                "return-path:",
                "message-id:",
                "mime-version:",
                "dkim-signature:",
            ]
            .iter()
            .any(|name| lower.starts_with(name))
    };
    lines.iter().position(returns).unwrap_or(lines.len())
}

fn recipients(own: &[&str], action: Action, speaker: &Speaker) -> Vec<Recipient> {
    let mut found: Vec<Recipient> = Vec::new();
    for (at, line) in own.iter().enumerate() {
        let lower = line.to_lowercase();
        let is_header = [
            "from:",
            "to:",
            "cc:",
            "sender:",
            "subject:",
            "reply-to:",
            "von:",
            "an:",
        ]
        .iter()
        .any(|name| lower.starts_with(name));
        let Some((address, rest)) = address_in(line).filter(|_| !is_header) else {
            continue;
        };
        let is_known = found.iter().any(|known| known.addresses.contains(&address));
        if is_known || speaker.address.as_deref() == Some(&address.to_lowercase()) {
            continue;
        }
        let diagnostic = status::words(&reason(rest, &own[at + 1..]));
        found.push(Recipient {
            addresses: vec![address],
            action: Some(action),
            code: cause::precise(None, &diagnostic),
            diagnostic,
        });
        if found.len() >= MOST_RECIPIENTS {
            break;
        }
    }
    found
}

/// The first address in a line, and what follows it there.
fn address_in(line: &str) -> Option<(String, &str)> {
    let piece = line.split_whitespace().find(|piece| piece.contains('@'))?;
    let at = line.find(piece)? + piece.len();
    let (before, after) = piece.split_once('@')?;
    let begin = before
        .rfind(['<', '"', '\'', '(', '[', ':', '=', ';'])
        .map_or(0, |at| at + 1);
    let end = after
        .find(['>', '"', '\'', ')', ']', ':', ',', ';', '('])
        .unwrap_or(after.len());
    let domain = after[..end].trim_end_matches('.');
    let address = format!("{}@{domain}", &before[begin..]);
    let names = address::names(&address);
    let address = names.into_iter().next().filter(|_| domain.contains('.'))?;
    Some((address, &line[at..]))
}

/// What stands after an address: in its line, in the lines below, or else in the next paragraph.
fn reason(rest: &str, below: &[&str]) -> String {
    let names_another = |line: &&&str| !(line.ends_with(':') && address_in(line).is_some());
    let near = below
        .iter()
        .take_while(|line| !line.is_empty())
        .take_while(names_another);
    let near: Vec<&str> = near.take(MOST_REASON_LINES).copied().collect();
    let told = format!("{rest} {}", near.join(" "));
    if cause::find(None, &told).is_some() || cause::codes(&told).next().is_some() {
        return told;
    }
    let later = below.iter().skip(near.len()).take_while(names_another);
    let later: Vec<&str> = later.take(MOST_REASON_LINES).copied().collect();
    match told.chars().any(char::is_alphanumeric) {
        true => format!("{told} {}", later.join(" ")),
        false => later.join(" "),
    }
}

/// Words of a question to whoever wrote: an answer to it lets the message through.
const ASKS: [&str; 5] = [
    "confirm ~4 you|sender|message|delivery|address",
    "captcha",
    "challenge response",
    "held|waiting ~4 approval|confirmation|moderator|verification",
    "verify ~3 you|yourself",
];

const DELAYS: [&str; 10] = [
    "delayed",
    "warning only",
    "still being retried",
    "will be retried",
    "will keep|continue|retry",
    "not yet been delivered",
    "has not been delivered yet",
    "no action is required",
    "keep trying",
    "verzogert|verspatet",
];

const FAILS: [&str; 26] = [
    "not|couldnt|cannot|cant|wasnt|isnt ~2 be delivered",
    "not|wasnt|isnt|hasnt ~1 delivered",
    "could not deliver",
    "couldnt|cannot|cant deliver",
    "able to deliver",
    "unable to deliver",
    "undeliver*",
    "deliver* ~4 failed|failure|failing|error",
    "failed|failure|failing|fails ~3 deliver*",
    "failure notice",
    "permanent ~2 error|errors|failure",
    "fatal errors",
    "returned mail|message",
    "returning ~2 message|mail",
    "returned to sender",
    "address not found",
    "could not be found|reached",
    "cannot be reached",
    "did not reach",
    "message|mail ~3 bounced",
    "message|mail ~4 rejected",
    "unzustellbar*",
    "nicht ~2 zugestellt|zustellen|ausgeliefert",
    "zustellung ~3 fehlgeschlagen|gescheitert",
    "na pas ~2 ete|pu",
    "no ~3 entregado|entregar|entregue",
];
