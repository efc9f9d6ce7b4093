//! Logging in: the ways that we know, the order in which they are tried, and how each is spoken.
pub(super) mod xoauth2;

use std::sync::{Mutex, PoisonError};

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;

use super::{
    Offers, Reply,
    connection::{expect, positive},
    report::{Missing, Outcome},
    wire::Wire,
};
use crate::{crypto, settings::Login};

/// A way to log in that we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// RFC 4616.
    Plain,
    /// In no RFC, and at some servers the only one that works.
    Login,
    /// RFC 2195: the password itself does not travel.
    CramMd5,
    /// Google's and Microsoft's: an access token in place of a password.
    Xoauth2,
}

impl Mechanism {
    /// Inside TLS all are as safe, and servers are best at the first.
    const ENCRYPTED: [Self; 3] = [Self::Plain, Self::Login, Self::CramMd5];
    /// In clear the one goes first that does not give the password away.
    const IN_CLEAR: [Self; 3] = [Self::CramMd5, Self::Plain, Self::Login];

    /// As EHLO lists it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::CramMd5 => "CRAM-MD5",
            Self::Xoauth2 => "XOAUTH2",
        }
    }

    /// Is one on offer by which this login can be said?
    pub fn is_among(offers: &Offers, login: Option<&Login>) -> bool {
        match login.and_then(Login::oauth) {
            Some(_) => Self::Xoauth2.is_offered(offers),
            None => Self::ENCRYPTED.iter().any(|ours| ours.is_offered(offers)),
        }
    }

    fn is_offered(self, offers: &Offers) -> bool {
        offers.auth.iter().any(|offer| offer == self.name())
    }

    fn shows_password(self) -> bool {
        self != Self::CramMd5
    }
}

/// The way that a server let us in by, so that not every connection begins with the ones that it refuses.
#[derive(Debug, Default)]
pub(super) struct Remembered(Mutex<Option<Mechanism>>);

impl Remembered {
    pub(super) fn get(&self) -> Option<Mechanism> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set(&self, mechanism: Option<Mechanism>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = mechanism;
    }
}

/// What a server has said to our logins so far: a refused one is followed by another way on a fresh connection.
#[derive(Debug)]
pub(super) struct Tries {
    /// May what is said be read on the way to the server?
    pub(super) is_public: bool,
    /// Those that were refused.
    pub(super) refused: Vec<Mechanism>,
    /// Is there another one to be tried?
    pub(super) has_another: bool,
}

impl Tries {
    /// `is_public`: in clear, and not on this machine.
    pub(super) fn new(is_public: bool) -> Self {
        Self {
            is_public,
            refused: Vec::new(),
            has_another: false,
        }
    }

    /// The next way to try.
    pub(super) fn next(
        &self,
        offers: &Offers,
        is_encrypted: bool,
        remembered: Option<Mechanism>,
    ) -> Option<Mechanism> {
        let order = match is_encrypted {
            true => Mechanism::ENCRYPTED,
            false => Mechanism::IN_CLEAR,
        };
        let mut order = remembered.into_iter().chain(order);
        order.find(|mechanism| mechanism.is_offered(offers) && self.allows(*mechanism))
    }

    /// Whoever listens on the way could refuse what hides the password to be told it: what was not said
    /// by then stays unsaid.
    fn allows(&self, mechanism: Mechanism) -> bool {
        let was_shown = self.refused.iter().any(|refused| refused.shows_password());
        let gives_away = mechanism.shows_password() && !was_shown;
        let gives_away_too_much = self.is_public && gives_away && !self.refused.is_empty();
        !gives_away_too_much && !self.refused.contains(&mechanism)
    }

    /// Notes how a try ended that did not succeed.
    pub(super) fn note(
        &mut self,
        mechanism: Mechanism,
        outcome: &Outcome,
        offers: &Offers,
        is_encrypted: bool,
    ) {
        self.refused.push(mechanism);
        let wants_encryption = !is_encrypted && wants_encryption(outcome);
        self.has_another = is_refusal(outcome)
            && !wants_encryption
            && self.next(offers, is_encrypted, None).is_some();
    }
}

/// Is it this way of logging in that the server does not like? One that is busy likes no other either.
fn is_refusal(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Refused(reply) => reply.code >= 500,
        Outcome::Closed | Outcome::Unexpected(_) => true,
        _ => false,
    }
}

fn wants_encryption(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused(reply)
        if matches!(reply.code, 523 | 530 | 538) || reply.enhanced_code() == Some("5.7.11"))
}

/// Does a refusal say less than "wrong"? It does not know the command, or not this way.
pub(super) fn is_about_the_mechanism(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Refused(reply) => reply.code < 510,
        Outcome::Closed | Outcome::Unexpected(_) | Outcome::Missing(_) => true,
        _ => false,
    }
}

/// None on offer that we know.
pub(super) fn missing(offers: &Offers) -> Outcome {
    Outcome::Missing(match offers.auth.is_empty() {
        true => Missing::Login,
        false => Missing::Mechanism(offers.auth.clone()),
    })
}

/// Logs in, and keeps what is secret out of the record.
pub(super) async fn speak(
    wire: &mut Wire,
    mechanism: Mechanism,
    login: &Login,
    limit: std::time::Duration,
) -> Result<Reply, Outcome> {
    let Some(password) = login.password() else {
        return Err(Outcome::Missing(Missing::Token));
    };
    // Exposed to be sent, and to be masked in whatever the server repeats.
    let (user, password) = (login.user.as_str(), password.expose());
    let plain = STANDARD.encode(format!("\0{user}\0{password}"));
    let (user_encoded, encoded) = (STANDARD.encode(user), STANDARD.encode(password));
    for secret in [password, &plain, &encoded] {
        wire.trace.hide(secret);
    }
    match mechanism {
        Mechanism::Plain => {
            let command = format!("AUTH PLAIN {plain}\r\n");
            let reply = wire.ask(&command, "AUTH PLAIN ***", limit).await?;
            // Some take no answer before they have asked.
            let reply = match reply.code {
                334 => wire.ask(&format!("{plain}\r\n"), "***", limit).await?,
                _ => reply,
            };
            positive(reply)
        }
        Mechanism::Login => {
            expect(334, wire.ask("AUTH LOGIN\r\n", "AUTH LOGIN", limit).await?)?;
            expect(
                334,
                wire.ask(&format!("{user_encoded}\r\n"), "***", limit)
                    .await?,
            )?;
            positive(wire.ask(&format!("{encoded}\r\n"), "***", limit).await?)
        }
        Mechanism::CramMd5 => {
            let command = "AUTH CRAM-MD5\r\n";
            let challenge = expect(334, wire.ask(command, "AUTH CRAM-MD5", limit).await?)?;
            let challenge = challenge.lines.first().map_or("", |line| line.trim());
            let Ok(challenge) = STANDARD.decode(challenge) else {
                return Err(Outcome::Unexpected("a challenge that is not base64".into()));
            };
            let digest = cram_md5(password, &challenge);
            let response = STANDARD.encode(format!("{user} {digest}"));
            for secret in [&digest, &response] {
                wire.trace.hide(secret);
            }
            positive(wire.ask(&format!("{response}\r\n"), "***", limit).await?)
        }
        Mechanism::Xoauth2 => Err(Outcome::Missing(Missing::Token)),
    }
}

/// RFC 2195 §2.
fn cram_md5(password: &str, challenge: &[u8]) -> String {
    let mut mac = Hmac::<Md5>::new_from_slice(password.as_bytes()).expect("any key will do");
    mac.update(challenge);
    crypto::hex(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests;
