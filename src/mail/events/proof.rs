//! What is needed to know that a post is the provider's.
use super::Provider;
use crate::secret::Secret;

/// What is needed to know that a post is the provider's.
#[derive(Clone, Debug)]
pub struct Proof {
    provider: Provider,
    keys: Vec<Secret>,
}

/// Why a key cannot be used. Does not hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// The provider signs, and no key is given.
    #[error("missing: {}", .0.key().unwrap_or_default())]
    Missing(Provider),
    /// A key for a provider that signs nothing.
    #[error("{} doesn't sign what it posts, so there must be no key", .0.name())]
    Unneeded(Provider),
    /// This is no key of that provider.
    #[error("not valid: it must be {}", .0.key().unwrap_or_default())]
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
            (None, [_, ..]) => Err(KeyFault::Unneeded(provider)),
            (Some(_), []) => Err(KeyFault::Missing(provider)),
            _ => Ok(Self {
                provider,
                keys: keys.to_vec(),
            }),
        }
    }

    /// Whose posts it proves.
    pub fn provider(&self) -> Provider {
        self.provider
    }
}
