//! From the first byte to a connection that takes messages: reach, encrypt, greet, log in.
use std::{mem, net::SocketAddr, sync::Arc};

use entity::attempt::Stage;
use lettre::transport::smtp::commands::{Ehlo, Starttls};
use tokio::net::TcpStream;
use tokio_rustls::rustls::ClientConfig;

use super::{
    Client, Connection, Offers,
    connection::{give_up, positive},
    login::{self, Mechanism, Tries, xoauth2},
    report::{Missing, Outcome, Party, Report},
    tls,
    wire::{Trace, Wire, within},
    witness::Sighting,
};
use crate::{
    dial::{self, Unreachable},
    secret::Secret,
    settings::{Login, Proof, Security, is_loopback_host},
};

impl Client {
    /// Connects, encrypts and logs in. What is wanted and not to be had is a failure, never left out.
    ///
    /// An address that hangs up before it greets is left for the next one, and a way to log in that is
    /// refused for another that is offered; each on a fresh connection. `token` is shown where the login is one with
    /// access tokens.
    ///
    /// # Errors
    /// The report of a message that could not even be offered.
    pub async fn connect(&self, token: Option<&Secret>) -> Result<Connection, Box<Report>> {
        let mut trace = Trace::new(&self.host);
        let mut addresses = match self.addresses().await {
            Ok(addresses) => addresses,
            Err(outcome) => return Err(Box::new(trace.report(outcome))),
        };
        let is_public = self.security == Security::Plain && !is_loopback_host(&self.host);
        let mut tries = Tries::new(is_public);
        let mut refused: Option<Outcome> = None;
        loop {
            let report = match self.open(trace, &addresses, &mut tries, token).await {
                Ok(connection) => return Ok(connection),
                Err(report) => report,
            };
            if has_hung_up_early(&report) && addresses.len() > 1 {
                addresses.retain(|address| Some(*address) != report.peer);
            } else if mem::take(&mut tries.has_another) {
                refused.get_or_insert(report.outcome.clone());
            } else {
                return Err(told(report, refused));
            }
            trace = Trace::after(*report);
        }
    }

    async fn addresses(&self) -> Result<Vec<SocketAddr>, Outcome> {
        within(self.limits.connect, async {
            let found = dial::look_up(&self.host, self.port).await;
            found.map_err(|error| Outcome::NoAddress(error.to_string()))
        })
        .await
    }

    async fn open(
        &self,
        mut trace: Trace,
        addresses: &[SocketAddr],
        tries: &mut Tries,
        token: Option<&Secret>,
    ) -> Result<Connection, Box<Report>> {
        let tcp = match self.dial(addresses, &mut trace).await {
            Ok(tcp) => tcp,
            Err(outcome) => return Err(Box::new(trace.report(outcome))),
        };
        let wire = match self.security {
            Security::Implicit => self.encrypt(tcp, trace).await?,
            Security::Plain | Security::Starttls => Wire::plain(tcp, trace),
        };
        self.greet(wire, tries, token).await
    }

    async fn dial(
        &self,
        addresses: &[SocketAddr],
        trace: &mut Trace,
    ) -> Result<TcpStream, Outcome> {
        let dialled = dial::dial(addresses, self.limits.connect, |address, _| {
            trace.peer = Some(address);
            trace.say(Party::Remark, &format!("no connection to {address}"));
        });
        let (tcp, address) = dialled.await.map_err(|failure| match failure {
            Some(Unreachable::Silent(limit)) => Outcome::Timeout(limit),
            Some(Unreachable::Network(error)) => Outcome::Network(error.to_string()),
            None => Outcome::NoAddress("no address".into()),
        })?;
        trace.peer = Some(address);
        trace.say(Party::Remark, &format!("connected to {address}"));
        // Else every message waits for a delayed acknowledgement: 40 ms each.
        tcp.set_nodelay(true)
            .map_err(|error| Outcome::Network(error.to_string()))?;
        Ok(tcp)
    }

    async fn encrypt(&self, tcp: TcpStream, mut trace: Trace) -> Result<Wire, Box<Report>> {
        trace.stage = Stage::Tls;
        let encrypted = async {
            let config = self.tls.get_or_try_init(|| self.tls_config()).await?;
            let config: Arc<ClientConfig> = Arc::clone(config);
            within(self.limits.tls, tls::handshake(config, &self.host, tcp)).await
        };
        match encrypted.await {
            Ok(stream) => {
                let description = tls::describe(&stream);
                trace.say(Party::Remark, &format!("encrypted: {description}"));
                self.saw(|| Sighting::Encrypted(description.clone()));
                trace.tls = Some(description);
                Ok(Wire::encrypted(stream, trace))
            }
            Err(outcome) => Err(Box::new(trace.report(outcome))),
        }
    }

    async fn tls_config(&self) -> Result<Arc<ClientConfig>, Outcome> {
        let roots = match &self.roots {
            Some(roots) => roots.clone(),
            None => tls::machine_roots().await?,
        };
        Ok(tls::config(roots, self.witness.clone()))
    }

    async fn greet(
        &self,
        mut wire: Wire,
        tries: &mut Tries,
        token: Option<&Secret>,
    ) -> Result<Connection, Box<Report>> {
        let mut offers = match self.banner_and_ehlo(&mut wire).await {
            Ok(offers) => offers,
            Err(outcome) => return Err(give_up(wire, outcome, &self.limits).await),
        };
        if self.security == Security::Starttls {
            if let Err(outcome) = self.starttls(&mut wire, &offers).await {
                return Err(give_up(wire, outcome, &self.limits).await);
            }
            let (tcp, trace) = wire.into_plain()?;
            wire = self.encrypt(tcp, trace).await?;
            // What was offered in clear is forgotten: it may have been anybody's.
            offers = match self.ehlo(&mut wire).await {
                Ok(offers) => offers,
                Err(outcome) => return Err(give_up(wire, outcome, &self.limits).await),
            };
        }
        match &self.login {
            Some(login) if matches!(login.proof, Proof::Token(_)) => {
                self.log_in_with_token(wire, offers, login, token).await
            }
            Some(login) => self.log_in(wire, offers, login, tries).await,
            None => Ok(Connection::new(wire, offers, self.limits)),
        }
    }

    async fn banner_and_ehlo(&self, wire: &mut Wire) -> Result<Offers, Outcome> {
        wire.trace.stage = Stage::Banner;
        let banner = positive(wire.hear(self.limits.banner).await?)?;
        self.saw(|| Sighting::Banner(banner));
        self.ehlo(wire).await
    }

    async fn ehlo(&self, wire: &mut Wire) -> Result<Offers, Outcome> {
        wire.trace.stage = Stage::Ehlo;
        let ehlo = Ehlo::new(self.hello.clone()).to_string();
        let reply = positive(wire.ask(&ehlo, &ehlo, self.limits.ehlo).await?)?;
        let offers = Offers::parse(&reply);
        self.saw(|| Sighting::Offers(reply, offers.clone()));
        Ok(offers)
    }

    async fn starttls(&self, wire: &mut Wire, offers: &Offers) -> Result<(), Outcome> {
        wire.trace.stage = Stage::Starttls;
        if !offers.starttls {
            return Err(Outcome::Missing(Missing::Starttls));
        }
        let starttls = Starttls.to_string();
        positive(wire.ask(&starttls, &starttls, self.limits.ehlo).await?)?;
        self.saw(|| Sighting::Upgrading);
        Ok(())
    }

    async fn log_in(
        &self,
        mut wire: Wire,
        offers: Offers,
        login: &Login,
        tries: &mut Tries,
    ) -> Result<Connection, Box<Report>> {
        wire.trace.stage = Stage::Auth;
        let is_encrypted = wire.trace.tls.is_some();
        let Some(mechanism) = tries.next(&offers, is_encrypted, self.logs_in_by.get()) else {
            return Err(give_up(wire, login::missing(&offers), &self.limits).await);
        };
        match login::speak(&mut wire, mechanism, login, self.limits.auth).await {
            Ok(_) => {
                self.logs_in_by.set(Some(mechanism));
                self.saw(|| Sighting::LoggedIn(mechanism));
                Ok(Connection::new(wire, offers, self.limits))
            }
            Err(outcome) => {
                self.logs_in_by.set(None);
                tries.note(mechanism, &outcome, &offers, is_encrypted);
                let report = give_up(wire, outcome, &self.limits).await;
                if tries.has_another {
                    self.saw(|| Sighting::LoginRefused(mechanism, report.text()));
                }
                Err(report)
            }
        }
    }

    async fn log_in_with_token(
        &self,
        mut wire: Wire,
        offers: Offers,
        login: &Login,
        token: Option<&Secret>,
    ) -> Result<Connection, Box<Report>> {
        wire.trace.stage = Stage::Auth;
        let spoken = match token.filter(|_| self.may_hear_token(login, &wire)) {
            Some(token) => xoauth2::speak(&mut wire, &offers, login, token, self.limits.auth).await,
            None => Err(Outcome::Missing(Missing::Token)),
        };
        match spoken {
            Ok(_) => {
                self.saw(|| Sighting::LoggedIn(Mechanism::Xoauth2));
                Ok(Connection::new(wire, offers, self.limits))
            }
            Err(outcome) => Err(give_up(wire, outcome, &self.limits).await),
        }
    }

    /// A token opens the whole mailbox: whatever somebody wants to try out, nobody but its provider hears it, and nobody on
    /// the way.
    fn may_hear_token(&self, login: &Login, wire: &Wire) -> bool {
        let is_private = wire.trace.tls.is_some() || is_loopback_host(&self.host);
        is_private
            && login
                .oauth()
                .is_some_and(|oauth| oauth.may_be_shown_to(&self.host))
    }

    /// Tells the witness, if there is one.
    fn saw(&self, sighting: impl FnOnce() -> Sighting) {
        if let Some(witness) = &self.witness {
            // A witness who has gone misses nothing.
            witness.send(sighting()).ok();
        }
    }
}

/// Some addresses take every connection and lead nowhere: a forwarded port whose far end is not there.
fn has_hung_up_early(report: &Report) -> bool {
    matches!(report.stage, Stage::Banner | Stage::Tls)
        && matches!(report.outcome, Outcome::Closed | Outcome::Network(_))
}

/// Of several refusals the one that says most, with all that was said.
fn told(mut last: Box<Report>, first: Option<Outcome>) -> Box<Report> {
    if let Some(first) = first
        && last.stage == Stage::Auth
        && login::is_about_the_mechanism(&last.outcome)
    {
        last.outcome = first;
    }
    last
}
