//! Addresses as reports write them: with types, comments and display names, in quotes and in codes.

/// More than any address needs.
const LONGEST: usize = 1000;

/// Every name that a field has for an address: `rfc822; "Jane" <jane@example.com> (home)` has one.
pub(super) fn names(typed: &str) -> Vec<String> {
    let typed: String = typed.chars().take(LONGEST).collect();
    let text = without_comments(&typed);
    let value = match text.split_once(';') {
        Some((kind, value)) if is_type(kind.trim()) || kind.trim().is_empty() => value,
        _ => &text,
    };
    let bare = bare(value.trim());
    let spelt = spelt_out(&bare);
    let mut names = vec![spelt.clone()];
    // An encoded `+` of the original recipient (RFC 3461 §4), which some servers leave as it was.
    if let Some(decoded) = decoded(&spelt) {
        names.push(decoded);
    }
    names.retain(|name| name.contains('@'));
    names
}

/// `rfc822`, `utf-8`, `x-local`, `rfc/822`.
pub(super) fn is_type(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '_' | '.'))
}

/// Without what stands in parentheses, outside quotes (RFC 5322 §3.2.2).
pub(super) fn without_comments(text: &str) -> String {
    let (mut depth, mut is_quoted, mut is_escaped) = (0_usize, false, false);
    let mut left = String::with_capacity(text.len());
    for c in text.chars() {
        let was_escaped = std::mem::replace(&mut is_escaped, false);
        match c {
            _ if was_escaped => {}
            '\\' => is_escaped = true,
            '"' if depth == 0 => is_quoted = !is_quoted,
            '(' if !is_quoted => {
                depth += 1;
                continue;
            }
            ')' if !is_quoted && depth > 0 => {
                depth -= 1;
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            left.push(c);
        }
    }
    // Nobody ended the comment: then it is none.
    match depth {
        0 => left,
        _ => text.to_owned(),
    }
}

/// The address alone.
fn bare(value: &str) -> String {
    let pointed = value.rsplit_once('<').map(|(_, inside)| {
        let end = inside.find('>').unwrap_or(inside.len());
        &inside[..end]
    });
    let value = pointed
        .filter(|inside| inside.contains('@'))
        .unwrap_or(value);
    let value = value.trim().trim_matches(['<', '>', ',', ';', ' ']);
    let value = value.strip_prefix("mailto:").unwrap_or(value);
    // A route, which nobody takes any more: `@relay.example:jane@example.com`.
    let value = match value
        .strip_prefix('@')
        .and_then(|route| route.split_once(':'))
    {
        Some((_, rest)) => rest,
        None => value,
    };
    unquoted(value).unwrap_or_else(|| {
        let mut pieces = value.split_whitespace();
        let named = pieces.find(|piece| piece.contains('@')).unwrap_or(value);
        named
            .trim_matches(|c| matches!(c, '<' | '>' | '"' | '\'' | ',' | ';' | ':'))
            .to_owned()
    })
}

/// `"jane.doe"@example.com`: quotes that are needed for nothing make no other address.
fn unquoted(value: &str) -> Option<String> {
    let (local, domain) = value.strip_prefix('"')?.rsplit_once("\"@")?;
    Some(format!("{}@{domain}", local.replace('\\', "")))
}

/// `utf-8` addresses may be written with `\x{fc}` (RFC 6533 §3).
fn spelt_out(text: &str) -> String {
    let mut pieces = text.split("\\x{");
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

/// `jane+2Bwork@example.com` is `jane+work@example.com`.
fn decoded(text: &str) -> Option<String> {
    let (first, rest) = text.split_once('+')?;
    let mut address = first.to_owned();
    for piece in rest.split('+') {
        let byte = piece
            .get(..2)
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        let byte = byte.filter(|byte| byte.is_ascii_graphic())?;
        address.push(char::from(byte));
        address.push_str(&piece[2..]);
    }
    Some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_in_whatever_surrounds_it() {
        for typed in [
            "rfc822; jane@example.com",
            "RFC822;jane@example.com",
            "rfc/822;jane@example.com",
            "unknown; jane@example.com",
            "x-local;jane@example.com",
            "; jane@example.com",
            "jane@example.com",
            "rfc822; <jane@example.com>",
            "rfc822; \"Jane\" <jane@example.com>",
            "rfc822; \"Jane; or <me>\" <jane@example.com>",
            "rfc822; Jane Doe <jane@example.com>",
            "rfc822; jane@example.com (Jane (at home))",
            "(of old) rfc822; jane@example.com",
            "rfc822; \"jane\"@example.com",
            "rfc822; mailto:jane@example.com",
            "rfc822; @relay.example,@b.example:jane@example.com",
            "rfc822; jane@example.com on Monday",
            "rfc822; 'jane@example.com'",
            "utf-8; \\x{6A}ane@example.com",
        ] {
            assert_eq!(names(typed), ["jane@example.com"], "{typed}");
        }
    }

    #[test]
    fn what_names_nobody_has_no_name() {
        for typed in [
            "",
            "rfc822;",
            "x-local; jane",
            "rfc822; (jane@example.com)",
            "unknown",
        ] {
            assert_eq!(names(typed), Vec::<String>::new(), "{typed}");
        }
    }

    #[test]
    fn an_encoded_plus_is_read_both_ways() {
        let names = names("rfc822; jane+2Bwork@example.com");
        assert_eq!(names, ["jane+2Bwork@example.com", "jane+work@example.com"]);
    }
}
