//! Checks 7 to 18 at one mail server, from its name to a message that it takes.
use std::{net::SocketAddr, pin::pin, time::Duration};

use entity::transport::Name;
use futures_util::{StreamExt, stream::FuturesUnordered};
use lettre::Address;
use tokio::{
    net::TcpStream,
    sync::mpsc::UnboundedSender,
    time::{Instant, sleep, timeout, timeout_at},
};

use super::{
    NO_TIME, Patient, SLOW, Sends,
    check::{Check, Found, Step},
    tell, ways,
};
use crate::{
    mail::{dial, mailbox::parse_address},
    settings::{Security, SmtpSettings},
};

/// After so long without a word another explanation is looked for, while the first is still waited for.
pub(super) const SILENCE: Duration = Duration::from_secs(3);

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
            Ok(Err(Stop)) => "An earlier check did not pass.",
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

    /// Says it, unless something was said of that step already.
    pub(super) fn tell_once(&mut self, step: Step, found: Found) {
        if !self.has_told(step) {
            self.tell(step, found);
        }
    }

    /// How long it is since something was said.
    pub(super) fn since_last_told(&self) -> Duration {
        self.since.elapsed()
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

    /// What was being asked when the time was over may still come.
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
            let slow = Found::warn(
                format!(
                    "{SLOW}: the check ran out of time after {} seconds. Mail that is sent waits longer.",
                    self.patient.longest.as_secs()
                ),
                "Run the check again when the mail server has less to do. If it is always so slow, ask whoever runs it: mostly it looks in vain for this machine's name.",
            );
            self.tell(step, slow);
        }
    }

    async fn examine(&mut self) -> Result<(), Stop> {
        let addresses = self.addresses().await?;
        self.reach(&addresses).await?;
        let connection = self.converse().await?;
        let Some(from) = self.sender() else {
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

    pub(super) fn sender(&self) -> Option<Address> {
        parse_address(self.patient.mail.from.email.as_ref()).ok()
    }

    async fn addresses(&mut self) -> Result<Vec<SocketAddr>, Stop> {
        let looked_up = dial::look_up(&self.smtp.host, self.smtp.port);
        let found = match timeout(self.patient.limits.connect, looked_up).await {
            Ok(Ok(found)) => found,
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
        let seen = found.iter().map(|address| address.ip().to_string());
        self.tell(Step::Addresses, Found::pass().saw_all(seen));
        Ok(found)
    }

    /// At every address, because mail is tried at every address. Once one answers, those that do not are
    /// waited for only a little longer: mail would not wait either.
    async fn reach(&mut self, addresses: &[SocketAddr]) -> Result<(), Stop> {
        let (patient, smtp) = (self.patient, self.smtp);
        let mut other_ways = pin!(async {
            sleep(SILENCE).await;
            ways::advice(patient, smtp).await
        });
        let mut advice = None;
        let mut dialling = pin!(dial_all(addresses, patient.limits.connect));
        let dialled = loop {
            tokio::select! {
                dialled = &mut dialling => break dialled,
                found = &mut other_ways, if advice.is_none() => advice = Some(found),
            }
        };
        let seen = dialled.iter().map(Dialled::line).collect::<Vec<_>>();
        let is_reached = dialled.iter().any(|dialled| dialled.error.is_none());
        let found = match is_reached {
            true => reached(&dialled),
            false => {
                let advice = match advice {
                    Some(advice) => advice,
                    None => ways::advice(patient, smtp).await,
                };
                out_of_reach(smtp, &dialled, advice)
            }
        };
        self.tell(Step::Tcp, found.saw_all(seen));
        match is_reached {
            true => Ok(()),
            false => Err(Stop),
        }
    }
}

/// What came of a connection to one address.
struct Dialled {
    address: SocketAddr,
    error: Option<String>,
    took: Duration,
}

impl Dialled {
    fn line(&self) -> String {
        match &self.error {
            None => format!(
                "{} answers after {} ms",
                self.address,
                self.took.as_millis()
            ),
            Some(error) => format!("{}: {error}", self.address),
        }
    }
}

async fn dial_all(addresses: &[SocketAddr], limit: Duration) -> Vec<Dialled> {
    let begun = Instant::now();
    let mut dials: FuturesUnordered<_> = addresses
        .iter()
        .map(async |address| {
            let dialled = timeout(limit, TcpStream::connect(address)).await;
            let error = match dialled {
                Ok(Ok(_)) => None,
                Ok(Err(error)) => Some(error.to_string()),
                Err(_) => Some(no_answer(limit)),
            };
            Dialled {
                address: *address,
                error,
                took: begun.elapsed(),
            }
        })
        .collect();
    let mut ended: Vec<Dialled> = Vec::new();
    loop {
        let is_reached = ended.iter().any(|dialled| dialled.error.is_none());
        let next = match is_reached {
            true => timeout(SILENCE, dials.next()).await,
            false => Ok(dials.next().await),
        };
        match next {
            Ok(Some(dialled)) => ended.push(dialled),
            Ok(None) => break,
            Err(_) => {
                let silent = addresses
                    .iter()
                    .filter(|address| !ended.iter().any(|dialled| dialled.address == **address))
                    .map(|address| Dialled {
                        address: *address,
                        error: Some(no_answer(begun.elapsed())),
                        took: begun.elapsed(),
                    });
                let silent: Vec<_> = silent.collect();
                ended.extend(silent);
                break;
            }
        }
    }
    ended.sort_by_key(|dialled| {
        addresses
            .iter()
            .position(|address| *address == dialled.address)
    });
    ended
}

fn no_answer(limit: Duration) -> String {
    format!("no answer within {} s", limit.as_secs())
}

/// Somewhere at least.
fn reached(dialled: &[Dialled]) -> Found {
    let ill: Vec<_> = dialled
        .iter()
        .filter(|dialled| dialled.error.is_some())
        .collect();
    if ill.is_empty() {
        return Found::pass();
    }
    match ill.iter().all(|dialled| dialled.address.is_ipv6()) {
        true => Found::warn(
            "The mail server cannot be reached over IPv6 from here; mail leaves over IPv4, and may lose a second with each connection.",
            "Nothing needs to be changed for mail. If this machine is to have IPv6, ask whoever runs its network.",
        ),
        false => Found::warn(
            "Some of the mail server's addresses do not answer; mail leaves through the others.",
            "Tell whoever runs the mail server which ones.",
        ),
    }
}

/// At no address.
fn out_of_reach(smtp: &SmtpSettings, dialled: &[Dialled], advice: String) -> Found {
    let says = |word: &str| {
        let mut errors = dialled.iter().map(|dialled| dialled.error.as_deref());
        errors.all(|error| error.is_some_and(|text| text.contains(word)))
    };
    let (cause, first) = match (smtp.port, says("refused"), says("no answer")) {
        (_, true, _) => (
            "Nothing listens there.",
            "If the mail server is yours, see whether it runs.",
        ),
        (25, _, true) => (
            "Port 25 does not answer. Most clouds and hosters block it.",
            "",
        ),
        (_, _, true) => (
            "The mail server does not answer at all, which mostly is a firewall.",
            "Have this machine's firewall and its hoster let connections to that port out.",
        ),
        _ => (
            "There is no way to the mail server from here.",
            "Check this machine's network and its firewall.",
        ),
    };
    Found::fail(cause, format!("{advice} {first}").trim())
}
