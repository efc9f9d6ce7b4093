//! Names and addresses as headers and envelopes want them.
use lettre::Address;

use crate::{
    error::{Error, Result},
    text::is_forbidden,
};

/// More than this of a name or subject is cut off in a header.
const LONGEST_HEADER_TEXT: usize = 200;

/// A name and an address: `Dana (Acme) <jobs@acme.example>`, in the form in which a row keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// Cleaned; may be empty.
    pub name: String,
    /// With an ASCII domain.
    pub address: Address,
}

impl Mailbox {
    /// Cleans the name and checks the address.
    pub fn new(name: &str, address: &str) -> Result<Self> {
        Ok(Self {
            name: header_text(name),
            address: parse_address(address)?,
        })
    }

    /// Reads what [`Mailbox::to_string`] wrote, or an address alone.
    pub fn parse(text: &str) -> Result<Self> {
        match text.rsplit_once('<') {
            Some((name, address)) => Self::new(name, address.trim_end().trim_end_matches('>')),
            None => Self::new("", text),
        }
    }
}

impl std::fmt::Display for Mailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.name.is_empty() {
            return write!(f, "{}", self.address);
        }
        write!(f, "{} <{}>", self.name, self.address)
    }
}

/// The From of every message: the configured mailbox, named for the recruiter and the company. Never
/// the recruiter's own address: it would fail the receiver's checks (DMARC).
pub fn sender(configured: &Address, recruiter_name: &str, company_name: &str) -> Result<Mailbox> {
    let name = match (header_text(recruiter_name), header_text(company_name)) {
        (recruiter, company) if recruiter.is_empty() || recruiter == company => company,
        (recruiter, company) => format!("{recruiter} ({company})"),
    };
    Mailbox::new(&name, configured.as_ref())
}

/// An address with its domain in ASCII, as headers and envelopes must have it. The part before the
/// `@` stays as it is; other than ASCII there needs a server that offers SMTPUTF8.
pub fn parse_address(text: &str) -> Result<Address> {
    let wrong = || Error::Mail("an address is not one that mail can be sent to".into());
    let (local, domain) = text.trim().rsplit_once('@').ok_or_else(wrong)?;
    let domain = idna::domain_to_ascii(domain).map_err(|_| wrong())?;
    Address::new(local, domain).map_err(|_| wrong())
}

/// The URI of an address (RFC 6068). Only what no such URI can hold is encoded: not every program decodes, and an
/// ordinary address (`o'brien@example.com`) is the same to all of them.
pub fn mailto(address: &str) -> String {
    let mut uri = String::from("mailto:");
    for byte in address.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => uri.push(char::from(byte)),
            b'@' | b'.' | b'-' | b'_' | b'~' => uri.push(char::from(byte)),
            b'!' | b'$' | b'\'' | b'*' | b'+' => uri.push(char::from(byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// What `%2B` and the like stand for; what is no code stands for itself.
pub(super) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|code| str::from_utf8(code).ok());
        let code = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        rest = match (byte, code) {
            (b'%', Some(code)) => {
                bytes.push(code);
                &after[2..]
            }
            _ => {
                bytes.push(*byte);
                after
            }
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One line that is safe in a header: nothing that breaks the line, hides or turns text around.
pub fn header_text(text: &str) -> String {
    let line = clean_line(text)
        // An encoded word that somebody typed would be decoded by the reader's mail program.
        .replace("=?", "= ?");
    match line.char_indices().nth(LONGEST_HEADER_TEXT) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

/// Text on one line, single spaces, without control and direction characters.
pub fn clean_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(|c| !is_forbidden(*c))
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text of several lines: ends of lines are `\n`, each line clean, no more than one empty line in a row.
pub fn clean_paragraphs(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text
        .replace("\r\n", "\n")
        .split(['\n', '\r'])
        .map(clean_line)
    {
        if !(line.is_empty() && lines.last().is_none_or(String::is_empty)) {
            lines.push(line);
        }
    }
    lines.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_survives_being_stored() {
        for name in [
            "Dana Whitfield (Acme)",
            "O'Brien, \"Bob\" \\ Co",
            "Zoë Ångström",
            "a < b",
            "山田 太郎",
            "",
        ] {
            let mailbox = Mailbox::new(name, "jobs@acme.example").expect("a mailbox");
            assert_eq!(mailbox.name, name);
            assert_eq!(
                Mailbox::parse(&mailbox.to_string()).expect("again"),
                mailbox,
                "{name}"
            );
        }
    }

    #[test]
    fn the_sender_is_the_configured_address_with_a_human_name() {
        let from = parse_address("jobs@acme.example").expect("an address");
        let named = |recruiter, company| {
            sender(&from, recruiter, company)
                .expect("a sender")
                .to_string()
        };
        assert_eq!(named("Dana", "Acme"), "Dana (Acme) <jobs@acme.example>");
        assert_eq!(named("", "Acme"), "Acme <jobs@acme.example>");
        assert_eq!(named("Acme", "Acme"), "Acme <jobs@acme.example>");
    }

    #[test]
    fn names_cannot_break_out_of_their_line() {
        let name =
            header_text("Eve\r\nBcc: all@example.com\0\u{202e}gpj.exe\u{2028}x =?utf-8?q?y?=");
        assert_eq!(name, "Eve Bcc: all@example.com gpj.exex = ?utf-8?q?y?=");
        assert_eq!(header_text(&"n".repeat(10_000)).chars().count(), 201);
    }

    #[test]
    fn domains_become_ascii_and_local_parts_stay() {
        let address = parse_address("ann@bücher.example").expect("an address");
        assert_eq!(address.to_string(), "ann@xn--bcher-kva.example");
        let address = parse_address("jürgen@bücher.example").expect("an address");
        assert_eq!(address.to_string(), "jürgen@xn--bcher-kva.example");
        for wrong in [
            "",
            "ann",
            "ann@",
            "@example.com",
            "a b@example.com",
            "ann@exa mple.com",
            "ann@example.com\r\nRCPT TO:<eve@example.com>",
            "ann\n@example.com",
        ] {
            assert!(parse_address(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_address_in_a_link_is_changed_only_where_it_must_be() {
        for plain in [
            "dana@example.com",
            "x+y@example.com",
            "o'brien@example.com",
            "!$*-_.~@example.com",
        ] {
            assert_eq!(mailto(plain), format!("mailto:{plain}"));
        }
        for (address, uri) in [
            ("jürgen@example.com", "mailto:j%C3%BCrgen@example.com"),
            ("a?b#c%d@example.com", "mailto:a%3Fb%23c%25d@example.com"),
            ("a&b=c/d@example.com", "mailto:a%26b%3Dc%2Fd@example.com"),
            ("^`{|}@example.com", "mailto:%5E%60%7B%7C%7D@example.com"),
        ] {
            assert_eq!(mailto(address), uri);
        }
    }

    #[test]
    fn paragraphs_keep_their_lines() {
        assert_eq!(
            clean_paragraphs("\n one\r\n\r\n\r\n\ttwo\u{7}  three\r\rfour\n\n"),
            "one\n\ntwo three\n\nfour"
        );
    }
}
