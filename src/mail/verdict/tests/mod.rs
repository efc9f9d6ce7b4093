//! What each reply means.
mod hints;
mod no_reply;
mod whose;

use super::*;

fn report(stage: Stage, outcome: Outcome) -> Report {
    Report {
        host: "smtp.example.com".into(),
        peer: None,
        tls: None,
        stage,
        outcome,
        dot_sent: false,
        dsn: None,
        transcript: Vec::new(),
        elapsed: Duration::ZERO,
    }
}

fn refused(stage: Stage, text: &str) -> Report {
    let code = text[..3].parse().expect("a code");
    let lines = text.lines().map(|line| line[4..].to_owned()).collect();
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
const ROOM: Course = Course::WhenThereIsRoom;
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
