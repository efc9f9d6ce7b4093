//! The addresses to which providers post: who knows one is let in.
use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;

use super::{PREFIX, certificates::Certificates};
use crate::{crypto, mail::events::Provider};

const PURPOSE: &str = "provider hooks";

/// What is needed to know a provider that posts.
pub struct Hooks {
    newest: [u8; 32],
    earlier: Vec<[u8; 32]>,
    /// Those that posts were signed with.
    pub certificates: Certificates,
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hooks(***)")
    }
}

impl Hooks {
    /// From the installation's secret and its earlier ones.
    pub fn new<'a>(secret: &str, earlier: impl Iterator<Item = &'a str>) -> Self {
        Self {
            newest: crypto::key_for(secret, PURPOSE),
            earlier: earlier
                .map(|secret| crypto::key_for(secret, PURPOSE))
                .collect(),
            certificates: Certificates::default(),
        }
    }

    /// The path that a provider posts to. Secret.
    pub fn path(&self, provider: Provider) -> String {
        let secret = secret(&self.newest, provider);
        format!("{PREFIX}{}/{secret}", provider.as_str())
    }

    /// Whose path it is; nobody's when its secret is wrong.
    pub(super) fn of_path(&self, path: &str) -> Option<Provider> {
        let (word, shown) = path.strip_prefix(PREFIX)?.split_once('/')?;
        let provider = Provider::find(word)?;
        let opens = |key: &[u8; 32]| {
            let expected = secret(key, provider);
            bool::from(expected.as_bytes().ct_eq(shown.as_bytes()))
        };
        let mut keys = std::iter::once(&self.newest).chain(&self.earlier);
        keys.any(opens).then_some(provider)
    }
}

fn secret(key: &[u8; 32], provider: Provider) -> String {
    let secret = crypto::hmac_sha256(key, provider.as_str().as_bytes());
    URL_SAFE_NO_PAD.encode(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_opens_for_its_own_provider_alone() {
        let ours = Hooks::new("a secret", [].into_iter());
        let path = ours.path(Provider::Postmark);
        assert_eq!(ours.of_path(&path), Some(Provider::Postmark));
        assert_eq!(path.len(), "/hooks/mail/postmark/".len() + 43);
        let later = Hooks::new("a newer secret", ["a secret"].into_iter());
        assert_eq!(later.of_path(&path), Some(Provider::Postmark));
        assert_ne!(later.path(Provider::Postmark), path);
        let others = Hooks::new("another secret", [].into_iter());
        assert_eq!(others.of_path(&path), None);
        for wrong in [
            path.replace("postmark", "brevo"),
            path.replace("postmark", "POSTMARK"),
            path.replace("/mail/", "/mails/"),
            format!("{path}/"),
            format!("{path}x"),
            path[..path.len() - 1].to_owned(),
            "/hooks/mail/postmark/".into(),
            "/hooks/mail/postmark".into(),
        ] {
            assert_eq!(ours.of_path(&wrong), None, "{wrong}");
        }
    }
}
