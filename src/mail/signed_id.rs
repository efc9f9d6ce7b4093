//! The number of a message, signed: who was not given it can name no message.
use std::fmt;

use subtle::ConstantTimeEq;

use crate::crypto;

/// Hexadecimal digits: 80 bits that nobody guesses by mail.
const SIGNATURE: usize = 20;

/// Signs the numbers of messages for one purpose, `42-0f…`, and reads them.
#[derive(Clone)]
pub struct SignedIds {
    newest: [u8; 32],
    earlier: Vec<[u8; 32]>,
}

impl fmt::Debug for SignedIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignedIds(***)")
    }
}

impl SignedIds {
    /// From the installation's secret and its earlier ones.
    pub fn new<'a>(purpose: &str, secret: &str, earlier: impl Iterator<Item = &'a str>) -> Self {
        Self {
            newest: crypto::key_for(secret, purpose),
            earlier: earlier
                .map(|secret| crypto::key_for(secret, purpose))
                .collect(),
        }
    }

    /// `42-0f…`.
    pub fn sign(&self, email_id: i64) -> String {
        format!("{email_id}-{}", signature(&self.newest, email_id))
    }

    /// The message that is named so; none when it was not us who signed.
    pub fn read(&self, signed: &str) -> Option<i64> {
        let (id, signed) = signed.split_once('-')?;
        let email_id: i64 = id.parse().ok()?;
        let is_ours = |key: &[u8; 32]| {
            let expected = signature(key, email_id);
            bool::from(expected.as_bytes().ct_eq(signed.as_bytes()))
        };
        let mut keys = std::iter::once(&self.newest).chain(&self.earlier);
        keys.any(is_ours).then_some(email_id)
    }
}

fn signature(key: &[u8; 32], email_id: i64) -> String {
    let signed = crypto::hmac_sha256(key, &email_id.to_be_bytes());
    crypto::hex(&signed)[..SIGNATURE].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_for_one_purpose_is_not_for_another() {
        let ours = SignedIds::new("one", "a secret", [].into_iter());
        let signed = ours.sign(42);
        assert_eq!(ours.read(&signed), Some(42));
        let others = SignedIds::new("another", "a secret", [].into_iter());
        assert_eq!(others.read(&signed), None);
        let later = SignedIds::new("one", "a newer secret", ["a secret"].into_iter());
        assert_eq!(later.read(&signed), Some(42));
        for forged in [
            "42",
            "42-",
            "-",
            "",
            "43-",
            &signed.replace("42-", "43-"),
            &signed[..signed.len() - 1],
        ] {
            assert_eq!(ours.read(forged), None, "{forged}");
        }
    }
}
