//! The login, as any server wants it, then as the provider does.
use super::{
    Finding, HOST, PASSWORD, USER, doubtful, fatal, is_placeholder, sender::is_personal_outlook,
};
use crate::{
    mail::providers::{Provider, Service, takes_no_passwords_soon},
    secret::Secret,
    settings::{Login, SmtpSettings},
};

pub(super) fn no_login(provider: &Provider, settings: &SmtpSettings) -> Option<Finding> {
    // Google's relay for a Workspace may know this machine by its address instead.
    if settings.host.eq_ignore_ascii_case("smtp-relay.gmail.com") {
        return None;
    }
    Some(fatal(
        USER,
        format!("is missing, but {} requires a login.", provider.name),
        format!("{} {}", provider.login.user, provider.login.password),
    ))
}

/// What is wrong with a user name at any server.
pub(super) fn user(user: &str) -> Option<Finding> {
    if is_placeholder(user) {
        return Some(fatal(
            USER,
            "is still the example from a guide.",
            "Set it to your own.",
        ));
    }
    user.contains(char::is_whitespace)
        .then(|| fatal(USER, "contains a space.", "Remove the space."))
}

/// What is wrong with a password at any server.
pub(super) fn password(password: &str) -> Option<Finding> {
    if is_placeholder(password) {
        return Some(fatal(
            PASSWORD,
            "is still the example from a guide.",
            "Set it to your own.",
        ));
    }
    if password.contains(['\r', '\n', '\0']) {
        let fix = "Put it on one line; something else was copied with it.";
        return Some(fatal(PASSWORD, "has more than one line.", fix));
    }
    if is_quoted(password) {
        let fix = "Remove the quotes where the variable is set: docker --env-file keeps them.";
        return Some(doubtful(
            PASSWORD,
            "is in quotes, which count as part of the value.",
            fix,
        ));
    }
    password.contains(char::is_whitespace).then(|| {
        doubtful(
            PASSWORD,
            "contains a space.",
            "Make sure that the space belongs there.",
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
    // Exposed to be looked at; a token has no rules of its own.
    let Some(password) = login.password().map(Secret::expose) else {
        return whole_address(provider, login);
    };
    match provider.service {
        Service::Gmail => whole_address(provider, login).or_else(|| app_password(password)),
        Service::Microsoft365 => whole_address(provider, login)
            .or_else(|| personal_outlook(settings, login))
            .or_else(|| takes_no_passwords_soon(settings).then(password_at_microsoft)),
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
            format!(
                "is not a full email address, which {} requires.",
                provider.name
            ),
            provider.login.user,
        )
    })
}

/// However right it is.
fn password_at_microsoft() -> Finding {
    doubtful(
        PASSWORD,
        "is a password, and Microsoft 365 turns off passwords for sending by default at the end of December 2026. Then no email is sent.",
        "Set EMAIL_AUTH=oauth2 before that. The Microsoft 365 section of docs/mail.md has every step.",
    )
}

fn app_password(password: &str) -> Option<Finding> {
    let letters = password.chars().filter(|c| !c.is_whitespace());
    let is_app_password =
        letters.clone().count() == 16 && letters.clone().all(|c| c.is_ascii_alphabetic());
    (!is_app_password).then(|| {
        fatal(
            PASSWORD,
            "is not an App Password. An App Password has 16 letters; Google refuses the account's own password.",
            "Switch on 2-Step Verification, create an App Password at https://myaccount.google.com/apppasswords and use it here.",
        )
    })
}

fn personal_outlook(settings: &SmtpSettings, login: &Login) -> Option<Finding> {
    let host = settings.host.to_lowercase();
    (host.ends_with("outlook.com") || is_personal_outlook(&login.user)).then(|| {
        fatal(
            HOST,
            "is for personal Outlook accounts, which don't let programs log in with a password.",
            "Use a Microsoft 365 mailbox (smtp.office365.com) or another provider.",
        )
    })
}

fn ses(user: &str, password: &str) -> Option<Finding> {
    let is_user = user.len() == 20
        && user.starts_with("AKIA")
        && user
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let made = "Create SMTP credentials in the SES console, in this region. User name and password are shown only once.";
    if !is_user {
        return Some(fatal(
            USER,
            "is not an Amazon SES SMTP user name. Those are AKIA followed by 16 capital letters and digits.",
            made,
        ));
    }
    match password.chars().count() {
        44 => None,
        40 => Some(fatal(
            PASSWORD,
            "looks like an IAM secret key, which is not the SMTP password.",
            made,
        )),
        _ => Some(fatal(
            PASSWORD,
            "is not an Amazon SES SMTP password. Those have 44 characters.",
            made,
        )),
    }
}

fn sendgrid(user: &str, password: &str) -> Option<Finding> {
    if user != "apikey" {
        return Some(fatal(
            USER,
            "must be the word apikey for SendGrid.",
            "Set EMAIL_HOST_USER=apikey.",
        ));
    }
    (!password.starts_with("SG.")).then(|| {
        fatal(
            PASSWORD,
            "is not a SendGrid API key. Those start with SG and a dot.",
            "Create one under Settings → API Keys with access to Mail Send.",
        )
    })
}

fn mailgun(user: &str, password: &str) -> Option<Finding> {
    if password.starts_with("key-") {
        return Some(fatal(
            PASSWORD,
            "is a Mailgun API key, not an SMTP password.",
            "Use the SMTP password: Domain settings → SMTP credentials.",
        ));
    }
    let is_sandbox = user
        .rsplit_once('@')
        .is_some_and(|(_, domain)| fits_sandbox(domain));
    is_sandbox.then(|| {
        doubtful(
            USER,
            "is on a sandbox domain, which can only send to five authorized recipients.",
            "Add your own domain at Mailgun and use its login.",
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
            "is an email address, but Postmark requires a token.",
            "Set both EMAIL_HOST_USER and EMAIL_HOST_PASSWORD to the Server API token.",
        ));
    }
    (is_uuid(user) && user != password).then(|| {
        fatal(
            PASSWORD,
            "differs from EMAIL_HOST_USER, which is a Server API token.",
            "Set both to the same token.",
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
            "is a Brevo API key, not an SMTP key.",
            "Create an SMTP key under SMTP & API → SMTP; it starts with xsmtpsib.",
        )
    })
}
