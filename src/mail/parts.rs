//! A message taken apart as far as a report needs it: header fields, and the parts of a multipart.
//!
//! Written for what anybody may send: every byte is looked at a few times, nothing is indexed without
//! a look at its length, and nesting ends early. A full MIME parser builds trees as deep as the sender
//! likes, and falls with them.
use base64::{Engine, engine::general_purpose::STANDARD};
use mail_parser::{HeaderName, MessageParser};

use super::mailbox::clean_line;

/// More fields than any honest header has.
const MOST_FIELDS: usize = 300;
/// More parts than any report has.
const MOST_PARTS: usize = 20;

/// Header fields in their order, names in lower case, values unfolded.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads fields up to an empty line; answers with what follows it.
    pub(super) fn read(bytes: &[u8]) -> (Self, &[u8]) {
        let mut fields = Self::default();
        let mut rest = bytes;
        while let Some((line, after)) = next_line(rest) {
            rest = after;
            if line.is_empty() {
                break;
            }
            fields.add(&String::from_utf8_lossy(line));
        }
        (fields, rest)
    }

    fn add(&mut self, line: &str) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = self.0.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
            return;
        }
        // What has no name, such as the first line of an mbox, is passed over.
        if let Some((name, value)) = line.split_once(':')
            && self.0.len() < MOST_FIELDS
            && !name.trim_end().contains(char::is_whitespace)
        {
            let name = name.trim_end().to_lowercase();
            self.0.push((name, value.trim().to_owned()));
        }
    }

    /// Takes over the fields of another header.
    pub(super) fn extend(&mut self, other: Self) {
        let room = MOST_FIELDS.saturating_sub(self.0.len());
        self.0.extend(other.0.into_iter().take(room));
    }

    /// Whether there is a field of this name, in lower case.
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The first field of this name, in lower case.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(own, _)| own == name)?;
        Some(value)
    }

    /// Every field of this name, in lower case.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(own, _)| own == name);
        named.map(|(_, value)| value.as_str())
    }

    /// `type/subtype` in lower case; what says nothing is text.
    pub(super) fn content_type(&self) -> String {
        let value = self.get("content-type").unwrap_or("text/plain");
        let kind = value.split(';').next().unwrap_or_default();
        kind.trim().to_lowercase()
    }

    /// A parameter of the content type, as it is written.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let parameters = self.get("content-type")?.split(';').skip(1);
        let mut named = parameters.filter_map(|parameter| parameter.split_once('='));
        let (_, value) = named.find(|(own, _)| own.trim().eq_ignore_ascii_case(name))?;
        Some(value.trim().trim_matches('"')).filter(|value| !value.is_empty())
    }
}

/// The parts of a multipart, each with its own header; none of anything else.
pub(super) fn parts<'a>(fields: &Fields, body: &'a [u8]) -> Vec<&'a [u8]> {
    let Some(boundary) = fields.parameter("boundary") else {
        return Vec::new();
    };
    let (begin, end) = (format!("--{boundary}"), format!("--{boundary}--"));
    let mut parts = Vec::new();
    let mut begun: Option<usize> = None;
    let mut rest = body;
    while let Some((line, after)) = next_line(rest) {
        let at = body.len() - rest.len();
        let line = line.trim_ascii_end();
        if line == begin.as_bytes() || line == end.as_bytes() {
            parts.extend(begun.map(|from| &body[from..at]));
            if line == end.as_bytes() || parts.len() >= MOST_PARTS {
                return parts;
            }
            begun = Some(body.len() - after.len());
        }
        rest = after;
    }
    // The end is missing where a message was cut off.
    parts.extend(begun.map(|from| &body[from..]));
    parts
}

/// The content of a part, whatever it was packed in.
pub(super) fn decoded(fields: &Fields, body: &[u8]) -> Vec<u8> {
    let packed = fields.get("content-transfer-encoding").unwrap_or_default();
    match packed.to_lowercase().as_str() {
        "base64" => {
            let letters = body.iter().filter(|byte| !byte.is_ascii_whitespace());
            let letters: Vec<u8> = letters.copied().collect();
            STANDARD.decode(letters).unwrap_or_default()
        }
        "quoted-printable" => unquoted(body),
        _ => body.to_vec(),
    }
}

/// RFC 2045 §6.7; what is no code stands for itself.
fn unquoted(body: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let code = after.get(..2).and_then(|code| str::from_utf8(code).ok());
        match (byte, after) {
            (b'=', [b'\r', b'\n', next @ ..] | [b'\n', next @ ..]) => rest = next,
            (b'=', _) => match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
                Some(byte) => {
                    text.push(byte);
                    rest = &after[2..];
                }
                None => text.push(byte),
            },
            _ => text.push(byte),
        }
    }
    text
}

/// The words of a field on one line, whatever they were packed in (RFC 2047).
pub(super) fn words(field: &str) -> String {
    if !field.contains("=?") {
        return clean_line(field);
    }
    let header = format!("Subject: {field}\r\n\r\n");
    let parser = MessageParser::new().header_text(HeaderName::Subject);
    let read = parser.parse_headers(header.as_bytes());
    let text = read.as_ref().and_then(|message| message.subject());
    clean_line(text.unwrap_or(field))
}

/// The first line without its end, and what follows it.
pub(super) fn next_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    if bytes.is_empty() {
        return None;
    }
    let (line, rest) = match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[][..]),
    };
    Some((line.strip_suffix(b"\r").unwrap_or(line), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_unfolded_and_found_by_name() {
        let text = b"From MAILER-DAEMON Mon Jan  4 08:00:00 2027\r\nTo: a@b.c\nSUBJECT: one\n\ttwo\r\n three\n\nbody";
        let (fields, rest) = Fields::read(text);
        assert_eq!(fields.get("subject"), Some("one two three"));
        assert_eq!(fields.all("to").collect::<Vec<_>>(), ["a@b.c"]);
        assert_eq!(rest, b"body");
    }

    #[test]
    fn a_multipart_falls_into_its_parts() {
        let text = b"Content-Type: multipart/report;\n boundary=\"b/1\"\n\nnot this\n--b/1\none\n--b/1x\n--b/1\ntwo\n--b/1--\nnor this";
        let (fields, body) = Fields::read(text);
        let found = parts(&fields, body);
        assert_eq!(found, [&b"one\n--b/1x\n"[..], b"two\n"]);
        let cut_off = b"Content-Type: multipart/mixed; boundary=b\n\n--b\none";
        let (fields, body) = Fields::read(cut_off);
        assert_eq!(parts(&fields, body), [b"one"]);
    }

    #[test]
    fn words_are_read_whatever_they_were_packed_in() {
        for (field, expected) in [
            ("Re: Interview", "Re: Interview"),
            ("=?utf-8?Q?Zo=C3=AB?= came", "Zoë came"),
            ("=?iso-8859-1?Q?Gr=FC=DFe?=", "Grüße"),
            ("=?UTF-8?B?R3LDvMOfZQ==?= =?UTF-8?B?IQ==?=", "Grüße!"),
            ("a =? b", "a =? b"),
            ("=?utf-8?B?Cg==?=x\u{202e}", "x"),
            ("", ""),
        ] {
            assert_eq!(words(field), expected, "{field}");
        }
    }

    #[test]
    fn what_was_packed_is_unpacked() {
        let packed = |how: &str, body: &[u8]| {
            let header = format!("Content-Transfer-Encoding: {how}\n\n");
            decoded(&Fields::read(header.as_bytes()).0, body)
        };
        assert_eq!(packed("Base64", b"aGVs\r\nbG8="), b"hello");
        assert_eq!(packed("base64", b"*"), b"");
        assert_eq!(
            packed("quoted-printable", b"a=C3=A4=\r\nb=zz=\nc="),
            "aäb=zzc=".as_bytes()
        );
        assert_eq!(packed("8bit", b"=C3"), b"=C3");
    }
}
