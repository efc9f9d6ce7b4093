//! Checks 7 to 19 at one mail server, from its name to a message that it takes.
use std::{net::SocketAddr, time::Duration};

use entity::transport::Name;
use lettre::Address;
use tokio::{
    sync::mpsc::UnboundedSender,
    time::{Instant, timeout, timeout_at},
};

use super::{
    Examined, NO_TIME, SECONDS, SLOW, Sends,
    check::{Check, Found, Step},
    tell, token,
};
use crate::{
    dial,
    mail::mailbox::parse_address,
    settings::{Login, Security, SmtpSettings},
};

/// After so long without a word another explanation is looked for, while the first is still waited for.
pub(super) const SILENCE: Duration = Duration::from_secs(3);

/// A check failed, and nothing after it can be asked.
pub(super) struct Stop;

/// One mail server, and what has been said of it so far.
pub(super) struct Visit<'a> {
    pub(super) patient: &'a Examined<'a>,
    pub(super) smtp: &'a SmtpSettings,
    name: Name,
    told: Vec<Step>,
    since: Instant,
    to: &'a UnboundedSender<Check>,
}

impl<'a> Visit<'a> {
    pub(super) fn new(
        patient: &'a Examined<'a>,
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

    /// Asked for before anybody is: what it lacks explains the rest.
    fn token(&mut self) {
        let login = self.smtp.login.as_ref();
        let found = match (login.and_then(Login::oauth), &self.patient.token) {
            (Some(settings), Some(issued)) => token::judge(issued, settings, self.patient.now),
            (Some(_), None) => Found::skipped("Nobody asked for one."),
            (None, _) => Found::skipped("Not needed: EMAIL_AUTH is password."),
        };
        self.tell(Step::Token, found);
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
                    "{SLOW}: the mail server didn't answer within the {SECONDS} seconds of this check. When Greenroom sends email, it waits longer."
                ),
                "Run the check again when the mail server is less busy. If it is always this slow, ask its operator: often the server tries to look up this machine's name and fails.",
            );
            self.tell(step, slow);
        }
    }

    async fn examine(&mut self) -> Result<(), Stop> {
        self.token();
        let addresses = self.addresses().await?;
        self.reach(&addresses).await?;
        let connection = self.converse().await?;
        let Some(from) = self.sender() else {
            let wrong = Found::fail(
                "DEFAULT_FROM_EMAIL is not an address that email can be sent from.",
                "Set it to an address on your own domain, like jobs@yourcompany.com.",
            );
            return self.fail(Step::MailFrom, wrong);
        };
        let to = self.patient.to.clone();
        let connection = self.rehearse(connection, &from, to.as_ref()).await?;
        match (to, self.patient.sends) {
            (_, Sends::Nothing) => self.send_nothing("Only sent on request."),
            _ if self.name == Name::Fallback => {
                self.send_nothing("Test emails go through the main server.");
            }
            (None, _) => self.send_nothing("No recipient given."),
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
                    format!("The name {} can't be found: {error}.", self.smtp.host),
                    "Check the spelling of EMAIL_HOST and this machine's DNS.",
                );
                return self.fail(Step::Addresses, failed);
            }
            Err(_) => {
                let silent = Found::fail(
                    "This machine's name server doesn't answer.",
                    "Check this machine's DNS (/etc/resolv.conf).",
                );
                return self.fail(Step::Addresses, silent);
            }
        };
        let seen = found.iter().map(|address| address.ip().to_string());
        self.tell(Step::Addresses, Found::pass().saw_all(seen));
        Ok(found)
    }
}
