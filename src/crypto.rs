//! Random tokens, hashes and keys per purpose.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// 256 random bits as 43 characters of base64url.
pub fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// 128 random bits as 32 hexadecimal digits: for identifiers that are no secrets.
pub fn random_id() -> String {
    hex(&rand::random::<[u8; 16]>())
}

/// SHA-256, hexadecimal: how tokens are kept.
pub fn sha256_hex(text: &str) -> String {
    sha256_hex_of(text.as_bytes())
}

/// SHA-256 of any bytes, in hexadecimal.
pub fn sha256_hex_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// HMAC-SHA-256 (RFC 2104).
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac =
        <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// The key for one purpose, derived from the installation's secret; knowing one tells nothing of another.
pub fn key_for(secret: &str, purpose: &str) -> [u8; 32] {
    hmac_sha256(secret.as_bytes(), format!("greenroom/{purpose}").as_bytes())
}

/// Two digits a byte.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
