use super::*;

fn report(stage: Stage, outcome: Outcome) -> Report {
    Report {
        host: "smtp.example.com".into(),
        peer: None,
        tls: None,
        stage,
        outcome,
        dot_sent: false,
        transcript: Vec::new(),
        elapsed: Duration::ZERO,
    }
}

fn refused(stage: Stage, text: &str) -> Report {
    let (code, words) = text.split_at(3);
    let code = code.parse().expect("a code");
    let lines = vec![words.trim_start().to_owned()];
    let mut report = report(stage, Outcome::Refused(Reply { code, lines }));
    report.dot_sent = stage == Stage::Body;
    report
}

fn meaning(report: &Report) -> (Scope, Course) {
    let verdict = judge(report);
    assert!(!verdict.hint.is_empty());
    (verdict.scope, verdict.course)
}

const AGAIN: Course = Course::Again;
const NEVER: Course = Course::Never;
const ONCE: Course = Course::OnceAfter(UNKNOWN);

#[test]
fn replies_mean_what_they_mean() {
    use Scope::{Message, Recipient, Server, Settings};
    use Stage::{Auth, Banner, Body, Data, Ehlo, MailFrom, RcptTo, Starttls};
    for (stage, text, scope, course) in [
        (Banner, "554 5.7.1 Blocked", Settings, AGAIN),
        (Banner, "421 4.3.2 Too busy", Server, AGAIN),
        (Ehlo, "501 Invalid domain name", Settings, AGAIN),
        (Ehlo, "450 later", Server, AGAIN),
        (Starttls, "454 TLS not available", Server, AGAIN),
        (Auth, "535 5.7.8 Authentication failed", Settings, AGAIN),
        (
            Auth,
            "535 authentication failed: account disabled",
            Settings,
            AGAIN,
        ),
        (
            Auth,
            "454 4.7.0 Temporary authentication failure",
            Server,
            AGAIN,
        ),
        (Auth, "538 5.7.11 Encryption required", Settings, AGAIN),
        (
            MailFrom,
            "530 5.7.0 Authentication Required",
            Settings,
            AGAIN,
        ),
        (
            MailFrom,
            "553 5.1.8 Sender address rejected",
            Settings,
            AGAIN,
        ),
        (
            MailFrom,
            "452 4.3.1 Insufficient system storage",
            Server,
            AGAIN,
        ),
        (
            MailFrom,
            "552 5.3.4 Message size exceeds fixed limit",
            Message,
            NEVER,
        ),
        (MailFrom, "552 too big", Message, NEVER),
        (RcptTo, "550 5.1.1 No such user", Recipient, NEVER),
        (RcptTo, "550 5.1.2 Bad destination system", Recipient, NEVER),
        (RcptTo, "553 5.1.3 Bad syntax", Recipient, NEVER),
        (RcptTo, "550 5.1.10 Recipient not found", Recipient, NEVER),
        (RcptTo, "550 5.2.1 Account disabled", Recipient, NEVER),
        (RcptTo, "550 5.4.1 Access denied", Recipient, NEVER),
        (RcptTo, "550 no such user", Recipient, NEVER),
        (RcptTo, "551 user not local", Recipient, NEVER),
        (RcptTo, "450 4.2.1 Mailbox busy", Recipient, AGAIN),
        (RcptTo, "450 busy", Recipient, AGAIN),
        (RcptTo, "452 4.5.3 Too many recipients", Recipient, AGAIN),
        (RcptTo, "552 Too many recipients", Recipient, AGAIN),
        (
            RcptTo,
            "452 4.2.2 Mailbox full",
            Recipient,
            Course::AgainFor(4 * HOUR),
        ),
        (
            RcptTo,
            "552 5.2.2 Over quota",
            Recipient,
            Course::AgainFor(4 * HOUR),
        ),
        (
            RcptTo,
            "451 4.7.1 Greylisted",
            Recipient,
            Course::AgainAfter(GREYLISTED),
        ),
        (
            RcptTo,
            "450 4.7.1 Try again in 120 seconds",
            Recipient,
            Course::AgainAfter(Duration::from_secs(130)),
        ),
        (RcptTo, "451 4.3.0 Internal error", Server, AGAIN),
        (RcptTo, "451 4.4.1 No answer from host", Server, AGAIN),
        (RcptTo, "421 4.7.0 Try again later", Server, AGAIN),
        (RcptTo, "550 5.7.1 Service unavailable", Message, NEVER),
        (RcptTo, "554 5.7.1 Relay access denied", Settings, AGAIN),
        (RcptTo, "571 Delivery not authorized", Message, ONCE),
        (Data, "503 5.5.1 Bad sequence", Message, ONCE),
        (Data, "554 no valid recipients", Message, ONCE),
        (Body, "550 5.7.1 Looks like spam", Message, NEVER),
        (Body, "554 5.6.0 Malformed message", Message, NEVER),
        (Body, "554 Transaction failed", Message, ONCE),
        (Body, "552 5.2.3 Message too long", Message, NEVER),
        (Body, "451 4.7.1 Please try later", Recipient, AGAIN),
    ] {
        assert_eq!(
            meaning(&refused(stage, text)),
            (scope, course),
            "{stage:?} {text}"
        );
    }
}

#[test]
fn providers_are_understood_beyond_their_codes() {
    for (stage, text, scope, word) in [
        (
            Stage::Auth,
            "535 5.7.8 Username and Password not accepted. https://support.google.com/mail/?p=BadCredentials x",
            Scope::Settings,
            "App Password",
        ),
        (
            Stage::Auth,
            "534 5.7.9 Application-specific password required. https://support.google.com/mail/?p=InvalidSecondFactor x",
            Scope::Settings,
            "App Password",
        ),
        (
            Stage::Auth,
            "534 5.7.14 Please log in via your web browser",
            Scope::Settings,
            "browser",
        ),
        (
            Stage::Body,
            "550 5.4.5 Daily user sending limit exceeded",
            Scope::Server,
            "today",
        ),
        (
            Stage::MailFrom,
            "421 4.7.0 TLS required for this client",
            Scope::Settings,
            "EMAIL_USE_TLS",
        ),
        (
            Stage::MailFrom,
            "530 5.7.0 Must issue a STARTTLS command first",
            Scope::Settings,
            "EMAIL_USE_TLS",
        ),
        (
            Stage::Body,
            "550 5.7.26 Unauthenticated email from example.com is not accepted",
            Scope::Message,
            "SPF",
        ),
        (
            Stage::Auth,
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant",
            Scope::Settings,
            "SMTP AUTH",
        ),
        (
            Stage::Auth,
            "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy",
            Scope::Settings,
            "security defaults",
        ),
        (
            Stage::Auth,
            "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria",
            Scope::Settings,
            "SMTP AUTH",
        ),
        (
            Stage::Auth,
            "535 5.7.3 Authentication unsuccessful",
            Scope::Settings,
            "Microsoft 365",
        ),
        (
            Stage::Body,
            "550 5.7.30 Basic authentication is not supported for Client Submission",
            Scope::Settings,
            "passwords",
        ),
        (
            Stage::MailFrom,
            "530 5.7.57 Client not authenticated to send mail",
            Scope::Settings,
            "login",
        ),
        (
            Stage::Body,
            "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
            Scope::Settings,
            "DEFAULT_FROM_EMAIL",
        ),
        (
            Stage::Body,
            "554 5.2.252 SendAsDenied; a@example.com not allowed to send as b@example.com",
            Scope::Settings,
            "Send As",
        ),
        (
            Stage::Body,
            "554 Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1",
            Scope::Settings,
            "sandbox",
        ),
        (
            Stage::Auth,
            "535 Authentication Credentials Invalid",
            Scope::Settings,
            "SMTP credentials",
        ),
        (
            Stage::Body,
            "454 Throttling failure: Maximum sending rate exceeded.",
            Scope::Server,
            "slows down",
        ),
        (
            Stage::Banner,
            "421 Too many concurrent SMTP connections",
            Scope::Server,
            "connections",
        ),
        (
            Stage::Auth,
            "451 Authentication failed: Maximum credits exceeded",
            Scope::Settings,
            "credits",
        ),
        (
            Stage::Data,
            "550 You are not authorized to send from that email address",
            Scope::Settings,
            "DEFAULT_FROM_EMAIL",
        ),
        (
            Stage::Body,
            "421 Domain x is not allowed: Sandbox subdomains are for test purposes only",
            Scope::Settings,
            "sandbox",
        ),
        (
            Stage::MailFrom,
            "525 5.7.1 Unauthorized IP address",
            Scope::Settings,
            "address",
        ),
        (
            Stage::RcptTo,
            "550 relay not permitted",
            Scope::Settings,
            "own domains",
        ),
        (
            Stage::Auth,
            "503 AUTH command used when not advertised",
            Scope::Settings,
            "EMAIL_USE_TLS",
        ),
        (
            Stage::RcptTo,
            "451 4.7.1 Greylisted, please come back",
            Scope::Recipient,
            "normal",
        ),
    ] {
        let verdict = judge(&refused(stage, text));
        assert_eq!(verdict.scope, scope, "{text}");
        assert!(verdict.hint.contains(word), "{text}: {}", verdict.hint);
    }
}

#[test]
fn a_host_can_tell_what_a_bare_code_means() {
    let mut at_sendgrid = refused(Stage::Auth, "535 Authentication failed");
    at_sendgrid.host = "smtp.sendgrid.net".into();
    assert!(judge(&at_sendgrid).hint.contains("apikey"));
    assert!(
        !judge(&refused(Stage::Auth, "535 Authentication failed"))
            .hint
            .contains("apikey")
    );
}

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
        (Stage::Body, Outcome::Withheld, Server, AGAIN, "unsent"),
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
            "two certificates",
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
