//! Join links: a signed token that says who; [`admission`](super::admission) says when.
use std::{collections::HashMap, fmt, sync::Once};

use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::ErrorKind,
    signature::{Error as SignatureError, Signer, Verifier},
};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::short_link::Code;
use crate::{
    crypto,
    error::{Error, Result},
};

const AUDIENCE: &str = "join";
const PURPOSE: &str = "join-link";
const SHORT: &str = "short-link";

/// The keys that sign join links: one makes new ones, all are believed.
pub struct Keys {
    newest: String,
    by_kid: HashMap<String, [u8; 32]>,
    short: [u8; 32],
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(***)")
    }
}

impl Keys {
    /// From the installation's secret and its earlier ones.
    pub fn new<'a>(secret: &'a str, earlier: impl Iterator<Item = &'a str>) -> Self {
        install_signer();
        let by_kid: HashMap<_, _> = std::iter::once(secret)
            .chain(earlier)
            .map(|secret| (key_id(secret), crypto::key_for(secret, PURPOSE)))
            .collect();
        Self {
            newest: key_id(secret),
            by_kid,
            short: crypto::key_for(secret, SHORT),
        }
    }

    /// The token of an interview's link. The same row always gives the same token, so that a mail
    /// that is sent a second time is the same to the last byte.
    pub fn token(&self, interview: &Ticket<'_>) -> Result<String> {
        let claims = Claims {
            sub: interview.public_id.to_owned(),
            ver: interview.link_version,
            rev: interview.revision,
            aud: AUDIENCE.to_owned(),
        };
        let header = Header {
            kid: Some(self.newest.clone()),
            ..Header::new(Algorithm::HS256)
        };
        let key = self
            .by_kid
            .get(&self.newest)
            .ok_or_else(|| Error::System("no key for join links".into()))?;
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(key))
            .map_err(|error| Error::System(format!("join link: {error}")))
    }

    /// The letters of an interview's short link, the same ones for the same version of it.
    pub(super) fn short_code(&self, public_id: &str, link_version: i32) -> Code {
        let whose = format!("{public_id}.{link_version}");
        Code::of(&crypto::hmac_sha256(&self.short, whose.as_bytes()))
    }

    pub(super) fn read(&self, token: &str) -> Option<Claims> {
        let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
        let key = self.by_kid.get(&kid)?;
        // The row says when a link works; the token never expires by itself.
        let mut rules = Validation::new(Algorithm::HS256);
        rules.leeway = 0;
        rules.validate_exp = false;
        rules.set_required_spec_claims(&["sub", "aud"]);
        rules.set_audience(&[AUDIENCE]);
        jsonwebtoken::decode(token, &DecodingKey::from_secret(key), &rules)
            .ok()
            .map(|data| data.claims)
    }
}

/// What a link is made from.
#[derive(Clone, Copy, Debug)]
pub struct Ticket<'a> {
    /// Of the interview.
    pub public_id: &'a str,
    /// Of the interview when the link is made; another one later kills it.
    pub link_version: i32,
    /// The revision that the mail with this link tells of.
    pub revision: i32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims {
    pub(super) sub: String,
    pub(super) ver: i32,
    pub(super) rev: i32,
    aud: String,
}

/// Names a key without telling it.
fn key_id(secret: &str) -> String {
    crypto::sha256_hex(&format!("{PURPOSE}/{secret}"))[..8].to_owned()
}

/// `jsonwebtoken` leaves the cryptography to its user; HS256 is all that links need, and its ready-made
/// providers would bring RSA or a second crypto library along.
fn install_signer() {
    static PROVIDER: CryptoProvider = CryptoProvider {
        signer_factory: |algorithm, key| match algorithm {
            Algorithm::HS256 => Ok(Box::new(Hs256(key.as_bytes().to_vec()))),
            _ => Err(ErrorKind::InvalidAlgorithm.into()),
        },
        verifier_factory: |algorithm, key| match algorithm {
            Algorithm::HS256 => Ok(Box::new(Hs256(key.try_get_as_bytes()?.to_vec()))),
            _ => Err(ErrorKind::InvalidAlgorithm.into()),
        },
        key_utils: KeyUtils::new_unimplemented(),
    };
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        PROVIDER
            .install_default()
            .expect("nothing else installs a provider");
    });
}

/// HMAC with SHA-256, RFC 7518 §3.2.
struct Hs256(Vec<u8>);

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        Ok(crypto::hmac_sha256(&self.0, message).to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        let expected = crypto::hmac_sha256(&self.0, message);
        if bool::from(expected.ct_eq(signature.as_slice())) {
            Ok(())
        } else {
            Err(SignatureError::new())
        }
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICKET: Ticket<'_> = Ticket {
        public_id: "0123456789abcdef",
        link_version: 3,
        revision: 2,
    };

    fn keys(secret: &str) -> Keys {
        Keys::new(secret, std::iter::empty())
    }

    fn forged(header: &str, claims: &str, key: &[u8]) -> String {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as B64};
        let signed = format!("{}.{}", B64.encode(header), B64.encode(claims));
        format!(
            "{signed}.{}",
            B64.encode(crypto::hmac_sha256(key, signed.as_bytes()))
        )
    }

    #[test]
    fn a_token_says_who_and_is_always_the_same() {
        let keys = keys("a secret of some length");
        let token = keys.token(&TICKET).expect("a token");
        assert_eq!(keys.token(&TICKET).expect("a token"), token);
        let claims = keys.read(&token).expect("our own token");
        assert_eq!(
            (claims.sub.as_str(), claims.ver, claims.rev),
            ("0123456789abcdef", 3, 2)
        );
    }

    #[test]
    fn a_token_of_an_earlier_key_works_while_that_key_is_named() {
        let token = keys("old").token(&TICKET).expect("a token");
        assert!(Keys::new("new", ["old"].into_iter()).read(&token).is_some());
        assert!(keys("new").read(&token).is_none());
    }

    #[test]
    fn forged_tokens_are_refused() {
        let keys = keys("a secret of some length");
        let kid = key_id("a secret of some length");
        let key = crypto::key_for("a secret of some length", PURPOSE);
        let good = r#"{"sub":"x","ver":1,"rev":1,"aud":"join"}"#;
        let hs256 = format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#);
        assert!(
            keys.read(&forged(&hs256, good, &key)).is_some(),
            "the forger's tool works"
        );
        let cases = [
            (format!(r#"{{"alg":"none","kid":"{kid}"}}"#), good),
            (format!(r#"{{"alg":"NONE","kid":"{kid}"}}"#), good),
            (format!(r#"{{"alg":"HS384","kid":"{kid}"}}"#), good),
            (format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#), good),
            (r#"{"alg":"HS256"}"#.into(), good),
            (r#"{"alg":"HS256","kid":"../../dev/null"}"#.into(), good),
            (r#"{"alg":"HS256","kid":"' OR 1=1"}"#.into(), good),
            (
                hs256.clone(),
                r#"{"sub":"x","ver":1,"rev":1,"aud":"reset"}"#,
            ),
            (hs256.clone(), r#"{"sub":"x","ver":1,"rev":1}"#),
            (hs256.clone(), r#"{"sub":7,"ver":"1","rev":1,"aud":"join"}"#),
            (
                hs256.clone(),
                r#"{"sub":"x","ver":1,"rev":1,"aud":"join","admin":true}"#,
            ),
        ];
        for (header, claims) in cases {
            assert!(
                keys.read(&forged(&header, claims, &key)).is_none(),
                "{header} {claims}"
            );
        }
        assert!(keys.read(&forged(&hs256, good, b"another key")).is_none());
        for text in ["", ".", "..", "a.b.c", &"x".repeat(10_000)] {
            assert!(keys.read(text).is_none());
        }
    }
}
