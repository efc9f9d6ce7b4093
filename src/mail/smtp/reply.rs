//! What a server answers.

/// A reply, as the server said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Three digits.
    pub code: u16,
    /// The text of each line, without the code.
    pub lines: Vec<String>,
}

impl Reply {
    /// 2xx.
    pub fn is_positive(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// 4xx or 5xx.
    pub fn is_refusal(&self) -> bool {
        (400..600).contains(&self.code)
    }

    /// The RFC 3463 code at the beginning of the text, if it agrees with the reply's (RFC 2034 §4).
    pub fn enhanced_code(&self) -> Option<&str> {
        let code = self.lines.first()?.split(' ').next()?;
        let parts: Vec<_> = code.split('.').collect();
        let is_code = parts.len() == 3
            && parts[0].len() == 1
            && parts[0].parse() == Ok(self.code / 100)
            && parts[1..].iter().all(|part| {
                (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
            });
        is_code.then_some(code)
    }

    /// Code and words on one line, the enhanced code once.
    pub fn text(&self) -> String {
        let enhanced = self.enhanced_code();
        let words = self.lines.iter().enumerate().map(|(at, line)| {
            enhanced
                .filter(|_| at > 0)
                .and_then(|code| line.strip_prefix(code))
                .unwrap_or(line)
                .trim()
        });
        let words: Vec<_> = words.filter(|words| !words.is_empty()).collect();
        format!("{} {}", self.code, words.join(" "))
            .trim_end()
            .to_owned()
    }
}

/// Code, whether another line follows, and text of one line; codes of any second digit occur in the
/// wild (`571`), and the space after the code may be missing.
pub(super) fn parse_line(line: &str) -> Option<(u16, bool, &str)> {
    let digits = line.get(..3)?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let code: u16 = digits
        .parse()
        .ok()
        .filter(|code| (200..600).contains(code))?;
    match line.as_bytes().get(3) {
        None => Some((code, false, "")),
        Some(b' ') => Some((code, false, &line[4..])),
        Some(b'-') => Some((code, true, &line[4..])),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(code: u16, lines: &[&str]) -> Reply {
        Reply {
            code,
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        }
    }

    #[test]
    fn lines_are_read_as_servers_write_them() {
        assert_eq!(parse_line("250 ok"), Some((250, false, "ok")));
        assert_eq!(parse_line("250-SIZE 10"), Some((250, true, "SIZE 10")));
        assert_eq!(parse_line("571 "), Some((571, false, "")));
        assert_eq!(parse_line("354"), Some((354, false, "")));
        for nonsense in [
            "",
            "25",
            "2500 x",
            "HTTP/1.1 400",
            "199 x",
            "600 x",
            "250_x",
            "été",
        ] {
            assert_eq!(parse_line(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn an_enhanced_code_agrees_with_the_reply() {
        for (reply, code) in [
            (reply(550, &["5.1.1 no such user"]), Some("5.1.1")),
            (reply(250, &["2.0.0 queued"]), Some("2.0.0")),
            (reply(550, &["4.1.1 odd"]), None),
            (reply(550, &["5.1 odd"]), None),
            (reply(550, &["5.1.1234 odd"]), None),
            (reply(550, &["1.2.3.4 is blocked"]), None),
            (reply(550, &[]), None),
        ] {
            assert_eq!(reply.enhanced_code(), code, "{reply:?}");
        }
    }

    #[test]
    fn the_text_says_the_enhanced_code_once() {
        let reply = reply(
            535,
            &["5.7.8 Username and", "5.7.8 Password not accepted", ""],
        );
        assert_eq!(reply.text(), "535 5.7.8 Username and Password not accepted");
    }
}
