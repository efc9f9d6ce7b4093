//! Other ways to the same mail server: none of them is advised before it was tried.
use std::time::Duration;

use futures_util::future::join_all;

use super::Examined;
use crate::{
    mail::smtp::{Limits, Mechanism, Sighting},
    settings::{Security, SmtpSettings, is_loopback_host},
};

/// What is only a guess is not waited for as long as mail is.
const SOON: Duration = Duration::from_secs(4);

/// Ports at which mail servers take mail from programs, and how a conversation begins there.
const USUAL: [(u16, Security); 5] = [
    (587, Security::Starttls),
    (465, Security::Implicit),
    (2587, Security::Starttls),
    (2465, Security::Implicit),
    (2525, Security::Starttls),
];

/// The same server with other settings.
pub(super) struct Way(SmtpSettings);

/// Tries other ports and other ways to begin, and says what to do: the first that works, or where to ask.
pub(super) async fn advice(patient: &Examined<'_>, smtp: &SmtpSettings) -> String {
    advice_among(patient, smtp, ways(smtp)).await
}

/// The same where nobody answers at the port that is set.
pub(super) async fn advice_elsewhere(patient: &Examined<'_>, smtp: &SmtpSettings) -> String {
    let mut ways = ways(smtp);
    ways.retain(|way| way.0.port != smtp.port);
    advice_among(patient, smtp, ways).await
}

/// The same for other names of the server.
pub(super) async fn advice_of_hosts(
    patient: &Examined<'_>,
    smtp: &SmtpSettings,
    hosts: impl IntoIterator<Item = String>,
) -> String {
    let ways = hosts.into_iter().map(|host| {
        Way(SmtpSettings {
            host,
            ..without_login(smtp)
        })
    });
    advice_among(patient, smtp, ways.collect()).await
}

async fn advice_among(patient: &Examined<'_>, smtp: &SmtpSettings, ways: Vec<Way>) -> String {
    let tried = join_all(ways.iter().map(|way| way.works(patient, smtp))).await;
    let mut tried = ways.iter().zip(tried);
    match tried.find(|(_, works)| *works) {
        Some((way, _)) => format!(
            "Set {}. Greenroom has just tried this, up to the login, and it works.",
            way.assignments(smtp)
        ),
        None => {
            let vain: Vec<_> = ways.iter().map(|way| way.in_words(smtp)).collect();
            let vain = match vain.is_empty() {
                true => String::new(),
                false => format!(" Just tried without success: {}.", vain.join(", ")),
            };
            format!(
                "Ask the mail server's operator for its name, port and encryption, and compare them with EMAIL_HOST, EMAIL_PORT, EMAIL_USE_TLS and EMAIL_USE_SSL.{vain}"
            )
        }
    }
}

/// On the same port first: what answers there was found already.
fn ways(smtp: &SmtpSettings) -> Vec<Way> {
    let here = [Security::Starttls, Security::Implicit].map(|security| (smtp.port, security));
    let mut ways: Vec<_> = here.into_iter().chain(USUAL).collect();
    if is_loopback_host(&smtp.host) {
        ways.push((smtp.port, Security::Plain));
    }
    ways.retain(|way| *way != (smtp.port, smtp.security));
    let ways = ways.into_iter().map(|(port, security)| {
        Way(SmtpSettings {
            port,
            security,
            ..without_login(smtp)
        })
    });
    ways.collect()
}

/// Nobody logs in on trial: a guess may be somebody else's server.
fn without_login(smtp: &SmtpSettings) -> SmtpSettings {
    SmtpSettings {
        login: None,
        ..smtp.clone()
    }
}

impl Way {
    /// Does it lead to a greeting, over encryption that is trusted, and to a login if there is to be one?
    async fn works(&self, patient: &Examined<'_>, smtp: &SmtpSettings) -> bool {
        let client = patient.client(&self.0).with_limits(brief(patient.limits));
        let (client, mut sightings) = client.watched();
        match client.connect(patient.token()).await {
            Ok(connection) => connection.quit().await,
            Err(_) => return false,
        }
        let mut can_log_in = false;
        while let Ok(sighting) = sightings.try_recv() {
            if let Sighting::Offers(_, offers) = sighting {
                can_log_in = Mechanism::is_among(&offers, smtp.login.as_ref());
            }
        }
        can_log_in || smtp.login.is_none()
    }

    fn assignments(&self, smtp: &SmtpSettings) -> String {
        let mut list = Vec::new();
        if self.0.host != smtp.host {
            list.push(format!("EMAIL_HOST={}", self.0.host));
        }
        if self.0.port != smtp.port {
            list.push(format!("EMAIL_PORT={}", self.0.port));
        }
        if self.0.security != smtp.security {
            let (tls, ssl) = match self.0.security {
                Security::Starttls => (true, false),
                Security::Implicit => (false, true),
                Security::Plain => (false, false),
            };
            list.extend([
                format!("EMAIL_USE_TLS={tls}"),
                format!("EMAIL_USE_SSL={ssl}"),
            ]);
        }
        match list.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
            None => String::new(),
        }
    }

    fn in_words(&self, smtp: &SmtpSettings) -> String {
        if self.0.host != smtp.host {
            return self.0.host.clone();
        }
        let how = match self.0.security {
            Security::Starttls => "STARTTLS",
            Security::Implicit => "SSL",
            Security::Plain => "no encryption",
        };
        format!("port {} with {how}", self.0.port)
    }
}

fn brief(limits: Limits) -> Limits {
    Limits {
        connect: limits.connect.min(SOON),
        tls: limits.tls.min(SOON),
        banner: limits.banner.min(SOON),
        ehlo: limits.ehlo.min(SOON),
        ..limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_already_is_not_tried_again() {
        let smtp = |host: &str, port, security| SmtpSettings {
            host: host.into(),
            port,
            security,
            login: None,
        };
        let told = |smtp: &SmtpSettings| {
            let ways = ways(smtp);
            ways.iter()
                .map(|way| way.in_words(smtp))
                .collect::<Vec<_>>()
        };
        let strange = told(&smtp("mail.acme.io", 465, Security::Starttls));
        assert_eq!(strange[0], "port 465 with SSL");
        assert!(!strange.contains(&"port 465 with STARTTLS".into()));
        assert!(!strange.iter().any(|way| way.contains("no encryption")));
        let here = told(&smtp("[::1]", 25, Security::Starttls));
        assert!(
            here.contains(&"port 25 with no encryption".into()),
            "{here:?}"
        );
        let other = Way(smtp("mail.acme.io", 465, Security::Implicit));
        let old = smtp("mail.acme.io", 587, Security::Starttls);
        assert_eq!(
            other.assignments(&old),
            "EMAIL_PORT=465, EMAIL_USE_TLS=false and EMAIL_USE_SSL=true"
        );
    }
}
