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
            format!("The mail server's certificate ends in {days} days."),
            "Whoever runs the mail server must renew it in time: after that, no mail leaves.",
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
        let fix = "Check this machine's clock first: the certificate is not good yet.";
        return Found {
            fix: fix.into(),
            ..found
        };
    }
    if error.contains("UnknownIssuer") && own.is_self_signed() {
        let fix = "The certificate is signed by itself. Get one from an authority, or add this one's file to SSL_CERT_FILE if the server is yours.";
        return Found {
            fix: fix.into(),
            ..found
        };
    }
    if error.contains("UnknownIssuer") && shown.len() == 1 {
        let more = "The server shows its own certificate alone; if a public authority signed it, whoever runs the server must add the one in the middle (its full chain).";
        let fix = format!("{} {more}", found.fix);
        return Found { fix, ..found };
    }
    found
}
