//! The address of the database, and a password in it that spoils it.

/// What is wrong with a PostgreSQL address: characters of a password that mean something else there. The
/// address is not repeated, it holds the password.
pub(super) fn mistake(url: &str) -> Option<&'static str> {
    let (_, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, after) = rest.split_at(end);
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (user, host),
        None => ("", authority),
    };
    let path = after.split(['?']).next().unwrap_or_default();
    let is_spoilt = user.contains('@')
        || path.contains(['@', '#'])
        || after.contains('#')
        || !is_encoded(user)
        || rest.chars().any(char::is_whitespace)
        || !has_port(host)
        || (authority.find('@').is_none() && after.contains('@') && !after.contains('='));
    is_spoilt.then_some(
        "contains characters with a special meaning in URLs, most likely in the password: percent-encode them (@ as %40, : as %3A, / as %2F, ? as %3F, # as %23, % as %25, a space as %20)",
    )
}

fn is_encoded(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_allowed = |at: usize| match bytes[at] {
        b'%' => bytes
            .get(at + 1..at + 3)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)),
        b'[' | b']' | b'<' | b'>' | b'"' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' => false,
        _ => true,
    };
    (0..bytes.len()).all(is_allowed)
}

/// A host may be followed by a port; a name and a password look like that, too, but for the digits.
fn has_port(host: &str) -> bool {
    let after_brackets = host.rsplit_once(']').map_or(host, |(_, after)| after);
    match after_brackets.split_once(':') {
        Some((_, port)) => port.is_empty() || port.parse::<u16>().is_ok(),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raw_password_is_seen() {
        for url in [
            "postgres://u:p@ss/word#@host/db",
            "postgres://u:p@ss@host/db",
            "postgres://u:p/ss@host/db",
            "postgres://u:1/2@host/db",
            "postgres://u:p#ss@host/db",
            "postgres://u:p?ss@host/db",
            "postgres://u:12?34@host/db",
            "postgres://u:100%@host/db",
            "postgres://u:p ss@host/db",
            "postgres://u:p[ss@host/db",
            "postgres://u:p%zz@host/db",
        ] {
            assert!(mistake(url).is_some(), "{url}");
        }
    }

    #[test]
    fn a_sound_address_is_left_alone() {
        for url in [
            "postgres://u:p%40ss%2Fword%23@host/db",
            "postgres://u:p:a:s@host:5432/db",
            "postgres://u@host/db?sslmode=require",
            "postgres://host/db",
            "postgresql://u:pass@[::1]:5432/db",
            "postgres://u:pa$s!*w_rd~@host/db?options=-csearch_path%3Dx",
            "postgres:///db?host=/var/run/postgresql&user=u",
            "postgres://%2Fvar%2Frun%2Fpostgresql/db",
            "postgres://u@h/db?application_name=a@b",
            "postgres:",
        ] {
            assert_eq!(mistake(url), None, "{url}");
        }
    }
}
