//! What can be seen to be wrong before anybody is asked: checks 1 to 6.
use std::time::Duration;

use entity::transport::Name;
use tokio::{
    net::lookup_host,
    time::{Instant, timeout, timeout_at},
};

use super::{
    Examined,
    check::{Found, Step},
    remedy::advises_another_way,
    ways,
};
use crate::{
    mail::providers::{self, Finding},
    secret::Secret,
    settings::{
        Backend, BaseUrl, MailSettings, OAuthProvider, OAuthSettings, Security, SmtpSettings,
        lacking,
    },
};

/// A name server that says nothing for so long will not.
const PATIENCE: Duration = Duration::from_secs(3);
/// A secret that is shorter is told by its length alone: the rest could be guessed.
const LONG_ENOUGH: usize = 8;

/// What mistakes in the settings mean for the checks: one failed check for each that they concern.
pub fn mistakes(lines: &[String]) -> Vec<(Step, Found)> {
    let mut found: Vec<(Step, Found)> = Vec::new();
    for line in lines {
        let name = line.split(' ').next().unwrap_or_default();
        let step = match name {
            "EMAIL_BACKEND" => Step::Transport,
            name if name.ends_with("_USE_TLS") || name.ends_with("_USE_SSL") => {
                Step::Contradictions
            }
            "BASE_URL" => Step::BaseUrl,
            _ => Step::Settings,
        };
        let fix = match name {
            ".env" => "Fix the file .env.".into(),
            name => format!("Fix {name} in the environment or in .env."),
        };
        let mistake = Found::fail(format!("{line}."), fix);
        match found.iter_mut().find(|(at, _)| *at == step) {
            Some((_, earlier)) => *earlier = earlier.clone().and(mistake),
            None => found.push((step, mistake)),
        }
    }
    let lacking = lacking(lines);
    let settings = found.iter_mut().find(|(step, _)| *step == Step::Settings);
    if let Some((_, settings)) = settings.filter(|_| !lacking.is_empty()) {
        settings.cause = format!(
            "Email configuration incomplete: {}. {}",
            lacking.join(", "),
            settings.cause
        );
    }
    found.sort_by_key(|(step, _)| *step);
    found
}

/// Check 1.
pub(super) fn transport(mail: &MailSettings) -> Found {
    match &mail.backend {
        Backend::Console => Found::fail(
            "Emails are printed to the console. Nobody receives them.",
            "Run greenroom mail setup: it asks for the settings, tries each answer and saves them. To do it by hand, set EMAIL_BACKEND=smtp, EMAIL_HOST, DEFAULT_FROM_EMAIL and whatever else your provider needs (docs/mail.md).",
        ),
        Backend::Smtp(smtp) => Found::pass().saw(format!("SMTP through {}", smtp.address())),
    }
}

/// Check 2: what is there has been read already; this shows it.
pub(super) fn settings(mail: &MailSettings, smtp: &SmtpSettings) -> Found {
    let lines = lines(mail, smtp).into_iter();
    Found::pass().saw_all(lines.map(|(name, value)| format!("{name} {value}")))
}

/// The settings in force, by name, without secrets.
pub fn lines(mail: &MailSettings, smtp: &SmtpSettings) -> Vec<(&'static str, String)> {
    let mut lines = server(smtp, &FIRST);
    lines.push(("DEFAULT_FROM_EMAIL", mail.from.to_string()));
    let second = mail.fallback.iter().flat_map(|smtp| server(smtp, &SECOND));
    lines.extend(second);
    lines
}

/// What the variables of a server are called, in the order in which they are shown.
type Names = [&'static str; 6];
const FIRST: Names = [
    "EMAIL_HOST",
    "EMAIL_PORT",
    "EMAIL_USE_TLS",
    "EMAIL_USE_SSL",
    "EMAIL_HOST_USER",
    "EMAIL_HOST_PASSWORD",
];
const SECOND: Names = [
    "EMAIL_FALLBACK_HOST",
    "EMAIL_FALLBACK_PORT",
    "EMAIL_FALLBACK_USE_TLS",
    "EMAIL_FALLBACK_USE_SSL",
    "EMAIL_FALLBACK_HOST_USER",
    "EMAIL_FALLBACK_HOST_PASSWORD",
];

fn server(smtp: &SmtpSettings, names: &Names) -> Vec<(&'static str, String)> {
    let [host, port, tls, ssl, user, password] = *names;
    let mut lines = vec![
        (host, smtp.host.clone()),
        (port, smtp.port.to_string()),
        (tls, (smtp.security == Security::Starttls).to_string()),
        (ssl, (smtp.security == Security::Implicit).to_string()),
    ];
    match &smtp.login {
        Some(login) => {
            lines.push((user, login.user.clone()));
            lines.extend(login.password().map(|it| (password, outline(it))));
            lines.extend(login.oauth().into_iter().flat_map(oauth));
        }
        None => lines.push((user, "(none: no login)".into())),
    }
    lines
}

fn oauth(settings: &OAuthSettings) -> Vec<(&'static str, String)> {
    let mut lines = vec![("EMAIL_AUTH", "oauth2".to_owned())];
    lines.push(match &settings.provider {
        OAuthProvider::Microsoft { tenant, .. } => ("EMAIL_OAUTH_TENANT", tenant.clone()),
        OAuthProvider::Google => ("EMAIL_OAUTH_PROVIDER", "google".into()),
        OAuthProvider::Custom { token_endpoint, .. } => {
            ("EMAIL_OAUTH_TOKEN_ENDPOINT", token_endpoint.to_string())
        }
    });
    lines.push(("EMAIL_OAUTH_CLIENT_ID", client_id(settings)));
    let secret = settings.client_secret.as_ref();
    lines.push(match secret {
        Some(secret) => ("EMAIL_OAUTH_CLIENT_SECRET", outline(secret)),
        None => (
            "EMAIL_OAUTH_CLIENT_SECRET",
            "(none: a person signs in)".into(),
        ),
    });
    lines
}

/// Whoever pastes the secret into this line must not read it everywhere.
fn client_id(settings: &OAuthSettings) -> String {
    let id = &settings.client_id;
    let is_id = match &settings.provider {
        OAuthProvider::Microsoft { .. } => {
            let lengths = id.split('-').map(str::len);
            lengths.eq([8, 4, 4, 4, 12])
        }
        OAuthProvider::Google => id.ends_with(".apps.googleusercontent.com"),
        OAuthProvider::Custom { .. } => true,
    };
    match is_id {
        true => id.clone(),
        false => outline(&Secret::new(id.as_str())),
    }
}

/// Enough of a secret to tell it from another one.
pub fn outline(secret: &Secret) -> String {
    // Exposed for its length and its end; neither opens anything.
    let secret: Vec<char> = secret.expose().chars().collect();
    match secret.as_slice() {
        [.., one, two] if secret.len() >= LONG_ENOUGH => {
            format!("({} characters, ending in {one}{two})", secret.len())
        }
        _ => format!("({} characters)", secret.len()),
    }
}

/// Checks 3 to 5, for all servers. What is wrong with the second one keeps no mail from leaving.
pub(super) async fn review(
    patient: &Examined<'_>,
    servers: &[(Name, &SmtpSettings)],
    deadline: Instant,
) -> [(Step, Found); 3] {
    let mut told: Vec<(Step, Found)> = Vec::new();
    for (name, smtp) in servers {
        for finding in providers::review(smtp, &patient.mail.from) {
            let fix = tried(patient, smtp, &finding, deadline).await;
            told.push((place(finding.about), as_found(&finding, fix, *name)));
        }
    }
    [Step::Contradictions, Step::Provider, Step::Sender].map(|step| {
        let own = told.iter().filter(|(at, _)| *at == step);
        let found = own.map(|(_, found)| found.clone());
        let found = found.fold(Found::pass(), Found::and);
        match step {
            Step::Provider => (step, found.saw_all(servers.iter().map(provider))),
            _ => (step, found),
        }
    })
}

/// Another port, another encryption or another host is advised only after it was tried with success.
async fn tried(
    patient: &Examined<'_>,
    smtp: &SmtpSettings,
    finding: &Finding,
    deadline: Instant,
) -> String {
    let advice = async {
        match (place(finding.about), providers::meant_host(&smtp.host)) {
            (Step::Contradictions, Some(meant)) if finding.about == "EMAIL_HOST" => {
                Some(ways::advice_of_hosts(patient, smtp, [meant.to_owned()]).await)
            }
            (Step::Contradictions, _) if advises_another_way(&finding.fix) => {
                Some(ways::advice(patient, smtp).await)
            }
            _ => None,
        }
    };
    let advice = timeout_at(deadline, advice).await.unwrap_or_else(|_| {
        Some("Ask the mail server's operator; there was no time to try other settings.".into())
    });
    advice.unwrap_or_else(|| finding.fix.clone())
}

fn as_found(finding: &Finding, fix: String, server: Name) -> Found {
    let cause = format!("{} {}", finding.about, finding.cause);
    match (server, finding.is_fatal) {
        (Name::Primary, true) => Found::fail(cause, fix),
        (Name::Primary, false) => Found::warn(cause, fix),
        (Name::Fallback, _) => Found::warn(cause, fix).of_the_fallback(),
    }
}

fn provider((_, smtp): &(Name, &SmtpSettings)) -> String {
    let known = providers::find(&smtp.host).map(|provider| provider.name);
    format!(
        "{}: {}",
        smtp.host,
        known.unwrap_or("not a provider that Greenroom knows")
    )
}

fn place(variable: &str) -> Step {
    match variable {
        "EMAIL_HOST_USER" | "EMAIL_HOST_PASSWORD" => Step::Provider,
        "DEFAULT_FROM_EMAIL" => Step::Sender,
        _ => Step::Contradictions,
    }
}

/// Check 6.
pub(super) async fn base_url(patient: &Examined<'_>) -> Found {
    let url = patient.base_url;
    let seen = Found::pass()
        .saw(url.origin())
        .saw(format!("EHLO {}", url.host()));
    if url.is_loopback() {
        return seen.and(Found::warn(
            "Links in emails only work on this machine. Candidates can't open them.",
            "Set BASE_URL to the https address where candidates can reach Greenroom.",
        ));
    }
    let found = match url.is_https() {
        true => seen,
        false => seen.and(Found::warn(
            "Links in emails start with http. Browsers warn about such links and spam filters distrust them.",
            "Put a TLS proxy in front of Greenroom and set BASE_URL to its https address.",
        )),
    };
    let found = match is_full_name(url) {
        true => found,
        false => found.and(Found::warn(
            "The host in BASE_URL is not a full domain name. Some mail servers refuse a greeting with it.",
            "Use a full name, like greenroom.example.com.",
        )),
    };
    let looked_up = timeout(PATIENCE, lookup_host((url.host(), 443))).await;
    match looked_up {
        Ok(Ok(_)) => found,
        Ok(Err(_)) => found.and(Found::warn(
            "The host in BASE_URL can't be found from here.",
            "Check its spelling and its DNS records.",
        )),
        Err(_) => found.saw("the name server doesn't answer"),
    }
}

fn is_full_name(url: &BaseUrl) -> bool {
    let host = url.host();
    host.contains('.') || host.starts_with('[')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_told_by_its_length_and_its_end() {
        let outline = |text: &str| super::outline(&Secret::new(text));
        assert_eq!(outline("abcdefghijklmnop"), "(16 characters, ending in op)");
        assert_eq!(outline("äöüßäöüé"), "(8 characters, ending in üé)");
        assert_eq!(outline("hunter2"), "(7 characters)");
        assert_eq!(outline(""), "(0 characters)");
    }

    #[test]
    fn mistakes_stand_where_the_check_is_that_they_fail() {
        let lines = [
            "EMAIL_HOST is required to send email",
            "EMAIL_BACKEND is \"pigeon\"; it can be smtp or console",
            "EMAIL_USE_SSL and EMAIL_USE_TLS can't both be on",
            "SECRET_KEY is required",
        ];
        let found = mistakes(&lines.map(str::to_owned));
        let steps: Vec<_> = found.iter().map(|(step, _)| *step).collect();
        assert_eq!(
            steps,
            [Step::Transport, Step::Settings, Step::Contradictions]
        );
        let (_, settings) = &found[1];
        assert!(settings.cause.contains("EMAIL_HOST is required"));
        let incomplete = "Email configuration incomplete: EMAIL_HOST. ";
        assert!(settings.cause.starts_with(incomplete), "{settings:?}");
        assert!(settings.fix.contains("Fix SECRET_KEY"), "{settings:?}");
    }
}
