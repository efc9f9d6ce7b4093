//! The part of a report that programs read: `message/delivery-status`.
use entity::bounce::Action;

use super::{
    Recipient, Report,
    parts::{Fields, next_line},
};
use crate::mail::mailbox::clean_line;

/// More than anybody puts into one transaction.
const MOST_RECIPIENTS: usize = 100;
/// More of the server's words helps nobody.
const LONGEST_DIAGNOSTIC: usize = 1000;
/// What a link of ours has in it; servers quote what they refuse.
const LINK_MARK: &str = "/interview/";

/// Groups of fields with an empty line between: one about the message, then one for each recipient.
pub(super) fn look_through(mut rest: &[u8], report: &mut Report) {
    while let Some((line, after)) = next_line(rest) {
        if line.is_empty() {
            rest = after;
            continue;
        }
        let (group, after) = Fields::read(rest);
        rest = after;
        if group.is_empty() {
            continue;
        }
        if let Some(host) = group
            .get("reporting-mta")
            .filter(|_| report.host.is_empty())
        {
            report.host = clean_line(value_of(host)).chars().take(253).collect();
        }
        if group.get("action").is_some() && report.recipients.len() < MOST_RECIPIENTS {
            report.recipients.push(recipient(&group));
        }
    }
}

fn recipient(group: &Fields) -> Recipient {
    let names = [
        "final-recipient",
        "original-recipient",
        "x-actual-recipient",
    ];
    let addresses = names.iter().filter_map(|name| group.get(name)).map(address);
    let diagnostic = group.get("diagnostic-code").unwrap_or_default();
    Recipient {
        addresses: addresses.collect(),
        action: action(group.get("action").unwrap_or_default()),
        code: code(group.get("status").unwrap_or_default(), diagnostic),
        diagnostic: words(value_of(diagnostic)),
    }
}

fn action(text: &str) -> Option<Action> {
    match text.split([' ', '(']).next()?.to_lowercase().as_str() {
        "failed" => Some(Action::Failed),
        "delayed" => Some(Action::Delayed),
        _ => None,
    }
}

/// `rfc822; someone@example.com` without its type.
fn value_of(typed: &str) -> &str {
    let is_type = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    match typed.split_once(';') {
        Some((kind, value)) if is_type(kind.trim()) => value.trim(),
        _ => typed.trim(),
    }
}

/// An address as the report names it; `utf-8` ones may be written with `\x{fc}` (RFC 6533 §3).
fn address(typed: &str) -> String {
    let bare = value_of(typed).trim_matches(['<', '>']);
    let mut pieces = bare.split("\\x{");
    let mut address = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let letter = piece.split_once('}').and_then(|(code, rest)| {
            let letter = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
            Some((letter?, rest))
        });
        match letter {
            Some((letter, rest)) => {
                address.push(letter);
                address.push_str(rest);
            }
            None => address.push_str(piece),
        }
    }
    address
}

/// The code of the status, or that in the words of the server where the status says nothing but
/// `5.0.0`, as Exim's does.
pub(super) fn code(status: &str, diagnostic: &str) -> Option<String> {
    let stated = enhanced_codes(status).next();
    let vague = stated.as_deref().is_none_or(|code| code.ends_with(".0.0"));
    let class = stated.as_deref().and_then(|code| code.chars().next());
    let precise = vague.then(|| {
        enhanced_codes(diagnostic).find(|code| class.is_none_or(|class| code.starts_with(class)))
    });
    precise.flatten().or(stated)
}

/// Codes of RFC 3463 in a text: three numbers with dots, the first of them 2, 4 or 5.
fn enhanced_codes(text: &str) -> impl Iterator<Item = String> {
    let candidates = text.split(|c: char| !c.is_ascii_digit() && c != '.');
    let is_code = |text: &&str| {
        let parts: Vec<&str> = text.split('.').collect();
        parts.len() == 3
            && matches!(parts[0], "2" | "4" | "5")
            && parts[1..].iter().all(|part| (1..=3).contains(&part.len()))
    };
    candidates.filter(is_code).map(str::to_owned)
}

/// What a server said, on one line, without a link that would let somebody in.
pub(super) fn words(text: &str) -> String {
    let line = clean_line(text);
    let words = line.split(' ').map(|word| match word.contains(LINK_MARK) {
        true => "[link]",
        false => word,
    });
    let words = words.collect::<Vec<_>>().join(" ");
    words.chars().take(LONGEST_DIAGNOSTIC).collect()
}
