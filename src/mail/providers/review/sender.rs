//! The sender's address against the server that shall take it.
use lettre::message::Mailbox;

use super::{FROM, Finding, doubtful, fatal, is_placeholder};
use crate::{
    mail::providers::{Provider, Service},
    settings::{SmtpSettings, is_loopback_host},
};

/// Domains that belong to nobody, or to everybody.
const RESERVED: &[&str] = &[
    "localhost",
    "local",
    "localdomain",
    "internal",
    "lan",
    "home",
    "example",
    "example.com",
    "example.net",
    "example.org",
    "invalid",
    "test",
];

/// Mailboxes for everybody, and the servers through which alone they may be used.
const FREEMAIL: &[(&[&str], &[&str])] = &[
    (
        &["gmail.com", "googlemail.com"],
        &["gmail.com", "googlemail.com"],
    ),
    (OUTLOOK, &["outlook.com", "office365.com"]),
    (
        &["yahoo.com", "ymail.com", "aol.com"],
        &["yahoo.com", "aol.com"],
    ),
    (
        &["icloud.com", "me.com", "mac.com"],
        &["mail.me.com", "icloud.com"],
    ),
    (
        &["gmx.de", "gmx.net", "gmx.com", "gmx.at", "gmx.ch", "web.de"],
        &["gmx.net", "gmx.com", "web.de"],
    ),
];

const OUTLOOK: &[&str] = &["outlook.com", "hotmail.com", "live.com", "msn.com"];

const ALIGN: &str = "Receivers compare the sender's domain with the server that sends the email (SPF, DKIM, DMARC) and refuse email where they don't match.";

/// What is wrong with the sender; the first of its troubles.
pub(super) fn sender(
    settings: &SmtpSettings,
    provider: Option<&Provider>,
    from: &Mailbox,
) -> Option<Finding> {
    let domain = from.email.domain().to_lowercase();
    if is_placeholder(from.email.user()) {
        return Some(fatal(
            FROM,
            "is still the example from a guide.",
            "Set it to your own address.",
        ));
    }
    if is_reserved(&domain) {
        return Some(fatal(
            FROM,
            format!("is on {domain}, which can't send email."),
            "Use an address on your own domain.",
        ));
    }
    if let Some(finding) = freemail(settings, provider, &domain) {
        return Some(finding);
    }
    let login = settings.login.as_ref()?;
    match provider?.service {
        Service::Gmail | Service::Microsoft365 => foreign(provider?, &login.user, from),
        Service::Mailgun => unaligned(&login.user, &domain),
        _ => None,
    }
}

fn is_reserved(domain: &str) -> bool {
    RESERVED.iter().any(|reserved| is_within(domain, reserved)) || !domain.contains('.')
}

fn is_within(domain: &str, parent: &str) -> bool {
    domain
        .strip_suffix(parent)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

pub(super) fn is_personal_outlook(address: &str) -> bool {
    address
        .rsplit_once('@')
        .is_some_and(|(_, domain)| OUTLOOK.contains(&&*domain.to_lowercase()))
}

fn freemail(settings: &SmtpSettings, provider: Option<&Provider>, domain: &str) -> Option<Finding> {
    let (_, servers) = FREEMAIL
        .iter()
        .find(|(domains, _)| domains.contains(&domain))?;
    let host = settings.host.to_lowercase();
    if servers.iter().any(|server| is_within(&host, server)) || is_loopback_host(&host) {
        return None;
    }
    let fix = "Use an address on your own domain that this server is allowed to send for.";
    Some(match provider {
        Some(provider) => fatal(
            FROM,
            format!(
                "is on {domain}, and {} is not allowed to send for it. {ALIGN}",
                provider.name
            ),
            fix,
        ),
        None => doubtful(
            FROM,
            format!("is on {domain}, which this server probably doesn't belong to. {ALIGN}"),
            fix,
        ),
    })
}

/// These two let an account send as itself only, and as what it was granted.
fn foreign(provider: &Provider, user: &str, from: &Mailbox) -> Option<Finding> {
    let (address, user) = (from.email.to_string().to_lowercase(), user.to_lowercase());
    let (_, users_domain) = user.rsplit_once('@')?;
    if address == user {
        return None;
    }
    let domain = from.email.domain().to_lowercase();
    let is_everybodys = FREEMAIL
        .iter()
        .any(|(domains, _)| domains.contains(&users_domain));
    if domain != users_domain && is_everybodys {
        return Some(fatal(
            FROM,
            format!("is on {domain}, but the login is on {users_domain}. {ALIGN}"),
            "Set it to the address of the login, or use a relay service that is allowed to send for your domain.",
        ));
    }
    // Within a company the other address may be an alias; nobody can know that from here.
    (domain != users_domain || is_everybodys || provider.service == Service::Microsoft365).then(
        || {
            doubtful(
                FROM,
                format!(
                    "is not the address of the login, and {} accepts that only if you have allowed it there.",
                    provider.name
                ),
                format!(
                    "Set it to the address of the login, or allow it there: {}",
                    provider.from
                ),
            )
        },
    )
}

fn unaligned(user: &str, domain: &str) -> Option<Finding> {
    let (_, users_domain) = user.rsplit_once('@')?;
    let users_domain = users_domain.to_lowercase();
    (!is_within(&users_domain, domain) && !is_within(domain, &users_domain)).then(|| {
        doubtful(
            FROM,
            format!("is on {domain}, but the login is on {users_domain}. {ALIGN}"),
            "Use a sender address on the domain of the login.",
        )
    })
}
