//! Host, port and encryption against each other.
use super::{Finding, HOST, PORT, doubtful, fatal};
use crate::{
    mail::providers::Provider,
    settings::{Security, SmtpSettings, is_loopback_host},
};

const TLS: &str = "EMAIL_USE_TLS";

/// Servers that people name by mistake, and the one that they mean.
const MISTAKEN: &[(&str, &str)] = &[
    ("gmail.com", "smtp.gmail.com"),
    ("mail.google.com", "smtp.gmail.com"),
    ("smtp.google.com", "smtp.gmail.com"),
    ("office365.com", "smtp.office365.com"),
    ("outlook.office365.com", "smtp.office365.com"),
    ("smtp.office.com", "smtp.office365.com"),
    ("api.sendgrid.com", "smtp.sendgrid.net"),
    ("api.mailgun.net", "smtp.mailgun.org"),
    ("api.postmarkapp.com", "smtp.postmarkapp.com"),
    ("api.brevo.com", "smtp-relay.brevo.com"),
];

pub(super) fn host(host: &str) -> Option<Finding> {
    let lower = host.to_lowercase();
    not_a_name(&lower).or_else(|| not_for_sending(&lower))
}

fn not_a_name(host: &str) -> Option<Finding> {
    let is_address = host
        .trim_matches(['[', ']'])
        .parse::<std::net::IpAddr>()
        .is_ok();
    let (cause, fix) = if host.contains("://") {
        (
            "is a web address with a scheme.",
            "Set it to the host name alone, like smtp.gmail.com.",
        )
    } else if host.contains(char::is_whitespace) || host.contains(['"', '\'', '/', '@']) {
        (
            "contains characters that are not allowed in a host name.",
            "Set it to the host name alone, without quotes or spaces, like smtp.gmail.com.",
        )
    } else if host.contains(':') && !is_address {
        (
            "includes a port.",
            "Set it to the host name alone, and put the port in EMAIL_PORT.",
        )
    } else if host.contains("region") && host.ends_with(".amazonaws.com") {
        (
            "still contains the word region.",
            "Insert your region, like email-smtp.eu-west-1.amazonaws.com.",
        )
    } else {
        return None;
    };
    Some(fatal(HOST, cause, fix))
}

/// The server that is meant by one that people name by mistake.
pub fn meant_host(host: &str) -> Option<&'static str> {
    let lower = host.to_lowercase();
    let found = MISTAKEN.iter().find(|(wrong, _)| *wrong == lower);
    found.map(|(_, meant)| *meant)
}

fn not_for_sending(host: &str) -> Option<Finding> {
    if let Some(meant) = meant_host(host) {
        let fix = format!("Set EMAIL_HOST={meant}.");
        return Some(fatal(
            HOST,
            "is not the server that accepts email from programs.",
            fix,
        ));
    }
    let is_for_reading = ["imap.", "pop.", "pop3."]
        .iter()
        .any(|begin| host.starts_with(begin));
    is_for_reading.then(|| {
        fatal(
            HOST,
            "is a server for reading email.",
            "Set it to the server for sending; its name usually starts with smtp.",
        )
    })
}

pub(super) fn port(settings: &SmtpSettings, provider: Option<&Provider>) -> Option<Finding> {
    let (port, security) = (settings.port, settings.security);
    if let Some(provider) = provider.filter(|provider| !provider.listens_on(port)) {
        return Some(fatal(
            PORT,
            format!("is {port}, which {} doesn't use.", provider.name),
            format!("Set EMAIL_PORT={} and EMAIL_USE_TLS=true.", provider.port()),
        ));
    }
    match (port, security) {
        (465 | 2465, Security::Starttls | Security::Plain) => Some(fatal(
            PORT,
            format!(
                "is {port}, which is encrypted from the first byte. Without EMAIL_USE_SSL, both sides wait for each other forever."
            ),
            "Set EMAIL_USE_SSL=true and EMAIL_USE_TLS=false, or use port 587.",
        )),
        (25 | 587 | 2525 | 2587, Security::Implicit) => Some(fatal(
            PORT,
            format!(
                "is {port}, which starts unencrypted and is upgraded later, but EMAIL_USE_SSL means encryption from the first byte."
            ),
            "Set EMAIL_USE_TLS=true and EMAIL_USE_SSL=false, or use port 465.",
        )),
        (25, _) if !is_loopback_host(&settings.host) => Some(doubtful(
            PORT,
            "is 25, which is for email between servers. Most hosting providers block it.",
            "Use 587, unless this is a relay in your own network.",
        )),
        (2525, _) if provider.is_none() && !is_loopback_host(&settings.host) => Some(doubtful(
            PORT,
            "is 2525, a non-standard port that only some relay services use.",
            "Use 587, unless your provider recommends 2525.",
        )),
        _ => None,
    }
}

pub(super) fn clear_login(settings: &SmtpSettings, provider: Option<&Provider>) -> Option<Finding> {
    if settings.security != Security::Plain || is_loopback_host(&settings.host) {
        return None;
    }
    let fix = "Set EMAIL_USE_TLS=true.";
    Some(match provider {
        Some(provider) => fatal(
            TLS,
            format!("is off, but {} requires encryption.", provider.name),
            fix,
        ),
        None => doubtful(
            TLS,
            "is off, so the user name and password are sent unencrypted.",
            fix,
        ),
    })
}
