//! The bytes of an uploaded file as text. Unicode is read in each of its forms; other encodings are not guessed, because a
//! wrong guess spoils names without a word.
use crate::text::Refusal;

const SPREADSHEET: Refusal =
    "This is a spreadsheet, not CSV. Save it as “CSV UTF-8”, or copy its cells and paste them.";
const NOT_UNICODE: Refusal =
    "This file is not in UTF-8. Save it as “CSV UTF-8”, or copy its cells and paste them.";
const NOT_TEXT: Refusal = "This is not a text file. Choose a CSV file.";

/// What programs for spreadsheets write: zipped, or in the older form.
const SPREADSHEETS: [&[u8]; 2] = [b"PK\x03\x04", b"\xD0\xCF\x11\xE0"];

/// The text of a file, without its byte order mark.
pub fn decode(bytes: &[u8]) -> Result<String, Refusal> {
    if SPREADSHEETS.iter().any(|begin| bytes.starts_with(begin)) {
        return Err(SPREADSHEET);
    }
    let text = match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        [0xEF, 0xBB, 0xBF, rest @ ..] | rest => {
            let text = std::str::from_utf8(rest).map_err(|_| NOT_UNICODE)?;
            text.to_owned()
        }
    };
    match text.contains('\0') {
        true => Err(NOT_TEXT),
        false => Ok(text),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Refusal> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(NOT_UNICODE);
    }
    let units = pairs.iter().map(|pair| unit(*pair));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.map_err(|_| NOT_UNICODE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unicode_is_read_in_each_of_its_forms() {
        let text = "Zoë 🎉";
        let of = |unit: fn(u16) -> [u8; 2], mark: [u8; 2]| -> Vec<u8> {
            let units = text.encode_utf16().flat_map(unit);
            mark.into_iter().chain(units).collect()
        };
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            of(u16::to_le_bytes, [0xFF, 0xFE]),
            of(u16::to_be_bytes, [0xFE, 0xFF]),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Ok(text));
        }
        assert_eq!(decode(b"").as_deref(), Ok(""));
    }

    #[test]
    fn everything_else_is_refused_with_what_to_do() {
        for (bytes, why) in [
            (&b"Zo\xEB;zoe@example.com"[..], NOT_UNICODE),
            (b"\xFF\xFEa", NOT_UNICODE),
            (b"\xFF\xFE\x00\xD8", NOT_UNICODE),
            (b"PK\x03\x04...", SPREADSHEET),
            (b"\xD0\xCF\x11\xE0...", SPREADSHEET),
            (b"a\0b", NOT_TEXT),
            (b"a\0b\0", NOT_TEXT),
        ] {
            assert_eq!(decode(bytes), Err(why), "{bytes:?}");
        }
    }
}
