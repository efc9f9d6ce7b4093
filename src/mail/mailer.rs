//! The ways that messages can go.
use super::{
    console::Console,
    providers,
    smtp::{Client, Relay},
};
use crate::settings::{Backend, MailSettings, SmtpSettings};

/// The mail servers that are set up, and the terminal.
pub struct Mailer {
    /// Takes messages when there is no mail server, or as well when it fails and that is wished.
    pub console: Console,
    /// The mail server; none means that everything goes to the terminal.
    pub relay: Option<Relay>,
    /// Takes over while the first one takes nothing.
    pub fallback: Option<Relay>,
}

impl Mailer {
    /// `hello` is the host name that this machine gives to a mail server as its own.
    pub fn new(settings: &MailSettings, hello: &str) -> Self {
        let relay = match &settings.backend {
            Backend::Console => None,
            Backend::Smtp(smtp) => Some(smtp),
        };
        let relay_to = |smtp: &SmtpSettings| {
            let relay = Relay::new(Client::new(smtp, hello));
            let allowance = providers::allowance(&smtp.host, settings.max_per_second);
            match allowance.connections {
                Some(_) => relay.without_idle_connections(),
                None => relay,
            }
        };
        Self {
            console: Console::stdout(),
            relay: relay.map(relay_to),
            fallback: settings.fallback.as_ref().map(relay_to),
        }
    }

    /// Every mail server.
    pub fn relays(&self) -> impl Iterator<Item = &Relay> {
        self.relay.iter().chain(&self.fallback)
    }
}
