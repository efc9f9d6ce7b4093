//! Settings against what is found in them.
use super::*;
use crate::{
    secret::Secret,
    settings::{Login, Security},
};

const GOOD_GMAIL: &str = "abcdefghijklmnop";
const SES_USER: &str = "AKIAIOSFODNN7SAMPLE0";
const TOKEN: &str = "8f3f1d7c-5f0b-4c6e-9c53-0d8a7f0e2b11";

fn settings(
    host: &str,
    port: u16,
    security: Security,
    login: Option<(&str, &str)>,
) -> SmtpSettings {
    SmtpSettings {
        host: host.into(),
        port,
        security,
        login: login.map(|(user, password)| Login::with_password(user, Secret::new(password))),
    }
}

fn mailbox(text: &str) -> Mailbox {
    text.parse().expect("a mailbox")
}

/// What is found, as `!NAME` when mail will fail because of it, `NAME` otherwise.
fn found(settings: &SmtpSettings, from: &str) -> Vec<String> {
    let findings = review(settings, &mailbox(from));
    for finding in &findings {
        for text in [&finding.cause, &finding.fix] {
            assert!(text.ends_with('.'), "{text}");
            let login = settings.login.as_ref();
            if let Some(password) = login.and_then(Login::password) {
                assert!(!text.contains(password.expose()), "{text}");
            }
        }
    }
    let mark = |finding: &Finding| if finding.is_fatal { "!" } else { "" };
    findings
        .iter()
        .map(|finding| format!("{}{}", mark(finding), finding.about))
        .collect()
}

#[test]
fn contradictions_are_found() {
    use Security::{Implicit, Plain, Starttls};
    let none: &[&str] = &[];
    for (host, port, security, login, expected) in [
        ("mail.acme.io", 587, Starttls, Some(("u", "sesame")), none),
        ("mail.acme.io", 465, Implicit, Some(("u", "sesame")), none),
        ("127.0.0.1", 25, Plain, None, none),
        ("localhost", 25, Plain, Some(("u", "sesame")), none),
        ("[::1]", 2525, Plain, None, none),
        ("::1", 2525, Plain, None, none),
        ("mail.acme.io", 465, Starttls, None, &["!EMAIL_PORT"]),
        ("mail.acme.io", 465, Plain, None, &["!EMAIL_PORT"]),
        ("mail.acme.io", 2465, Starttls, None, &["!EMAIL_PORT"]),
        ("mail.acme.io", 587, Implicit, None, &["!EMAIL_PORT"]),
        ("mail.acme.io", 25, Implicit, None, &["!EMAIL_PORT"]),
        ("mail.acme.io", 25, Starttls, None, &["EMAIL_PORT"]),
        ("mail.acme.io", 2525, Starttls, None, &["EMAIL_PORT"]),
        (
            "mail.acme.io",
            587,
            Plain,
            Some(("u", "sesame")),
            &["EMAIL_USE_TLS"],
        ),
        ("mail.acme.io", 587, Plain, None, none),
        ("smtp://mail.acme.io", 587, Starttls, None, &["!EMAIL_HOST"]),
        ("mail.acme.io:587", 587, Starttls, None, &["!EMAIL_HOST"]),
        ("mail acme.io", 587, Starttls, None, &["!EMAIL_HOST"]),
        ("\"mail.acme.io\"", 587, Starttls, None, &["!EMAIL_HOST"]),
        ("imap.acme.io", 587, Starttls, None, &["!EMAIL_HOST"]),
        ("smtp.google.com", 587, Starttls, None, &["!EMAIL_HOST"]),
        (
            "mail.acme.io",
            587,
            Starttls,
            Some(("u", "\"sesame\"")),
            &["EMAIL_HOST_PASSWORD"],
        ),
        (
            "mail.acme.io",
            587,
            Starttls,
            Some(("u", "'sesame'")),
            &["EMAIL_HOST_PASSWORD"],
        ),
        ("mail.acme.io", 587, Starttls, Some(("u", "sesame\"")), none),
        (
            "mail.acme.io",
            587,
            Starttls,
            Some(("u", "sesame\nq")),
            &["!EMAIL_HOST_PASSWORD"],
        ),
        (
            "mail.acme.io",
            587,
            Starttls,
            Some(("u", "sesame\rq")),
            &["!EMAIL_HOST_PASSWORD"],
        ),
        (
            "mail.acme.io",
            587,
            Starttls,
            Some(("u", "open sesame")),
            &["EMAIL_HOST_PASSWORD"],
        ),
        (
            "mail.acme.io",
            587,
            Starttls,
            Some(("u v", "sesame")),
            &["!EMAIL_HOST_USER"],
        ),
        (
            "mail.acme.io",
            587,
            Starttls,
            Some(("u", "your-app-password")),
            &["!EMAIL_HOST_PASSWORD"],
        ),
    ] {
        let settings = settings(host, port, security, login);
        assert_eq!(found(&settings, "jobs@acme.io"), expected, "{settings:?}");
    }
}

#[test]
fn each_provider_has_its_rules() {
    let secret_key = "w".repeat(40);
    let ses_password = "B".repeat(44);
    let none: &[&str] = &[];
    let password: &[&str] = &["!EMAIL_HOST_PASSWORD"];
    let user: &[&str] = &["!EMAIL_HOST_USER"];
    // Right, but not for long.
    let ending: &[&str] = &["EMAIL_HOST_PASSWORD"];
    for (host, name, secret, expected) in [
        ("smtp.gmail.com", "jobs@acme.io", GOOD_GMAIL, none),
        ("smtp.gmail.com", "jobs", GOOD_GMAIL, user),
        ("smtp.gmail.com", "jobs@acme.io", "Summer2026!", password),
        (
            "smtp.gmail.com",
            "jobs@acme.io",
            "abcdefghijklmno1",
            password,
        ),
        (
            "smtp.gmail.com",
            "jobs@acme.io",
            "abcdefghijklmnopq",
            password,
        ),
        ("smtp.office365.com", "jobs@acme.io", "Summer2026!", ending),
        ("smtp.office365.com", "ACME\\jobs", "Summer2026!", user),
        ("smtp.office365.com", "jobs@acme.io", "not-the.same", ending),
        (
            "email-smtp.eu-west-1.amazonaws.com",
            SES_USER,
            &ses_password,
            none,
        ),
        (
            "email-smtp.eu-west-1.amazonaws.com",
            SES_USER,
            &secret_key,
            password,
        ),
        (
            "email-smtp.eu-west-1.amazonaws.com",
            SES_USER,
            "short",
            password,
        ),
        (
            "email-smtp.eu-west-1.amazonaws.com",
            "ses-smtp-user.20261125",
            &ses_password,
            user,
        ),
        (
            "email-smtp.eu-west-1.amazonaws.com",
            "ASIAIOSFODNN7SAMPLE0",
            &ses_password,
            user,
        ),
        (
            "email-smtp.REGION.amazonaws.com",
            SES_USER,
            &ses_password,
            &["!EMAIL_HOST"],
        ),
        ("smtp.sendgrid.net", "apikey", "SG.abc.def", none),
        ("smtp.sendgrid.net", "jobs@acme.io", "SG.abc.def", user),
        ("smtp.sendgrid.net", "apikey", "sesame", password),
        ("smtp.mailgun.org", "postmaster@mg.acme.io", "sesame", none),
        ("smtp.mailgun.org", "postmaster", "sesame", user),
        (
            "smtp.mailgun.org",
            "postmaster@mg.acme.io",
            "key-0123",
            password,
        ),
        ("smtp.postmarkapp.com", TOKEN, TOKEN, none),
        ("smtp.postmarkapp.com", "PM-T-outbound-x", "sesame", none),
        ("smtp.postmarkapp.com", TOKEN, "sesame", password),
        ("smtp.postmarkapp.com", "jobs@acme.io", TOKEN, user),
        (
            "smtp-relay.brevo.com",
            "7a1b2c001@smtp-brevo.com",
            "xsmtpsib-1-2",
            none,
        ),
        (
            "smtp-relay.brevo.com",
            "7a1b2c001@smtp-brevo.com",
            "xkeysib-1-2",
            password,
        ),
        ("smtp-relay.brevo.com", "jobs", "xsmtpsib-1-2", user),
    ] {
        let settings = settings(host, 587, Security::Starttls, Some((name, secret)));
        assert_eq!(
            found(&settings, "jobs@acme.io"),
            expected,
            "{host} {name} {secret}"
        );
    }
}

#[test]
fn a_provider_wants_its_ports_a_login_and_encryption() {
    use Security::{Implicit, Plain, Starttls};
    let login = Some(("jobs@acme.io", "Summer2026!"));
    for (settings, expected) in [
        (
            settings("smtp.office365.com", 465, Implicit, login),
            "!EMAIL_PORT",
        ),
        (
            settings("smtp.office365.com", 2525, Starttls, login),
            "!EMAIL_PORT",
        ),
        (
            settings(
                "smtp.sendgrid.net",
                8025,
                Starttls,
                Some(("apikey", "SG.x")),
            ),
            "!EMAIL_PORT",
        ),
        (
            settings("smtp.sendgrid.net", 587, Plain, Some(("apikey", "SG.x"))),
            "!EMAIL_USE_TLS",
        ),
        (
            settings("smtp.sendgrid.net", 587, Starttls, None),
            "!EMAIL_HOST_USER",
        ),
    ] {
        let mut found = found(&settings, "jobs@acme.io");
        // Said of every password at Microsoft's.
        found.retain(|about| about != "EMAIL_HOST_PASSWORD");
        assert_eq!(found, [expected], "{settings:?}");
    }
    let by_address = settings("smtp-relay.gmail.com", 587, Starttls, None);
    assert!(found(&by_address, "jobs@acme.io").is_empty());
    let other_port = settings(
        "smtp.sendgrid.net",
        2525,
        Starttls,
        Some(("apikey", "SG.x")),
    );
    assert!(found(&other_port, "jobs@acme.io").is_empty());
}

#[test]
fn the_sender_must_fit_the_server() {
    let none: &[&str] = &[];
    let fatal: &[&str] = &["!DEFAULT_FROM_EMAIL"];
    let doubtful: &[&str] = &["DEFAULT_FROM_EMAIL"];
    // A password at Microsoft's, right as it is.
    let ending: &[&str] = &["EMAIL_HOST_PASSWORD"];
    let ending_too: &[&str] = &["EMAIL_HOST_PASSWORD", "DEFAULT_FROM_EMAIL"];
    for (host, user, from, expected) in [
        ("smtp.gmail.com", "acme@gmail.com", "acme@gmail.com", none),
        (
            "smtp.gmail.com",
            "acme@gmail.com",
            "Acme <Acme@Gmail.com>",
            none,
        ),
        (
            "smtp.gmail.com",
            "acme@gmail.com",
            "noreply@aiinterview.com",
            fatal,
        ),
        (
            "smtp.gmail.com",
            "acme@gmail.com",
            "other@gmail.com",
            doubtful,
        ),
        ("smtp.gmail.com", "ann@acme.io", "jobs@acme.io", none),
        ("smtp.gmail.com", "ann@acme.io", "jobs@acme.dev", doubtful),
        ("smtp.office365.com", "jobs@acme.io", "jobs@acme.io", ending),
        (
            "smtp.office365.com",
            "ann@acme.io",
            "jobs@acme.io",
            ending_too,
        ),
        (
            "smtp.office365.com",
            "ann@acme.io",
            "jobs@acme.dev",
            ending_too,
        ),
        ("mail.acme.io", "u", "jobs@acme.io", none),
        ("mail.acme.io", "u", "acme@gmail.com", doubtful),
        ("mail.gmx.net", "acme@gmx.de", "acme@gmx.de", none),
        ("127.0.0.1", "u", "acme@gmail.com", none),
        ("mail.acme.io", "u", "jobs@localhost", fatal),
        ("mail.acme.io", "u", "jobs@intranet", fatal),
        ("mail.acme.io", "u", "jobs@office.local", fatal),
        ("mail.acme.io", "u", "jobs@example.com", fatal),
        ("mail.acme.io", "u", "jobs@acme.example", fatal),
        ("mail.acme.io", "u", "jobs@counterexample.com", none),
        ("mail.acme.io", "u", "jobs@acme.test", fatal),
    ] {
        let settings = settings(host, 587, Security::Starttls, Some((user, GOOD_GMAIL)));
        assert_eq!(found(&settings, from), expected, "{host} {user} {from}");
    }
    let brevo = settings(
        "smtp-relay.brevo.com",
        587,
        Security::Starttls,
        Some(("a@smtp-brevo.com", "xsmtpsib-1")),
    );
    assert_eq!(found(&brevo, "acme@gmail.com"), fatal);
    let mailgun = |user| {
        settings(
            "smtp.mailgun.org",
            587,
            Security::Starttls,
            Some((user, "sesame")),
        )
    };
    assert_eq!(
        found(&mailgun("postmaster@mg.acme.io"), "jobs@acme.io"),
        none
    );
    assert_eq!(
        found(&mailgun("postmaster@acme.io"), "jobs@mail.acme.io"),
        none
    );
    assert_eq!(
        found(&mailgun("postmaster@mg.acme.io"), "jobs@acme.dev"),
        doubtful
    );
    assert_eq!(
        found(
            &mailgun("postmaster@sandbox12ab.mailgun.org"),
            "x@sandbox12ab.mailgun.org"
        ),
        ["EMAIL_HOST_USER"]
    );
}

/// What older guides for this kind of product tell people to set.
#[test]
fn the_sample_that_everybody_copies_is_found() {
    let sample = settings(
        "smtp.gmail.com",
        587,
        Security::Starttls,
        Some(("hiring.team@gmail.com", GOOD_GMAIL)),
    );
    let findings = review(&sample, &mailbox("noreply@aiinterview.com"));
    assert_eq!(findings.len(), 1);
    assert!(
        findings[0].is_fatal && findings[0].cause.contains("DMARC"),
        "{findings:?}"
    );

    let untouched = settings(
        "smtp.gmail.com",
        587,
        Security::Starttls,
        Some(("your-email@gmail.com", "your-app-password")),
    );
    assert_eq!(
        found(&untouched, "noreply@aiinterview.com"),
        [
            "!EMAIL_HOST_USER",
            "!EMAIL_HOST_PASSWORD",
            "!EMAIL_HOST_PASSWORD",
            "!DEFAULT_FROM_EMAIL"
        ]
    );
}

#[test]
fn a_personal_outlook_account_is_told_apart() {
    for (host, user) in [
        ("smtp-mail.outlook.com", "acme@outlook.com"),
        ("smtp.office365.com", "acme@hotmail.com"),
    ] {
        let settings = settings(host, 587, Security::Starttls, Some((user, "Summer2026!")));
        assert_eq!(found(&settings, user), ["!EMAIL_HOST"], "{host}");
    }
}
