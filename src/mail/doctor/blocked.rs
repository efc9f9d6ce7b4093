//! Refusals of the address that our mail comes from: which one, and who has it on which list.
use std::net::IpAddr;

use super::check::Found;
use crate::mail::smtp::{Outcome, Report};

/// A list by what gives it away, and where it is asked about.
const LISTS: [(&str, &str, &str); 8] = [
    ("spamhaus", "Spamhaus", "https://check.spamhaus.org/"),
    ("spamcop", "SpamCop", "https://www.spamcop.net/bl.shtml"),
    (
        "barracuda",
        "Barracuda's list",
        "https://www.barracudacentral.org/lookups",
    ),
    (
        "uceprotect",
        "UCEPROTECT",
        "https://www.uceprotect.net/en/rblcheck.php",
    ),
    ("sorbs", "SORBS", ""),
    (
        "proofpoint",
        "Proofpoint's list",
        "https://ipcheck.proofpoint.com/",
    ),
    (
        "s3140",
        "Microsoft's list (S3140)",
        "https://olcsupport.office.com/",
    ),
    (
        "s3150",
        "Microsoft's list (S3150)",
        "https://olcsupport.office.com/",
    ),
];

/// Words that mean a list of addresses whose mail nobody wants.
const WORDS: [&str; 10] = [
    "blocked using",
    "block list",
    "blocklist",
    "blacklist",
    "black list",
    "black-list",
    "dnsbl",
    "rbl",
    "listed at",
    "listed by",
];

/// What a refusal says of a list; none when it is about something else.
pub(super) fn by_a_list(report: &Report) -> Option<Found> {
    let Outcome::Refused(reply) = &report.outcome else {
        return None;
    };
    let text = reply.text();
    let known = known(&text);
    let is_about_a_list = known.is_some() || has_word(&text);
    if !is_about_a_list {
        return None;
    }
    let zone = zone(&text);
    let (name, site) = known.unwrap_or(("", ""));
    let list = match (zone, name) {
        (Some(zone), "") => zone,
        (Some(zone), name) => format!("{zone} ({name})"),
        (None, "") => "a block list that the reply does not name".into(),
        (None, name) => name.into(),
    };
    let own = address(&text);
    let (whose, it) = match own {
        Some(address) => (format!("The address {address}"), address.to_string()),
        None => (
            "The address that this mail comes from".into(),
            "the address".into(),
        ),
    };
    let at = match site {
        "" => "there".into(),
        site => format!("at {site}"),
    };
    Some(Found::fail(
        format!("{whose} is blocked: it is on {list}. The mail server says: {text}"),
        format!(
            "Look {it} up {at} and have it taken off the list, or send through a relay service. If it is not this machine's, it is your mail server's: tell whoever runs that."
        ),
    ))
}

fn known(text: &str) -> Option<(&'static str, &'static str)> {
    let lower = text.to_lowercase();
    let found = LISTS.iter().find(|(mark, ..)| lower.contains(mark));
    found.map(|(_, name, site)| (*name, *site))
}

/// As words of their own: `rbl` is part of many others.
fn has_word(text: &str) -> bool {
    let spaced: String = text
        .to_lowercase()
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || c == '-' {
                c
            } else {
                ' '
            }
        })
        .collect();
    let words = format!(
        " {} ",
        spaced.split_whitespace().collect::<Vec<_>>().join(" ")
    );
    WORDS.iter().any(|word| {
        words.contains(&format!(" {word} "))
            || words.contains(&format!(" {word}ed "))
            || words.contains(&format!(" {word}s "))
    })
}

/// The name by which a list is asked: `zen.spamhaus.org`.
fn zone(text: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split(|c: char| !(c.is_alphanumeric() || "-._".contains(c)))
        .map(|word| word.trim_matches('.'))
        .filter(|word| !word.is_empty())
        .collect();
    let after = ["using", "by", "at", "in", "on", "from"];
    words.windows(2).find_map(|pair| {
        let is_name = pair[1].contains('.')
            && pair[1].parse::<IpAddr>().is_err()
            && pair[1]
                .rsplit('.')
                .next()
                .is_some_and(|end| end.len() > 1 && end.chars().all(|c| c.is_ascii_alphabetic()));
        (after.contains(&&*pair[0].to_lowercase()) && is_name).then(|| pair[1].to_owned())
    })
}

fn address(text: &str) -> Option<IpAddr> {
    let words = text.split(|c: char| !(c.is_ascii_hexdigit() || ":.".contains(c)));
    let mut addresses = words.filter_map(|word| word.trim_matches('.').parse().ok());
    addresses.find(|address: &IpAddr| !address.is_loopback() && !address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use entity::attempt::Stage;

    use super::*;
    use crate::mail::smtp::Reply;

    fn found(reply: &str) -> Option<Found> {
        by_a_list(&Report {
            host: "mail.example.com".into(),
            peer: None,
            tls: None,
            stage: Stage::RcptTo,
            outcome: Outcome::Refused(Reply {
                code: reply[..3].parse().expect("a code"),
                lines: vec![reply[4..].into()],
            }),
            dot_sent: false,
            transcript: Vec::new(),
            elapsed: Duration::ZERO,
        })
    }

    #[test]
    fn a_blocked_address_is_named_with_its_list() {
        for (reply, address, list) in [
            (
                "554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.9",
                "192.0.2.9",
                "zen.spamhaus.org",
            ),
            (
                "550 rejected: 192.0.2.9 is in an RBL",
                "192.0.2.9",
                "block list",
            ),
            (
                "550 blocked using zen.blocklist.example",
                "The address that",
                "zen.blocklist.example",
            ),
            (
                "550 5.7.1 Unfortunately, messages from [2001:db8::9] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140).",
                "2001:db8::9",
                "S3140",
            ),
            (
                "554 Your access to this mail system has been rejected; 192.0.2.9 is blacklisted at bl.example.net",
                "192.0.2.9",
                "bl.example.net",
            ),
        ] {
            let found = found(reply).unwrap_or_else(|| panic!("{reply}"));
            assert!(found.cause.contains(address), "{found:?}");
            assert!(found.cause.contains(list), "{found:?}");
            assert!(found.fix.contains("taken off"), "{found:?}");
        }
    }

    #[test]
    fn other_refusals_are_about_no_list() {
        for reply in [
            "550 5.1.1 no such user",
            "550 5.7.1 herblist.example refuses",
            "550 User not listed in public Name & Address Book",
            "535 5.7.8 Username and Password not accepted",
            "550 5.7.1 Relaying denied for 192.0.2.9",
        ] {
            assert_eq!(found(reply), None, "{reply}");
        }
    }
}
