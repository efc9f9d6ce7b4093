//! Checks 7 to 18 at one mail server, from its name to a message that it takes.
use std::net::SocketAddr;

use entity::transport::Name;
use futures_util::future::join_all;
use tokio::{
    net::{TcpStream, lookup_host},
    sync::mpsc::UnboundedSender,
    time::{Instant, timeout, timeout_at},
};

use super::{
    NO_TIME, Patient, Sends,
    check::{Check, Found, Step},
    tell,
};
use crate::{
    mail::{
        mailbox::parse_address,
        smtp::{Outcome, Report},
        verdict,
    },
    settings::{Security, SmtpSettings},
};

/// A check failed, and nothing after it can be asked.
pub(super) struct Stop;

/// One mail server, and what has been said of it so far.
pub(super) struct Visit<'a> {
    pub(super) patient: &'a Patient<'a>,
    pub(super) smtp: &'a SmtpSettings,
    name: Name,
    told: Vec<Step>,
    since: Instant,
    to: &'a UnboundedSender<Check>,
}

impl<'a> Visit<'a> {
    pub(super) fn new(
        patient: &'a Patient<'a>,
        name: Name,
        smtp: &'a SmtpSettings,
        to: &'a UnboundedSender<Check>,
    ) -> Self {
        Self {
            patient,
            smtp,
            name,
            told: Vec::new(),
            since: Instant::now(),
            to,
        }
    }

    /// Asks until something fails or the time is over, and says why the rest was not asked.
    pub(super) async fn run(mut self, deadline: Instant) {
        self.since = Instant::now();
        let reason = match timeout_at(deadline, self.examine()).await {
            Ok(Ok(())) => return,
            Ok(Err(Stop)) => "An earlier check failed.",
            Err(_) => {
                self.give_up();
                NO_TIME
            }
        };
        for step in self.left() {
            self.tell(step, Found::skipped(reason));
        }
    }

    /// Says what was found; the time that it took is counted from the last time that something was said.
    pub(super) fn tell(&mut self, step: Step, found: Found) {
        let found = match self.name {
            Name::Primary => found,
            Name::Fallback => found.of_the_fallback(),
        };
        tell(self.to, step, Some(self.name), found, self.since);
        self.told.push(step);
        self.since = Instant::now();
    }

    /// Says that something failed, and that nothing goes on.
    pub(super) fn fail<T>(&mut self, step: Step, found: Found) -> Result<T, Stop> {
        self.tell(step, found);
        Err(Stop)
    }

    pub(super) fn has_told(&self, step: Step) -> bool {
        self.told.contains(&step)
    }

    fn left(&self) -> Vec<Step> {
        let steps = Step::OF_A_SERVER.iter().copied();
        steps.filter(|step| !self.has_told(*step)).collect()
    }

    /// What was being asked when the time was over has failed.
    fn give_up(&mut self) {
        let left = self.left();
        let is_first_to_encrypt = self.smtp.security == Security::Implicit
            && !self.has_told(Step::Encryption)
            && self.has_told(Step::Tcp);
        let asked = match is_first_to_encrypt {
            true => Some(Step::Encryption),
            false => left.first().copied(),
        };
        if let Some(step) = asked {
            let slow = Found::fail(
                "The mail server takes so long that the check ran out of time.",
                "Try again in a while; if it stays slow, ask whoever runs the mail server.",
            );
            self.tell(step, slow);
        }
    }

    async fn examine(&mut self) -> Result<(), Stop> {
        let addresses = self.addresses().await?;
        self.reach(&addresses).await?;
        let connection = self.converse().await?;
        let Ok(from) = parse_address(self.patient.mail.from.email.as_ref()) else {
            let wrong = Found::fail(
                "DEFAULT_FROM_EMAIL is no address that mail can come from.",
                "Correct it.",
            );
            return self.fail(Step::MailFrom, wrong);
        };
        let to = self.patient.to.clone();
        let connection = self.rehearse(connection, &from, to.as_ref()).await?;
        match (to, self.patient.sends) {
            (_, Sends::Nothing) => self.send_nothing("Nothing is sent unless it is asked for."),
            _ if self.name == Name::Fallback => {
                self.send_nothing("Test messages go through the first server.");
            }
            (None, _) => self.send_nothing("No recipient was given."),
            (Some(to), _) => {
                self.send(connection, &self.patient.ends(&from, &to))
                    .await?
            }
        }
        Ok(())
    }

    async fn addresses(&mut self) -> Result<Vec<SocketAddr>, Stop> {
        let looked_up = lookup_host((self.smtp.host.as_str(), self.smtp.port));
        let found = match timeout(self.patient.limits.connect, looked_up).await {
            Ok(Ok(found)) => found.collect(),
            Ok(Err(error)) => {
                let failed = Found::fail(
                    format!("The name {} is not found: {error}.", self.smtp.host),
                    "Check EMAIL_HOST for its spelling, and this machine's DNS.",
                );
                return self.fail(Step::Addresses, failed);
            }
            Err(_) => {
                let silent = Found::fail(
                    "This machine's name server says nothing.",
                    "Check this machine's DNS (/etc/resolv.conf).",
                );
                return self.fail(Step::Addresses, silent);
            }
        };
        let found: Vec<SocketAddr> = found;
        let seen = found.iter().map(|address| address.ip().to_string());
        self.tell(Step::Addresses, Found::pass().saw_all(seen));
        Ok(found)
    }

    /// At every address, because mail is tried at every address; one that does not answer costs time.
    async fn reach(&mut self, addresses: &[SocketAddr]) -> Result<(), Stop> {
        let limit = self.patient.limits.connect;
        let dials = addresses.iter().map(async |address| {
            let begun = Instant::now();
            let dialled = timeout(limit, TcpStream::connect(address)).await;
            let error = match dialled {
                Ok(Ok(_)) => None,
                Ok(Err(error)) => Some(error.to_string()),
                Err(_) => Some(format!("no answer within {} s", limit.as_secs())),
            };
            (*address, error, begun.elapsed().as_millis())
        });
        let dialled = join_all(dials).await;
        let seen = dialled.iter().map(|(address, error, ms)| match error {
            None => format!("{address} answers after {ms} ms"),
            Some(error) => format!("{address}: {error}"),
        });
        let found = self.reached(&dialled).saw_all(seen);
        let is_reached = dialled.iter().any(|(_, error, _)| error.is_none());
        self.tell(Step::Tcp, found);
        match is_reached {
            true => Ok(()),
            false => Err(Stop),
        }
    }

    fn reached(&self, dialled: &[(SocketAddr, Option<String>, u128)]) -> Found {
        let (well, ill): (Vec<_>, Vec<_>) =
            dialled.iter().partition(|(_, error, _)| error.is_none());
        if ill.is_empty() {
            return Found::pass();
        }
        if !well.is_empty() {
            return match ill.iter().all(|(address, ..)| address.is_ipv6()) {
                true => Found::warn(
                    "The mail server cannot be reached over IPv6 from here; each message may lose time with it.",
                    "Give this machine IPv6, or let it prefer IPv4 (/etc/gai.conf).",
                ),
                false => Found::warn(
                    "Some of the mail server's addresses do not answer.",
                    "Ask whoever runs the mail server; mail leaves meanwhile through the others.",
                ),
            };
        }
        let says = |word: &str| {
            ill.iter()
                .all(|(_, error, _)| error.as_deref().is_some_and(|text| text.contains(word)))
        };
        match (self.smtp.port, says("refused"), says("no answer")) {
            (_, true, _) => Found::fail(
                "Nothing listens there.",
                "Check EMAIL_HOST and EMAIL_PORT, or start the mail server.",
            ),
            (25, _, true) => Found::fail(
                "Port 25 does not answer. Most clouds and hosters block it.",
                "Use port 587 or 465 of your provider (2587 or 2525 at some).",
            ),
            (_, _, true) => Found::fail(
                "The mail server does not answer at all, which mostly is a firewall.",
                "Let this machine connect to the mail server's port, or use another of its ports.",
            ),
            _ => Found::fail(
                "There is no way to the mail server from here.",
                "Check this machine's network and its firewall.",
            ),
        }
    }
}

/// What went wrong, in the server's words, and what that means.
pub(super) fn explained(report: &Report) -> Found {
    let cause = match &report.outcome {
        Outcome::Refused(_) => format!("The mail server says: {}", report.text()),
        _ => format!("This happened: {}.", report.text().trim_end_matches('.')),
    };
    Found::fail(cause, verdict::judge(report).hint)
}
