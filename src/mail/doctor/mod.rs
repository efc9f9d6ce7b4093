//! Finds out why mail does not leave: 21 checks, through the code that sends.
//!
//! Each check says what it saw, what is wrong in plain words, and what to do. None of them holds a
//! password, a message or a link. Whatever a server does, all of it ends in time.
mod blocked;
pub(super) mod certificate;
mod check;
mod checklists;
mod dns;
mod hand_over;
mod health;
mod ports;
mod reach;
mod remedy;
mod samples;
mod sender_domain;
mod settings;
mod talk;
mod token;
mod trust;
mod visit;
mod ways;

use std::{net::SocketAddr, time::Duration};

use chrono::{DateTime, Utc};
use entity::transport::Name;
use futures_util::future::join_all;
use lettre::Address;
use tokio::{
    sync::mpsc::UnboundedSender,
    time::{Instant, timeout_at},
};
use tokio_rustls::rustls::pki_types::CertificateDer;

pub use self::{
    check::{Check, Found, Grade, Step, sort},
    checklists::checklists,
    health::{health, is_unfinished},
    settings::{lines, mistakes, outline},
    token::Issued,
};
use self::{dns::Resolver, samples::Ends, visit::Visit};
use crate::{
    mail::{
        compose::Composer,
        mailbox::parse_address,
        smtp::{Client, Limits, Report},
    },
    secret::Secret,
    settings::{Backend, BaseUrl, MailSettings, SmtpSettings},
};

/// Whoever asks is told that all of it takes at most so many seconds.
pub const SECONDS: u64 = 20;

/// The checks themselves take no longer: a little is left for the rest.
pub const LONGEST: Duration = Duration::from_secs(SECONDS - 2);

/// An access token is asked for first, and gets at most so long of it.
pub const LONGEST_FOR_TOKEN: Duration = Duration::from_secs(8);

/// How long each step of a conversation may take: as long as when mail is sent, because what mail would
/// still wait for is not silent. The end of all checks may come before.
pub const LIMITS: Limits = Limits {
    quit: Duration::from_secs(1),
    ..Limits::USUAL
};

/// What a check begins with that was still waiting for the mail server when the time was over.
pub const SLOW: &str = "Slow so far";

/// How far the checks go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sends {
    /// No message.
    Nothing,
    /// A short one.
    Test,
    /// That, and the invitation and the cancellation of an interview that nobody has.
    Everything,
}

/// Whom the doctor looks at, and how.
pub struct Examined<'a> {
    /// How mail leaves.
    pub mail: &'a MailSettings,
    /// What links begin with; its host is the name that servers are greeted with.
    pub base_url: &'a BaseUrl,
    /// Where undeliverable messages come back to; to their sender if nowhere is named.
    pub comes_back_to: Option<Address>,
    /// Writes the samples.
    pub composer: &'a Composer,
    /// To whom; without, no recipient is named.
    pub to: Option<Address>,
    /// What came of asking for an access token; none where there are passwords.
    pub token: Option<Issued>,
    /// How far.
    pub sends: Sends,
    /// Who is asked about the sender's domain; the machine's own name server if nobody is named.
    pub dns_server: Option<SocketAddr>,
    /// Who is trusted; whom the machine trusts if nobody is named.
    pub roots: Option<Vec<CertificateDer<'static>>>,
    /// How long all of it may take.
    pub longest: Duration,
    /// How long each step of a conversation may take.
    pub limits: Limits,
    /// The time.
    pub now: DateTime<Utc>,
}

impl Examined<'_> {
    fn client(&self, smtp: &SmtpSettings) -> Client {
        let client = Client::new(smtp, self.base_url.host()).with_limits(self.limits);
        match &self.roots {
            Some(roots) => client.trusting(roots.clone()),
            None => client,
        }
    }

    /// To be shown to a mail server that is logged in to with tokens.
    fn token(&self) -> Option<&Secret> {
        self.token.as_ref()?.token.as_ref().ok()
    }

    fn ends<'a>(&'a self, from: &'a Address, to: &'a Address) -> Ends<'a> {
        Ends {
            from,
            comes_back_to: self.comes_back_to.as_ref().unwrap_or(from),
            to,
        }
    }
}

/// The mail servers, the one that is asked first before the other.
pub fn servers(mail: &MailSettings) -> Vec<(Name, &SmtpSettings)> {
    let first = match &mail.backend {
        Backend::Console => return Vec::new(),
        Backend::Smtp(smtp) => (Name::Primary, smtp),
    };
    let second = mail.fallback.iter().map(|smtp| (Name::Fallback, smtp));
    [first].into_iter().chain(second).collect()
}

/// Checks 1 to 20, each told as it is done; ends at `deadline` at the latest.
pub async fn examine(
    patient: &Examined<'_>,
    servers: &[(Name, &SmtpSettings)],
    deadline: Instant,
    tell: &UnboundedSender<Check>,
) {
    let idempotency_key = Once {
        tell,
        begun: Instant::now(),
    };
    idempotency_key.tell(Step::Transport, settings::transport(patient.mail));
    let first = servers.first().map(|(_, smtp)| *smtp);
    match first {
        Some(smtp) => {
            idempotency_key.tell(Step::Settings, settings::settings(patient.mail, smtp));
        }
        None => {
            let of_settings = [
                Step::Settings,
                Step::Contradictions,
                Step::Provider,
                Step::Sender,
            ];
            for step in of_settings.iter().chain(Step::OF_A_SERVER) {
                idempotency_key.tell(*step, Found::skipped(NO_SERVER));
            }
        }
    }
    let visits = servers.iter().map(|(name, smtp)| {
        let visit = Visit::new(patient, *name, smtp, tell);
        visit.run(deadline)
    });
    let resolver = match patient.dns_server {
        Some(server) => Some(Resolver::new(server)),
        None => Resolver::of_machine(),
    };
    let host = first.map(|smtp| smtp.host.as_str());
    tokio::join!(
        join_all(visits),
        idempotency_key.ask(Step::BaseUrl, deadline, settings::base_url(patient)),
        async {
            if first.is_some() {
                for (step, found) in settings::review(patient, servers, deadline).await {
                    idempotency_key.tell(step, found);
                }
            }
        },
        async {
            match parse_address(patient.mail.from.email.as_ref()) {
                Ok(from) if first.is_some() => {
                    let look = sender_domain::look(resolver, from.domain(), host);
                    idempotency_key
                        .ask(Step::SenderDomain, deadline, look)
                        .await;
                }
                _ => idempotency_key.tell(Step::SenderDomain, Found::skipped(NO_SERVER)),
            }
        }
    );
}

/// Sends the short message and nothing else.
///
/// # Errors
/// When it cannot be made, because the addresses are no addresses for mail.
pub async fn send_test(
    patient: &Examined<'_>,
    smtp: &SmtpSettings,
    to: &Address,
) -> crate::error::Result<Report> {
    let from = parse_address(patient.mail.from.email.as_ref())?;
    let ends = patient.ends(&from, to);
    let message = samples::test_message(&ends, patient.now)?;
    let connection = match patient.client(smtp).connect(patient.token()).await {
        Ok(connection) => connection,
        Err(report) => return Ok(*report),
    };
    let envelope = ends.envelope("");
    let (report, connection) = connection.send(&envelope, &message, async || true).await;
    if let Some(connection) = connection {
        connection.quit().await;
    }
    Ok(report)
}

/// Tells what is asked once, whatever the number of servers.
struct Once<'a> {
    tell: &'a UnboundedSender<Check>,
    begun: Instant,
}

impl Once<'_> {
    fn tell(&self, step: Step, found: Found) {
        tell(self.tell, step, None, found, self.begun);
    }

    async fn ask(&self, step: Step, deadline: Instant, look: impl Future<Output = Found>) {
        let found = timeout_at(deadline, look).await;
        self.tell(step, found.unwrap_or_else(|_| Found::skipped(NO_TIME)));
    }
}

const NO_SERVER: &str = "No mail server is set.";

/// Why a check was not asked.
pub const NO_TIME: &str = "The check ran out of time.";

fn tell(
    to: &UnboundedSender<Check>,
    step: Step,
    server: Option<Name>,
    found: Found,
    since: Instant,
) {
    let milliseconds = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
    // Whoever does not listen any more has seen enough.
    to.send(Check::new(step, server, found, milliseconds)).ok();
}
