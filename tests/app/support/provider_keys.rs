//! Keys that providers sign with, made anew whenever the tests run.
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use num_bigint::BigUint;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, SigningKey, date_time_ymd};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use sha2::Sha256;

/// HMAC-SHA-256: Svix and Mailgun.
pub fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

/// What SendGrid signs with.
pub struct SendgridKey(EcdsaKeyPair);

impl SendgridKey {
    pub fn new() -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random);
        let pkcs8 = pkcs8.expect("a key");
        let key =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random);
        Self(key.expect("a key"))
    }

    /// As its settings show it.
    pub fn public(&self) -> String {
        let algorithm = der(0x30, &[EC_OID.as_slice(), &P256_OID].concat());
        let point = [&[0], self.0.public_key().as_ref()].concat();
        STANDARD.encode(der(0x30, &[algorithm, der(0x03, &point)].concat()))
    }

    pub fn sign(&self, timestamp: &str, body: &[u8]) -> String {
        let signed = [timestamp.as_bytes(), body].concat();
        let signature = self.0.sign(&SystemRandom::new(), &signed);
        STANDARD.encode(signature.expect("a signature"))
    }
}

/// What Amazon SNS signs with: RSA.
pub struct SnsKey(KeyPair);

impl SnsKey {
    pub fn new() -> Self {
        let pkcs8 = rsa_key();
        let key = KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8.into(), &PKCS_RSA_SHA256);
        Self(key.expect("a key"))
    }

    /// A certificate for it, good for the years from the first to the second.
    pub fn certificate(&self, name: &str, years: (i32, i32)) -> Vec<u8> {
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        params.not_before = date_time_ymd(years.0, 1, 1);
        params.not_after = date_time_ymd(years.1, 1, 1);
        let certificate = params.self_signed(&self.0).expect("a certificate");
        certificate.pem().into_bytes()
    }

    pub fn sign(&self, text: &str) -> String {
        STANDARD.encode(self.0.sign(text.as_bytes()).expect("a signature"))
    }
}

const EC_OID: [u8; 9] = [0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256_OID: [u8; 10] = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const RSA_OID: [u8; 11] = [
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01,
];
const NULL: [u8; 2] = [0x05, 0x00];

/// PKCS #8 (RFC 5208) around RFC 8017, appendix A.1.2.
fn rsa_key() -> Vec<u8> {
    let e = BigUint::from(65_537u32);
    let one = BigUint::from(1u32);
    let (p, q) = (prime(), prime());
    let (p, q) = (p.clone().max(q.clone()), p.min(q));
    let (under_p, under_q) = (&p - &one, &q - &one);
    let d = e.modinv(&(&under_p * &under_q)).expect("no factor of e");
    let inverse = q.modinv(&p).expect("two primes");
    let numbers = [
        BigUint::ZERO,
        &p * &q,
        e,
        d.clone(),
        p,
        q,
        &d % under_p,
        &d % under_q,
        inverse,
    ];
    let key = der(0x30, &numbers.iter().flat_map(integer).collect::<Vec<_>>());
    let algorithm = der(0x30, &[RSA_OID.as_slice(), &NULL].concat());
    let version = integer(&BigUint::ZERO);
    der(0x30, &[version, algorithm, der(0x04, &key)].concat())
}

/// A prime of 1024 bits, surely enough for a test.
fn prime() -> BigUint {
    let (one, two) = (BigUint::from(1u32), BigUint::from(2u32));
    let small: Vec<u32> = (3..2000u32)
        .filter(|n| (2..*n).take_while(|m| m * m <= *n).all(|m| n % m != 0))
        .collect();
    let mut bytes = rand::random::<[u8; 128]>();
    bytes[0] |= 0xc0;
    bytes[127] |= 1;
    let mut candidate = BigUint::from_bytes_be(&bytes);
    loop {
        let is_odd_one = |n: &u32| &candidate % n != BigUint::ZERO;
        let before = &candidate - &one;
        // Fermat's test. The numbers that deceive it are rarer than broken memory.
        if small.iter().all(is_odd_one)
            && &before % 65_537u32 != BigUint::ZERO
            && two.modpow(&before, &candidate) == one
        {
            return candidate;
        }
        candidate += 2u32;
    }
}

fn integer(number: &BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let sign: &[u8] = if bytes[0] >= 0x80 { &[0] } else { &[] };
    der(0x02, &[sign, &bytes].concat())
}

/// One value with its tag and length (X.690).
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let bytes = length.to_be_bytes();
    let head = match length {
        ..128 => vec![tag, bytes[7]],
        128..256 => vec![tag, 0x81, bytes[7]],
        _ => vec![tag, 0x82, bytes[6], bytes[7]],
    };
    [&head, content].concat()
}
