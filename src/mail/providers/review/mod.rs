//! What can be seen to be wrong with settings before anybody is asked.
mod login;
mod sender;
mod server;

use lettre::message::Mailbox;

pub use self::server::meant_host;
use super::find;
use crate::settings::SmtpSettings;

/// Something that is wrong with the settings, or may be. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The variable to look at.
    pub about: &'static str,
    /// What is wrong; reads on from the variable: `EMAIL_PORT` "is 465, …".
    pub cause: String,
    /// What to do.
    pub fix: String,
    /// Will mail fail because of it?
    pub is_fatal: bool,
}

const HOST: &str = "EMAIL_HOST";
const PORT: &str = "EMAIL_PORT";
const USER: &str = "EMAIL_HOST_USER";
const PASSWORD: &str = "EMAIL_HOST_PASSWORD";
const FROM: &str = "DEFAULT_FROM_EMAIL";

/// Contradictions, the rules of the provider, and the sender against both.
pub fn review(settings: &SmtpSettings, from: &Mailbox) -> Vec<Finding> {
    let provider = find(&settings.host);
    let mut findings = Vec::new();
    findings.extend(server::host(&settings.host));
    findings.extend(server::port(settings, provider));
    match &settings.login {
        Some(login) => {
            findings.extend(server::clear_login(settings, provider));
            findings.extend(login::user(&login.user));
            // Exposed to be looked at; nothing of it gets into a finding.
            findings.extend(login.password().and_then(|it| login::password(it.expose())));
            findings
                .extend(provider.and_then(|provider| login::login_at(provider, settings, login)));
        }
        None => findings.extend(provider.and_then(|provider| login::no_login(provider, settings))),
    }
    findings.extend(sender::sender(settings, provider, from));
    findings
}

fn fatal(about: &'static str, cause: impl Into<String>, fix: impl Into<String>) -> Finding {
    Finding {
        about,
        cause: cause.into(),
        fix: fix.into(),
        is_fatal: true,
    }
}

fn doubtful(about: &'static str, cause: impl Into<String>, fix: impl Into<String>) -> Finding {
    Finding {
        is_fatal: false,
        ..fatal(about, cause, fix)
    }
}

/// What guides write where one's own is to be put: `your-app-password`, `<password>`, `xxxx xxxx`.
fn is_placeholder(text: &str) -> bool {
    const WHAT: [&str; 12] = [
        "16", "account", "api", "app", "domain", "email", "gmail", "key", "mail", "name", "pass",
        "user",
    ];
    let lower = text.trim().to_lowercase();
    let letters: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    let is_yours = letters
        .strip_prefix("your")
        .is_some_and(|rest| WHAT.iter().any(|what| rest.starts_with(what)));
    let is_in_brackets = [('<', '>'), ('{', '}')]
        .iter()
        .any(|(open, close)| lower.starts_with(*open) && lower.ends_with(*close));
    let is_crossed = letters.len() > 3 && letters.chars().all(|c| c == 'x');
    is_yours
        || is_in_brackets
        || is_crossed
        || lower.starts_with("your-")
        || lower.starts_with("your_")
        || letters == "changeme"
}

#[cfg(test)]
mod tests;
