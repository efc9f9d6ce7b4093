//! What is known of the services that most people send through.
mod review;
mod services;

pub use self::{
    review::{Finding, meant_host, review},
    services::{ALL, Login, Provider, Service},
};

/// The provider whose mail server this is.
pub fn find(host: &str) -> Option<&'static Provider> {
    let host = host.to_lowercase();
    ALL.iter()
        .find(|provider| provider.hosts.iter().any(|pattern| fits(pattern, &host)))
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
