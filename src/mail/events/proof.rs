//! What is needed to know that a post is the provider's.
use std::fmt;

use super::{Provider, mailgun, resend, sendgrid::PublicKey, sns::Topic};
use crate::secret::Secret;

/// What is needed to know that a post is the provider's.
#[derive(Clone, Debug)]
pub struct Proof {
    provider: Provider,
    pub(super) keys: Keys,
}

/// For each provider, what its posts are verified with.
#[derive(Clone, Debug)]
pub(super) enum Keys {
    Postmark,
    Brevo,
    Resend(Vec<Key>),
    Mailgun(Vec<Key>),
    Sendgrid(Vec<PublicKey>),
    Ses(Vec<Topic>),
}

/// A secret that both sides sign with.
#[derive(Clone)]
pub(super) struct Key(pub(super) Vec<u8>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Why a key cannot be used. Does not hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// The provider signs, and no key is given.
    #[error("is missing: it must be {}", .0.key().unwrap_or_default())]
    Missing(Provider),
    /// A key for a provider that signs nothing.
    #[error("must be empty: {} doesn't sign what it posts", .0.name())]
    Unneeded(Provider),
    /// This is no key of that provider.
    #[error("is not valid: it must be {}", .0.key().unwrap_or_default())]
    Invalid(Provider),
}

impl Proof {
    /// From the keys in the settings: several while one replaces another; none where the secret in the address is all
    /// ([`Provider::key`]). The caller compares that secret.
    ///
    /// # Errors
    /// What is wrong with the keys.
    pub fn new(provider: Provider, keys: &[Secret]) -> Result<Self, KeyFault> {
        match (provider.key(), keys) {
            (None, [_, ..]) => return Err(KeyFault::Unneeded(provider)),
            (Some(_), []) => return Err(KeyFault::Missing(provider)),
            _ => {}
        }
        let keys = match provider {
            Provider::Postmark => Some(Keys::Postmark),
            Provider::Brevo => Some(Keys::Brevo),
            Provider::Resend => all(keys, resend::key).map(Keys::Resend),
            Provider::Mailgun => all(keys, mailgun::key).map(Keys::Mailgun),
            Provider::Sendgrid => all(keys, PublicKey::read).map(Keys::Sendgrid),
            Provider::Ses => all(keys, Topic::read).map(Keys::Ses),
        };
        let keys = keys.ok_or(KeyFault::Invalid(provider))?;
        Ok(Self { provider, keys })
    }

    /// Whose posts it proves.
    pub fn provider(&self) -> Provider {
        self.provider
    }
}

/// Each of them; none when one cannot be read.
fn all<T>(keys: &[Secret], read: fn(&str) -> Option<T>) -> Option<Vec<T>> {
    // Exposed to be verified with.
    keys.iter().map(|key| read(key.expose().trim())).collect()
}
