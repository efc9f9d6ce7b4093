//! The letters of what somebody wrote, whatever they say they wrote it in.
use mail_parser::decoders::charsets::{DecoderFnc, map::charset_decoder};

/// What programs write that name another one by mistake.
const USUAL: &[u8] = b"windows-1252";

/// The text of a part that names this character set.
pub(super) fn text(bytes: &[u8], named: Option<&str>) -> String {
    let named = named.filter(|name| !name.eq_ignore_ascii_case("utf-8"));
    let decoder = |name: &[u8]| -> Option<DecoderFnc> { charset_decoder(name) };
    let named = named.and_then(|name| decoder(name.as_bytes()));
    match (str::from_utf8(bytes), named) {
        // Nothing else looks like it by chance.
        (Ok(text), _) if !text.is_ascii() => text.to_owned(),
        (Ok(text), None) => text.to_owned(),
        (_, Some(named)) => named(bytes),
        (Err(_), None) => match decoder(USUAL) {
            Some(usual) => usual(bytes),
            None => String::from_utf8_lossy(bytes).into_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_read_whatever_is_said_of_them() {
        for (bytes, named) in [
            ("Grüße".as_bytes(), Some("utf-8")),
            ("Grüße".as_bytes(), Some("iso-8859-1")),
            ("Grüße".as_bytes(), None),
            (b"Gr\xFC\xDFe", Some("iso-8859-1")),
            (b"Gr\xFC\xDFe", Some("utf-8")),
            (b"Gr\xFC\xDFe", Some("no-such-thing")),
            (b"Gr\xFC\xDFe", None),
            (b"G\0r\0\xFC\0\xDF\0e\0", Some("utf-16le")),
        ] {
            assert_eq!(text(bytes, named), "Grüße", "{named:?}");
        }
    }
}
