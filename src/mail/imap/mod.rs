//! A mailbox that is read from afar (IMAP4rev1, RFC 3501), by six commands with bounded replies.
//!
//! Nothing is ever moved or deleted. A library would bring a parser for all that IMAP can say; of that
//! we hear one line of numbers and one literal.
mod wire;

use std::{io, sync::Arc, time::Duration};

use tokio::net::TcpStream;
use tokio_rustls::rustls::{ClientConfig, pki_types::CertificateDer};

use self::wire::{Answer, Wire, within};
use super::smtp::{tls, xoauth2_response};
use crate::{
    dial::{self, Unreachable},
    secret::Secret,
    settings::{ImapSettings, Login, Proof, Security},
};

/// How long one step may take; a server may have a large mailbox to look through.
const PATIENCE: Duration = Duration::from_secs(60);

/// What went wrong, in words without anything private in them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No connection, or no longer.
    #[error("no connection: {0}")]
    Network(String),
    /// No trusted encryption.
    #[error("no trusted encryption with the mailbox's server")]
    Tls,
    /// The server said no to our access token: another one may do.
    #[error("the server refuses the access token")]
    TokenRefused,
    /// The app has been let in, but not to this mailbox.
    #[error("the account has no right to this mailbox")]
    NoRight,
    /// The server said no to this command.
    #[error("the server refuses {0}")]
    Refused(&'static str),
    /// What answers there does not speak IMAP.
    #[error("what answers there does not speak IMAP")]
    Unexpected,
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
}

/// A mailbox whose folder is open.
pub struct Inbox {
    wire: Wire,
    /// UIDs mean the same messages as long as this is the same.
    pub validity: u32,
}

impl Inbox {
    /// Connects, encrypts, logs in and opens the folder. Trusts the given certificates, or else the machine's. The
    /// token takes the place of the password where the login is one with tokens.
    pub async fn open(
        settings: &ImapSettings,
        token: Option<&Secret>,
        roots: Option<Vec<CertificateDer<'static>>>,
    ) -> Result<Self, Failure> {
        let tcp = within(PATIENCE, reach(settings)).await?;
        let mut wire = match settings.security {
            Security::Implicit => Wire::encrypted(encrypt(settings, roots, tcp).await?),
            Security::Plain => Wire::plain(tcp),
            Security::Starttls => {
                let mut wire = Wire::plain(tcp);
                wire.greeting(PATIENCE).await?;
                wire.ask("STARTTLS", "STARTTLS", PATIENCE).await?;
                let tls = encrypt(settings, roots, wire.into_plain()?).await?;
                Wire::encrypted(tls)
            }
        };
        if settings.security != Security::Starttls {
            wire.greeting(PATIENCE).await?;
        }
        log_in(&mut wire, &settings.login, token).await?;
        let select = format!("SELECT {}", quoted(&settings.folder));
        let answers = wire.ask(&select, "the folder", PATIENCE).await?;
        let validity = answers.iter().find_map(|answer| {
            let (_, rest) = answer.text.split_once("[UIDVALIDITY ")?;
            rest.split_once(']')?.0.parse().ok()
        });
        Ok(Self {
            wire,
            validity: validity.ok_or(Failure::Unexpected)?,
        })
    }

    /// The UIDs of messages that nobody has seen, oldest first.
    pub async fn unseen(&mut self) -> Result<Vec<u32>, Failure> {
        let answers = self.ask("UID SEARCH UNSEEN", "the search").await?;
        let found = answers
            .iter()
            .filter_map(|answer| answer.text.strip_prefix("* SEARCH"));
        let mut uids: Vec<u32> = found
            .flat_map(str::split_whitespace)
            .filter_map(|uid| uid.parse().ok())
            .collect();
        uids.sort_unstable();
        uids.dedup();
        Ok(uids)
    }

    /// The first `most` bytes of a message, which stays unseen; none when it is gone.
    pub async fn fetch(&mut self, uid: u32, most: usize) -> Result<Option<Vec<u8>>, Failure> {
        let fetch = format!("UID FETCH {uid} (BODY.PEEK[]<0.{most}>)");
        let answers = self.ask(&fetch, "a message").await?;
        let is_it = |answer: &Answer| {
            let words = answer.text.split([' ', '(', ')']);
            words
                .collect::<Vec<_>>()
                .windows(2)
                .any(|pair| pair[0].eq_ignore_ascii_case("UID") && pair[1].parse() == Ok(uid))
        };
        let bodies = answers.into_iter().filter(is_it);
        Ok(bodies.filter_map(|answer| answer.literal).next())
    }

    /// Marks a message as seen.
    pub async fn mark_seen(&mut self, uid: u32) -> Result<(), Failure> {
        let store = format!("UID STORE {uid} +FLAGS.SILENT (\\Seen)");
        self.ask(&store, "a mark").await?;
        Ok(())
    }

    /// Says goodbye.
    pub async fn leave(mut self) {
        // Deliberately ignored: whatever becomes of it, the connection is over.
        let _ = self.ask("LOGOUT", "the end").await;
    }

    async fn ask(&mut self, command: &str, what: &'static str) -> Result<Vec<Answer>, Failure> {
        self.wire.ask(command, what, PATIENCE).await
    }
}

async fn log_in(wire: &mut Wire, login: &Login, token: Option<&Secret>) -> Result<(), Failure> {
    match (&login.proof, token) {
        (Proof::Password(password), _) => {
            // Exposed to be sent.
            let (user, password) = (quoted(&login.user), quoted(password.expose()));
            let command = format!("LOGIN {user} {password}");
            wire.ask(&command, "the login", PATIENCE).await?;
            Ok(())
        }
        (Proof::Token(_), Some(token)) => {
            let response = xoauth2_response(&login.user, token);
            wire.authenticate("XOAUTH2", response.expose(), PATIENCE)
                .await
        }
        (Proof::Token(_), None) => Err(Failure::TokenRefused),
    }
}

async fn reach(settings: &ImapSettings) -> Result<TcpStream, Failure> {
    let network = |error: &io::Error| Failure::Network(error.kind().to_string());
    let addresses = dial::look_up(&settings.host, settings.port).await;
    let addresses = addresses.map_err(|error| network(&error))?;
    match dial::dial(&addresses, PATIENCE, |_, _| {}).await {
        Ok((tcp, _)) => Ok(tcp),
        Err(Some(Unreachable::Network(error))) => Err(network(&error)),
        Err(Some(Unreachable::Silent(_)) | None) => Err(Failure::Timeout),
    }
}

async fn encrypt(
    settings: &ImapSettings,
    roots: Option<Vec<CertificateDer<'static>>>,
    tcp: TcpStream,
) -> Result<tokio_rustls::client::TlsStream<TcpStream>, Failure> {
    let config: Arc<ClientConfig> = match roots {
        Some(roots) => tls::config(roots, None),
        None => {
            let roots = tls::machine_roots().await.map_err(|_| Failure::Tls)?;
            tls::config(roots, None)
        }
    };
    within(PATIENCE, async {
        let handshake = tls::handshake(config, &settings.host, tcp).await;
        handshake.map_err(|_| Failure::Tls)
    })
    .await
}

/// RFC 3501 §4.3; the settings let nothing in that cannot stand in quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests;
