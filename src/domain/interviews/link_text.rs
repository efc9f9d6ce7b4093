//! A join link as it arrives: mail programs glue characters to addresses, break them and write them anew.

/// With these letters every token begins: it is JSON in base64url.
const BEGINS: &str = "eyJ";
/// The last part of a token, an HMAC of 32 bytes in base64url without padding (RFC 7515 §2), has so many letters.
const SIGNATURE: usize = 43;
/// What quoted-printable makes of `=`, which no link has, of the blank at the end of a line, and of what links have.
const QUOTED: [(&str, &str); 5] = [
    ("=3D", ""),
    ("=20", " "),
    ("=2D", "-"),
    ("=2E", "."),
    ("=5F", "_"),
];
/// Of more than this nothing is read.
pub(super) const LONGEST: usize = 4096;

/// The token in what stands behind `/interview/`, without what a mail program glued to its ends or put inside. None where
/// no whole token is in it: one that was cut, or that has more letters right behind it, is another one.
pub fn token(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let text = plain(text)
        // Where a long word may be broken, says HTML.
        .replace("<wbr>", "")
        // Browsers make slashes of the backslashes that Markdown puts there.
        .replace("/_", "_");
    let mut token = String::new();
    let (mut dots, mut signed) = (0, 0);
    for c in from_its_beginning(&text)?.chars() {
        if signed == SIGNATURE {
            // Letters of other alphabets are words that follow without a blank.
            return (!c.is_ascii_alphanumeric()).then_some(token);
        }
        match c {
            // SMTP sends the dot at the beginning of a line twice (RFC 5321 §4.5.2), and not everybody takes one away.
            '.' if token.ends_with('.') => continue,
            '.' if dots < 2 => dots += 1,
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => signed += usize::from(dots == 2),
            c if is_put_inside(c) => continue,
            _ => return None,
        }
        token.push(c);
    }
    (signed == SIGNATURE).then_some(token)
}

/// From the first letter of a token on, wherever its first line was broken.
fn from_its_beginning(text: &str) -> Option<&str> {
    let first = BEGINS.chars().next()?;
    let begins = |rest: &&str| {
        let letters = rest.chars().filter(|c| !is_put_inside(*c));
        letters.take(BEGINS.len()).eq(BEGINS.chars())
    };
    let places = text.match_indices(first);
    places.map(|(at, _)| &text[at..]).find(begins)
}

/// Is nothing left that could be part of a link?
pub fn is_blank(text: &str) -> bool {
    !plain(text).contains(char::is_alphanumeric)
}

/// As it was before it was escaped for an address or a mail.
pub(super) fn plain(text: &str) -> String {
    // Somebody on the way may have escaped what was escaped already.
    let text = unescaped(&unescaped(text));
    // Others could as well be letters behind the `=` of a line that was broken.
    QUOTED.iter().fold(text, |text, (quoted, plain)| {
        text.replace(quoted, plain)
            .replace(&quoted.to_lowercase(), plain)
    })
}

/// Breaks of lines, the marks of quoted lines, what nobody sees, and what cannot be read.
pub(super) fn is_put_inside(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            // A form writes a blank as a plus.
            '=' | '>' | '|' | '\\' | '+' | '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
                // Directions of writing, from pages that are read from right to left.
                | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}'
                | '\u{feff}' | '\u{fffd}'
        )
}

/// With each `%41` as the byte that it stands for; what stands for none stays.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match (first, tail) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => {
                bytes.push(high * 16 + low);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str =
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.abcdefghijklmnopqrstuvwxyz-_ABCDEFGHIJKLMNO";

    fn halves() -> (&'static str, &'static str) {
        TOKEN.split_at(30)
    }

    #[test]
    fn what_is_glued_to_a_token_is_no_part_of_it() {
        assert_eq!(token(TOKEN).as_deref(), Some(TOKEN));
        for tail in [
            ".",
            ",",
            ")",
            ">",
            "]",
            "\"",
            "'",
            ";",
            "!",
            "…",
            "*",
            "_",
            "=",
            "/",
            "%20",
            "%3E",
            "&utm=1",
            "-",
            "?",
            ":",
            "}",
            "`",
            "\\",
            "|",
            "~",
            "\u{201d}",
            "\u{200b}",
            "%0D%0A",
            "%2520",
            "&amp;utm_source=mail",
            "*_",
            ").",
            ">.",
            "%3Futm=1",
            "%23top",
            "/join",
            "//",
            "<br>",
            "%E2%80%8B",
            "\u{a0}",
            " See you there",
            "\r\nRegards",
            "=20",
            "%E2%80",
            "%A0",
            "%",
            "。",
            "을",
            "\u{2069}",
        ] {
            let mangled = format!("{TOKEN}{tail}");
            assert_eq!(token(&mangled).as_deref(), Some(TOKEN), "{tail:?}");
        }
        for head in [
            "<",
            "%3C",
            "\"",
            "(",
            "/",
            "%20",
            "\u{200b}",
            "https://jobs.example/interview/",
            "*",
            "_",
            "3D",
            "=3D",
            "url=",
        ] {
            let mangled = format!("{head}{TOKEN}");
            assert_eq!(token(&mangled).as_deref(), Some(TOKEN), "{head:?}");
        }
    }

    #[test]
    fn what_is_put_inside_of_a_token_is_no_part_of_it() {
        let (first, second) = halves();
        for inside in [
            " ",
            "\n",
            "\r\n",
            "%0A",
            "%0d%0a",
            "%20",
            "\t",
            "\u{200b}",
            "%E2%80%8B",
            "\u{ad}",
            "\u{feff}",
            "=\r\n",
            "=%0D%0A",
            "=3D",
            "=3d",
            "%3D3D",
            "\r\n> ",
            "\r\n| ",
            "\u{a0}",
            "+",
            "=20\r\n",
            "%A0",
            "%AD",
            "<wbr>",
            "%3Cwbr%3E",
            "\u{2066}",
            "\u{202a}",
        ] {
            let mangled = format!("{first}{inside}{second}");
            assert_eq!(token(&mangled).as_deref(), Some(TOKEN), "{inside:?}");
        }
        assert_eq!(token(&TOKEN.replace('.', "%2E")).as_deref(), Some(TOKEN));
        assert_eq!(token(&TOKEN.replace('.', "%252e")).as_deref(), Some(TOKEN));
        for (from, to) in [
            (".", "=2E"),
            (".", "\r\n.."),
            (".", "=\r\n.."),
            ("-", "=2D"),
            ("_", "=5f"),
            ("_", "\\_"),
            ("_", "/_"),
            ("_", "%5C_"),
            ("eyJh", "e=\r\nyJh"),
            ("eyJh", "ey%0AJh"),
        ] {
            let mangled = TOKEN.replace(from, to);
            assert_eq!(token(&mangled).as_deref(), Some(TOKEN), "{mangled:?}");
        }
    }

    #[test]
    fn a_token_that_is_not_whole_is_none() {
        let (first, second) = halves();
        let cut = &TOKEN[..TOKEN.len() - 1];
        for other in [
            String::new(),
            ".".into(),
            "eyJ".into(),
            "x".repeat(5000),
            format!("{TOKEN}{}", "x".repeat(5000)),
            cut.to_owned(),
            format!("{cut}."),
            format!("{TOKEN}x"),
            format!("{TOKEN}1"),
            format!("{first}&{second}"),
            format!("{first}/{second}"),
            format!("{first}.{second}"),
            TOKEN.replacen('.', "", 1),
            TOKEN.replacen("eyJ", "yJ", 1),
            TOKEN.replace("eyJ", "e.yJ"),
            TOKEN.to_uppercase(),
        ] {
            assert_eq!(token(&other), None, "{other}");
        }
    }
}
