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
        // A server reports neither of the last two.
        Some(Action::Delayed | Action::Noted | Action::Answered | Action::Forwarded) => DELAYED,
        Some(Action::Delivered) => DELIVERED,
        Some(Action::Relayed) => RELAYED,
        Some(Action::Complained) => COMPLAINED,
        Some(Action::Dropped) => DROPPED,
        None => GOOD_NEWS,
    };
    Meaning {
        hint: hint.into(),
        elsewhere: match recipient.action {
            Some(Action::Delivered | Action::Relayed) => GOOD_NEWS.into(),
            _ => hint.into(),
        },
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
        "The receiving side refused it because {server} is on {list}, not because of the candidate. Contact the candidate another way for now. An admin can have the server taken off the list or send through a relay service; then send the email again."
    )
}

/// Good news, which asks for nothing.
const GOOD_NEWS: &str = "A mail server reports that it delivered the email or passed it on. You don't need to do anything.";
const DELIVERED: &str = "The recipient's mail server has the email. That doesn't say whether it went to the inbox, or whether the recipient read it.";
const RELAYED: &str = "The email went on to a mail server that doesn't report deliveries. Unless it is sent back, nothing more will be heard of it.";
const DELAYED: &str = "The mail server that accepted it has not delivered it yet and keeps trying. If it's urgent, contact the candidate another way.";
const COMPLAINED: &str = "The recipient marked this email as spam. For 30 days, Greenroom holds back further emails to this address unless you release them. Contact the candidate another way.";
const DROPPED: &str = "The provider that sends for us didn't send this email, usually because it has the address on its own suppression list. Check the address with the candidate, or contact them another way. An admin can look up the reason at the provider and remove the address from its list; then send the email again.";
const UNKNOWN: &str = "The receiving side sent it back. Check the address with the candidate, or contact them another way.";
const FULL: &str = "The recipient's mailbox is full. Ask the candidate for another address, or contact them another way.";
const UNREACHED: &str = "The receiving side didn't accept it for so long that the mail server gave up. Check the part of the address after the @, or contact the candidate another way.";
const FORWARDED: &str = "The candidate's mailbox forwards email to another address, which didn't accept it. Ask the candidate for an address that works, or contact them another way.";
const QUOTA: &str = "The server that sends for us has sent more than the receiving side accepts for now, so the email came back. This has nothing to do with the candidate. Send it again in an hour, or contact the candidate another way. If it happens often, ask an admin to set up a relay service.";
const REPUTATION: &str = "The receiving side refused it because of the reputation of the server or domain that sends for us, not because of the candidate. Contact the candidate another way, and ask an admin to read the reply; a relay service may help.";
const NAME: &str = "The receiving side refused it because the server that sends for us has no valid reverse DNS name, not because of the candidate. Contact the candidate another way, and ask an admin to have the server's operator set it.";
const SENDER: &str = "The receiving side refused our sender, not the candidate: its domain does not allow the server that sends for us, or the address fails the receiver's checks. Contact the candidate another way, and ask an admin to check DEFAULT_FROM_EMAIL and the SPF, DKIM and DMARC records of its domain.";
const RELAYING: &str = "The receiving server doesn't accept email from us for that domain. Contact the candidate another way, and ask an admin to read the reply: a login may be missing, or that domain's mail servers are set up wrong.";
const UNWANTED: &str = "That mailbox doesn't accept email from our sender: its owner or its provider has blocked it. Contact the candidate another way and ask them to allow our sender.";
const SPAM: &str = "The receiving side considered it spam. Contact the candidate another way, and ask an admin to check that the domain of DEFAULT_FROM_EMAIL has SPF and DKIM records.";
const POLICY: &str = "The receiving side refused it because of its own policy. Contact the candidate another way, and ask an admin to read the reply.";

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
        assert!(gone.contains("forwards email"), "{gone}");
        let ours = of(Some("5.1.1"), "550 5.1.1 is in an RBL").elsewhere;
        assert!(ours.contains("block list"), "{ours}");
    }
}
