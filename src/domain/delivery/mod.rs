//! Delivery: which message is next, and what became of an attempt.
//!
//! A worker claims messages (one transaction), speaks to the mail server (none), and records what
//! came of it (one transaction). A claim is a lease: when its holder dies, it runs out and another
//! worker goes on; the fence keeps the one that was thought dead from writing afterwards.
mod attempts;
mod claim;
mod copies;
mod outcome;
mod per_address;
mod record;
mod unreadable;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    attempt::{Dsn, Outcome, Stage},
    email::{self, Status},
    short_link, transport,
};
use sea_orm::{
    Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::SimpleExpr,
};

pub(in crate::domain) use self::per_address::revalidate as look_at_addresses_again;
pub(super) use self::{
    attempts::in_doubt,
    claim::{nothing_to_tell, supersede},
};
pub use self::{
    claim::{claim, claim_more, end_claims, next_due, release},
    copies::{begin_copy, not_printed, take_copy_back},
    record::{Entry, Written, fix, write},
    unreadable::set_all_aside,
};
use crate::{
    db::constant::Constant,
    domain::{
        emails::lifecycle::{Claim, stands_in},
        interviews::Details,
        mail_servers::Failure,
    },
    error::Result,
};

/// How long a claim holds; longer than the longest conversation, in which the last reply may take ten minutes.
const LEASE_MINUTES: i64 = 15;
/// An instant is not impossible for being so little too far away: who wrote it read the clock a moment later, or goes by
/// another machine's.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(1);
/// So long after its claim began, or began anew before the final dot, a conversation is thought dead where connections
/// are counted. A server may be silent for longer (ten minutes after the final dot): then there is a connection too many,
/// which it refuses for a moment. A killed worker would leave none for a quarter of an hour.
const CONVERSATION_MINUTES: i64 = 2;

/// Enhanced codes of refusals for the sender or the words, which concern everybody when they come twice (RFC 3463).
pub const POLICY_CODES: [&str; 2] = ["5.7.1", "5.7.26"];
/// Why a message is given up that cannot be made, in words for a recruiter.
pub const UNMAKEABLE: &str = "Greenroom can't create this email. Contact the candidate another way and ask an admin to check the server log.";

/// A message in the hands of one worker.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The message; `text` is none until [`fix`].
    pub email: email::Model,
    /// Its interview, as it is now; none when it is about none.
    pub details: Option<Details>,
    /// The mail server that it is to be given to; none when it is printed.
    pub transport: Option<transport::Name>,
    /// Does it probe a mail server that fails?
    pub is_probe: bool,
    /// Was anything told of its interview before, so that a calendar may know it?
    pub follows_others: bool,
    /// When its attempt began.
    pub started_at: DateTime<Utc>,
}

/// A message as it will be sent, now and at every later attempt.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// Domain of the Message-ID.
    pub domain: String,
    /// Date header: when it was composed.
    pub date: DateTime<Utc>,
    /// From header.
    pub sender: String,
    /// Reply-To header.
    pub reply_to: Option<String>,
    /// Subject.
    pub subject: String,
    /// Plain part with the placeholder for the link.
    pub text: String,
    /// HTML part with the placeholder for the link.
    pub html: String,
    /// Calendar part.
    pub ics: Option<String>,
    /// The logo that the HTML part shows.
    pub logo_id: Option<i64>,
    /// By which the short link in the calendar works.
    pub short_link: Option<short_link::ActiveModel>,
}

impl Fixed {
    /// Makes a row say so.
    pub fn put_into(self, email: &mut email::Model) {
        email.message_id = self.message_id(email);
        email.date = self.date;
        email.sender = Some(self.sender);
        email.reply_to = self.reply_to;
        email.subject = Some(self.subject);
        email.text = Some(self.text);
        email.html = Some(self.html);
        email.ics = self.ics;
        email.logo_id = self.logo_id;
    }

    /// One that was composed before and never tried has a domain already, which may be another one.
    fn message_id(&self, email: &email::Model) -> String {
        let queued_as = email.message_id.split('@').next().unwrap_or_default();
        format!("{queued_as}@{}", self.domain)
    }
}

/// What came of an attempt.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The server by name, or `console`.
    pub host: String,
    /// Its address and port.
    pub peer: Option<String>,
    /// Protocol version and cipher.
    pub tls: Option<String>,
    /// The last stage reached.
    pub stage: Stage,
    /// What came of it.
    pub outcome: Outcome,
    /// SMTP reply code.
    pub code: Option<i32>,
    /// RFC 3463 code.
    pub enhanced_code: Option<String>,
    /// The server's words, or the error's.
    pub reply: Option<String>,
    /// What it means and what to do.
    pub hint: Option<String>,
    /// What was said, a line each, nothing secret in it.
    pub transcript: Option<String>,
    /// Whether the server was asked to report what becomes of the message.
    pub dsn: Option<Dsn>,
    /// What follows.
    pub next: Next,
}

/// What follows an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// A mail server took it.
    Accepted,
    /// It was printed; nobody received it.
    Printed,
    /// Try again: how soon depends on whose fault it was.
    Retry(Setback),
    /// Refused for good; the hint says why.
    Fail,
    /// Refused for good because there is no such mailbox: nothing more should go there.
    FailAsDead,
    /// Refused for its sender or its words: for good, unless others are refused so as well.
    FailForPolicy,
    /// Nobody knows: one more try, then a person decides.
    Uncertain,
    /// Given back unsent; it counts as no attempt.
    Release,
}

/// Whose fault a temporary failure was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setback {
    /// The recipient's side wants us to come back later.
    Recipient,
    /// The other side said how long, or the cause is known to pass in this time.
    For(TimeDelta),
    /// The recipient's side may be so for this long; after that it is given up.
    ForAtMost(TimeDelta),
    /// One more try after this time, then it is given up.
    OnceMore(TimeDelta),
    /// The mail server takes nobody's message: this one waits until it does, and spends nothing.
    Server(Failure),
    /// The mail server takes no more at this moment: this one comes back a little later, spends nothing, and is not
    /// suspected itself when others are taken meanwhile.
    Limit(Failure),
    /// Greenroom has a problem of its own; a moment later it may be gone.
    Ours,
}

/// Was something written of a claimed message?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// Yes; the message now stands here.
    As(Status),
    /// No: the claim had run out and the message is somebody else's.
    Stale,
}

/// Holds for messages that wait for their first or another attempt.
fn waits() -> SimpleExpr {
    stands_in(&[Status::Queued, Status::Retrying])
}

/// Holds for messages that a worker has.
fn is_sending() -> SimpleExpr {
    stands_in(&[Status::Sending])
}

/// How many messages are on their way at this moment, over all processes and mail servers.
pub(super) async fn in_flight(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<u64> {
    let alive_until = now + TimeDelta::minutes(LEASE_MINUTES - CONVERSATION_MINUTES);
    let sending = email::Entity::find()
        .filter(is_sending())
        .filter(email::COLUMN.lease_until.gt(alive_until));
    Ok(sending.count(txn).await?)
}

/// Holds for a message while this claim of it does.
fn still_ours(email: &email::Model) -> Condition {
    Condition::all()
        .add(email::COLUMN.id.eq(email.id))
        .add(email::COLUMN.fence.eq(email.fence))
        .add(email::Column::Status.eq_const(Status::Sending))
}

fn claim_of(email: &email::Model) -> Claim {
    (email.id, email.fence)
}
