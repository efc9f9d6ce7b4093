//! Refusals by what their words say.
use entity::attempt::Stage;

use super::{
    Course, GREYLISTED, Scope, Verdict,
    cause::{self, Cause, Kind, Listing},
    closed, full, known, no_such_address, told_wait, too_big, verdict,
};
use crate::mail::smtp::Reply;

/// What follows when the words are known; none where the stage or the code tells more.
pub(super) fn judge(stage: Stage, reply: &Reply, cause: &Cause) -> Option<Verdict> {
    if !may_be(cause.kind(), stage, reply) {
        return None;
    }
    match cause {
        Cause::Listed(listing) => {
            Some(verdict(listed_scope(stage), Course::Again, listed(listing)))
        }
        Cause::Plain(kind) => of_kind(*kind, stage, reply),
    }
}

fn of_kind(kind: Kind, stage: Stage, reply: &Reply) -> Option<Verdict> {
    // What may pass by itself is not worth stopping everything at once.
    let ours = match reply.code >= 500 {
        true => Scope::Settings,
        false => Scope::Server,
    };
    Some(match kind {
        Kind::Limit => verdict(Scope::Server, Course::WhenThereIsRoom, LIMIT),
        Kind::Quota => verdict(Scope::Server, Course::Again, QUOTA),
        Kind::Reputation => verdict(listed_scope(stage), Course::Again, REPUTATION),
        // Before the message was sent nobody can dislike it.
        Kind::Spam if stage != Stage::Body => {
            verdict(listed_scope(stage), Course::Again, REPUTATION)
        }
        Kind::Spam => verdict(Scope::Message, Course::Never, SPAM),
        Kind::Name => verdict(ours, Course::Again, NAME),
        Kind::Unauthenticated if matches!(stage, Stage::Data | Stage::Body) => {
            verdict(Scope::Message, Course::Never, UNAUTHENTICATED)
        }
        Kind::Unauthenticated => verdict(ours, Course::Again, UNAUTHENTICATED),
        Kind::Sender => verdict(ours, Course::Again, SENDER),
        Kind::Relaying => verdict(Scope::Settings, Course::Again, known::RELAY),
        Kind::Greylisted => {
            let wait = told_wait(&reply.text()).unwrap_or(GREYLISTED);
            verdict(Scope::Recipient, Course::AgainAfter(wait), GREYLISTING)
        }
        Kind::Full => full(),
        Kind::TooBig => too_big(),
        Kind::NoSuchAddress => no_such_address(),
        Kind::Closed => closed(),
        Kind::Unwanted => verdict(Scope::Recipient, Course::Never, UNWANTED),
        Kind::Policy => verdict(Scope::Message, Course::Never, POLICY),
        // A block list comes as [`Cause::Listed`].
        Kind::Listed | Kind::Unreached => return None,
    })
}

/// Words mean something else before the message is spoken of, and what will pass is left to the code.
fn may_be(kind: Kind, stage: Stage, reply: &Reply) -> bool {
    let is_final = reply.code >= 500;
    let is_about_the_message = matches!(stage, Stage::RcptTo | Stage::Data | Stage::Body);
    let asks_for_login = matches!(reply.code, 530 | 534 | 535 | 538);
    match kind {
        _ if asks_for_login => false,
        // A login that is refused too often is spoken of in the same words.
        Kind::Limit | Kind::Quota => stage != Stage::Auth || !is_final,
        Kind::Listed => stage != Stage::Auth,
        Kind::Reputation | Kind::Spam => stage != Stage::Auth && is_final,
        Kind::Name => stage != Stage::Auth && (is_final || is_about_the_message),
        Kind::Unauthenticated => is_about_the_message || (stage == Stage::MailFrom && is_final),
        Kind::Greylisted => is_about_the_message || stage == Stage::MailFrom,
        Kind::Sender | Kind::Full | Kind::Relaying => is_about_the_message,
        Kind::TooBig => is_final && (is_about_the_message || stage == Stage::MailFrom),
        Kind::NoSuchAddress | Kind::Closed | Kind::Unwanted => is_final && is_about_the_message,
        // A code in front of such words mostly says as much.
        Kind::Policy => {
            stage == Stage::RcptTo
                && matches!(reply.code, 550 | 551 | 553 | 554)
                && reply.enhanced_code().is_none_or(cause::is_vague)
        }
        Kind::Unreached => false,
    }
}

/// A server that greets us so takes nobody's message, and a person must act; one that takes a sender first may do so for
/// this recipient only.
fn listed_scope(stage: Stage) -> Scope {
    match stage {
        Stage::RcptTo | Stage::Data | Stage::Body => Scope::Server,
        _ => Scope::Settings,
    }
}

fn listed(listing: &Listing) -> String {
    let address = match &listing.address {
        Some(address) => format!("the address that we send from, {address},"),
        None => "the address that we send from".into(),
    };
    let list = match &listing.list {
        Some(list) => format!("the block list {list}"),
        None => "a block list".into(),
    };
    format!(
        "Block-listed: {address} is on {list}, so the mail server refuses our email. This is not about the candidate. The operator of the sending machine can ask the list to remove it; until then, send through another mail server or a relay service. Greenroom keeps trying."
    )
}

const LIMIT: &str = "The mail server allows fewer connections at a time or fewer emails in a short time. Nothing is wrong with this email: Greenroom slows down and retries automatically.";
const QUOTA: &str = "Our sender has reached the mail server's limit for now. Nothing is wrong with this email or the candidate: Greenroom waits and continues automatically. If it happens often, use a relay service.";
const REPUTATION: &str = "The mail server refuses our email because of the reputation of the address or domain we send from. This is not about the candidate. Ask an admin to read the reply and ask the receiving side to allow us, or to send through a relay service. Greenroom keeps trying.";
const NAME: &str = "The mail server requires a proper name for the machine we send from: its address needs a reverse DNS (PTR) record with a name that resolves back to the address. The operator of the sending machine can set it, or send through a relay service.";
const SENDER: &str = "The receiving side refuses our sender address. Check that DEFAULT_FROM_EMAIL exists and that its domain allows this mail server to send for it; check EMAIL_BOUNCE_ADDRESS too if it is set.";
const UNAUTHENTICATED: &str = "The receiving server can't verify that this email comes from us. The domain of DEFAULT_FROM_EMAIL needs SPF and DKIM records for this mail server, or DEFAULT_FROM_EMAIL must be on a domain that has them.";
const GREYLISTING: &str = "The receiving server delays email from unknown senders on purpose. This is normal; Greenroom retries automatically.";
const SPAM: &str = "The receiving server considers this email spam. Contact the candidate another way, and ask an admin to check that the domain of DEFAULT_FROM_EMAIL has SPF and DKIM records for this mail server.";
const UNWANTED: &str = "This mailbox doesn't accept email from our sender: its owner or its provider has blocked it. Contact the candidate another way and ask them to allow our sender.";
const POLICY: &str = "The receiving server refuses this email because of a policy. Contact the candidate another way, and ask an admin to read the reply.";
