//! The conversation with a mail server, step by step, each step with its own time limit.
//!
//! A connection is used up by each call and handed back only after a clean end. So a cancelled,
//! timed-out or refused message can never leave a reply behind for the next one to read.
mod connect;
mod connection;
mod dsn;
mod login;
mod offers;
mod rehearsal;
mod relay;
mod reply;
mod report;
pub(in crate::mail) mod tls;
mod wire;
mod witness;

use std::{net::IpAddr, sync::Arc, time::Duration};

use lettre::{Address, transport::smtp::extension::ClientId};
use tokio::sync::{
    OnceCell,
    mpsc::{UnboundedReceiver, unbounded_channel},
};
use tokio_rustls::rustls::{ClientConfig, pki_types::CertificateDer};

pub(in crate::mail) use self::login::xoauth2::response as xoauth2_response;
pub use self::{
    connection::Connection,
    login::Mechanism,
    offers::Offers,
    relay::Relay,
    reply::Reply,
    report::{Line, Missing, Outcome, Report},
    witness::Sighting,
};
use self::{login::Remembered, witness::Witness};
use crate::settings::{Login, Security, SmtpSettings};

/// How long each step may take. A server may be slow to look a name up or to scan a message; what
/// hangs for longer hangs for good. RFC 5321 §4.5.3.2 wants 10 minutes for the last reply, and there
/// an early end would mean a second copy.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// TCP, for each address of the host.
    pub connect: Duration,
    /// TLS handshake.
    pub tls: Duration,
    /// The server's greeting.
    pub banner: Duration,
    /// EHLO and STARTTLS.
    pub ehlo: Duration,
    /// Each step of the login; some servers wait on purpose after a wrong password.
    pub auth: Duration,
    /// MAIL FROM, RCPT TO and RSET, each.
    pub envelope: Duration,
    /// DATA.
    pub data: Duration,
    /// Writing the message.
    pub body: Duration,
    /// The reply to the final dot.
    pub verdict: Duration,
    /// QUIT.
    pub quit: Duration,
}

impl Limits {
    /// Those of every message.
    pub const USUAL: Self = Self {
        connect: Duration::from_secs(15),
        tls: Duration::from_secs(15),
        banner: Duration::from_secs(60),
        ehlo: Duration::from_secs(60),
        auth: Duration::from_secs(60),
        envelope: Duration::from_secs(60),
        data: Duration::from_secs(120),
        body: Duration::from_secs(180),
        verdict: Duration::from_secs(600),
        quit: Duration::from_secs(5),
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::USUAL
    }
}

/// Who sends, who receives, and what must not be repeated to anybody.
#[derive(Clone, Copy)]
pub struct Envelope<'a> {
    /// MAIL FROM.
    pub from: &'a Address,
    /// RCPT TO.
    pub to: &'a Address,
    /// The join link in the message: servers quote links when they refuse, reports must not.
    pub link: &'a str,
    /// The short one in its calendar, where there is one.
    pub short_link: Option<&'a str>,
    /// ENVID: what to call the message in reports of what becomes of it; none where no report is wanted. At most 100
    /// ASCII characters.
    pub envelope_id: Option<&'a str>,
}

/// One mail server, with all that is needed to speak to it.
pub struct Client {
    host: String,
    port: u16,
    security: Security,
    login: Option<Login>,
    hello: ClientId,
    limits: Limits,
    roots: Option<Vec<CertificateDer<'static>>>,
    tls: OnceCell<Arc<ClientConfig>>,
    witness: Option<Witness>,
    logs_in_by: Remembered,
}

impl Client {
    /// `hello` is the host name or address that this machine gives as its own.
    pub fn new(settings: &SmtpSettings, hello: &str) -> Self {
        Self {
            host: settings.host.clone(),
            port: settings.port,
            security: settings.security,
            login: settings.login.clone(),
            hello: client_id(hello),
            limits: Limits::default(),
            roots: None,
            tls: OnceCell::new(),
            witness: None,
            logs_in_by: Remembered::default(),
        }
    }

    /// With other time limits.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Trusts these certificates instead of the machine's.
    pub fn trusting(mut self, roots: Vec<CertificateDer<'static>>) -> Self {
        self.roots = Some(roots);
        self
    }

    /// Tells what is seen while a connection comes about; for before the first one.
    pub fn watched(mut self) -> (Self, UnboundedReceiver<Sighting>) {
        let (witness, seen) = unbounded_channel();
        self.witness = Some(witness);
        (self, seen)
    }

    /// The server by name.
    pub fn host(&self) -> &str {
        &self.host
    }
}

/// RFC 5321 §4.1.4: an address stands in brackets.
fn client_id(hello: &str) -> ClientId {
    match hello.trim_matches(['[', ']']).parse() {
        Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
        Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
        Err(_) => ClientId::Domain(hello.to_owned()),
    }
}
