//! What became of a message at a mail server, in a form that may be kept and shown.
use std::{net::SocketAddr, time::Duration};

use entity::attempt::{Dsn, Stage};

use super::reply::Reply;

/// One attempt to hand over one message. Holds no password, no message and no join link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The server by name.
    pub host: String,
    /// The address that was reached, or tried last.
    pub peer: Option<SocketAddr>,
    /// Protocol version and cipher, when encrypted.
    pub tls: Option<String>,
    /// The last stage it reached.
    pub stage: Stage,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether the final dot was on its way: from then on the server may have taken the message,
    /// whatever we read afterwards.
    pub dot_sent: bool,
    /// Whether the server was asked to report what becomes of the message; none when it was not told of it.
    pub dsn: Option<Dsn>,
    /// What was said.
    pub transcript: Vec<Line>,
    /// How long it took.
    pub elapsed: Duration,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 2xx after the final dot: the server has taken the message.
    Accepted(Reply),
    /// 4xx or 5xx at the report's stage.
    Refused(Reply),
    /// 5xx for an access token: another one may do.
    TokenRefused(Reply),
    /// A reply that makes no sense here, or none at all.
    Unexpected(String),
    /// The host has no address.
    NoAddress(String),
    /// No reply in time.
    Timeout(Duration),
    /// The server hung up.
    Closed,
    /// The network failed.
    Network(String),
    /// No trusted encryption.
    Tls(String),
    /// Not even tried: the server lacks what the message or the settings need.
    Missing(Missing),
    /// We hung up before the final dot, because the caller asked for it.
    Withheld,
}

/// What a server lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// STARTTLS is wanted and not offered.
    Starttls,
    /// There is a login, and the server has none (or none before encryption).
    Login,
    /// No login mechanism that we know; these are offered.
    Mechanism(Vec<String>),
    /// The login is one with access tokens, and the server takes none; these are offered.
    Tokens(Vec<String>),
    /// There is no access token to log in with.
    Token,
    /// The address is not ASCII, and the server does not take such.
    SmtpUtf8,
    /// The message is longer than the server takes, in octets.
    Size {
        /// Of the message.
        message: u64,
        /// The most that the server takes.
        longest: u64,
    },
}

/// One line of the conversation, or a remark in brackets where something is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Milliseconds from the beginning of the attempt.
    pub at_ms: u64,
    /// From whom.
    pub from: Party,
    /// Without the end of line.
    pub text: String,
}

/// Who says a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// We.
    Client,
    /// They.
    Server,
    /// Nobody: a remark.
    Remark,
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.from {
            Party::Client => write!(f, "> {}", self.text),
            Party::Server => write!(f, "< {}", self.text),
            Party::Remark => write!(f, "[{}]", self.text),
        }
    }
}

impl Report {
    /// May the server have taken the message although nothing says so?
    pub fn is_uncertain(&self) -> bool {
        self.dot_sent && self.reply().is_none()
    }

    /// The server's reply, when there was one.
    pub fn reply(&self) -> Option<&Reply> {
        match &self.outcome {
            Outcome::Accepted(reply) | Outcome::Refused(reply) | Outcome::TokenRefused(reply) => {
                Some(reply)
            }
            _ => None,
        }
    }

    /// What was said, as a log keeps it: `    182 < 250 OK`, milliseconds first.
    pub fn transcript_text(&self) -> String {
        let lines = self.transcript.iter();
        let lines = lines.map(|line| format!("{:>7} {line}", line.at_ms));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The server's words, or what happened instead.
    pub fn text(&self) -> String {
        match &self.outcome {
            Outcome::Accepted(reply) | Outcome::Refused(reply) | Outcome::TokenRefused(reply) => {
                reply.text()
            }
            Outcome::Unexpected(text) => format!("unexpected reply: {text}"),
            Outcome::NoAddress(text) => format!("host not found: {text}"),
            Outcome::Timeout(limit) => format!("no answer within {} s", limit.as_secs_f32()),
            Outcome::Closed => "the server closed the connection".into(),
            Outcome::Network(text) => text.clone(),
            Outcome::Tls(text) => format!("no trusted encryption: {text}"),
            Outcome::Missing(missing) => missing.to_string(),
            Outcome::Withheld => "given back before the message was complete".into(),
        }
    }
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Starttls => f.write_str("the server does not offer STARTTLS"),
            Self::Login => f.write_str("the server offers no login"),
            Self::Mechanism(offered) => {
                write!(
                    f,
                    "no login in common; the server offers {}",
                    offered.join(" ")
                )
            }
            Self::Tokens(offered) => write!(
                f,
                "the server does not offer XOAUTH2, only {}",
                offered.join(" ")
            ),
            Self::Token => f.write_str("no access token"),
            Self::SmtpUtf8 => f.write_str("the server takes no addresses beyond ASCII (SMTPUTF8)"),
            Self::Size { message, longest } => write!(
                f,
                "the message has {message} octets, the server takes {longest}"
            ),
        }
    }
}
