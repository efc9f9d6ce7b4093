//! What became of a message, whoever tells it.
use chrono::{DateTime, Utc};

/// What became of a message for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The same when it is told twice; ASCII, at most 100 characters. Unique for one provider.
    pub id: String,
    /// What happened.
    pub kind: Kind,
    /// Does it say that nothing that is sent to this address arrives, now or later? Never for something about us.
    pub is_dead: bool,
    /// The Message-ID that the message left with, without brackets, where the provider repeats it.
    pub message_id: Option<String>,
    /// What was sent along for the provider to repeat ([`super::headers_for`]).
    pub reference: Option<String>,
    /// The recipient's address; a text from outside on one line, at most 320 characters, possibly empty.
    pub recipient: String,
    /// When it happened, says the provider; never later than now.
    pub at: DateTime<Utc>,
    /// RFC 3463 code, where one is told.
    pub code: Option<String>,
    /// What the recipient's server or the provider said: on one line, without links, bounded; possibly empty.
    pub said: String,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The recipient's mail server took it.
    Delivered,
    /// It didn't yet; the provider goes on trying.
    Deferred,
    /// It refused, and the provider gave up.
    Bounced,
    /// The recipient called it spam.
    Complained,
    /// The provider didn't even try.
    Dropped,
    /// Something came back: an automatic answer, or a failure that may pass. Nothing follows from it.
    Noted,
}
