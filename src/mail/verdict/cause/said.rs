//! The words of a refusal, ready to be compared: what servers quote in them (addresses, links, names of hosts) may look
//! like words that mean something, and must not decide.
use std::net::IpAddr;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// More words than any server needs.
const MOST_WORDS: usize = 400;
/// More of a text is not looked at.
const LONGEST: usize = 20_000;
/// A link or an address that is longer is neither.
const LONGEST_QUOTE: usize = 400;

/// A refusal, taken apart.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Lower case, without accents, addresses, links and names of hosts.
    pub(super) words: Vec<String>,
    /// In lower case and in their order: what looks like the name of a host, outside links.
    pub(super) hosts: Vec<Host>,
    /// The hosts of links, in lower case.
    pub(super) linked: Vec<String>,
    /// IP addresses in their order, those of links last.
    pub(super) addresses: Vec<IpAddr>,
}

/// A name with dots, and how many words stand before it.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) name: String,
    pub(super) after: usize,
}

impl Said {
    /// Takes a reply apart; what a server tells of another one's counts from where that one speaks.
    pub(super) fn read(text: &str) -> Self {
        let text = without_quotes(text, true);
        match text.rfind(" said:") {
            Some(at) => Self::of(&text[at + " said:".len()..]),
            None => Self::of(&text),
        }
    }

    /// Takes a whole letter apart.
    pub(super) fn whole(text: &str) -> Self {
        Self::of(&without_quotes(text, true))
    }

    fn of(text: &str) -> Self {
        let end = text
            .char_indices()
            .nth(LONGEST)
            .map_or(text.len(), |(at, _)| at);
        let mut said = Self::default();
        let mut linked = Vec::new();
        for piece in text[..end].split_whitespace() {
            if said.words.len() >= MOST_WORDS {
                break;
            }
            let (before, link) = parted(piece);
            said.take(before);
            if let Some(link) = link {
                said.linked.extend(host_of(link));
                linked.extend(addresses_in(link));
            }
        }
        said.addresses.extend(linked);
        said
    }

    fn take(&mut self, piece: &str) {
        let bare = piece.trim_matches(|c: char| !c.is_alphanumeric() && c != ':');
        if let Some(address) = address(bare) {
            self.addresses.push(address);
            return;
        }
        for part in piece.split(['[', ']', '(', ')', '<', '>', ',', ';', '=', '"', '\'', '/']) {
            match address(part.trim_matches(':')) {
                Some(address) => self.addresses.push(address),
                None => self.take_part(part),
            }
        }
    }

    fn take_part(&mut self, part: &str) {
        // An apostrophe parts nothing that it stands in, so that `doesn't` is one word: see `without_addresses`.
        for part in part.split(['_', ':', '#', '!', '?']) {
            for sentence in sentences(part) {
                let name = sentence.trim_matches(|c: char| !c.is_alphanumeric());
                if name.contains('.') && !is_number(name) {
                    self.hosts.push(Host {
                        name: name.to_lowercase(),
                        after: self.words.len(),
                    });
                    continue;
                }
                if is_number(name) && name.contains('.') {
                    continue;
                }
                let folded = folded(name);
                let words = folded.split(|c: char| !c.is_alphanumeric());
                let words = words.filter(|word| !word.is_empty()).map(str::to_owned);
                self.words.extend(words);
            }
        }
    }
}

/// The text without what has an `@` in it or stands alone in angle brackets, and with apostrophes inside words taken out.
pub(in crate::mail::verdict) fn without_addresses(text: &str) -> String {
    without_quotes(text, false)
}

/// The same, and without single words in quotes if those are to go.
fn without_quotes(text: &str, takes_words: bool) -> String {
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_in_word = left.ends_with(char::is_alphanumeric);
        let quote = quote_at(rest, takes_words).filter(|_| first != '\'' || !is_in_word);
        let Some(inside) = quote else {
            let next = rest[first.len_utf8()..].chars().next();
            let is_apostrophe =
                matches!(first, '\'' | '’') && is_in_word && next.is_some_and(char::is_alphabetic);
            if !is_apostrophe {
                left.push(first);
            } else if rest[first.len_utf8()..].starts_with("s ") {
                // Whose it is does not matter: `recipient's mailbox`.
                rest = &rest[first.len_utf8()..];
            }
            rest = &rest[rest.chars().next().map_or(0, char::len_utf8)..];
            continue;
        };
        left.push(' ');
        rest = &rest[inside.len() + 2..];
        // The domain of a quoted local part goes with it.
        if rest.starts_with('@') {
            rest = rest.trim_start_matches(|c: char| !c.is_whitespace() && c != '>');
        }
    }
    let pieces = left.split_inclusive(char::is_whitespace);
    let pieces = pieces.map(|piece| match is_address(piece) {
        true => " ",
        false => piece,
    });
    pieces.collect()
}

/// What is inside of the quotes that a text begins with, if it is to go.
fn quote_at(text: &str, takes_words: bool) -> Option<&str> {
    let is_word = |inside: &&str| !inside.contains(char::is_whitespace);
    match text.chars().next()? {
        '<' => quoted(text, '>').filter(is_word),
        '"' => quoted(text, '"').filter(|inside| {
            let after = &text[inside.len() + 2..];
            after.starts_with('@') || (takes_words && is_word(inside))
        }),
        '\'' | '`' if takes_words => quoted(text, '\'').filter(is_word),
        _ => None,
    }
}

/// In `see=https://x/?a@b` the `@` belongs to the link, which is taken out later.
fn is_address(piece: &str) -> bool {
    match (piece.find('@'), piece.find("://")) {
        (Some(at), Some(link)) => at < link,
        (at, _) => at.is_some(),
    }
}

/// What stands between a mark at the beginning and the next one.
fn quoted(text: &str, end: char) -> Option<&str> {
    let inside = text.get(1..)?;
    // Not searched to the end for each mark: somebody may send nothing but marks.
    let near = &inside.as_bytes()[..inside.len().min(LONGEST_QUOTE)];
    let at = near.iter().position(|byte| char::from(*byte) == end)?;
    inside.get(..at).filter(|inside| !inside.is_empty())
}

/// What stands before a link, and the link.
fn parted(piece: &str) -> (&str, Option<&str>) {
    let lower = piece.to_ascii_lowercase();
    let begins = ["http://", "https://", "www."];
    match begins.iter().filter_map(|begin| lower.find(begin)).min() {
        Some(at) => (&piece[..at], Some(&piece[at..])),
        None => (piece, None),
    }
}

fn host_of(link: &str) -> Option<String> {
    let bare = link.split_once("://").map_or(link, |(_, rest)| rest);
    let authority = bare.split(['/', '?', '#', '>', ')', ']']).next()?;
    // Whatever stands before an @ is no host.
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let host = host.trim_matches(|c: char| !c.is_alphanumeric());
    (!host.is_empty()).then(|| host.to_lowercase())
}

fn addresses_in(link: &str) -> impl Iterator<Item = IpAddr> {
    let pieces = link.split(|c: char| !c.is_ascii_hexdigit() && c != '.' && c != ':');
    pieces.filter_map(|piece| address(piece.trim_matches(['.', ':'])))
}

/// One that a mail server can send from: answers of block lists (127.0.0.4) are none.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim_end_matches('.');
    let text = text
        .strip_prefix("IPv6:")
        .or_else(|| text.strip_prefix("ipv6:"))
        .unwrap_or(text);
    let address: IpAddr = text.parse().ok()?;
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

/// `full.Try again` is two sentences, `mail.example` is one name.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut before = ' ';
        let end = text.char_indices().find_map(|(at, c)| {
            let ends = c == '.'
                && before.is_lowercase()
                && text[at + 1..]
                    .chars()
                    .next()
                    .is_some_and(char::is_uppercase);
            before = c;
            ends.then_some(at)
        });
        match end {
            Some(end) => {
                rest = Some(&text[end + 1..]);
                Some(&text[..end])
            }
            None => {
                rest = None;
                Some(text)
            }
        }
    })
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

fn folded(text: &str) -> String {
    let letters = text.nfkd().filter(|c| !is_combining_mark(*c));
    letters.collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests;
