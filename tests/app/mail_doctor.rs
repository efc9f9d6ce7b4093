//! The doctor: what it says about mail servers that fail, one way after the other.
use std::{net::SocketAddr, time::Duration};

use entity::{mail_check::Health, transport::Name};
use greenroom::{
    clock::Clock,
    mail::{
        compose::Composer,
        doctor::{self, Check, Examined, Found, Grade, Sends, Step},
        mailbox::parse_address,
        smtp::Limits,
    },
    mailing::diagnosis,
    settings::{Backend, BaseUrl, MailSettings, MaxPerSecond, Security, SmtpSettings},
};
use lettre::Address;
use mail_parser::MessageParser;
use tokio::{net::TcpListener, task::JoinHandle, time::Instant};

use crate::support::{
    dns_server::DnsServer,
    smtp_server::{Act, CERTIFICATES, Options, Script, SmtpServer, Step as At},
};

const PASSWORD: &str = "correct-horse-battery";
const TO: &str = "ada@greenroom-test.dev";

/// What hangs is given up after this; what only is slow on a busy machine is not.
const BRIEF: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(60);

/// How a test looks at a server.
struct Look {
    smtp: SmtpSettings,
    fallback: Option<SmtpSettings>,
    comes_back_to: Option<Address>,
    to: bool,
    sends: Sends,
    dns: Option<SocketAddr>,
    is_trusting: bool,
    limits: Limits,
    longest: Duration,
}

impl Look {
    fn at(server: &SmtpServer) -> Self {
        Self::with(SmtpSettings {
            host: "127.0.0.1".into(),
            ..server.settings()
        })
    }

    fn with(smtp: SmtpSettings) -> Self {
        Self {
            smtp,
            fallback: None,
            comes_back_to: None,
            to: true,
            sends: Sends::Nothing,
            dns: None,
            is_trusting: true,
            limits: patient_limits(),
            longest: LONG,
        }
    }

    async fn checks(&self) -> Vec<Check> {
        let mail = mail(&self.smtp, &self.fallback);
        let dns = match self.dns {
            Some(dns) => dns,
            // Nobody listens there, so that no test asks the world.
            None => SocketAddr::from(([127, 0, 0, 1], 9)),
        };
        let composer = Composer::new().expect("templates");
        let base_url = base_url();
        let patient = Examined {
            mail: &mail,
            base_url: &base_url,
            comes_back_to: self.comes_back_to.clone(),
            composer: &composer,
            to: self.to.then(|| parse_address(TO).expect("an address")),
            token: None,
            sends: self.sends,
            dns_server: Some(dns),
            roots: Some(match self.is_trusting {
                true => vec![CERTIFICATES.authority.clone()],
                false => vec![CERTIFICATES.other_authority.clone()],
            }),
            longest: self.longest,
            limits: self.limits,
            now: Clock::System.now(),
        };
        diagnosis::run(&patient, async { Found::pass() }, async |_| {}).await
    }
}

fn mail(smtp: &SmtpSettings, fallback: &Option<SmtpSettings>) -> MailSettings {
    MailSettings {
        backend: Backend::Smtp(smtp.clone()),
        fallback: fallback.clone(),
        max_per_second: MaxPerSecond::Unlimited,
        from: "Greenroom <jobs@greenroom-test.dev>"
            .parse()
            .expect("a mailbox"),
        console_fallback: false,
    }
}

fn base_url() -> BaseUrl {
    // An address needs no look-up.
    "https://192.0.2.7".parse().expect("a URL")
}

async fn server(security: Security, offer: &'static str, script: Script) -> SmtpServer {
    let options = Options {
        security,
        login: Some(("greenroom", PASSWORD)),
        offers: vec!["SIZE 10000000", "AUTH PLAIN LOGIN", offer],
    };
    // As often as somebody connects.
    SmtpServer::with(options, vec![script; 12]).await
}

async fn starttls(script: Script) -> SmtpServer {
    server(Security::Starttls, "8BITMIME", script).await
}

fn at(checks: &[Check], step: Step) -> &Check {
    let found = checks.iter().find(|check| check.step == step);
    found.unwrap_or_else(|| panic!("{step:?} is missing in {checks:#?}"))
}

/// The check that failed; all before it went well, all after it were not asked.
fn failed(checks: &[Check]) -> &Check {
    let of_server: Vec<_> = checks
        .iter()
        .filter(|check| check.server.is_some())
        .collect();
    let mut bad = of_server.iter().filter(|check| check.grade == Grade::Fail);
    let (Some(check), None) = (bad.next(), bad.next()) else {
        panic!("not one failure: {checks:#?}");
    };
    assert!(
        !check.cause.is_empty() && !check.fix.is_empty(),
        "{check:?}"
    );
    check
}

fn is_complete(checks: &[Check]) {
    let steps: Vec<Step> = checks.iter().map(|check| check.step).collect();
    assert_eq!(steps, Step::ALL);
}

#[tokio::test]
async fn a_server_that_works_passes_and_gets_three_messages() {
    for security in [Security::Starttls, Security::Implicit] {
        let server = server(security, "8BITMIME", Script::accept()).await;
        let checks = Look {
            sends: Sends::Everything,
            ..Look::at(&server)
        }
        .checks()
        .await;
        is_complete(&checks);
        let ill = checks
            .iter()
            .filter(|check| check.grade == Grade::Fail || check.grade == Grade::Warn);
        assert_eq!(
            ill.collect::<Vec<_>>(),
            Vec::<&Check>::new(),
            "{security:?}"
        );
        assert_eq!(doctor::health(&checks), Health::Well);
        assert!(at(&checks, Step::Greeting).evidence[0].contains("220 mail.example.com ESMTP"));
        let encryption = at(&checks, Step::Encryption);
        assert!(
            encryption.evidence[0].contains("certificate for localhost"),
            "{encryption:?}"
        );
        assert!(
            encryption
                .evidence
                .iter()
                .any(|line| line.starts_with("TLS 1.3"))
        );
        let sent = at(&checks, Step::TestMessage);
        assert!(
            sent.evidence[0].contains("250 2.0.0 queued as 4F2A"),
            "{sent:?}"
        );
        assert!(
            sent.evidence[1].contains("accepted does not mean delivered"),
            "{sent:?}"
        );
        let taken = server.taken();
        assert_eq!(taken.len(), 3);
        let said = |at: usize| {
            MessageParser::default()
                .parse(&taken[at].bytes)
                .expect("a message")
                .into_owned()
        };
        assert_eq!(said(0).subject(), Some("Test email from Greenroom"));
        let text = said(1).body_text(0).expect("a text").into_owned();
        assert!(
            text.contains("Zoë Ångström 山田")
                && text.contains("https://192.0.2.7/interview/sample-"),
            "{text}"
        );
        for (at, method) in [(1, "METHOD:REQUEST"), (2, "METHOD:CANCEL")] {
            let message = said(at);
            let calendar = message.attachments().find_map(|part| part.text_contents());
            assert!(calendar.expect("a calendar").contains(method), "{method}");
        }
        assert_eq!(server.connections(), 2, "one to knock, one to talk");
    }
}

#[tokio::test]
async fn without_being_asked_it_sends_nothing() {
    let server = starttls(Script::accept()).await;
    let checks = Look::at(&server).checks().await;
    assert_eq!(server.taken(), []);
    assert_eq!(at(&checks, Step::Recipient).grade, Grade::Pass);
    assert_eq!(at(&checks, Step::TestMessage).grade, Grade::Skipped);
    assert!(server.commands().contains(&"RSET".to_owned()));
    let checks = Look {
        to: false,
        ..Look::at(&server)
    }
    .checks()
    .await;
    assert_eq!(at(&checks, Step::MailFrom).grade, Grade::Pass);
    assert_eq!(at(&checks, Step::Recipient).cause, "No recipient given.");
}

#[tokio::test]
async fn a_port_that_waits_for_encryption_is_told_from_one_that_is_silent() {
    let implicit = server(Security::Implicit, "8BITMIME", Script::accept()).await;
    let mut look = Look::at(&implicit);
    look.smtp.security = Security::Starttls;
    look.limits.banner = BRIEF;
    let checks = look.checks().await;
    let check = failed(&checks);
    assert_eq!(check.step, Step::Greeting);
    assert!(check.fix.contains("EMAIL_USE_SSL=true"), "{check:?}");
    assert!(!implicit.commands().join(" ").contains("AUTH"));
}

#[tokio::test]
async fn a_port_that_begins_in_clear_is_told() {
    for (security, word) in [
        (Security::Starttls, "offers STARTTLS"),
        (Security::Plain, "offers no encryption"),
    ] {
        let server = server(security, "8BITMIME", Script::accept()).await;
        let mut look = Look::at(&server);
        look.smtp.security = Security::Implicit;
        let checks = look.checks().await;
        let check = failed(&checks);
        assert_eq!(check.step, Step::Greeting);
        assert!(check.cause.contains(word), "{check:?}");
        assert!(
            check.evidence[0].contains("220 mail.example.com"),
            "{check:?}"
        );
        assert!(!server.commands().join(" ").contains("AUTH"));
    }
}

#[tokio::test]
async fn starttls_that_is_not_offered_or_overwritten_is_told() {
    let masked = "250-mail.example.com\r\n250-SIZE 10000000\r\n250 XXXXXXXA";
    let overwritten = "250-mail.example.com\r\n250 XXXXXXXX";
    for (reply, word) in [
        (overwritten, "has removed its offer"),
        (
            "250-mail.example.com\r\n250 SIZE 10000000",
            "does not offer STARTTLS",
        ),
        (masked, "does not offer STARTTLS"),
    ] {
        let server = starttls(Script::at(At::Ehlo, Act::Reply(reply))).await;
        let checks = Look::at(&server).checks().await;
        let check = failed(&checks);
        assert_eq!(check.step, Step::Starttls);
        assert!(check.cause.contains(word), "{check:?}");
        assert!(
            !server.commands().join(" ").contains("AUTH"),
            "nothing goes out in clear"
        );
    }
}

#[tokio::test]
async fn a_certificate_is_told_by_what_is_wrong_with_it() {
    for security in [Security::Starttls, Security::Implicit] {
        for (mark, is_trusting, word) in [
            ("X-ELSEWHERE", true, "another host name"),
            ("X-EXPIRED", true, "has expired"),
            ("X-SELF-SIGNED", true, "self-signed"),
            ("8BITMIME", false, "full chain"),
        ] {
            let server = server(security, mark, Script::accept()).await;
            let checks = Look {
                is_trusting,
                ..Look::at(&server)
            }
            .checks()
            .await;
            let check = failed(&checks);
            assert_eq!(check.step, Step::Encryption, "{mark}");
            assert!(check.fix.contains(word), "{mark} {check:?}");
            assert!(
                check.evidence[0].starts_with("certificate for"),
                "{mark} {check:?}"
            );
            assert!(!server.commands().join(" ").contains("AUTH"));
        }
    }
}

#[tokio::test]
async fn a_certificate_that_ends_soon_is_a_warning() {
    let server = server(Security::Implicit, "X-ENDS-SOON", Script::accept()).await;
    let checks = Look::at(&server).checks().await;
    let check = at(&checks, Step::Encryption);
    assert_eq!(check.grade, Grade::Warn);
    assert!(check.cause.contains("expires in 4 days"), "{check:?}");
    assert_eq!(
        at(&checks, Step::Recipient).grade,
        Grade::Pass,
        "mail goes on"
    );
    assert_eq!(doctor::health(&checks), Health::Warnings);
}

#[tokio::test]
async fn a_refused_login_is_told_in_the_words_of_its_provider() {
    for (reply, word) in [
        (
            "535-5.7.8 Username and Password not accepted. For more information, go to\r\n535 5.7.8 https://support.google.com/mail/?p=BadCredentials",
            "App Password",
        ),
        (
            "534-5.7.9 Application-specific password required. Learn more at\r\n534 5.7.9 https://support.google.com/mail/?p=InvalidSecondFactor",
            "App Password",
        ),
        (
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
            "SMTP AUTH",
        ),
        (
            "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy.",
            "security defaults",
        ),
        (
            "550 5.7.30 Basic authentication is not supported for Client Submission.",
            "no longer takes passwords",
        ),
        ("535 Authentication Credentials Invalid", "SMTP credentials"),
        ("525 5.7.1 Unauthorized IP address", "authorised"),
        ("535 5.7.0 no", "EMAIL_HOST_PASSWORD"),
    ] {
        let server = starttls(Script::at(At::Auth, Act::Reply(reply))).await;
        let checks = Look::at(&server).checks().await;
        let check = failed(&checks);
        assert_eq!(check.step, Step::Login, "{reply}");
        assert!(check.fix.contains(word), "{word} {check:?}");
        assert!(check.cause.contains(&reply[..3]), "{check:?}");
        assert_eq!(doctor::health(&checks), Health::Broken);
    }
}

#[tokio::test]
async fn a_login_that_is_not_offered_is_told_before_it_is_tried() {
    for (offer, word) in [("8BITMIME", "offers no login"), ("AUTH XOAUTH2", "XOAUTH2")] {
        let options = Options {
            security: Security::Starttls,
            login: Some(("greenroom", PASSWORD)),
            offers: vec![offer],
        };
        let server = SmtpServer::with(options, []).await;
        let checks = Look::at(&server).checks().await;
        let check = failed(&checks);
        assert_eq!(check.step, Step::LoginOffers);
        assert!(check.cause.contains(word), "{check:?}");
        assert_eq!(at(&checks, Step::Login).grade, Grade::Skipped);
    }
}

#[tokio::test]
async fn a_refused_sender_or_recipient_is_told() {
    for (step, reply, expected, word) in [
        (
            At::MailFrom,
            "554 5.2.252 SendAsDenied; a@x.example not allowed to send as b@x.example",
            Step::MailFrom,
            "Send As",
        ),
        (
            At::MailFrom,
            "530 5.7.0 Authentication required",
            Step::MailFrom,
            "login",
        ),
        (
            At::RcptTo,
            "550 5.1.1 no such user",
            Step::Recipient,
            "does not exist",
        ),
        (
            At::RcptTo,
            "554 5.7.1 Relay access denied",
            Step::Recipient,
            "own domains only",
        ),
        (
            At::Dot,
            "554 Message rejected: Email address is not verified.",
            Step::TestMessage,
            "sandbox",
        ),
        (At::Rset, "421 bye", Step::Recipient, "busy"),
    ] {
        let server = starttls(Script::at(step, Act::Reply(reply))).await;
        let checks = Look {
            sends: Sends::Test,
            ..Look::at(&server)
        }
        .checks()
        .await;
        let check = failed(&checks);
        assert_eq!(check.step, expected, "{reply}");
        assert!(check.fix.contains(word), "{word} {check:?}");
        assert!(check.cause.contains(&reply[..3]), "{check:?}");
    }
}

#[tokio::test]
async fn the_sender_is_the_one_that_messages_come_back_to() {
    let server = starttls(Script::accept()).await;
    let checks = Look {
        comes_back_to: Some("bounces+0-5a@greenroom-test.dev".parse().expect("one")),
        sends: Sends::Test,
        ..Look::at(&server)
    }
    .checks()
    .await;
    let sender = checks.iter().find(|check| check.step == Step::MailFrom);
    let seen = &sender.expect("a check").evidence;
    assert_eq!(*seen, ["bounces+0-5a@greenroom-test.dev"]);
    let commands = server.commands();
    let named: Vec<_> = commands
        .iter()
        .filter(|command| command.starts_with("MAIL FROM:"))
        .collect();
    assert_eq!(named.len(), 2, "the rehearsal and the message");
    for command in named {
        assert!(command.contains("<bounces+0-5a@greenroom-test.dev>"));
    }
    let refusing = starttls(Script::at(At::MailFrom, Act::Reply("550 5.7.60 no"))).await;
    let checks = Look {
        comes_back_to: Some("bounces+0-5a@greenroom-test.dev".parse().expect("one")),
        ..Look::at(&refusing)
    }
    .checks()
    .await;
    let check = failed(&checks);
    assert_eq!(check.step, Step::MailFrom);
    assert!(check.fix.contains("EMAIL_BOUNCE_ADDRESS"), "{check:?}");
}

#[tokio::test]
async fn greylisting_is_no_failure() {
    let reply = "451 4.7.1 Greylisted, come back in 5 minutes";
    let server = starttls(Script::at(At::RcptTo, Act::Reply(reply))).await;
    let checks = Look::at(&server).checks().await;
    assert_eq!(at(&checks, Step::Recipient).grade, Grade::Warn);
    assert_eq!(doctor::health(&checks), Health::Warnings);
}

#[tokio::test]
async fn greylisting_after_the_message_is_no_failure_either() {
    let reply = "451 4.7.1 Greylisted, come back in 5 minutes";
    for step in [At::MailFrom, At::Data, At::Dot] {
        let server = starttls(Script::at(step, Act::Reply(reply))).await;
        let checks = Look {
            sends: Sends::Everything,
            ..Look::at(&server)
        }
        .checks()
        .await;
        let expected = match step {
            At::MailFrom => Step::MailFrom,
            _ => Step::TestMessage,
        };
        let check = at(&checks, expected);
        assert_eq!(check.grade, Grade::Warn, "{check:?}");
        assert!(check.fix.contains("Run the check again in "), "{check:?}");
        assert_eq!(doctor::health(&checks), Health::Warnings);
        is_complete(&checks);
    }
}

#[tokio::test]
async fn a_blocked_address_is_named_with_its_list() {
    let reply =
        "554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using zen.spamhaus.org";
    for (step, expected) in [
        (At::Banner, Step::Greeting),
        (At::MailFrom, Step::MailFrom),
        (At::RcptTo, Step::Recipient),
        (At::Dot, Step::TestMessage),
    ] {
        let server = starttls(Script::at(step, Act::Reply(reply))).await;
        let checks = Look {
            sends: Sends::Test,
            ..Look::at(&server)
        }
        .checks()
        .await;
        let check = failed(&checks);
        assert_eq!(check.step, expected);
        for part in ["192.0.2.9", "zen.spamhaus.org"] {
            assert!(check.cause.contains(part), "{check:?}");
        }
        assert!(
            check.fix.contains("https://check.spamhaus.org/"),
            "{check:?}"
        );
    }
}

#[tokio::test]
async fn another_way_to_log_in_is_tried_before_the_login_is_called_wrong() {
    let server = server(Security::Starttls, "X-REFUSES-PLAIN", Script::accept()).await;
    let checks = Look::at(&server).checks().await;
    is_complete(&checks);
    let login = at(&checks, Step::Login);
    assert_eq!(login.grade, Grade::Pass, "{login:?}");
    let seen = login.evidence.join("\n");
    assert!(seen.contains("PLAIN: 535 5.7.8 not like this"), "{seen}");
    assert!(seen.contains("LOGIN: accepted"), "{seen}");
    assert_eq!(doctor::health(&checks), Health::Well);
}

#[tokio::test]
async fn nothing_is_advised_that_was_not_tried_with_success() {
    let nowhere = [
        ("250-mail.example.com\r\n250 SIZE 10000000", Step::Starttls),
        ("250-mail.example.com\r\n250 XXXXXXXX", Step::Starttls),
    ];
    for (reply, step) in nowhere {
        let server = starttls(Script::at(At::Ehlo, Act::Reply(reply))).await;
        let checks = Look::at(&server).checks().await;
        let check = failed(&checks);
        assert_eq!(check.step, step);
        assert!(!check.fix.contains("Set EMAIL"), "{check:?}");
        assert!(check.fix.contains("without success: port"), "{check:?}");
    }
    // Without a login, in clear on this machine, the same server takes mail: that is a way.
    let options = Options::default();
    let plain = SmtpServer::with(options, []).await;
    let mut look = Look::at(&plain);
    look.smtp.security = Security::Starttls;
    let checks = look.checks().await;
    let check = failed(&checks);
    assert!(
        check
            .fix
            .contains("Set EMAIL_USE_TLS=false and EMAIL_USE_SSL=false"),
        "{check:?}"
    );
    // A certificate that nobody trusts makes the other way none.
    let untrusted = server(Security::Implicit, "8BITMIME", Script::accept()).await;
    let mut look = Look::at(&untrusted);
    look.smtp.security = Security::Starttls;
    look.limits.banner = BRIEF;
    look.is_trusting = false;
    let checks = look.checks().await;
    let check = failed(&checks);
    assert!(check.cause.contains("from the first byte"), "{check:?}");
    assert!(!check.fix.contains("Set EMAIL"), "{check:?}");
}

#[tokio::test]
async fn a_login_that_a_server_does_not_want_is_left_out_when_that_works() {
    let options = Options {
        security: Security::Starttls,
        login: Some(("greenroom", PASSWORD)),
        offers: vec!["8BITMIME"],
    };
    let server = SmtpServer::with(options.clone(), []).await;
    let checks = Look::at(&server).checks().await;
    let fix = &failed(&checks).fix;
    assert!(
        fix.contains("EMAIL_HOST_PASSWORD empty. Greenroom has just tried this"),
        "{fix}"
    );
    let refusal = Script::at(
        At::MailFrom,
        Act::Reply("530 5.7.0 Authentication required"),
    );
    let server = SmtpServer::with(options, vec![refusal; 12]).await;
    let checks = Look::at(&server).checks().await;
    let fix = &failed(&checks).fix;
    assert!(!fix.contains("empty"), "{fix}");
}

#[tokio::test]
async fn every_failure_has_something_to_do() {
    let promises = ["goes on trying", "by itself", "comes back"];
    let steps = [
        (At::Banner, "421 4.3.2 busy"),
        (At::Ehlo, "421 4.3.2 busy"),
        (At::Starttls, "454 4.7.0 not now"),
        (At::Auth, "454 4.7.0 not now"),
        (At::MailFrom, "451 4.3.0 not now"),
        (At::RcptTo, "451 4.3.0 not now"),
        (At::RcptTo, "452 4.2.2 mailbox full"),
        (At::Data, "421 4.3.2 Too many concurrent connections"),
        (
            At::Dot,
            "454 Throttling failure: Maximum sending rate exceeded.",
        ),
    ];
    for (step, reply) in steps {
        let server = starttls(Script::at(step, Act::Reply(reply))).await;
        let checks = Look {
            sends: Sends::Test,
            ..Look::at(&server)
        }
        .checks()
        .await;
        let ill = checks.iter().filter(|check| check.server.is_some());
        let ill: Vec<_> = ill
            .filter(|check| matches!(check.grade, Grade::Fail | Grade::Warn))
            .collect();
        assert_eq!(ill.len(), 1, "{reply} {ill:?}");
        let fix = &ill[0].fix;
        assert!(fix.len() > 20, "{reply} {fix}");
        for promise in promises {
            assert!(!fix.contains(promise), "{reply} {fix}");
        }
    }
}

#[tokio::test]
async fn a_server_that_takes_short_messages_only_is_told() {
    let options = Options {
        offers: vec!["SIZE 50000"],
        ..Options::default()
    };
    let server = SmtpServer::with(options, []).await;
    let checks = Look::at(&server).checks().await;
    let check = failed(&checks);
    assert_eq!(check.step, Step::Ehlo);
    assert!(check.cause.contains("50000 bytes"), "{check:?}");
    assert_eq!(doctor::health(&checks), Health::Broken);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told() {
    // Nobody listens on a port that was let go.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let mut look = Look::with(SmtpSettings {
        host: "127.0.0.1".into(),
        port,
        security: Security::Starttls,
        login: None,
    });
    let checks = look.checks().await;
    let check = failed(&checks);
    assert_eq!(
        (check.step, check.cause.as_str()),
        (Step::Tcp, "Nothing is listening on that port."),
        "{check:?}"
    );
    look.smtp.host = "no-such-host.invalid".into();
    let checks = look.checks().await;
    let check = failed(&checks);
    assert_eq!(check.step, Step::Addresses);
    assert!(check.fix.contains("EMAIL_HOST"), "{check:?}");
    is_complete(&checks);
}

#[tokio::test]
async fn what_hangs_drips_or_floods_fails_where_it_does() {
    let steps = [
        (At::Banner, Step::Greeting),
        (At::Ehlo, Step::Ehlo),
        (At::Starttls, Step::Starttls),
        (At::Auth, Step::Login),
        (At::MailFrom, Step::MailFrom),
        (At::RcptTo, Step::Recipient),
        (At::Data, Step::TestMessage),
        (At::Dot, Step::TestMessage),
    ];
    for (step, expected) in steps {
        for act in [Act::Hang, Act::Drip, Act::Flood, Act::Drop] {
            let server = starttls(Script::at(step, act.clone())).await;
            let look = Look {
                sends: Sends::Everything,
                limits: brief_at(step),
                ..Look::at(&server)
            };
            let checks = look.checks().await;
            is_complete(&checks);
            assert_eq!(failed(&checks).step, expected, "{act:?}");
        }
    }
}

#[tokio::test]
async fn a_handshake_that_hangs_fails() {
    let (port, open) = silence().await;
    let look = Look {
        limits: Limits {
            tls: BRIEF,
            banner: BRIEF,
            ..patient_limits()
        },
        ..Look::with(SmtpSettings {
            host: "127.0.0.1".into(),
            port,
            security: Security::Implicit,
            login: None,
        })
    };
    let checks = look.checks().await;
    assert_eq!(failed(&checks).step, Step::Encryption);
    open.abort();
}

#[tokio::test]
async fn when_the_time_is_over_the_server_is_slow_so_far_and_the_rest_is_not_asked() {
    let steps = [
        (At::Banner, Step::Greeting),
        (At::Auth, Step::Login),
        (At::Dot, Step::TestMessage),
    ];
    for (step, expected) in steps {
        let server = starttls(Script::at(step, Act::Hang)).await;
        let look = Look {
            sends: Sends::Everything,
            longest: Duration::from_secs(2),
            ..Look::at(&server)
        };
        let (checks, took) = timed(&look).await;
        is_complete(&checks);
        let check = at(&checks, expected);
        assert_eq!(check.grade, Grade::Warn);
        assert!(check.cause.starts_with("Slow so far"), "{check:?}");
        assert!(!check.fix.is_empty());
        assert!(doctor::is_unfinished(&checks));
        assert_eq!(at(&checks, Step::SampleMessages).cause, doctor::NO_TIME);
        assert!(took < Duration::from_secs(4), "{took:?}");
    }
    assert!(doctor::LONGEST < Duration::from_secs(doctor::SECONDS));
    assert_eq!(doctor::LIMITS.banner, Limits::default().banner);
}

/// A port that takes connections and says nothing.
async fn silence() -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let open = tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok(connection) = listener.accept().await {
            kept.push(connection);
        }
    });
    (port, open)
}

/// Long enough for a busy machine.
fn patient_limits() -> Limits {
    Limits {
        connect: LONG,
        tls: LONG,
        banner: LONG,
        ehlo: LONG,
        auth: LONG,
        envelope: LONG,
        data: LONG,
        body: LONG,
        verdict: LONG,
        quit: LONG,
    }
}

fn brief_at(step: At) -> Limits {
    let mut limits = patient_limits();
    // Silence is looked at the other way round, too.
    limits.tls = Duration::from_secs(2);
    *match step {
        At::Tls => &mut limits.tls,
        At::Banner => &mut limits.banner,
        At::Ehlo | At::Starttls => &mut limits.ehlo,
        At::Auth => &mut limits.auth,
        At::MailFrom | At::RcptTo | At::Rset => &mut limits.envelope,
        At::Data => &mut limits.data,
        At::Body => &mut limits.body,
        At::Dot => &mut limits.verdict,
    } = BRIEF;
    limits
}

async fn timed(look: &Look) -> (Vec<Check>, Duration) {
    let begun = Instant::now();
    (look.checks().await, begun.elapsed())
}

#[tokio::test]
async fn the_fallback_is_looked_at_as_closely() {
    let refusing = starttls(Script::at(At::Auth, Act::Reply("535 5.7.8 no"))).await;
    let working = starttls(Script::accept()).await;
    for (first, second, health) in [
        (&refusing, &working, Health::Warnings),
        (&working, &refusing, Health::Warnings),
        (&refusing, &refusing, Health::Broken),
    ] {
        let checks = Look {
            fallback: Some(Look::at(second).smtp),
            sends: Sends::Test,
            ..Look::at(first)
        }
        .checks()
        .await;
        let logins = checks.iter().filter(|check| check.step == Step::Login);
        let logins: Vec<_> = logins.map(|check| (check.server, check.number)).collect();
        let both = [Name::Primary, Name::Fallback].map(|name| (Some(name), 15));
        assert_eq!(logins, both);
        assert_eq!(doctor::health(&checks), health);
        for check in checks.iter().filter(|check| check.step == Step::Login) {
            let its_own = match check.server {
                Some(Name::Fallback) => "EMAIL_FALLBACK_HOST_PASSWORD",
                _ => "EMAIL_HOST_PASSWORD",
            };
            let is_refused = check.grade == Grade::Fail;
            assert_eq!(is_refused, check.fix.contains(its_own), "{check:?}");
        }
    }
    assert_eq!(
        working.taken().len(),
        1,
        "the second one is not sent anything"
    );
}

#[tokio::test]
async fn the_domain_of_the_sender_is_looked_up() {
    let long = format!("v=spf1 {} -all", "ip4:192.0.2.1 ".repeat(60));
    let domain = "greenroom-test.dev";
    let mx = (domain, "MX", "mail.greenroom-test.dev");
    let spf = (domain, "TXT", "v=spf1 include:a.example -all");
    let dmarc = ("_dmarc.greenroom-test.dev", "TXT", "v=DMARC1; p=reject");
    let many: Vec<(String, String)> = (0..11)
        .map(|n| {
            (
                format!("s{n}.example"),
                format!("v=spf1 include:s{}.example", n + 1),
            )
        })
        .collect();
    let chain: Vec<(&str, &str, &str)> = many
        .iter()
        .map(|(name, text)| (name.as_str(), "TXT", text.as_str()))
        .collect();
    for (records, grade, word) in [
        (vec![mx, spf, dmarc], Grade::Pass, ""),
        (
            vec![mx, (domain, "TXT", long.as_str()), dmarc],
            Grade::Pass,
            "",
        ),
        (
            vec![mx, spf, ("_dmarc.dev", "TXT", "v=DMARC1; p=none; psd=y")],
            Grade::Pass,
            "",
        ),
        (vec![spf, dmarc], Grade::Warn, "doesn't accept email"),
        (vec![mx, dmarc], Grade::Warn, "no SPF record"),
        (
            vec![mx, spf, (domain, "TXT", "v=spf1 -all"), dmarc],
            Grade::Warn,
            "2 SPF records",
        ),
        (vec![mx, spf], Grade::Warn, "no DMARC record"),
        (
            [
                vec![mx, dmarc, (domain, "TXT", "v=spf1 include:s0.example")],
                chain,
            ]
            .concat(),
            Grade::Warn,
            "10 lookups",
        ),
    ] {
        let dns = DnsServer::start(&records).await;
        let server = SmtpServer::start().await;
        let checks = Look {
            dns: Some(dns.address),
            ..Look::at(&server)
        }
        .checks()
        .await;
        let check = at(&checks, Step::SenderDomain);
        assert_eq!(check.grade, grade, "{records:?} {check:?}");
        assert!(check.cause.contains(word), "{check:?}");
    }
}

#[tokio::test]
async fn a_name_server_that_is_silent_is_left_out() {
    let dns = DnsServer::silent().await;
    let server = SmtpServer::start().await;
    let look = Look {
        dns: Some(dns.address),
        ..Look::at(&server)
    };
    let (checks, took) = timed(&look).await;
    let check = at(&checks, Step::SenderDomain);
    assert_eq!(
        (check.grade, check.cause.as_str()),
        (Grade::Skipped, "The name server doesn't answer.")
    );
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[tokio::test]
async fn nothing_that_it_says_holds_a_secret() {
    let parrot = "535 5.7.8 correct-horse-battery is wrong, AGdyZWVucm9vbQBjb3JyZWN0LWhvcnNlLWJhdHRlcnk= too";
    for script in [Script::at(At::Auth, Act::Reply(parrot)), Script::accept()] {
        let server = starttls(script).await;
        let checks = Look {
            sends: Sends::Everything,
            ..Look::at(&server)
        }
        .checks()
        .await;
        let all = serde_json::to_string(&checks).expect("JSON");
        for secret in [
            PASSWORD,
            "correct-horse",
            "AGdyZWVucm9vbQBjb3",
            "Y29ycmVjdC1ob3",
            "sample-",
        ] {
            assert!(!all.contains(secret), "{secret} in {all}");
        }
        assert!(all.contains("(21 characters, ending in ry)"), "{all}");
    }
}
