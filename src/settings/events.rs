//! Which providers may tell what becomes of emails, and what proves that it is them.
use super::reader::Reader;
use crate::{
    mail::{
        events::{Proof, Provider},
        providers::{self, Service},
    },
    secret::Secret,
};

const EVENTS: &str = "EMAIL_EVENTS";
/// Mail servers of a provider that is no [`Service`].
const OF_RESEND: [&str; 1] = ["smtp.resend.com"];

/// Who may tell, each with what proves that it is them.
#[derive(Clone, Debug, Default)]
pub struct EventSettings {
    proofs: Vec<Proof>,
}

impl EventSettings {
    /// What proves that a post is this provider's; none when it may not tell.
    pub fn proof(&self, provider: Provider) -> Option<&Proof> {
        self.proofs
            .iter()
            .find(|proof| proof.provider() == provider)
    }

    /// All that may tell, in the order of the setting.
    pub fn providers(&self) -> impl Iterator<Item = Provider> {
        self.proofs.iter().map(Proof::provider)
    }

    /// Those that may tell of what is given to this mail server. One that belongs to nobody that we know may pass it on to
    /// any of them.
    pub fn of_host(&self, host: &str) -> Vec<Provider> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let own = match providers::find(&host) {
            Some(known) => Some(of_service(known.service)),
            None => OF_RESEND
                .contains(&&*host)
                .then_some(Some(Provider::Resend)),
        };
        self.providers()
            .filter(|provider| own.is_none_or(|own| own == Some(*provider)))
            .collect()
    }
}

fn of_service(service: Service) -> Option<Provider> {
    match service {
        Service::Gmail | Service::Microsoft365 => None,
        Service::Ses => Some(Provider::Ses),
        Service::SendGrid => Some(Provider::Sendgrid),
        Service::Mailgun => Some(Provider::Mailgun),
        Service::Postmark => Some(Provider::Postmark),
        Service::Brevo => Some(Provider::Brevo),
    }
}

/// The setting with what proves that a post is the provider's; none where nothing does but the address.
fn name_of_key(provider: Provider) -> Option<&'static str> {
    match provider {
        Provider::Postmark | Provider::Brevo => None,
        Provider::Resend => Some("EMAIL_EVENTS_RESEND_SECRET"),
        Provider::Mailgun => Some("EMAIL_EVENTS_MAILGUN_KEY"),
        Provider::Sendgrid => Some("EMAIL_EVENTS_SENDGRID_KEY"),
        Provider::Ses => Some("EMAIL_EVENTS_SES_TOPIC"),
    }
}

impl Reader {
    /// `EMAIL_EVENTS` and what belongs to it.
    pub(super) fn events(&mut self) -> EventSettings {
        let mut named: Vec<Provider> = Vec::new();
        for provider in self.list(EVENTS, |word| {
            // A key may have been pasted here.
            Provider::find(word).ok_or_else(|| {
                let all = Provider::ALL.map(Provider::as_str).join(", ");
                format!("has a word that is not one of {all}")
            })
        }) {
            if !named.contains(&provider) {
                named.push(provider);
            }
        }
        for provider in Provider::ALL {
            if let Some(name) = name_of_key(provider)
                && self.text(name).is_some()
                && !named.contains(&provider)
            {
                let word = provider.as_str();
                let mistake = format!("is set, but EMAIL_EVENTS doesn't name {word}");
                self.contradiction(name, &[EVENTS], &mistake);
            }
        }
        EventSettings {
            proofs: named
                .into_iter()
                .filter_map(|provider| self.proof_of(provider))
                .collect(),
        }
    }

    /// What a key says is never repeated: most are secrets.
    fn proof_of(&mut self, provider: Provider) -> Option<Proof> {
        let name = name_of_key(provider);
        let text = name.and_then(|name| self.text(name)).unwrap_or_default();
        let keys = text
            .split(',')
            .map(str::trim)
            .filter(|key| !key.is_empty())
            .map(Secret::new);
        match Proof::new(provider, &keys.collect::<Vec<_>>()) {
            Ok(proof) => Some(proof),
            Err(fault) => {
                let name = name.unwrap_or(EVENTS);
                self.contradiction(name, &[EVENTS], &fault.to_string());
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> (EventSettings, Vec<String>) {
        let vars: HashMap<_, _> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let mut reader = Reader::new(vars, Vec::new());
        (reader.events(), reader.mistakes)
    }

    const MAILGUN: (&str, &str) = (
        "EMAIL_EVENTS_MAILGUN_KEY",
        "geheim-0123456789abcdef0123456789abcdef",
    );

    #[test]
    fn nobody_may_tell_who_is_not_named() {
        let (nobody, mistakes) = read(&[]);
        assert!(nobody.providers().next().is_none() && mistakes.is_empty());
        let (settings, mistakes) =
            read(&[("EMAIL_EVENTS", " postmark, mailgun,, postmark "), MAILGUN]);
        assert_eq!(mistakes, Vec::<String>::new());
        let named: Vec<_> = settings.providers().collect();
        assert_eq!(named, [Provider::Postmark, Provider::Mailgun]);
        assert!(settings.proof(Provider::Mailgun).is_some());
        assert!(settings.proof(Provider::Brevo).is_none());
        assert!(!format!("{settings:?}").contains("geheim"));
    }

    #[test]
    fn every_mistake_names_its_setting_and_repeats_no_key() {
        let (_, mistakes) = read(&[
            ("EMAIL_EVENTS", "postmark,sendgird,resend"),
            ("EMAIL_EVENTS_SES_TOPIC", "geheim"),
        ]);
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        assert!(mistakes[0].starts_with("EMAIL_EVENTS has a word"));
        let (_, mistakes) = read(&[
            ("EMAIL_EVENTS", "resend,sendgrid,ses"),
            ("EMAIL_EVENTS_SENDGRID_KEY", "geheim"),
            ("EMAIL_EVENTS_SES_TOPIC", "geheim"),
            MAILGUN,
        ]);
        let names: Vec<_> = mistakes
            .iter()
            .filter_map(|line| line.split(' ').next())
            .collect();
        assert_eq!(
            names,
            [
                "EMAIL_EVENTS_MAILGUN_KEY",
                "EMAIL_EVENTS_RESEND_SECRET",
                "EMAIL_EVENTS_SENDGRID_KEY",
                "EMAIL_EVENTS_SES_TOPIC"
            ]
        );
        assert!(
            mistakes.iter().all(|line| !line.contains("geheim")),
            "{mistakes:?}"
        );
    }

    #[test]
    fn a_server_of_a_provider_speaks_to_that_one_alone() {
        let (settings, _) = read(&[("EMAIL_EVENTS", "postmark,brevo,mailgun"), MAILGUN]);
        use Provider::{Brevo, Mailgun, Postmark};
        for (host, expected) in [
            ("smtp.postmarkapp.com", &[Postmark][..]),
            ("SMTP.eu.mailgun.org.", &[Mailgun]),
            ("smtp-relay.brevo.com", &[Brevo]),
            ("smtp.sendgrid.net", &[]),
            ("smtp.gmail.com", &[]),
            ("smtp.office365.com", &[]),
            ("smtp.resend.com", &[]),
            ("127.0.0.1", &[Postmark, Brevo, Mailgun]),
            ("mail.example.com", &[Postmark, Brevo, Mailgun]),
        ] {
            assert_eq!(settings.of_host(host), expected, "{host}");
        }
    }
}
