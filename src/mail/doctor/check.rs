//! What a check finds.
use entity::transport::Name;
use serde::{Deserialize, Serialize};

use crate::mail::verdict;

/// A question to be answered, in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Does mail leave at all?
    Transport = 1,
    /// Is there all that it takes?
    Settings,
    /// Do the settings agree with each other?
    Contradictions,
    /// Do they agree with the provider's rules?
    Provider,
    /// May this sender use this provider?
    Sender,
    /// Do links lead anywhere, and is our name one that servers accept?
    BaseUrl,
    /// Has the mail server addresses?
    Addresses,
    /// Does it answer at each?
    Tcp,
    /// Does it greet as a mail server does?
    Greeting,
    /// What can it do?
    Ehlo,
    /// Does it offer encryption?
    Starttls,
    /// Is it who it says?
    Encryption,
    /// Is there a way to log in that we know?
    LoginOffers,
    /// Is there an access token to log in with?
    Token,
    /// Does it accept our login?
    Login,
    /// Does it accept our sender?
    MailFrom,
    /// Does it accept a recipient?
    Recipient,
    /// Does it take a test message?
    TestMessage,
    /// Does it take an invitation and its cancellation?
    SampleMessages,
    /// What does DNS say of our sender's domain?
    SenderDomain,
    /// How is the queue?
    Queue,
}

impl Step {
    /// All of them, in order.
    pub const ALL: [Self; 21] = [
        Self::Transport,
        Self::Settings,
        Self::Contradictions,
        Self::Provider,
        Self::Sender,
        Self::BaseUrl,
        Self::Addresses,
        Self::Tcp,
        Self::Greeting,
        Self::Ehlo,
        Self::Starttls,
        Self::Encryption,
        Self::LoginOffers,
        Self::Token,
        Self::Login,
        Self::MailFrom,
        Self::Recipient,
        Self::TestMessage,
        Self::SampleMessages,
        Self::SenderDomain,
        Self::Queue,
    ];
    /// Those that each mail server is asked, in the order of a conversation that begins in clear.
    pub const OF_A_SERVER: &[Self] = Self::ALL.split_at(6).1.split_at(13).0;

    /// 1 to 21.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// In a few words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Transport => "Delivery method",
            Self::Settings => "Settings",
            Self::Contradictions => "Conflicting settings",
            Self::Provider => "Provider's rules",
            Self::Sender => "Sender address",
            Self::BaseUrl => "Public address",
            Self::Addresses => "Server addresses",
            Self::Tcp => "Connection",
            Self::Greeting => "Greeting",
            Self::Ehlo => "Server features",
            Self::Starttls => "STARTTLS",
            Self::Encryption => "Encryption",
            Self::LoginOffers => "Login methods",
            Self::Token => "Access token",
            Self::Login => "Login",
            Self::MailFrom => "Sender",
            Self::Recipient => "Recipient",
            Self::TestMessage => "Test email",
            Self::SampleMessages => "Sample invitation and cancellation",
            Self::SenderDomain => "DNS of the sender's domain",
            Self::Queue => "Queue",
        }
    }
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// All is well.
    Pass,
    /// Mail leaves, but something should be seen to.
    Warn,
    /// Mail does not leave like this.
    Fail,
    /// Not asked; the cause says why.
    Skipped,
}

/// What was found, before anybody says where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// How it ended.
    pub grade: Grade,
    /// What was seen.
    pub evidence: Vec<String>,
    /// What is wrong, or why it was not asked; empty when all is well.
    pub cause: String,
    /// What to do; empty when there is nothing to do.
    pub fix: String,
}

impl Found {
    /// All is well.
    pub fn pass() -> Self {
        Self::new(Grade::Pass, "", "")
    }

    /// Something should be seen to.
    pub fn warn(cause: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(Grade::Warn, cause, fix)
    }

    /// Mail does not leave like this.
    pub fn fail(cause: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(Grade::Fail, cause, fix)
    }

    /// Not asked.
    pub fn skipped(reason: impl Into<String>) -> Self {
        Self::new(Grade::Skipped, reason, "")
    }

    fn new(grade: Grade, cause: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            grade,
            evidence: Vec::new(),
            cause: cause.into(),
            fix: fix.into(),
        }
    }

    /// And this was seen.
    pub fn saw(mut self, line: impl Into<String>) -> Self {
        self.evidence.push(line.into());
        self
    }

    /// And these lines were.
    pub fn saw_all(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.evidence.extend(lines);
        self
    }

    /// It concerns the second mail server, whose variables have other names.
    pub(super) fn of_the_fallback(mut self) -> Self {
        self.cause = verdict::of_the_fallback(&self.cause);
        self.fix = verdict::of_the_fallback(&self.fix);
        self
    }

    /// The worse of both, with what was seen and said of either.
    pub fn and(mut self, other: Self) -> Self {
        let rank = |grade| match grade {
            Grade::Pass => 0,
            Grade::Skipped => 1,
            Grade::Warn => 2,
            Grade::Fail => 3,
        };
        if rank(other.grade) > rank(self.grade) {
            self.grade = other.grade;
        }
        self.evidence.extend(other.evidence);
        for (own, more) in [(&mut self.cause, other.cause), (&mut self.fix, other.fix)] {
            if !own.is_empty() && !more.is_empty() {
                own.push(' ');
            }
            own.push_str(&more);
        }
        self
    }
}

/// A check and its outcome. Holds no password, no message and no link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// 1 to 21.
    pub number: u8,
    /// Which one.
    pub step: Step,
    /// Which mail server, where there is a question to each.
    pub server: Option<Name>,
    /// How it ended.
    pub grade: Grade,
    /// What was seen.
    pub evidence: Vec<String>,
    /// What is wrong, or why it was not asked; empty when all is well.
    pub cause: String,
    /// What to do; empty when there is nothing to do.
    pub fix: String,
    /// How long it took.
    pub milliseconds: u64,
}

impl Check {
    /// What was found at a step.
    pub fn new(step: Step, server: Option<Name>, found: Found, milliseconds: u64) -> Self {
        let Found {
            grade,
            evidence,
            cause,
            fix,
        } = found;
        Self {
            number: step.number(),
            step,
            server,
            grade,
            evidence,
            cause,
            fix,
            milliseconds,
        }
    }

    /// Where it stands in a list: the first server's before the second's, what is asked once around them.
    fn place(&self) -> (bool, bool, u8) {
        let is_of_fallback = self.server == Some(Name::Fallback);
        (self.step >= Step::SenderDomain, is_of_fallback, self.number)
    }
}

/// Puts checks in the order in which they are shown.
pub fn sort(checks: &mut [Check]) {
    checks.sort_by_key(Check::place);
}

#[cfg(test)]
mod tests;
