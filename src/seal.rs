//! Secrets at rest, sealed with keys derived from SECRET_KEY (AES-256-GCM).
use std::{collections::HashMap, fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::{crypto, secret::Secret};

/// The keys that seal for one purpose: the newest seals, all open.
#[derive(Clone)]
pub struct Seal {
    newest: String,
    by_kid: Arc<HashMap<String, LessSafeKey>>,
}

impl Seal {
    /// From the installation's secret and its earlier ones.
    pub fn new<'a>(purpose: &str, secret: &'a str, earlier: impl Iterator<Item = &'a str>) -> Self {
        let kid = |secret: &str| crypto::sha256_hex(&format!("{purpose}/{secret}"))[..8].to_owned();
        let key = |secret: &str| {
            let bytes = crypto::key_for(secret, purpose);
            let key = UnboundKey::new(&AES_256_GCM, &bytes).expect("a key of 256 bits");
            LessSafeKey::new(key)
        };
        let all = std::iter::once(secret).chain(earlier);
        Self {
            newest: kid(secret),
            by_kid: Arc::new(all.map(|secret| (kid(secret), key(secret))).collect()),
        }
    }

    /// Seals a secret for one place: in any other it does not open.
    pub fn close(&self, place: &str, secret: &Secret) -> String {
        let key = &self.by_kid[&self.newest];
        let nonce = rand::random::<[u8; NONCE_LEN]>();
        // Exposed to be sealed.
        let mut bytes = secret.expose().as_bytes().to_vec();
        let aad = Aad::from(place.as_bytes());
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut bytes)
            .expect("a secret is shorter than what one key may seal");
        let sealed = [nonce.as_slice(), &bytes].concat();
        format!("{}.{}", self.newest, URL_SAFE_NO_PAD.encode(sealed))
    }

    /// The secret that was sealed for this place; none when the key is gone or something was changed.
    pub fn open(&self, place: &str, sealed: &str) -> Option<Secret> {
        let (kid, sealed) = sealed.split_once('.')?;
        let key = self.by_kid.get(kid)?;
        let mut bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = key.open_in_place(nonce, Aad::from(place.as_bytes()), sealed);
        let text = str::from_utf8(opened.ok()?).ok()?;
        Some(Secret::new(text))
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(secret: &str, earlier: &[&str]) -> Seal {
        Seal::new("tokens", secret, earlier.iter().copied())
    }

    #[test]
    fn a_secret_opens_in_its_place_with_its_key_and_unchanged() {
        let own = seal("first", &[]);
        let secret = Secret::new("geheim");
        let sealed = own.close("here", &secret);
        assert!(!sealed.contains("geheim"));
        assert_ne!(sealed, own.close("here", &secret), "no two are alike");
        assert_eq!(own.open("here", &sealed), Some(secret));
        assert_eq!(own.open("there", &sealed), None);
        assert_eq!(seal("second", &[]).open("here", &sealed), None);
        let other = Seal::new("others", "first", [].into_iter());
        assert_eq!(other.open("here", &sealed), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert_eq!(own.open("here", &changed), None, "{changed}");
        }
        for nonsense in ["", ".", "geheim", &sealed[..20], &sealed[..9]] {
            assert_eq!(own.open("here", nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn what_an_earlier_key_sealed_still_opens() {
        let sealed = seal("first", &[]).close("here", &Secret::new("geheim"));
        let rotated = seal("second", &["zeroth", "first"]);
        assert_eq!(rotated.open("here", &sealed), Some(Secret::new("geheim")));
        let anew = rotated.close("here", &Secret::new("geheim"));
        assert!(seal("second", &[]).open("here", &anew).is_some());
        assert_eq!(format!("{rotated:?}"), "Seal(***)");
    }
}
