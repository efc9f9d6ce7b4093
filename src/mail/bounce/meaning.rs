//! What a report means to a recruiter.
use entity::bounce::Action;

use super::Recipient;
use crate::mail::verdict::{
    self,
    cause::{self, Cause, Kind, Listing},
};

/// What was done and why, and what to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// In plain words.
    pub hint: String,
    /// The same when the report tells of an address that the candidate's mailbox forwards to.
    pub elsewhere: String,
    /// Does it say that there is no such mailbox, so that nothing more should go there?
    pub is_dead: bool,
}

/// What a report says of one recipient.
pub fn meaning(recipient: &Recipient) -> Meaning {
    let hint = match recipient.action {
        Some(Action::Failed) => return failed(recipient),
        Some(Action::Delayed | Action::Noted) => DELAYED,
        None => GOOD_NEWS,
    };
    Meaning {
        hint: hint.into(),
        elsewhere: hint.into(),
        is_dead: false,
    }
}

fn failed(recipient: &Recipient) -> Meaning {
    let code = recipient.code.as_deref();
    let cause = cause::find(code, &recipient.diagnostic);
    let hint = match &cause {
        Some(Cause::Listed(listing)) => listed(listing),
        Some(Cause::Plain(kind)) => of_kind(*kind, code),
        None => of_code(code),
    };
    Meaning {
        elsewhere: match cause.as_ref().map(Cause::kind) {
            kind if is_the_recipients(kind) => FORWARDED.into(),
            _ => hint.clone(),
        },
        is_dead: cause::is_dead(code, cause.as_ref()),
        hint,
    }
}

/// Is it about the address, rather than about us or the message?
fn is_the_recipients(kind: Option<Kind>) -> bool {
    use Kind::{Closed, Full, NoSuchAddress, Unreached, Unwanted};
    matches!(
        kind,
        None | Some(Closed | Full | NoSuchAddress | Unreached | Unwanted)
    )
}

fn of_kind(kind: Kind, code: Option<&str>) -> String {
    let known = |code| verdict::of_code(code).unwrap_or_else(|| UNKNOWN.into());
    let hint = match kind {
        Kind::NoSuchAddress => return known("5.1.1"),
        Kind::Closed => return known("5.2.1"),
        Kind::TooBig => return known("5.3.4"),
        Kind::Unreached if cause::is_dead(code, None) => return known("5.1.1"),
        Kind::Unreached | Kind::Greylisted => UNREACHED,
        Kind::Full => FULL,
        Kind::Listed => return listed(&Listing::default()),
        Kind::Reputation => REPUTATION,
        Kind::Limit | Kind::Quota => QUOTA,
        Kind::Name => NAME,
        Kind::Sender | Kind::Unauthenticated => SENDER,
        Kind::Relaying => RELAYING,
        Kind::Unwanted => UNWANTED,
        Kind::Spam => SPAM,
        Kind::Policy => POLICY,
    };
    hint.into()
}

fn of_code(code: Option<&str>) -> String {
    let Some(code) = code else {
        return UNKNOWN.into();
    };
    let (class, detail) = code.split_once('.').unwrap_or_default();
    match (class, detail) {
        // A server that tries again by itself is spoken of differently.
        (_, "2.2") => FULL.into(),
        (_, "1.7" | "1.8") => SENDER.into(),
        (_, "1.0") => UNKNOWN.into(),
        ("5", detail) if !detail.starts_with("4.") => {
            verdict::of_code(code).unwrap_or_else(|| UNKNOWN.into())
        }
        ("4" | "5", _) => UNREACHED.into(),
        _ => UNKNOWN.into(),
    }
}

fn listed(listing: &Listing) -> String {
    let server = match &listing.address {
        Some(address) => format!("the server that sends for us ({address})"),
        None => "the server that sends for us".into(),
    };
    let list = match &listing.list {
        Some(list) => format!("the block list {list}"),
        None => "a block list".into(),
    };
    format!(
        "The receiving side refused it because {server} is on {list}, not because of the candidate. Reach the candidate another way now. An admin can have the server taken off the list or send through a relay service; then send it again."
    )
}

/// Good news, which asks for nothing.
const GOOD_NEWS: &str = "A mail server reports that it delivered the message or passed it on. Nothing needs to be done.";
const DELAYED: &str = "The mail server that took it could not deliver it yet and keeps trying. If it is urgent, reach the candidate another way.";
const UNKNOWN: &str = "The receiving side sent it back. Check the address with the candidate, or reach them another way.";
const FULL: &str =
    "The recipient's mailbox is full. Ask them for another address, or reach them another way.";
const UNREACHED: &str = "The receiving side did not take it for so long that the mail server gave up. Check what stands after the @, or reach the candidate another way.";
const FORWARDED: &str = "The candidate's mailbox passes its mail on to another address, and that one did not take the message. Ask the candidate for an address that works, or reach them another way.";
const QUOTA: &str = "The server that sends for us has sent more than the receiving side takes for now, so the message was sent back. The candidate has nothing to do with it. Send it again in an hour, or reach the candidate another way; if it happens often, have an admin use a relay service.";
const REPUTATION: &str = "The receiving side refused it for the reputation of the server or domain that sends for us, not because of the candidate. Reach the candidate another way, and have an admin read the server's words; a relay service may help.";
const NAME: &str = "The receiving side refused it because the server that sends for us has no proper name in the DNS (reverse DNS), not because of the candidate. Reach the candidate another way, and have whoever runs that server set it.";
const SENDER: &str = "The receiving side refused our sender, not the candidate: its domain does not allow the server that sends for us, or the address fails the receiver's checks. Reach the candidate another way, and have an admin check DEFAULT_FROM_EMAIL and the SPF, DKIM and DMARC records of its domain.";
const RELAYING: &str = "The server that was asked to take it takes no mail from us for that domain. Reach the candidate another way, and have an admin read the server's words: a login may be missing, or that domain's own mail servers are set up wrongly.";
const UNWANTED: &str = "That mailbox takes no mail from our sender: its owner, or whoever runs it, has ruled it out. Reach the candidate another way, and ask them to allow our sender.";
const SPAM: &str = "The receiving side took the message for spam. Reach the candidate another way, and have an admin check that the domain of DEFAULT_FROM_EMAIL has SPF and DKIM records.";
const POLICY: &str = "The receiving side refused it for a policy of its own. Reach the candidate another way, and have an admin look at the server's words.";

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: Option<&str>, diagnostic: &str) -> Meaning {
        meaning(&Recipient {
            addresses: Vec::new(),
            action: Some(Action::Failed),
            code: code.map(str::to_owned),
            diagnostic: diagnostic.into(),
        })
    }

    #[test]
    fn every_code_has_words_that_end_in_what_to_do() {
        for (code, words) in [
            (Some("5.1.1"), "does not exist"),
            (Some("5.1.10"), "does not exist"),
            (Some("5.2.1"), "closed"),
            (Some("5.2.2"), "full"),
            (Some("4.2.2"), "full"),
            (Some("4.4.7"), "gave up"),
            (Some("5.4.4"), "gave up"),
            (Some("5.7.1"), "policy"),
            (Some("5.0.0"), "sent it back"),
            (Some("5.9.9"), "sent it back"),
            (Some("nonsense"), "sent it back"),
            (None, "sent it back"),
        ] {
            let meaning = of(code, "").hint;
            assert!(meaning.contains(words), "{code:?}: {meaning}");
            assert!(!meaning.contains("by itself"), "{code:?}: {meaning}");
        }
    }

    #[test]
    fn words_outrank_a_vague_code_and_only_the_dead_are_dead() {
        for (code, diagnostic, words, is_dead) in [
            ("5.1.1", "550 5.1.1 user unknown", "does not exist", true),
            (
                "5.4.1",
                "550 5.4.1 Recipient address rejected: Access denied",
                "does not exist",
                true,
            ),
            ("5.4.1", "550 5.4.1 no answer from host", "gave up", false),
            (
                "5.2.2",
                "5.1.0 - Unknown address error 550-'5.2.2 mailbox full'",
                "full",
                false,
            ),
            (
                "5.1.1",
                "550 5.1.1 - 192.0.2.9 has sent to too many recipients this hour",
                "sent more than",
                false,
            ),
            (
                "5.1.1",
                "550 5.1.1 blocked using zen.blocklist.example",
                "zen.blocklist.example",
                false,
            ),
            (
                "5.1.0",
                "550 5.1.0 jobs not allowed to send, SPF",
                "refused our sender",
                false,
            ),
            ("5.1.8", "", "refused our sender", false),
        ] {
            let meaning = of(Some(code), diagnostic);
            assert!(
                meaning.hint.contains(words),
                "{diagnostic}: {}",
                meaning.hint
            );
            assert_eq!(meaning.is_dead, is_dead, "{diagnostic}");
        }
    }

    #[test]
    fn an_address_behind_the_candidates_is_not_called_theirs() {
        let gone = of(Some("5.1.1"), "550 5.1.1 no such user").elsewhere;
        assert!(gone.contains("passes its mail on"), "{gone}");
        let ours = of(Some("5.1.1"), "550 5.1.1 is in an RBL").elsewhere;
        assert!(ours.contains("block list"), "{ours}");
    }
}
