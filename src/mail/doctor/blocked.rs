//! Refusals of the address that our mail comes from: which one, and who has it on which list.
use super::check::Found;
use crate::mail::{
    smtp::{Outcome, Report},
    verdict::cause::{self, Cause},
};

/// Where a list is asked about, by what its name has in it.
const SITES: [(&str, &str); 6] = [
    ("spamhaus", "https://check.spamhaus.org/"),
    ("spamcop", "https://www.spamcop.net/bl.shtml"),
    ("barracuda", "https://www.barracudacentral.org/lookups"),
    ("uceprotect", "https://www.uceprotect.net/en/rblcheck.php"),
    ("proofpoint", "https://ipcheck.proofpoint.com/"),
    ("microsoft", "https://olcsupport.office.com/"),
];

/// What a refusal says of a list; none when it is about something else.
pub(super) fn by_a_list(report: &Report) -> Option<Found> {
    let Outcome::Refused(reply) = &report.outcome else {
        return None;
    };
    let text = reply.text();
    let Some(Cause::Listed(listing)) = cause::find(reply.enhanced_code(), &text) else {
        return None;
    };
    let list = match &listing.list {
        Some(list) => format!("the block list {list}"),
        None => "a block list that the reply doesn't name".into(),
    };
    let (whose, it) = match &listing.address {
        Some(address) => (format!("The address {address}"), address.as_str()),
        None => (
            "The address that this email comes from".into(),
            "the address",
        ),
    };
    let name = list.to_lowercase();
    let site = SITES.iter().find(|(mark, _)| name.contains(mark));
    let at = match site {
        None => "there".into(),
        Some((_, site)) => format!("at {site}"),
    };
    Some(Found::fail(
        format!("{whose} is blocked: it is on {list}. The mail server says: {text}"),
        format!(
            "Look up {it} {at} and have it taken off the list, or send through a relay service. If it's not this machine's address, it's your mail server's: contact its operator."
        ),
    ))
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
            dsn: None,
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
