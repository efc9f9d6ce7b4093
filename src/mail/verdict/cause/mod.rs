//! Why a server refuses, by its words and its code: the one reading of refusals, for what a server says to us and for what a
//! report quotes.
//!
//! Codes are vague and often wrong: a block list answers with 5.1.1, a full mailbox with 5.1.0. So the words go first, and a
//! code decides only what they leave open. Nobody's address is called dead for something about us.
mod code;
mod listing;
mod phrase;
mod phrases;
mod said;
#[cfg(test)]
mod tests;

pub use self::{
    code::{all as codes, is_vague, precise},
    listing::Listing,
};
use self::{phrases::PHRASES, said::Said};
pub(super) use said::without_addresses;

/// Codes that say that there is no such mailbox. Others may be about us, or pass.
const DEAD: [&str; 3] = ["5.1.1", "5.1.2", "5.1.10"];

/// Words for whoever sends.
const OUR_SIDE: &str = "sender|senders|sending|originator|absender|expediteur|remitente|mittente";

/// Why a server refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The address that we send from stands on a block list.
    Listed(Listing),
    /// For another reason, as [`Kind`] has it.
    Plain(Kind),
}

/// Why a server refuses, without particulars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The address that we send from stands on a block list.
    Listed,
    /// We are not liked, for what came from us before.
    Reputation,
    /// More connections or messages at a time than the server takes.
    Limit,
    /// More messages in an hour or a day than the server takes.
    Quota,
    /// The machine that we send from has no proper name.
    Name,
    /// The sender's address.
    Sender,
    /// SPF, DKIM and DMARC: the sender's domain does not vouch for us.
    Unauthenticated,
    /// The server takes mail for its own domains only.
    Relaying,
    /// Strangers have to come back later.
    Greylisted,
    /// The mailbox is full.
    Full,
    /// The message is too big.
    TooBig,
    /// There is no such mailbox.
    NoSuchAddress,
    /// The mailbox is closed.
    Closed,
    /// This recipient does not want mail from this sender.
    Unwanted,
    /// The message looks like spam.
    Spam,
    /// The next server is not reached, or not found.
    Unreached,
    /// A rule of the server's.
    Policy,
}

impl Cause {
    /// Without particulars.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Listed(_) => Kind::Listed,
            Self::Plain(kind) => *kind,
        }
    }
}

/// What the words of a refusal say; none when they say nothing that is known. The code helps where they mean one thing with
/// it and another thing without.
pub fn find(code: Option<&str>, text: &str) -> Option<Cause> {
    // Exchange names its reasons like hosts.
    let own = without_addresses(text).to_lowercase();
    if let Some((_, kind)) = EXCHANGE.iter().find(|(mark, _)| own.contains(mark)) {
        return Some(Cause::Plain(*kind));
    }
    let said = Said::read(text);
    let occurs = |phrases: &[&str]| phrases.iter().any(|one| phrase::occurs(one, &said.words));
    let found = PHRASES.iter().find(|(_, phrases)| occurs(phrases));
    let kind = found.map(|(kind, _)| *kind);
    let is_settled = !matches!(
        kind,
        None | Some(Kind::Reputation | Kind::Spam | Kind::Policy)
    );
    match kind {
        _ if !is_settled && listing::is_linked(&said) => Some(Cause::Listed(Listing::of(&said))),
        Some(Kind::Listed) => Some(Cause::Listed(Listing::of(&said))),
        // Microsoft's answer for an address that no tenant has; any other 5.4.1 is about the way there.
        _ if !is_settled
            && code == Some("5.4.1")
            && phrase::occurs("access denied", &said.words) =>
        {
            Some(Cause::Plain(Kind::NoSuchAddress))
        }
        // A code that speaks of the recipient, with words that speak of us and are not known.
        None if code.is_some_and(is_dead_code) && !said.addresses.is_empty() => {
            Some(Cause::Plain(Kind::Reputation))
        }
        None if code.is_some_and(is_dead_code) && phrase::occurs(OUR_SIDE, &said.words) => {
            Some(Cause::Plain(Kind::Sender))
        }
        // "Access denied" says less than a code that says who is missing.
        Some(Kind::Policy) if code.is_some_and(is_dead_code) => None,
        kind => kind.map(Cause::Plain),
    }
}

/// Does a refusal say that there is no such mailbox, so surely that nothing more should go there?
pub fn is_dead(code: Option<&str>, cause: Option<&Cause>) -> bool {
    let Some(code) = code else {
        return false;
    };
    match cause.map(Cause::kind) {
        None | Some(Kind::Unreached) => is_dead_code(code),
        Some(Kind::NoSuchAddress) => code == "5.4.1" || code.starts_with("5.1."),
        Some(_) => false,
    }
}

/// Does a letter say one of these? In the language of [`phrase`].
pub fn says(phrases: &[&str], text: &str) -> bool {
    let said = Said::whole(text);
    phrases.iter().any(|one| phrase::occurs(one, &said.words))
}

fn is_dead_code(code: &str) -> bool {
    DEAD.contains(&code)
}

/// What Exchange and Microsoft 365 say in one word.
const EXCHANGE: [(&str, Kind); 14] = [
    ("resolver.adr.", Kind::NoSuchAddress),
    ("recipientnotfound", Kind::NoSuchAddress),
    ("recipnotfound", Kind::NoSuchAddress),
    ("resolver.rst.recipsizelimit", Kind::TooBig),
    ("resolver.rst.sendsizelimit", Kind::TooBig),
    ("resolver.rst.notauthorized", Kind::Unwanted),
    ("resolver.rst.authrequired", Kind::Unwanted),
    ("submissionquotaexceeded", Kind::Quota),
    ("quotaexceeded", Kind::Full),
    ("storedrv.deliver; mailbox disabled", Kind::Closed),
    ("accountdisabled", Kind::Closed),
    ("tenantinboundattribution", Kind::Relaying),
    ("queue.expired", Kind::Unreached),
    ("dns.nonexistentdomain", Kind::Unreached),
];
