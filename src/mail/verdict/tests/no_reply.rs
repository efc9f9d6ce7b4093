//! What happens instead of a reply.
use super::*;
use crate::mail::smtp::Missing;

#[test]
fn what_is_not_a_reply_has_a_meaning_too() {
    use Scope::{Message, Recipient, Server, Settings};
    let timeout = Outcome::Timeout(Duration::from_secs(15));
    let tls = |text: &str| Outcome::Tls(text.into());
    for (stage, outcome, scope, course, word) in [
        (
            Stage::Connect,
            Outcome::NoAddress("failed to lookup".into()),
            Server,
            AGAIN,
            "EMAIL_HOST",
        ),
        (Stage::Connect, timeout.clone(), Server, AGAIN, "firewall"),
        (
            Stage::Connect,
            Outcome::Network("Connection refused (os error 111)".into()),
            Server,
            AGAIN,
            "EMAIL_PORT",
        ),
        (
            Stage::Connect,
            Outcome::Network("No route to host".into()),
            Server,
            AGAIN,
            "network",
        ),
        (
            Stage::Banner,
            timeout.clone(),
            Server,
            AGAIN,
            "EMAIL_USE_SSL=true",
        ),
        (Stage::RcptTo, timeout.clone(), Server, AGAIN, "stopped"),
        (Stage::RcptTo, Outcome::Closed, Server, AGAIN, "broke"),
        (
            Stage::Banner,
            Outcome::Unexpected("HTTP/1.1".into()),
            Server,
            AGAIN,
            "EMAIL_PORT",
        ),
        (Stage::Body, Outcome::Withheld, Server, AGAIN, "Not sent"),
        (
            Stage::Starttls,
            Outcome::Missing(Missing::Starttls),
            Settings,
            AGAIN,
            "STARTTLS",
        ),
        (
            Stage::Auth,
            Outcome::Missing(Missing::Login),
            Settings,
            AGAIN,
            "EMAIL_USE_TLS",
        ),
        (
            Stage::Auth,
            Outcome::Missing(Missing::Mechanism(vec!["XOAUTH2".into()])),
            Settings,
            AGAIN,
            "XOAUTH2",
        ),
        (
            Stage::MailFrom,
            Outcome::Missing(Missing::SmtpUtf8),
            Recipient,
            NEVER,
            "@",
        ),
        (
            Stage::MailFrom,
            Outcome::Missing(Missing::Size {
                message: 2,
                longest: 1,
            }),
            Message,
            NEVER,
            "big",
        ),
        (
            Stage::Tls,
            tls("received corrupt message of type InvalidContentType"),
            Settings,
            AGAIN,
            "EMAIL_USE_TLS=true",
        ),
        (
            Stage::Tls,
            tls("invalid peer certificate: UnknownIssuer"),
            Settings,
            AGAIN,
            "SSL_CERT_FILE",
        ),
        (
            Stage::Tls,
            tls("invalid peer certificate: certificate not valid for name \"x\""),
            Settings,
            AGAIN,
            "another host",
        ),
        (
            Stage::Tls,
            tls("invalid peer certificate: certificate expired: verified at"),
            Settings,
            AGAIN,
            "renew",
        ),
        (
            Stage::Tls,
            tls("invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))"),
            Settings,
            AGAIN,
            "separate certificate",
        ),
        (
            Stage::Tls,
            tls("no certificates (package ca-certificates)"),
            Settings,
            AGAIN,
            "ca-certificates",
        ),
        (
            Stage::Tls,
            tls("received fatal alert: HandshakeFailure"),
            Server,
            AGAIN,
            "encrypted",
        ),
    ] {
        let verdict = judge(&report(stage, outcome.clone()));
        assert_eq!(
            (verdict.scope, verdict.course),
            (scope, course),
            "{outcome:?}"
        );
        assert!(verdict.hint.contains(word), "{outcome:?}: {}", verdict.hint);
    }
}

#[test]
fn after_the_dot_only_a_reply_is_certain() {
    for outcome in [
        Outcome::Closed,
        Outcome::Timeout(HOUR),
        Outcome::Network("x".into()),
        Outcome::Unexpected("x".into()),
    ] {
        let mut report = report(Stage::Body, outcome);
        assert_eq!(meaning(&report).1, Course::Again);
        report.dot_sent = true;
        assert_eq!(meaning(&report).1, Course::Uncertain);
    }
    let accepted = Outcome::Accepted(Reply {
        code: 250,
        lines: vec!["ok".into()],
    });
    let mut accepted = report(Stage::Body, accepted);
    accepted.dot_sent = true;
    assert_eq!(meaning(&accepted).1, Course::Accepted);
}

#[test]
fn a_server_is_believed_how_long_to_wait() {
    for (text, seconds) in [
        ("Try again in 60 seconds", Some(70)),
        ("greylisted for 5 minutes", Some(310)),
        ("wait 1 hour", Some(3610)),
        ("Retry in 00:05:00", None),
        ("try 300s", None),
        ("come back in 99999999999 hours", None),
        ("come back in 4000000 hours", Some(14_400)),
        ("later", None),
    ] {
        assert_eq!(told_wait(text), seconds.map(Duration::from_secs), "{text}");
    }
}
