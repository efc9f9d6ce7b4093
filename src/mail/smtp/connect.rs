//! From the first byte to a connection that takes messages: reach, encrypt, greet, log in.
use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use entity::attempt::Stage;
use lettre::transport::smtp::commands::{Ehlo, Starttls};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::rustls::ClientConfig;

use super::{
    Client, Connection, Offers,
    connection::{expect, give_up, positive},
    report::{Missing, Outcome, Party, Report},
    tls,
    wire::{Trace, Wire, within},
    witness::Sighting,
};
use crate::settings::{Login, Security};

/// Of a host with more, the rest is as far away.
const MOST_ADDRESSES: usize = 4;

impl Client {
    /// Connects, encrypts and logs in. What is wanted and not to be had is a failure, never left out.
    ///
    /// # Errors
    /// The report of a message that could not even be offered.
    pub async fn connect(&self) -> Result<Connection, Box<Report>> {
        let mut trace = Trace::new(&self.host);
        let tcp = match self.dial(&mut trace).await {
            Ok(tcp) => tcp,
            Err(outcome) => return Err(Box::new(trace.report(outcome))),
        };
        let wire = match self.security {
            Security::Implicit => self.encrypt(tcp, trace).await?,
            Security::Plain | Security::Starttls => Wire::plain(tcp, trace),
        };
        self.greet(wire).await
    }

    /// The first of the host's addresses that answers.
    async fn dial(&self, trace: &mut Trace) -> Result<TcpStream, Outcome> {
        let limit = self.limits.connect;
        let addresses = within(limit, async {
            let found = lookup_host((self.host.as_str(), self.port)).await;
            found.map_err(|error| Outcome::NoAddress(error.to_string()))
        });
        let mut last = Outcome::NoAddress("no address".into());
        for address in addresses.await?.take(MOST_ADDRESSES) {
            trace.peer = Some(address);
            let dialled = within(limit, async {
                let tcp = TcpStream::connect(address).await;
                tcp.map_err(|error| Outcome::Network(error.to_string()))
            });
            match dialled.await {
                Ok(tcp) => {
                    trace.say(Party::Remark, &format!("connected to {address}"));
                    // Else every message waits for a delayed acknowledgement: 40 ms each.
                    let set = tcp.set_nodelay(true);
                    return set
                        .map(|()| tcp)
                        .map_err(|error| Outcome::Network(error.to_string()));
                }
                Err(outcome) => {
                    trace.say(Party::Remark, &format!("no connection to {address}"));
                    last = outcome;
                }
            }
        }
        Err(last)
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

    async fn greet(&self, mut wire: Wire) -> Result<Connection, Box<Report>> {
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
        if let Some(login) = &self.login
            && let Err(outcome) = self.log_in(&mut wire, &offers, login).await
        {
            return Err(give_up(wire, outcome, &self.limits).await);
        }
        Ok(Connection::new(wire, offers, self.limits))
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

    async fn log_in(&self, wire: &mut Wire, offers: &Offers, login: &Login) -> Result<(), Outcome> {
        wire.trace.stage = Stage::Auth;
        // Exposed to be sent, and to be masked in whatever the server repeats.
        let (user, password) = (login.user.as_str(), login.password.expose());
        let plain = STANDARD.encode(format!("\0{user}\0{password}"));
        let (user, encoded) = (STANDARD.encode(user), STANDARD.encode(password));
        for secret in [password, &plain, &encoded] {
            wire.trace.hide(secret);
        }
        let offered = |mechanism| offers.auth.iter().any(|offer| offer == mechanism);
        let limit = self.limits.auth;
        if offered("PLAIN") {
            let command = format!("AUTH PLAIN {plain}\r\n");
            positive(wire.ask(&command, "AUTH PLAIN ***", limit).await?)?;
        } else if offered("LOGIN") {
            expect(334, wire.ask("AUTH LOGIN\r\n", "AUTH LOGIN", limit).await?)?;
            expect(334, wire.ask(&format!("{user}\r\n"), "***", limit).await?)?;
            positive(wire.ask(&format!("{encoded}\r\n"), "***", limit).await?)?;
        } else if offers.auth.is_empty() {
            return Err(Outcome::Missing(Missing::Login));
        } else {
            return Err(Outcome::Missing(Missing::Mechanism(offers.auth.clone())));
        }
        self.saw(|| Sighting::LoggedIn);
        Ok(())
    }

    /// Tells the witness, if there is one.
    fn saw(&self, sighting: impl FnOnce() -> Sighting) {
        if let Some(witness) = &self.witness {
            // A witness who has gone misses nothing.
            witness.send(sighting()).ok();
        }
    }
}
