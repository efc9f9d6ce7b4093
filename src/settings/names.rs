//! The names of all settings, and what is meant by names that are close to them.

/// Every setting, as docs/operating.md lists them.
const KNOWN: &[&str] = &[
    "ALLOW_INSECURE",
    "BASE_URL",
    "BOUNCE_IMAP_FOLDER",
    "BOUNCE_IMAP_HOST",
    "BOUNCE_IMAP_PASSWORD",
    "BOUNCE_IMAP_PORT",
    "BOUNCE_IMAP_USER",
    "BOUNCE_IMAP_USE_SSL",
    "BOUNCE_IMAP_USE_TLS",
    "DATABASE_URL",
    "DEFAULT_FROM_EMAIL",
    "EMAIL_AUTH",
    "EMAIL_BACKEND",
    "EMAIL_BOUNCE_ADDRESS",
    "EMAIL_CONSOLE_FALLBACK",
    "EMAIL_EVENTS",
    "EMAIL_EVENTS_MAILGUN_KEY",
    "EMAIL_EVENTS_RESEND_SECRET",
    "EMAIL_EVENTS_SENDGRID_KEY",
    "EMAIL_EVENTS_SES_TOPIC",
    "EMAIL_FALLBACK_HOST",
    "EMAIL_FALLBACK_HOST_PASSWORD",
    "EMAIL_FALLBACK_HOST_USER",
    "EMAIL_FALLBACK_PORT",
    "EMAIL_FALLBACK_USE_SSL",
    "EMAIL_FALLBACK_USE_TLS",
    "EMAIL_HOST",
    "EMAIL_HOST_PASSWORD",
    "EMAIL_HOST_USER",
    "EMAIL_MAX_PER_SECOND",
    "EMAIL_OAUTH_CLIENT_ID",
    "EMAIL_OAUTH_CLIENT_SECRET",
    "EMAIL_OAUTH_DEVICE_ENDPOINT",
    "EMAIL_OAUTH_PROVIDER",
    "EMAIL_OAUTH_SCOPE",
    "EMAIL_OAUTH_TENANT",
    "EMAIL_OAUTH_TOKEN_ENDPOINT",
    "EMAIL_PORT",
    "EMAIL_USE_SSL",
    "EMAIL_USE_TLS",
    "HSTS_INCLUDE_SUBDOMAINS",
    "LISTEN",
    "RUST_LOG",
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "TRUSTED_PROXIES",
];

/// What other programs call the same thing.
const ELSEWHERE: &[(&str, &str)] = &[
    ("EMAIL_FROM", "DEFAULT_FROM_EMAIL"),
    ("EMAIL_DEFAULT_FROM", "DEFAULT_FROM_EMAIL"),
    ("EMAIL_PASSWORD", "EMAIL_HOST_PASSWORD"),
    ("EMAIL_PASS", "EMAIL_HOST_PASSWORD"),
    ("EMAIL_SERVER", "EMAIL_HOST"),
    ("EMAIL_SSL", "EMAIL_USE_SSL"),
    ("EMAIL_STARTTLS", "EMAIL_USE_TLS"),
    ("EMAIL_TLS", "EMAIL_USE_TLS"),
    ("EMAIL_USER", "EMAIL_HOST_USER"),
    ("EMAIL_USERNAME", "EMAIL_HOST_USER"),
    ("EMAIL_USE_STARTTLS", "EMAIL_USE_TLS"),
];

/// Only our settings begin like this, so that another name is a mistake or does nothing.
const OURS: [&str; 2] = ["EMAIL_", "BOUNCE_IMAP_"];

/// In a short name two other letters make another word.
const LONG: usize = 8;

/// Is it a setting?
pub(super) fn is_setting(name: &str) -> bool {
    KNOWN.contains(&name)
}

/// May its value let somebody in?
pub(super) fn is_secret(name: &str) -> bool {
    name.ends_with("PASSWORD")
        || name.ends_with("_SECRET")
        || name.ends_with("_MAILGUN_KEY")
        || name.starts_with("SECRET_KEY")
        || name == "DATABASE_URL"
}

/// What is to be said of a name; nothing of a setting, and of one that belongs to another program.
pub(super) fn remark(name: &str) -> Option<String> {
    if is_setting(name) {
        return None;
    }
    match (
        meant(name),
        OURS.iter().any(|begin| name.starts_with(begin)),
    ) {
        (Some(meant), _) => Some(format!(
            "{name} is not a setting and has no effect. Did you mean {meant}?"
        )),
        (None, true) => Some(format!(
            "{name} is not a Greenroom setting and has no effect"
        )),
        (None, false) => None,
    }
}

fn meant(name: &str) -> Option<&'static str> {
    let upper = name.to_ascii_uppercase().replace('-', "_");
    if let Some((_, meant)) = ELSEWHERE.iter().find(|(other, _)| *other == upper) {
        return Some(meant);
    }
    let most = match upper.len() {
        LONG.. => 4,
        _ => 2,
    };
    let own = KNOWN.iter().map(|known| (*known, *known));
    let near = own.chain(ELSEWHERE.iter().copied());
    let near = near.map(|(name, meant)| (distance(&upper, name), meant));
    let (distance, known) = near.min()?;
    (distance <= most).then_some(known)
}

/// Two for each letter that is missing, too many or wrong; one for two that changed places, which is the
/// likelier slip: `TSL` is TLS rather than SSL.
fn distance(one: &str, other: &str) -> usize {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut rows = vec![vec![0; other.len() + 1]; one.len() + 1];
    for i in 0..=one.len() {
        for j in 0..=other.len() {
            if i == 0 || j == 0 {
                rows[i][j] = 2 * (i + j);
                continue;
            }
            let differs = 2 * usize::from(one[i - 1] != other[j - 1]);
            let changed = rows[i - 1][j - 1] + differs;
            let mut least = changed.min(rows[i - 1][j] + 2).min(rows[i][j - 1] + 2);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_list_is_that_of_the_handbook() {
        let handbook = include_str!("../../docs/operating.md");
        let (_, table) = handbook.split_once("\n## Settings\n").expect("a chapter");
        let (table, _) = table.split_once("\n## ").expect("its end");
        let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
        let cells = rows.filter_map(|row| row.split(" | ").next());
        let names: BTreeSet<&str> = cells
            .flat_map(|cell| cell.split(['`', ',', ' ']))
            .filter(|name| !name.is_empty())
            .collect();
        assert_eq!(names, KNOWN.iter().copied().collect());
    }

    #[test]
    fn a_name_that_is_nearly_right_is_told_which_one_is_meant() {
        for (name, said) in [
            ("EMAIL_HSOT", Some("Did you mean EMAIL_HOST?")),
            (
                "EMAIL_HOST_PASSWROD",
                Some("Did you mean EMAIL_HOST_PASSWORD?"),
            ),
            ("EMAIL_PASSWORD", Some("Did you mean EMAIL_HOST_PASSWORD?")),
            ("email_host", Some("Did you mean EMAIL_HOST?")),
            ("EMAIL-PORT", Some("Did you mean EMAIL_PORT?")),
            (
                "DEFAULT_FROM_MAIL",
                Some("Did you mean DEFAULT_FROM_EMAIL?"),
            ),
            ("EMAIL_TSL", Some("Did you mean EMAIL_USE_TLS?")),
            ("EMAIL_USE_TSL", Some("Did you mean EMAIL_USE_TLS?")),
            ("SECRETKEY", Some("Did you mean SECRET_KEY?")),
            (
                "EMAIL_TIMEOUT",
                Some("EMAIL_TIMEOUT is not a Greenroom setting"),
            ),
            ("EMAIL_HOST", None),
            ("POSTGRES_PASSWORD", None),
            ("PATH", None),
            ("HOSTNAME", None),
            ("LISTEN_FDS", None),
        ] {
            let remark = remark(name);
            match said {
                Some(said) => assert!(
                    remark
                        .as_deref()
                        .is_some_and(|remark| remark.contains(said)),
                    "{name} {remark:?}"
                ),
                None => assert_eq!(remark, None, "{name}"),
            }
        }
    }
}
