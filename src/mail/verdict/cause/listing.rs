//! Which block list a refusal names, and which of our addresses stands on it.
use super::said::Said;

/// A longer name is none.
const LONGEST_NAME: usize = 100;
/// Words after which the name of a list stands, wherever they are.
const MARKS: [&str; 16] = [
    "using",
    "listed",
    "list",
    "lists",
    "rbl",
    "dnsbl",
    "blacklist",
    "blocklist",
    "blacklisted",
    "blocklisted",
    "by",
    "at",
    "in",
    "on",
    "found",
    "see",
];
/// Lists by the domains that lead to them, and by what they are called.
const KNOWN: [(&str, &str); 21] = [
    ("spamhaus", "Spamhaus"),
    ("spamcop", "SpamCop"),
    ("sorbs", "SORBS"),
    ("barracudacentral", "Barracuda"),
    ("barracudanetworks", "Barracuda"),
    ("barracuda", "Barracuda"),
    ("cloudmark", "Cloudmark"),
    ("cloudfilter", "Cloudmark"),
    ("proofpoint", "Proofpoint"),
    ("uceprotect", "UCEPROTECT"),
    ("abusix", "Abusix"),
    ("senderscore", "Sender Score"),
    ("talosintelligence", "Cisco Talos"),
    ("senderbase", "Cisco Talos"),
    ("invaluement", "invaluement"),
    ("mailspike", "Mailspike"),
    ("mimecast", "Mimecast"),
    ("abuseat", "Spamhaus"),
    ("surriel", "PSBL"),
    ("s3140", "Microsoft S3140"),
    ("s3150", "Microsoft S3150"),
];

/// What is known of a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The list, as the reply names it.
    pub list: Option<String>,
    /// The address of ours, as the reply names it.
    pub address: Option<String>,
}

impl Listing {
    /// What the words of a refusal tell.
    pub(super) fn of(said: &Said) -> Self {
        Self {
            list: named(said).or_else(|| known(said)),
            address: said.addresses.first().map(ToString::to_string),
        }
    }
}

/// A host that stands after a word like `using` is the list's.
fn named(said: &Said) -> Option<String> {
    let follows = |at: usize| {
        let before = said.words[..at].iter().rev().take(2);
        before
            .into_iter()
            .any(|word| MARKS.contains(&word.as_str()))
    };
    let after_mark = said.hosts.iter().filter(|host| follows(host.after));
    let known = said.hosts.iter().find(|host| is_known(&host.name));
    let host = known.or_else(|| after_mark.into_iter().next())?;
    (host.name.len() <= LONGEST_NAME).then(|| host.name.clone())
}

fn known(said: &Said) -> Option<String> {
    let known = KNOWN.iter().find(|(mark, _)| {
        said.words.iter().any(|word| word == mark)
            || said
                .linked
                .iter()
                .any(|host| labels(host).any(|label| label == *mark))
    });
    known.map(|(_, name)| (*name).to_owned())
}

/// Does a link lead to a list that says why, although no word does?
pub(super) fn is_linked(said: &Said) -> bool {
    let mut hosts = said.linked.iter();
    hosts.any(|host| is_known(host))
}

fn is_known(host: &str) -> bool {
    labels(host).any(|label| KNOWN.iter().any(|(mark, _)| label == *mark))
}

fn labels(host: &str) -> impl Iterator<Item = &str> {
    host.split('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_and_address_are_named_as_the_server_does() {
        for (text, list, address) in [
            ("rejected: 192.0.2.9 is in an RBL", None, Some("192.0.2.9")),
            (
                "Client host [192.0.2.9] blocked using zen.blocklist.example; why",
                Some("zen.blocklist.example"),
                Some("192.0.2.9"),
            ),
            (
                "host mx.example.net[192.0.2.25] said: 554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using b.example",
                Some("b.example"),
                Some("192.0.2.9"),
            ),
            (
                "IP 192.0.2.9 is blacklisted (xbl.spamhaus.org)",
                Some("xbl.spamhaus.org"),
                Some("192.0.2.9"),
            ),
            (
                "Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.9",
                Some("Proofpoint"),
                Some("192.0.2.9"),
            ),
            ("Email blocked by SPAMHAUS", Some("Spamhaus"), None),
            (
                "messages from [192.0.2.9] weren't sent. part of their network is on our block list (S3140)",
                Some("Microsoft S3140"),
                Some("192.0.2.9"),
            ),
            (
                "IPv6 host [2001:db8::9] is listed at x.example:127.0.0.2",
                Some("x.example"),
                Some("2001:db8::9"),
            ),
            ("blocked", None, None),
        ] {
            let listing = Listing::of(&Said::read(text));
            assert_eq!(listing.list.as_deref(), list, "{text}");
            assert_eq!(listing.address.as_deref(), address, "{text}");
        }
    }
}
