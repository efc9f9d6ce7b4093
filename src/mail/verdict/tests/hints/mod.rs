//! Replies word for word against their hints.
mod accounts;
mod relays;

use Scope::{Message, Recipient, Server, Settings};
use Stage::{Auth, Banner, Body, Data, MailFrom, RcptTo};

use super::*;

const GMAIL: &str = "smtp.gmail.com";
const OFFICE: &str = "smtp.office365.com";
const SES: &str = "email-smtp.eu-west-1.amazonaws.com";
const SENDGRID: &str = "smtp.sendgrid.net";
const MAILGUN: &str = "smtp.mailgun.org";
const BREVO: &str = "smtp-relay.brevo.com";
const OWN: &str = "mail.acme.example";
const LATER_TODAY: Course = Course::AgainAfter(HOUR);

/// What a reply means at a host and stage, and words of the hint.
type Row<'a> = (&'a str, Stage, &'a str, Scope, Course, &'a [&'a str]);

fn check(rows: &[Row<'_>]) {
    for (host, stage, text, scope, course, words) in rows {
        let mut report = refused(*stage, text);
        report.host = (*host).into();
        let verdict = judge(&report);
        assert_eq!(
            (verdict.scope, verdict.course),
            (*scope, *course),
            "{host} {stage:?} {text}"
        );
        for word in *words {
            assert!(verdict.hint.contains(word), "{text}: {}", verdict.hint);
        }
    }
}

#[test]
fn any_other_server_is_understood() {
    check(&[
        (
            OWN,
            MailFrom,
            "530 Must issue a STARTTLS command first",
            Settings,
            AGAIN,
            &["EMAIL_USE_TLS=true"],
        ),
        (
            OWN,
            MailFrom,
            "530 5.7.0 Authentication required",
            Settings,
            AGAIN,
            &["EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD"],
        ),
        (
            OWN,
            RcptTo,
            "550 5.7.1 Authentication required",
            Settings,
            AGAIN,
            &["EMAIL_HOST_USER"],
        ),
        (
            OWN,
            RcptTo,
            "550 relay not permitted",
            Settings,
            AGAIN,
            &["own domains", "login"],
        ),
        (
            OWN,
            RcptTo,
            "554 5.7.1 <ann@acme.example>: Relay access denied",
            Settings,
            AGAIN,
            &["own domains", "login"],
        ),
        (
            OWN,
            RcptTo,
            "451 4.7.1 Greylisted, please come back",
            Recipient,
            Course::AgainAfter(GREYLISTED),
            &["normal", "automatically"],
        ),
        (
            OWN,
            Auth,
            "502 5.5.2 AUTH: command not recognized",
            Settings,
            AGAIN,
            &["EMAIL_USE_TLS=true"],
        ),
        (
            OWN,
            Auth,
            "503 AUTH command used when not advertised",
            Settings,
            AGAIN,
            &["EMAIL_USE_TLS=true"],
        ),
        (
            OWN,
            Auth,
            "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6",
            Settings,
            AGAIN,
            &["EMAIL_HOST_PASSWORD"],
        ),
    ]);
}

/// Four replies whose first digit says the opposite of what they mean.
#[test]
fn the_first_digit_does_not_decide() {
    for (stage, text) in [
        (
            Data,
            "421 Domain x is not allowed to send: Sandbox subdomains are for test purposes only",
        ),
        (Auth, "451 Authentication failed: Maximum credits exceeded"),
        (MailFrom, "421 4.7.0 TLS required for this client"),
    ] {
        assert_eq!(meaning(&refused(stage, text)), (Settings, AGAIN), "{text}");
    }
    let quota = refused(Body, "550 5.4.5 Daily user sending limit exceeded");
    assert_eq!(meaning(&quota), (Server, LATER_TODAY));
}

#[test]
fn a_hint_for_one_provider_is_not_given_for_another() {
    for (text, word) in [
        ("535 Authentication failed", "apikey"),
        ("535 5.7.8 Authentication failed", "SMTP key"),
        ("535 5.7.8 Username and Password not accepted", "Gmail"),
        ("454 4.7.0 Temporary authentication failure", "Google"),
    ] {
        let verdict = judge(&refused(Auth, text));
        assert!(!verdict.hint.contains(word), "{text}: {}", verdict.hint);
    }
}
