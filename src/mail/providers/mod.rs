//! What is known of the services that most people send through.
mod review;
mod services;

use crate::settings::{self, MaxPerSecond, SmtpSettings};

pub use self::{
    review::{Finding, meant_host, review},
    services::{ALL, Login, Pace, Provider, Service},
};

/// The provider whose mail server this is.
pub fn find(host: &str) -> Option<&'static Provider> {
    let host = host.to_lowercase();
    ALL.iter()
        .find(|provider| provider.hosts.iter().any(|pattern| fits(pattern, &host)))
}

/// Is a password used where the provider will soon accept none? Microsoft 365 turns them off by default at the end of
/// December 2026.
pub fn takes_no_passwords_soon(smtp: &SmtpSettings) -> bool {
    let is_microsoft =
        find(&smtp.host).is_some_and(|provider| provider.service == Service::Microsoft365);
    let password = smtp.login.as_ref().and_then(settings::Login::password);
    is_microsoft && password.is_some()
}

/// How fast a mail server is given mail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Allowance {
    /// Messages a second; none is no limit.
    pub per_second: Option<f64>,
    /// So many at once after a quiet time, where there is a limit.
    pub burst: u32,
    /// Connections at once, over all processes; none is no limit.
    pub connections: Option<u32>,
}

/// After a quiet time a server that says nothing of itself is given so many messages at once.
const BURST: u32 = 5;

/// How fast this server is given mail: as fast as the settings say, else as its provider documents, else one message a
/// second where it is elsewhere. A provider's limit of connections holds in any case.
pub fn allowance(host: &str, set: MaxPerSecond) -> Allowance {
    let pace = find(host).map_or_else(Pace::default, |provider| provider.pace);
    let (per_second, burst) = match (set, pace.per_minute) {
        (MaxPerSecond::Usual, Some(per_minute)) => {
            // What comes at once after a quiet time counts in that minute as well.
            let burst = pace.connections.map_or(1, |most| most.min(2));
            (Some(f64::from(per_minute - burst) / 60.0), burst)
        }
        (set, _) => (set.for_host(host), BURST),
    };
    Allowance {
        per_second,
        burst,
        connections: pace.connections,
    }
}

/// At most one `*` in a pattern, for what differs from customer to customer.
fn fits(pattern: &str, host: &str) -> bool {
    match pattern.split_once('*') {
        Some((begin, end)) => {
            host.len() > begin.len() + end.len() && host.starts_with(begin) && host.ends_with(end)
        }
        None => pattern == host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_known_by_its_host() {
        use Service::{Brevo, Gmail, Mailgun, Microsoft365, Postmark, SendGrid, Ses};
        for (host, service) in [
            ("smtp.gmail.com", Some(Gmail)),
            ("SMTP.Gmail.com", Some(Gmail)),
            ("smtp-relay.gmail.com", Some(Gmail)),
            ("smtp.office365.com", Some(Microsoft365)),
            ("smtp-mail.outlook.com", Some(Microsoft365)),
            ("email-smtp.eu-west-1.amazonaws.com", Some(Ses)),
            ("email-smtp-fips.us-east-1.amazonaws.com", Some(Ses)),
            ("ec2-192-0-2-1.compute.amazonaws.com", None),
            ("email-smtp.amazonaws.com", None),
            ("smtp.sendgrid.net", Some(SendGrid)),
            ("smtp.eu.mailgun.org", Some(Mailgun)),
            ("smtp.postmarkapp.com", Some(Postmark)),
            ("smtp-relay.brevo.com", Some(Brevo)),
            ("smtp.gmail.com.example.org", None),
            ("127.0.0.1", None),
            ("", None),
        ] {
            assert_eq!(find(host).map(|found| found.service), service, "{host}");
        }
    }

    #[test]
    fn a_provider_is_given_no_more_than_it_documents() {
        let usual = |host| allowance(host, MaxPerSecond::Usual);
        let microsoft = usual("smtp.office365.com");
        assert_eq!(microsoft.connections, Some(3));
        let a_minute = |it: Allowance| it.per_second.map(|rate| rate * 60.0 + f64::from(it.burst));
        assert_eq!(a_minute(microsoft).map(f64::round), Some(30.0));
        let sandbox = usual("email-smtp.eu-west-1.amazonaws.com");
        assert_eq!(sandbox.burst, 1);
        assert!(sandbox.per_second.is_some_and(|rate| rate <= 1.0));
        assert_eq!(usual("smtp.gmail.com").per_second, Some(1.0));
        assert_eq!(usual("127.0.0.1").per_second, None);
        let set = allowance("smtp.office365.com", MaxPerSecond::Of(2.0));
        assert_eq!((set.per_second, set.connections), (Some(2.0), Some(3)));
    }

    #[test]
    fn every_provider_is_described_by_what_it_offers() {
        for provider in ALL {
            let name = provider.name;
            let known = find(&provider.host.replace("REGION", "eu-west-1"));
            assert_eq!(
                known.map(|found| found.service),
                Some(provider.service),
                "{name}"
            );
            assert_eq!(provider.port(), 587, "{name}");
            for text in [
                provider.login.user,
                provider.login.password,
                provider.from,
                provider.limit,
            ] {
                assert!(text.ends_with('.'), "{name}: {text}");
            }
        }
    }
}
