//! What a certificate says of itself (RFC 5280), for people to read; whether it is trusted is judged elsewhere.
use std::net::IpAddr;

use chrono::{DateTime, NaiveDateTime, Utc};

/// What a certificate says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Who signed it.
    pub issuer: String,
    /// Whom it is for.
    pub subject: String,
    /// The host names and addresses it is good for.
    pub names: Vec<String>,
    /// Good from.
    pub not_before: DateTime<Utc>,
    /// Good until.
    pub not_after: DateTime<Utc>,
}

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT_ID: u8 = 0x06;
const OCTET_STRING: u8 = 0x04;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
const DNS_NAME: u8 = 0x82;
const IP_ADDRESS: u8 = 0x87;

const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1d, 0x11];

impl Certificate {
    /// Reads one; none when it is no certificate.
    pub fn parse(der: &[u8]) -> Option<Self> {
        let mut fields = Der(Der(Der(der).only(SEQUENCE)?).only(SEQUENCE)?);
        if fields.0.first() == Some(&VERSION) {
            fields.next()?;
        }
        let (_serial, _algorithm) = (fields.next()?, fields.next()?);
        let issuer = name(fields.only(SEQUENCE)?);
        let mut validity = Der(fields.only(SEQUENCE)?);
        let (not_before, not_after) = (instant(validity.next()?)?, instant(validity.next()?)?);
        let subject = name(fields.only(SEQUENCE)?);
        let extensions = fields.find(|(tag, _)| *tag == EXTENSIONS);
        Some(Self {
            issuer,
            subject,
            names: extensions.map_or_else(Vec::new, |(_, content)| names(content)),
            not_before,
            not_after,
        })
    }

    /// Whole days until it ends; negative when it has.
    pub fn days_left(&self, now: DateTime<Utc>) -> i64 {
        (self.not_after - now).num_days()
    }

    /// Did it sign itself?
    pub fn is_self_signed(&self) -> bool {
        self.issuer == self.subject
    }
}

/// Values one after the other, each with its tag and length (X.690). What is cut off or too long ends it.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The next value, which must have this tag.
    fn only(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next()
            .and_then(|(found, content)| (found == tag).then_some(content))
    }
}

impl<'a> Iterator for Der<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x83 => {
                let (octets, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                let length = octets.iter().fold(0, |sum, b| sum << 8 | usize::from(*b));
                (length, rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }
}

/// The common name and the organisation, as far as they are there.
fn name(content: &[u8]) -> String {
    let mut parts = Vec::new();
    for (_, set) in Der(content).filter(|(tag, _)| *tag == SET) {
        for (_, pair) in Der(set).filter(|(tag, _)| *tag == SEQUENCE) {
            let mut pair = Der(pair);
            if let (Some(id), Some((_, value))) = (pair.only(OBJECT_ID), pair.next())
                && [COMMON_NAME, ORGANIZATION].contains(&id)
            {
                parts.push(text(value));
            }
        }
    }
    match parts.is_empty() {
        true => "an unnamed authority".into(),
        false => parts.join(", "),
    }
}

fn names(content: &[u8]) -> Vec<String> {
    let list = Der(content).only(SEQUENCE).unwrap_or_default();
    let mut extensions = Der(list).filter(|(tag, _)| *tag == SEQUENCE);
    let found = extensions.find_map(|(_, extension)| {
        let mut fields = Der(extension);
        let id = fields.only(OBJECT_ID)?;
        let (_, value) = fields.find(|(tag, _)| *tag == OCTET_STRING)?;
        (id == ALTERNATIVE_NAMES).then(|| Der(value).only(SEQUENCE))?
    });
    let names = Der(found.unwrap_or_default()).filter_map(|(tag, name)| match tag {
        DNS_NAME => Some(text(name)),
        IP_ADDRESS => address(name),
        _ => None,
    });
    names.collect()
}

fn address(octets: &[u8]) -> Option<String> {
    if let Ok(v4) = <[u8; 4]>::try_from(octets) {
        return Some(IpAddr::from(v4).to_string());
    }
    let v6 = <[u8; 16]>::try_from(octets).ok()?;
    Some(IpAddr::from(v6).to_string())
}

fn instant((tag, content): (u8, &[u8])) -> Option<DateTime<Utc>> {
    let digits = std::str::from_utf8(content).ok()?;
    let whole = match tag {
        // RFC 5280 §4.1.2.5.1: two digits of a year up to 2049.
        UTC_TIME if digits < "50" => format!("20{digits}"),
        UTC_TIME => format!("19{digits}"),
        GENERALIZED_TIME => digits.to_owned(),
        _ => return None,
    };
    let at = NaiveDateTime::parse_from_str(&whole, "%Y%m%d%H%M%SZ").ok()?;
    Some(at.and_utc())
}

/// A stranger wrote it: no control characters, no more than fits a line.
fn text(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    text.chars().filter(|c| !c.is_control()).take(100).collect()
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

    use super::*;

    fn der() -> Vec<u8> {
        let names = ["mail.example.com", "192.0.2.9", "2001:db8::9"].map(str::to_owned);
        let mut params = CertificateParams::new(names.to_vec()).unwrap();
        params
            .distinguished_name
            .push(DnType::CommonName, "Zoë's server");
        params
            .distinguished_name
            .push(DnType::OrganizationName, "Example");
        params.not_before = date_time_ymd(2026, 1, 2);
        params.not_after = date_time_ymd(2055, 3, 4);
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn a_certificate_says_whom_it_is_for_and_how_long() {
        let certificate = Certificate::parse(&der()).unwrap();
        assert!(certificate.is_self_signed());
        assert!(
            certificate.subject.contains("Zoë's server"),
            "{certificate:?}"
        );
        assert!(certificate.issuer.contains("Example"), "{certificate:?}");
        assert_eq!(
            certificate.names,
            ["mail.example.com", "192.0.2.9", "2001:db8::9"]
        );
        assert_eq!(
            certificate.not_before.to_rfc3339(),
            "2026-01-02T00:00:00+00:00"
        );
        assert_eq!(
            certificate.not_after.to_rfc3339(),
            "2055-03-04T00:00:00+00:00"
        );
    }

    #[test]
    fn days_are_counted_whole() {
        let certificate = Certificate::parse(&der()).unwrap();
        let before = certificate.not_after - chrono::TimeDelta::hours(47);
        assert_eq!(certificate.days_left(before), 1);
        let after = certificate.not_after + chrono::TimeDelta::hours(47);
        assert_eq!(certificate.days_left(after), -1);
    }

    #[test]
    fn what_is_no_certificate_is_none_wherever_it_ends() {
        let whole = der();
        for end in 0..whole.len() {
            assert_eq!(Certificate::parse(&whole[..end]), None, "{end}");
        }
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0xff;
            // Whatever it says then, reading it ends well.
            if let Some(read) = Certificate::parse(&damaged) {
                assert!(read.names.len() <= 3, "{at}");
            }
        }
    }
}
