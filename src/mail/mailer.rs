//! The ways that messages can go.
use super::{
    console::Console,
    smtp::{Client, Relay},
};
use crate::settings::{Backend, MailSettings};

/// A mail server if one is set up, and the terminal.
pub struct Mailer {
    /// Takes messages when there is no mail server, or as well when it fails and that is wished.
    pub console: Console,
    /// The mail server.
    pub relay: Option<Relay>,
}

impl Mailer {
    /// `hello` is the host name that this machine gives to the mail server as its own.
    pub fn new(settings: &MailSettings, hello: &str) -> Self {
        let relay = match &settings.backend {
            Backend::Console => None,
            Backend::Smtp(smtp) => Some(Relay::new(Client::new(smtp, hello))),
        };
        Self {
            console: Console::stdout(),
            relay,
        }
    }
}
