//! The login, as any server wants it, then as the provider does.
use super::{
    Finding, HOST, PASSWORD, USER, doubtful, fatal, is_placeholder, sender::is_personal_outlook,
};
use crate::{
    mail::providers::{Provider, Service},
    settings::{Login, SmtpSettings},
};

pub(super) fn no_login(provider: &Provider, settings: &SmtpSettings) -> Option<Finding> {
    // Google's relay for a Workspace may know this machine by its address instead.
    if settings.host.eq_ignore_ascii_case("smtp-relay.gmail.com") {
        return None;
    }
    Some(fatal(
        USER,
        format!("is missing, and {} wants a login.", provider.name),
        format!("{} {}", provider.login.user, provider.login.password),
    ))
}

/// What is wrong with a user name at any server.
pub(super) fn user(user: &str) -> Option<Finding> {
    if is_placeholder(user) {
        return Some(fatal(
            USER,
            "is still the sample of a guide.",
            "Put your own there.",
        ));
    }
    user.contains(char::is_whitespace)
        .then(|| fatal(USER, "has a space in it.", "Give the name without spaces."))
}

/// What is wrong with a password at any server.
pub(super) fn password(password: &str) -> Option<Finding> {
    if is_placeholder(password) {
        return Some(fatal(
            PASSWORD,
            "is still the sample of a guide.",
            "Put your own there.",
        ));
    }
    if password.contains(['\r', '\n', '\0']) {
        let fix = "Give it on one line; something else was copied with it.";
        return Some(fatal(PASSWORD, "has more than one line.", fix));
    }
    if is_quoted(password) {
        let fix = "Take the quotes away where the variable is set: docker --env-file keeps them.";
        return Some(doubtful(
            PASSWORD,
            "stands in quotes, and they count as part of it.",
            fix,
        ));
    }
    password.contains(char::is_whitespace).then(|| {
        doubtful(
            PASSWORD,
            "has a space in it.",
            "Make sure that it belongs there.",
        )
    })
}

fn is_quoted(text: &str) -> bool {
    let quoted = |quote| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
    quoted('"') || quoted('\'')
}

/// The provider's own rules; the first that is broken.
pub(super) fn login_at(
    provider: &Provider,
    settings: &SmtpSettings,
    login: &Login,
) -> Option<Finding> {
    let password = login.password.expose();
    match provider.service {
        Service::Gmail => whole_address(provider, login).or_else(|| app_password(password)),
        Service::Microsoft365 => {
            whole_address(provider, login).or_else(|| personal_outlook(settings, login))
        }
        Service::Ses => ses(&login.user, password),
        Service::SendGrid => sendgrid(&login.user, password),
        Service::Mailgun => {
            whole_address(provider, login).or_else(|| mailgun(&login.user, password))
        }
        Service::Postmark => postmark(&login.user, password),
        Service::Brevo => whole_address(provider, login).or_else(|| brevo(password)),
    }
}

fn whole_address(provider: &Provider, login: &Login) -> Option<Finding> {
    let is_whole = login
        .user
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'));
    (!is_whole).then(|| {
        fatal(
            USER,
            format!("is not a whole address, which {} wants.", provider.name),
            provider.login.user,
        )
    })
}

fn app_password(password: &str) -> Option<Finding> {
    let letters = password.chars().filter(|c| !c.is_whitespace());
    let is_app_password =
        letters.clone().count() == 16 && letters.clone().all(|c| c.is_ascii_alphabetic());
    (!is_app_password).then(|| {
        fatal(
            PASSWORD,
            "is not an App Password: Google makes those of 16 letters, and refuses the account's own password.",
            "Switch on 2-Step Verification, create an App Password at https://myaccount.google.com/apppasswords and put it there.",
        )
    })
}

fn personal_outlook(settings: &SmtpSettings, login: &Login) -> Option<Finding> {
    let host = settings.host.to_lowercase();
    (host.ends_with("outlook.com") || is_personal_outlook(&login.user)).then(|| {
        fatal(
            HOST,
            "is for personal Outlook accounts, which let no program in with a password.",
            "Use a mailbox of Microsoft 365 (smtp.office365.com), or another provider.",
        )
    })
}

fn ses(user: &str, password: &str) -> Option<Finding> {
    let is_user = user.len() == 20
        && user.starts_with("AKIA")
        && user
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let made =
        "Create SMTP credentials in the SES console, in this region: both halves are shown once.";
    if !is_user {
        return Some(fatal(
            USER,
            "is not an SMTP user name of Amazon SES: AKIA and 16 more capitals and digits.",
            made,
        ));
    }
    match password.chars().count() {
        44 => None,
        40 => Some(fatal(
            PASSWORD,
            "is as long as an IAM secret key, which is not the SMTP password.",
            made,
        )),
        _ => Some(fatal(
            PASSWORD,
            "is not an SMTP password of Amazon SES, which has 44 characters.",
            made,
        )),
    }
}

fn sendgrid(user: &str, password: &str) -> Option<Finding> {
    if user != "apikey" {
        return Some(fatal(
            USER,
            "must be the word apikey at SendGrid.",
            "Set EMAIL_HOST_USER=apikey.",
        ));
    }
    (!password.starts_with("SG.")).then(|| {
        fatal(
            PASSWORD,
            "is not an API key of SendGrid, which begins with SG and a dot.",
            "Create one under Settings → API Keys, with access to Mail Send.",
        )
    })
}

fn mailgun(user: &str, password: &str) -> Option<Finding> {
    if password.starts_with("key-") {
        return Some(fatal(
            PASSWORD,
            "is an API key of Mailgun.",
            "Use the SMTP password: Domain settings → SMTP credentials.",
        ));
    }
    let is_sandbox = user
        .rsplit_once('@')
        .is_some_and(|(_, domain)| fits_sandbox(domain));
    is_sandbox.then(|| {
        doubtful(
            USER,
            "is on a sandbox domain, which reaches five authorised recipients only.",
            "Add your own domain at Mailgun, and use its login.",
        )
    })
}

fn fits_sandbox(domain: &str) -> bool {
    domain.starts_with("sandbox") && domain.ends_with(".mailgun.org")
}

fn postmark(user: &str, password: &str) -> Option<Finding> {
    if user.contains('@') {
        return Some(fatal(
            USER,
            "is an address; Postmark wants a token.",
            "Put the Server API token into both EMAIL_HOST_USER and EMAIL_HOST_PASSWORD.",
        ));
    }
    (is_uuid(user) && user != password).then(|| {
        fatal(
            PASSWORD,
            "differs from EMAIL_HOST_USER, which is a Server API token.",
            "Put the same token into both.",
        )
    })
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn brevo(password: &str) -> Option<Finding> {
    password.starts_with("xkeysib-").then(|| {
        fatal(
            PASSWORD,
            "is an API key of Brevo, not an SMTP key.",
            "Create an SMTP key under SMTP & API → SMTP; it begins with xsmtpsib.",
        )
    })
}
