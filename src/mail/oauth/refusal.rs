//! Why there is no token.
use std::time::Duration;

use super::Cause;
use crate::{http_client::Failure, settings::OAuthSettings};

/// Why there is no token. Holds nothing secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub cause: Cause,
    /// The error as the server or the network gave it, in a form that may be shown.
    pub said: String,
    /// How long the server wants to be left alone.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    /// One that nobody said.
    pub fn of(cause: Cause, said: impl Into<String>) -> Self {
        Self {
            cause,
            said: said.into(),
            retry_after: None,
        }
    }

    /// Must a person change a setting? Else it passes by itself, like any server's illness.
    pub fn is_setting(&self) -> bool {
        !matches!(self.cause, Cause::Away | Cause::NoDatabase)
    }

    /// What was said; where nobody said anything, what is wrong.
    pub fn words(&self) -> &str {
        match self.said.as_str() {
            "" => self.cause.title(),
            said => said,
        }
    }

    /// Cause and remedy in plain words.
    pub fn hint(&self, settings: &OAuthSettings) -> String {
        let (title, remedy) = (self.cause.title(), self.cause.remedy(settings));
        match self.said.as_str() {
            "" => format!("{title}. {remedy}"),
            said => format!("{title} ({said}). {remedy}"),
        }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let said = failure.to_string();
        let cause = match failure {
            Failure::Private(_) => Cause::PrivateNetwork,
            // A certificate from the future: the clock of one of us is slow, and it is seldom theirs.
            Failure::Tls(text) if says(&text, &["not valid yet", "NotValidYet"]) => Cause::ClockOff,
            Failure::Tls(text) if says(&text, &["certificate expired", "Expired"]) => {
                Cause::CertificateExpired
            }
            Failure::Tls(text) if text.contains("certificate") => Cause::Untrusted,
            _ => Cause::Away,
        };
        Self::of(cause, said)
    }
}

fn says(tls: &str, words: &[&str]) -> bool {
    words.iter().any(|word| tls.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_is_the_servers_illness_and_trust_is_a_setting() {
        let private = Failure::Private(([10, 0, 0, 1], 443).into());
        for (failure, cause) in [
            (Failure::NoAddress("?".into()), Cause::Away),
            (Failure::Network("connection refused".into()), Cause::Away),
            (Failure::Timeout(Duration::from_secs(10)), Cause::Away),
            (Failure::Closed, Cause::Away),
            (Failure::TooLong, Cause::Away),
            (Failure::Invalid("not HTTP/1"), Cause::Away),
            (Failure::Tls("received corrupt message".into()), Cause::Away),
            (
                Failure::Tls("invalid peer certificate: UnknownIssuer".into()),
                Cause::Untrusted,
            ),
            (
                Failure::Tls("invalid peer certificate: NotValidYet".into()),
                Cause::ClockOff,
            ),
            (
                Failure::Tls("invalid peer certificate: certificate expired: verification time 1800000000 (UNIX), but certificate is not valid after 1700000000 (100000000 seconds ago)".into()),
                Cause::CertificateExpired,
            ),
            (
                Failure::Tls("invalid peer certificate: Expired".into()),
                Cause::CertificateExpired,
            ),
            (private, Cause::PrivateNetwork),
        ] {
            let refusal = Refusal::from(failure);
            assert_eq!(refusal.cause, cause, "{}", refusal.said);
            assert_eq!(refusal.is_setting(), cause != Cause::Away);
        }
    }
}
