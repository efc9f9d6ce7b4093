//! The choice of a provider.
use std::{collections::HashMap, io};

use super::talk::Talk;
use crate::{
    mail::providers::{self, Provider},
    secret::Secret,
    settings::{Login, Security, SmtpSettings, is_loopback_host},
};

/// The number of what is none of the providers.
const OTHER: usize = providers::ALL.len() + 1;
/// The same where it is logged in to with access tokens.
const CUSTOM: usize = OTHER + 1;

/// Who takes the mail.
pub struct Choice {
    /// None is a server that we know nothing of.
    pub provider: Option<&'static Provider>,
    /// Is it one that we know nothing of, and that issues access tokens?
    pub is_custom: bool,
}

/// Asks who takes the mail.
pub fn choose(talk: &Talk, before: &HashMap<String, String>) -> io::Result<Choice> {
    talk.say("Which provider sends your email?");
    for (at, provider) in providers::ALL.iter().enumerate() {
        talk.add(&format!("{}  {}", at + 1, provider.name));
    }
    talk.add(&format!("{OTHER}  Another provider or your own server"));
    talk.add(&format!(
        "{CUSTOM}  The same, logged in to with access tokens (OAuth 2.0)"
    ));
    let is_custom = before
        .get("EMAIL_OAUTH_PROVIDER")
        .is_some_and(|provider| provider.trim() == "custom");
    let present = before.get("EMAIL_HOST").filter(|host| !host.is_empty());
    let proposal = present.map(|host| {
        let known = providers::find(host);
        let at = known.and_then(|known| {
            providers::ALL
                .iter()
                .position(|at| at.service == known.service)
        });
        let other = if is_custom { CUSTOM } else { OTHER };
        at.map_or(other, |at| at + 1).to_string()
    });
    loop {
        let answer = talk.ask("Number or name", proposal.as_deref().unwrap_or_default())?;
        match pick(&answer) {
            Picked::Known(provider) => {
                return Ok(Choice {
                    provider: Some(provider),
                    is_custom: false,
                });
            }
            Picked::Other { is_custom } => {
                return Ok(Choice {
                    provider: None,
                    is_custom,
                });
            }
            Picked::Unclear => talk.add(&format!(
                "Please type a number from 1 to {CUSTOM} or one of the names."
            )),
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Picked {
    Known(&'static Provider),
    Other { is_custom: bool },
    Unclear,
}

/// By number, or by a part of one name only.
fn pick(answer: &str) -> Picked {
    if let Ok(number) = answer.parse::<usize>() {
        return match providers::ALL.get(number.wrapping_sub(1)) {
            Some(provider) => Picked::Known(provider),
            None if number == OTHER => Picked::Other { is_custom: false },
            None if number == CUSTOM => Picked::Other { is_custom: true },
            None => Picked::Unclear,
        };
    }
    let answer = answer.to_lowercase();
    if ["other", "another", "own", "my own"].contains(&&*answer) {
        return Picked::Other { is_custom: false };
    }
    let fits = |provider: &&Provider| provider.name.to_lowercase().contains(&answer);
    let mut fitting = providers::ALL.iter().filter(fits);
    match (fitting.next(), fitting.next()) {
        (Some(provider), None) if answer.len() > 2 => Picked::Known(provider),
        _ => Picked::Unclear,
    }
}

/// What is set already if it is for this provider, else what is usual there.
pub fn proposal(
    provider: Option<&'static Provider>,
    before: &HashMap<String, String>,
) -> SmtpSettings {
    let text = |name| {
        before
            .get(name)
            .map(|value| value.trim().to_owned())
            .unwrap_or_default()
    };
    let is_on = |name| matches!(&*text(name).to_lowercase(), "true" | "1" | "yes" | "on");
    let host = text("EMAIL_HOST");
    let service = |provider: &Provider| provider.service;
    let fits = providers::find(&host).map(service) == provider.map(service);
    if let Some(provider) = provider {
        let login = login(text("EMAIL_HOST_USER"), text("EMAIL_HOST_PASSWORD"));
        return SmtpSettings {
            host: if fits { host } else { provider.host.into() },
            port: provider.port(),
            security: Security::Starttls,
            login: login.filter(|_| fits),
        };
    }
    SmtpSettings {
        security: match (
            is_on("EMAIL_USE_SSL"),
            is_loopback_host(&host) && !is_on("EMAIL_USE_TLS"),
        ) {
            (true, _) => Security::Implicit,
            (_, true) => Security::Plain,
            _ => Security::Starttls,
        },
        port: text("EMAIL_PORT").parse().unwrap_or(0),
        login: login(text("EMAIL_HOST_USER"), text("EMAIL_HOST_PASSWORD")),
        host,
    }
}

fn login(user: String, password: String) -> Option<Login> {
    (!user.is_empty() && !password.is_empty())
        .then(|| Login::with_password(user, Secret::new(password)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::providers::Service;

    #[test]
    fn a_provider_is_picked_by_number_or_name() {
        let picked = |answer| match pick(answer) {
            Picked::Known(provider) => Some(Some(provider.service)),
            Picked::Other { is_custom: false } => Some(None),
            Picked::Other { is_custom: true } => None,
            Picked::Unclear => None,
        };
        for (answer, expected) in [
            ("1", Some(Some(Service::Gmail))),
            ("7", Some(Some(Service::Brevo))),
            ("8", Some(None)),
            ("gmail", Some(Some(Service::Gmail))),
            ("Google", Some(Some(Service::Gmail))),
            ("365", None),
            ("Outlook", Some(Some(Service::Microsoft365))),
            ("ses", Some(Some(Service::Ses))),
            ("SendGrid", Some(Some(Service::SendGrid))),
            ("own", Some(None)),
            ("", None),
            ("0", None),
            ("9", None),
            ("10", None),
            ("mail", None),
            ("or", None),
            ("yahoo", None),
        ] {
            assert_eq!(picked(answer), expected, "{answer}");
        }
    }

    #[test]
    fn any_provider_may_have_tokens() {
        assert!(matches!(pick("9"), Picked::Other { is_custom: true }));
    }

    #[test]
    fn what_is_set_is_proposed_for_the_same_provider_only() {
        let before: HashMap<String, String> = [
            ("EMAIL_HOST", "smtp.gmail.com"),
            ("EMAIL_PORT", "not a port"),
            ("EMAIL_HOST_USER", "acme@gmail.com"),
            ("EMAIL_HOST_PASSWORD", "abcdefghijklmnop"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let [gmail, _, ses, ..] = providers::ALL else {
            panic!("three")
        };
        let same = proposal(Some(gmail), &before);
        assert_eq!((&*same.host, same.port), ("smtp.gmail.com", 587));
        assert!(same.login.is_some());
        let other = proposal(Some(ses), &before);
        assert_eq!(other.host, "email-smtp.REGION.amazonaws.com");
        assert!(other.login.is_none());
    }
}
