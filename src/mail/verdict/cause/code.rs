//! Codes of RFC 3463 in what servers write.

/// The most precise code that is told: the one that is stated, unless it says little and the words quote a better one; what
/// the innermost server says stands last.
pub fn precise(stated: Option<&str>, words: &str) -> Option<String> {
    let quoted: Vec<&str> = all(words).filter(|code| !is_vague(code)).collect();
    let class = stated.and_then(|code| code.get(..1));
    let same_class = |code: &&&str| class.is_none_or(|class| code.starts_with(class));
    let innermost = quoted.iter().rfind(same_class);
    match (stated, innermost) {
        (_, Some(code)) => Some((*code).to_owned()),
        (Some(stated), None) => Some(stated.to_owned()),
        (None, None) => all(words).last().map(str::to_owned),
    }
}

/// Every code in a text: three numbers with dots, the first of them 2, 4 or 5.
pub fn all(text: &str) -> impl Iterator<Item = &str> {
    let candidates = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    candidates
        .map(|text| text.trim_matches('.'))
        .filter(|text| is_code(text))
}

fn is_code(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let is_number = |part: &&str| {
        (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    parts.len() == 3
        && matches!(parts[0], "2" | "4" | "5")
        // RFC 3463 knows the subjects 0 to 7: anything else is the version of a program.
        && parts[1].len() == 1 && matches!(parts[1].as_bytes(), [b'0'..=b'7'])
        && is_number(&parts[2])
}

/// `5.0.0`, `5.1.0`, `5.0.350`: something about something.
pub fn is_vague(code: &str) -> bool {
    let mut parts = code.split('.').skip(1);
    parts.next() == Some("0") || parts.next() == Some("0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_precise_code_counts() {
        for (stated, words, code) in [
            (Some("5.0.0"), "550 5.1.1 No such user", Some("5.1.1")),
            (
                Some("5.1.0"),
                "5.1.0 - Unknown address error 550-'5.2.2 mailbox full'",
                Some("5.2.2"),
            ),
            (Some("5.1.1"), "", Some("5.1.1")),
            (Some("5.1.1"), "550 5.1.0 rejected", Some("5.1.1")),
            (
                Some("5.0.350"),
                "550 5.0.350 -> 550 5.7.1 no",
                Some("5.7.1"),
            ),
            (Some("5.4.7"), "451 4.7.1 greylisted", Some("5.4.7")),
            (None, "sorry (#5.1.1)", Some("5.1.1")),
            (None, "450 4.2.0 later", Some("4.2.0")),
            (None, "Exim 4.94.2 at 5.1.1.2, v5.1.1", None),
            (None, "", None),
        ] {
            assert_eq!(
                precise(stated, words).as_deref(),
                code,
                "{stated:?} {words}"
            );
        }
    }
}
