//! Check 12: what certificates say, and why a server is not trusted.
use chrono::{DateTime, Utc};

use super::{certificate::Certificate, check::Found};

/// A certificate that ends sooner is told about while there is time.
const DAYS_OF_WARNING: i64 = 14;

/// The certificates of a server that has proved itself.
pub(super) fn encryption(certificates: &[Certificate], now: DateTime<Utc>) -> Found {
    let found = Found::pass().saw_all(describe(certificates));
    match certificates.first().map(|own| own.days_left(now)) {
        Some(days) if days < DAYS_OF_WARNING => found.and(Found::warn(
            format!("The mail server's certificate expires in {days} days."),
            "Ask the mail server's operator to renew it. Once it has expired, no email can be sent.",
        )),
        _ => found,
    }
}

/// A line for each certificate, the server's own first.
pub(super) fn describe(certificates: &[Certificate]) -> Vec<String> {
    certificates
        .iter()
        .enumerate()
        .map(|(at, certificate)| {
            let names = match certificate.names.is_empty() || at > 0 {
                true => certificate.subject.clone(),
                false => certificate.names.join(" "),
            };
            let until = certificate.not_after.format("%Y-%m-%d");
            format!(
                "certificate for {names}, signed by {}, until {until}",
                certificate.issuer
            )
        })
        .collect()
}

/// What the error alone does not say: a clock that is wrong, a certificate in the middle that is missing.
pub(super) fn distrusted(
    found: Found,
    error: &str,
    shown: &[Certificate],
    now: DateTime<Utc>,
) -> Found {
    let Some(own) = shown.first() else {
        return found;
    };
    if own.not_before > now {
        let fix = "Check this machine's clock first: the certificate is not valid yet.";
        return Found {
            fix: fix.into(),
            ..found
        };
    }
    if error.contains("UnknownIssuer") && own.is_self_signed() {
        let fix = "The certificate is self-signed. Get one from a certificate authority or, if you run the server, put this certificate in the file named by SSL_CERT_FILE.";
        return Found {
            fix: fix.into(),
            ..found
        };
    }
    if error.contains("UnknownIssuer") && shown.len() == 1 {
        let more = "The server sends only its own certificate. If a public authority signed it, the server's operator must add the intermediate certificate (the full chain).";
        let fix = format!("{} {more}", found.fix);
        return Found { fix, ..found };
    }
    found
}
