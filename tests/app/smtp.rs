//! The conversation with a mail server: what it says, what we make of it.
use std::{sync::Arc, time::Duration};

use entity::attempt::Stage;
use greenroom::{
    mail::{
        mailbox::parse_address,
        smtp::{Client, Connection, Envelope, Limits, Missing, Outcome, Report},
    },
    settings::{Security, SmtpSettings},
};
use lettre::Address;

use crate::support::{
    aiosmtpd::Aiosmtpd,
    smtp_server::{Act, CERTIFICATES, Hold, Options, Script, SmtpServer, Step},
};

const LINK: &str = "https://jobs.example.com/interview/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0NWU4YWJjZCJ9.dBjftJeZ4CVPmB92K27uhbUJ";
const PASSWORD: &str = "correct horse";
const MESSAGE: &[u8] = b"Subject: hello\r\n\r\n.\r\n..two dots\r\n.one\r\nbye\r\n.";
/// What hangs is given up after this; what only is slow on a busy machine is not.
const BRIEF: Duration = Duration::from_millis(300);
const SECURED: [Security; 2] = [Security::Starttls, Security::Implicit];

#[tokio::test]
async fn a_message_arrives_as_it_is() {
    let server = SmtpServer::start().await;
    let report = deliver(&client(&server)).await;
    assert!(matches!(&report.outcome, Outcome::Accepted(reply) if reply.code == 250));
    assert_eq!(report.stage, Stage::Body);
    assert_eq!(report.text(), "250 2.0.0 queued as 4F2A");
    let taken = server.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].from, "jobs@example.com");
    assert_eq!(taken[0].to, "john@example.org");
    assert_eq!(taken[0].bytes, [MESSAGE, b"\r\n"].concat());
    let commands = server.commands();
    assert!(commands[0].starts_with("EHLO jobs.example.com"));
    assert_eq!(
        commands[1],
        format!("MAIL FROM:<jobs@example.com> SIZE={}", MESSAGE.len())
    );
}

#[tokio::test]
async fn the_login_travels_encrypted_only_and_is_never_reported() {
    for security in SECURED {
        for mechanism in ["AUTH PLAIN LOGIN", "AUTH LOGIN", "AUTH=LOGIN"] {
            let server = secured(security, mechanism, []).await;
            let report = deliver(&client(&server)).await;
            assert!(matches!(report.outcome, Outcome::Accepted(_)), "{report:?}");
            let taken = server.taken();
            assert!(taken[0].encrypted);
            assert_eq!(taken[0].user.as_deref(), Some("greenroom"), "{mechanism}");
            let tls = report.tls.as_deref().expect("encrypted");
            assert!(tls.starts_with("TLS 1.3 TLS13_"), "{tls}");
            assert_tells_no_secret(&report);
        }
    }
}

#[tokio::test]
async fn a_server_that_offers_a_digest_alone_is_spoken_to() {
    for security in SECURED {
        let server = secured(security, "AUTH CRAM-MD5 XOAUTH2", []).await;
        let report = deliver(&client(&server)).await;
        assert!(matches!(report.outcome, Outcome::Accepted(_)), "{report:?}");
        assert_eq!(server.taken()[0].user.as_deref(), Some("greenroom"));
        assert_tells_no_secret(&report);
        let mut settings = server.settings();
        settings.login.as_mut().expect("a login").user = "somebody".into();
        let report = deliver(&to(&settings)).await;
        assert_eq!((report.stage, code(&report)), (Stage::Auth, Some(535)));
        assert_eq!(report.text(), "535 5.7.8 *** is wrong");
        let told = report.transcript_text();
        assert!(
            !told.contains("c29tZWJvZHk"),
            "the response is a secret: {told}"
        );
    }
}

#[tokio::test]
async fn a_login_is_wrong_only_when_every_way_was_refused() {
    for security in SECURED {
        for (offers, tried, way) in [
            (vec!["AUTH PLAIN LOGIN", "X-REFUSES-PLAIN"], 2, "LOGIN"),
            (
                vec![
                    "AUTH CRAM-MD5 LOGIN PLAIN",
                    "X-REFUSES-PLAIN",
                    "X-REFUSES-LOGIN",
                ],
                3,
                "CRAM-MD5",
            ),
        ] {
            let options = Options {
                security,
                login: Some(("greenroom", PASSWORD)),
                offers,
            };
            let server = SmtpServer::with(options, []).await;
            let client = client(&server);
            let report = deliver(&client).await;
            assert!(matches!(report.outcome, Outcome::Accepted(_)), "{report:?}");
            assert_eq!(server.connections(), tried, "each on a fresh one");
            let told = report.transcript_text();
            assert!(told.contains("535 5.7.8 not like this"), "{told}");
            assert!(told.contains(&format!("AUTH {way}")), "{told}");
            assert!(report.transcript.is_sorted_by_key(|line| line.at_ms));
            assert_tells_no_secret(&report);
            deliver(&client).await;
            assert_eq!(server.connections(), tried + 1, "what worked is remembered");
        }
    }
}

#[tokio::test]
async fn a_login_that_every_way_is_refused_for_is_wrong() {
    let server = secured(Security::Starttls, "AUTH PLAIN LOGIN", []).await;
    let mut settings = server.settings();
    settings.login.as_mut().expect("a login").user = "somebody".into();
    let report = deliver(&to(&settings)).await;
    assert_eq!((report.stage, code(&report)), (Stage::Auth, Some(535)));
    assert_eq!(server.connections(), 2);
    let busy = Script::at(Step::Auth, Act::Reply("454 4.7.0 later"));
    let server = secured(Security::Starttls, "AUTH PLAIN LOGIN", [busy]).await;
    let report = deliver(&client(&server)).await;
    assert_eq!(code(&report), Some(454), "a busy server is not asked again");
    assert_eq!(server.connections(), 1);
    // Whether the login is wrong is not known then.
    let refused = Script::at(Step::Auth, Act::Reply("535 5.7.8 no"));
    let full = Script::at(Step::Banner, Act::Reply("421 4.7.0 too many connections"));
    let server = secured(Security::Starttls, "AUTH PLAIN LOGIN", [refused, full]).await;
    let report = deliver(&client(&server)).await;
    assert_eq!((report.stage, code(&report)), (Stage::Banner, Some(421)));
    let refused = Script::at(Step::Auth, Act::Reply("535 5.7.8 wrong password"));
    let unknown = Script::at(Step::Auth, Act::Reply("504 5.5.4 no such mechanism"));
    let server = secured(Security::Starttls, "AUTH PLAIN LOGIN", [refused, unknown]).await;
    let report = deliver(&client(&server)).await;
    assert_eq!(report.text(), "535 5.7.8 wrong password");
}

#[tokio::test]
async fn an_address_in_brackets_is_a_host() {
    let server = secured(Security::Starttls, "AUTH PLAIN", []).await;
    for host in ["127.0.0.1", "[127.0.0.1]", "[localhost]"] {
        let mut settings = server.settings();
        settings.host = host.into();
        let report = deliver(&to(&settings)).await;
        assert!(matches!(report.outcome, Outcome::Accepted(_)), "{report:?}");
    }
}

#[tokio::test]
async fn an_address_of_version_six_is_a_host() {
    for security in [Security::Plain, Security::Starttls, Security::Implicit] {
        let options = Options {
            security,
            ..Options::default()
        };
        let server = SmtpServer::at("[::1]:0", options).await;
        for host in ["[::1]", "::1", "[IPv6:::1]"] {
            let mut settings = server.settings();
            settings.host = host.into();
            let report = deliver(&to(&settings)).await;
            assert!(matches!(report.outcome, Outcome::Accepted(_)), "{report:?}");
        }
    }
}

#[tokio::test]
async fn a_refused_login_says_so_whatever_the_server_repeats() {
    let parrot = "535 5.7.8 AGdyZWVucm9vbQBjb3JyZWN0IGhvcnNl and correct horse are wrong";
    for security in SECURED {
        let script = Script::at(Step::Auth, Act::Reply(parrot));
        let server = secured(security, "AUTH PLAIN", [script]).await;
        let report = deliver(&client(&server)).await;
        assert_eq!(report.stage, Stage::Auth);
        assert_eq!(report.text(), "535 5.7.8 *** and *** are wrong");
        assert_tells_no_secret(&report);
    }
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let server = secured(Security::Starttls, "AUTH LOGIN", []).await;
    let mut settings = server.settings();
    if let Some(login) = &mut settings.login {
        login.user = "somebody".into();
    }
    let report = deliver(&to(&settings)).await;
    assert_eq!((report.stage, code(&report)), (Stage::Auth, Some(535)));
}

#[tokio::test]
async fn a_login_that_the_server_does_not_have_is_not_left_out() {
    for (offers, missing) in [
        ("AUTH XOAUTH2", Missing::Mechanism(vec!["XOAUTH2".into()])),
        ("8BITMIME", Missing::Login),
    ] {
        let server = secured(Security::Starttls, offers, []).await;
        let report = deliver(&client(&server)).await;
        assert_eq!(report.outcome, Outcome::Missing(missing));
        assert_eq!(report.stage, Stage::Auth);
    }
}

#[tokio::test]
async fn without_starttls_nothing_private_is_said() {
    let server = SmtpServer::start().await;
    let mut settings = server.settings();
    settings.security = Security::Starttls;
    let report = deliver(&to(&settings)).await;
    assert_eq!(report.outcome, Outcome::Missing(Missing::Starttls));
    assert_eq!(report.stage, Stage::Starttls);
    let said = server.commands().join(" ");
    assert!(!said.contains("AUTH") && !said.contains("MAIL"), "{said}");
}

#[tokio::test]
async fn what_is_said_before_the_encryption_is_not_believed_after_it() {
    let script = Script::at(Step::Starttls, Act::Reply("220 go\r\n250 injected"));
    let server = secured(Security::Starttls, "AUTH PLAIN", [script]).await;
    let report = deliver(&client(&server)).await;
    assert!(
        matches!(report.outcome, Outcome::Unexpected(_)),
        "{report:?}"
    );
    assert_eq!(report.stage, Stage::Starttls);
}

#[tokio::test]
async fn offers_made_in_clear_do_not_count() {
    let script = Script::at(
        Step::Ehlo,
        Act::Reply("250-mail.example.com\r\n250-STARTTLS\r\n250 AUTH PLAIN"),
    );
    let server = secured(Security::Starttls, "AUTH PLAIN", [script]).await;
    deliver(&client(&server)).await;
    let ehlos = server
        .commands()
        .iter()
        .filter(|line| line.starts_with("EHLO"))
        .count();
    assert_eq!(ehlos, 2);
}

#[tokio::test]
async fn a_server_that_cannot_prove_its_name_gets_nothing() {
    for security in SECURED {
        let elsewhere = secured(security, "X-ELSEWHERE", []).await;
        let known = secured(security, "AUTH PLAIN", []).await;
        let wrong_host = deliver(&client(&elsewhere)).await;
        let unknown_authority =
            deliver(&Client::new(&known.settings(), "x").trusting(Vec::new())).await;
        for (report, word) in [
            (wrong_host, "not valid for name"),
            (unknown_authority, "UnknownIssuer"),
        ] {
            let Outcome::Tls(text) = &report.outcome else {
                panic!("{report:?}")
            };
            assert!(text.contains(word), "{text}");
            assert_eq!(report.stage, Stage::Tls);
        }
        for server in [elsewhere, known] {
            let said = server.commands().join(" ");
            assert!(!said.contains("AUTH") && !said.contains("MAIL"), "{said}");
        }
    }
}

#[tokio::test]
async fn the_two_ways_to_begin_encryption_are_told_apart() {
    let starttls = secured(Security::Starttls, "AUTH PLAIN", []).await;
    let mut settings = starttls.settings();
    settings.security = Security::Implicit;
    let report = deliver(&to(&settings)).await;
    assert!(matches!(&report.outcome, Outcome::Tls(text) if text.contains("InvalidContentType")));

    let implicit = secured(Security::Implicit, "AUTH PLAIN", []).await;
    let mut settings = implicit.settings();
    settings.security = Security::Starttls;
    let impatient = Limits {
        banner: BRIEF,
        ..patient()
    };
    let report = deliver(&to(&settings).with_limits(impatient)).await;
    assert!(matches!(report.outcome, Outcome::Timeout(_)), "{report:?}");
    assert_eq!(report.stage, Stage::Banner);
}

#[tokio::test]
async fn a_refusal_is_reported_with_its_stage() {
    for step in Step::ALL.into_iter().filter(|step| *step != Step::Body) {
        for reply in [
            "451 4.3.0 not now",
            "554 5.0.0 never",
            "571 odd\r\n",
            "421 bye",
        ] {
            let server = secured(
                Security::Starttls,
                "AUTH PLAIN",
                [Script::at(step, Act::Reply(reply.trim_end()))],
            )
            .await;
            let report = deliver(&client(&server)).await;
            let expected: u16 = reply[..3].parse().expect("a code");
            assert_eq!(code(&report), Some(expected), "{step:?} {report:?}");
            assert_eq!(report.stage, stage(step), "{step:?}");
            assert!(!report.is_uncertain());
            assert_eq!(server.taken(), []);
        }
    }
}

#[tokio::test]
async fn a_refusal_of_several_lines_is_kept_whole() {
    let reply = "550-5.1.1 The account\r\n550-5.1.1 does not exist.\r\n550 5.1.1 Sorry";
    let server = SmtpServer::scripted([Script::at(Step::RcptTo, Act::Reply(reply))]).await;
    let report = deliver(&client(&server)).await;
    assert_eq!(report.text(), "550 5.1.1 The account does not exist. Sorry");
    let reply = report.reply().expect("a reply");
    assert_eq!(reply.enhanced_code(), Some("5.1.1"));
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up_at_every_stage() {
    for step in Step::ALL.into_iter().filter(|step| *step != Step::Body) {
        let server = secured(
            Security::Starttls,
            "AUTH PLAIN",
            [Script::at(step, Act::Hang)],
        )
        .await;
        let report = deliver(&client(&server).with_limits(impatient_at(step))).await;
        assert_eq!(report.outcome, Outcome::Timeout(BRIEF), "{step:?}");
        assert_eq!(report.stage, stage(step), "{step:?}");
        assert_eq!(report.is_uncertain(), step == Step::Dot, "{step:?}");
    }
}

#[tokio::test]
async fn a_handshake_that_hangs_is_given_up() {
    // A plain server never answers to a ClientHello, it waits for the end of a line.
    let server = SmtpServer::scripted([Script::at(Step::Banner, Act::Hang)]).await;
    let mut settings = server.settings();
    settings.security = Security::Implicit;
    let impatient = Limits {
        tls: BRIEF,
        ..patient()
    };
    let report = deliver(&to(&settings).with_limits(impatient)).await;
    assert!(matches!(report.outcome, Outcome::Timeout(_)), "{report:?}");
    assert_eq!(report.stage, Stage::Tls);
}

#[tokio::test]
async fn a_server_that_stops_reading_is_given_up() {
    let server = SmtpServer::scripted([Script::at(Step::Body, Act::Hang)]).await;
    let impatient = Limits {
        body: BRIEF,
        ..patient()
    };
    let client = client(&server).with_limits(impatient);
    // More than any socket buffers.
    let large = vec![b'x'; 9_900_000];
    let (report, _) = send(connect(&client).await, &large).await;
    assert!(matches!(report.outcome, Outcome::Timeout(_)), "{report:?}");
    assert!(!report.is_uncertain());
}

#[tokio::test]
async fn a_server_that_hangs_up_is_noticed_at_every_stage() {
    for step in Step::ALL {
        let script = Script::at(step, Act::Drop);
        let server = secured(Security::Starttls, "AUTH PLAIN", [script]).await;
        let client = client(&server);
        // More than any socket buffers: the end of a short message would be on its way already.
        let message = vec![b'x'; if step == Step::Body { 9_900_000 } else { 100 }];
        let report = match client.connect(None).await {
            Ok(connection) => send(connection, &message).await.0,
            Err(report) => *report,
        };
        assert_eq!(report.outcome, Outcome::Closed, "{step:?}");
        assert_eq!(report.is_uncertain(), step == Step::Dot, "{step:?}");
        assert_eq!(report.stage, stage(step), "{step:?}");
        assert_eq!(server.taken(), []);
    }
}

#[tokio::test]
async fn a_connection_that_dies_after_the_dot_leaves_it_open() {
    let server = SmtpServer::scripted([Script::at(Step::Dot, Act::TakeAndDrop)]).await;
    let report = deliver(&client(&server)).await;
    assert!(report.is_uncertain());
    assert_eq!(server.taken().len(), 1, "it was taken, and nobody said so");
}

#[tokio::test]
async fn a_server_that_refuses_in_the_middle_of_a_message_is_heard() {
    let script = Script::at(Step::Body, Act::ReplyAndDrop("552 5.3.4 too big"));
    let server = SmtpServer::scripted([script]).await;
    let large = vec![b'x'; 9_900_000];
    let (report, connection) = send(connect(&client(&server)).await, &large).await;
    assert!(connection.is_none());
    assert!(!report.is_uncertain());
    assert!(
        code(&report) == Some(552) || report.outcome == Outcome::Closed,
        "{report:?}"
    );
}

#[tokio::test]
async fn nonsense_is_not_taken_for_a_yes() {
    for (step, nonsense) in [
        (Step::Banner, "HTTP/1.1 400 Bad Request"),
        (Step::MailFrom, "354 what?"),
        (Step::RcptTo, "25"),
        (Step::Data, "250 ok"),
        (Step::Data, "354 go\r\n250 taken already"),
        (Step::RcptTo, "250 ok\r\n354 go"),
        (Step::MailFrom, "250-ok\r\n550 no"),
    ] {
        let server = SmtpServer::scripted([Script::at(step, Act::Reply(nonsense))]).await;
        let report = deliver(&client(&server)).await;
        assert!(
            matches!(report.outcome, Outcome::Unexpected(_)),
            "{step:?} {report:?}"
        );
        assert!(!report.is_uncertain());
        assert_eq!(server.taken(), []);
    }
}

#[tokio::test]
async fn nonsense_after_the_dot_leaves_it_open() {
    for nonsense in ["354 go", "what?"] {
        let server = SmtpServer::scripted([Script::at(Step::Dot, Act::Reply(nonsense))]).await;
        assert!(deliver(&client(&server)).await.is_uncertain());
    }
}

#[tokio::test]
async fn a_cancelled_message_leaves_no_reply_behind() {
    let never = Arc::new(Hold::default());
    let server = SmtpServer::scripted([
        Script::at(Step::Dot, Act::Hold(Arc::clone(&never))),
        Script::at(Step::Dot, Act::Reply("554 5.7.1 rejected")),
    ])
    .await;
    let client = client(&server);
    let connection = connect(&client).await;
    let addresses = addresses();
    let envelope = envelope(&addresses);
    tokio::select! {
        _ = connection.send(&envelope, MESSAGE, async || true) => panic!("no reply yet"),
        () = never.reached.notified() => {}
    }
    let report = deliver(&client).await;
    assert_eq!(code(&report), Some(554), "{report:?}");
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_message_that_is_called_back_before_the_dot_is_not_taken() {
    let server = SmtpServer::start().await;
    let addresses = addresses();
    let (report, connection) = connect(&client(&server))
        .await
        .send(&envelope(&addresses), MESSAGE, async || false)
        .await;
    assert_eq!(report.outcome, Outcome::Withheld);
    assert!(connection.is_none() && !report.is_uncertain());
    assert_eq!(server.taken(), []);
}

#[tokio::test]
async fn a_connection_serves_several_messages() {
    let server = SmtpServer::start().await;
    let mut connection = connect(&client(&server)).await;
    for _ in 0..3 {
        let (report, kept) = send(connection, MESSAGE).await;
        assert!(matches!(report.outcome, Outcome::Accepted(_)));
        connection = kept.expect("kept").refresh().await.expect("fresh");
    }
    connection.quit().await;
    assert_eq!((server.connections(), server.taken().len()), (1, 3));
}

#[tokio::test]
async fn a_connection_is_not_kept_for_ever() {
    let server = SmtpServer::start().await;
    let mut connection = connect(&client(&server)).await;
    let mut messages = 0;
    loop {
        let (_, kept) = send(connection, MESSAGE).await;
        messages += 1;
        match kept.expect("kept").refresh().await {
            Some(fresh) => connection = fresh,
            None => break,
        }
    }
    assert_eq!((messages, server.taken().len()), (50, 50));
}

#[tokio::test]
async fn a_kept_connection_that_died_is_replaced_without_harm() {
    for act in [Act::Drop, Act::Reply("421 4.4.2 idle for too long")] {
        let server = SmtpServer::scripted([Script::at(Step::Rset, act)]).await;
        let (_, kept) = send(connect(&client(&server)).await, MESSAGE).await;
        assert!(kept.expect("kept").refresh().await.is_none());
    }
}

#[tokio::test]
async fn after_a_refusal_the_connection_is_not_kept() {
    let server =
        SmtpServer::scripted([Script::at(Step::RcptTo, Act::Reply("550 5.1.1 who?"))]).await;
    let (_, kept) = send(connect(&client(&server)).await, MESSAGE).await;
    assert!(kept.is_none());
    assert!(!server.commands().contains(&"DATA".to_owned()));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_so() {
    let mut settings = SmtpServer::start().await.settings();
    // A server that is dropped closes its port some time later; this one has closed it already.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    settings.port = closed.local_addr().expect("an address").port();
    drop(closed);
    let report = deliver(&to(&settings)).await;
    assert!(
        matches!(&report.outcome, Outcome::Network(text) if text.contains("refused")),
        "{report:?}"
    );
    assert_eq!(report.stage, Stage::Connect);
    settings.host = "no-such-host.invalid".into();
    let report = deliver(&to(&settings)).await;
    assert!(
        matches!(report.outcome, Outcome::NoAddress(_)),
        "{report:?}"
    );
}

#[tokio::test]
async fn a_message_that_is_too_long_is_not_even_begun() {
    let options = Options {
        offers: vec!["SIZE 20"],
        ..Options::default()
    };
    let server = SmtpServer::with(options, []).await;
    let report = deliver(&client(&server)).await;
    assert!(matches!(
        report.outcome,
        Outcome::Missing(Missing::Size { longest: 20, .. })
    ));
}

#[tokio::test]
async fn an_address_beyond_ascii_needs_a_server_that_takes_it() {
    let from = parse_address("jobs@example.com").expect("an address");
    let to = parse_address("jürgen@bücher.example").expect("an address");
    let envelope = Envelope {
        from: &from,
        to: &to,
        link: LINK,
        short_link: None,
        envelope_id: None,
    };
    let modern = SmtpServer::start().await;
    let (report, _) = connect(&client(&modern))
        .await
        .send(&envelope, MESSAGE, async || true)
        .await;
    assert!(matches!(report.outcome, Outcome::Accepted(_)), "{report:?}");
    assert_eq!(modern.taken()[0].to, "jürgen@xn--bcher-kva.example");
    let mail = modern.commands()[1].clone();
    assert!(mail.ends_with("BODY=8BITMIME SMTPUTF8"), "{mail}");
    let options = Options {
        offers: vec!["8BITMIME"],
        ..Options::default()
    };
    let old = SmtpServer::with(options, []).await;
    let (report, _) = connect(&client(&old))
        .await
        .send(&envelope, MESSAGE, async || true)
        .await;
    assert_eq!(report.outcome, Outcome::Missing(Missing::SmtpUtf8));
}

#[tokio::test]
async fn a_server_that_quotes_the_link_does_not_spread_it() {
    let quoting = "554 5.7.1 spam: https://jobs.example.com/interview/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0NWU4YWJjZCJ9.dBjftJeZ4CVPmB92K27uhbUJ!";
    let server = SmtpServer::scripted([Script::at(Step::Dot, Act::Reply(quoting))]).await;
    let report = deliver(&client(&server)).await;
    assert_eq!(report.text(), "554 5.7.1 spam: ***!");
    assert_tells_no_secret(&report);
}

#[tokio::test]
async fn the_transcript_tells_the_whole_story_but_the_secrets() {
    let server = secured(Security::Starttls, "AUTH PLAIN", []).await;
    let report = deliver(&client(&server)).await;
    let story: Vec<_> = report.transcript.iter().map(ToString::to_string).collect();
    for line in [
        "< 220 mail.example.com ESMTP",
        "> EHLO jobs.example.com",
        "> STARTTLS",
        "> AUTH PLAIN ***",
        "< 235 2.7.0 welcome",
        "> RCPT TO:<john@example.org>",
        "< 354 go ahead",
        "> .",
        "< 250 2.0.0 queued as 4F2A",
    ] {
        assert!(
            story.iter().any(|said| said == line),
            "{line} in {story:#?}"
        );
    }
    assert!(!story.join("\n").contains("two dots"), "{story:#?}");
    assert!(report.transcript.is_sorted_by_key(|line| line.at_ms));
}

#[tokio::test]
#[ignore = "needs aiosmtpd; tests/run installs it"]
async fn an_outside_server_takes_our_messages() {
    for security in [Security::Plain, Security::Starttls, Security::Implicit] {
        let mut peer = Aiosmtpd::start(security);
        let report = deliver(&to(&peer.settings(PASSWORD))).await;
        assert!(
            matches!(report.outcome, Outcome::Accepted(_)),
            "{security:?} {report:?}"
        );
        let taken = peer.taken();
        assert_eq!(Aiosmtpd::bytes(&taken), [MESSAGE, b"\r\n"].concat());
        assert_eq!(taken["from"], "jobs@example.com");
        assert_eq!(taken["to"][0], "john@example.org");
        assert_eq!(taken["encrypted"], security != Security::Plain);
        assert_eq!(taken["authenticated"], security != Security::Plain);
    }
}

#[tokio::test]
#[ignore = "needs aiosmtpd; tests/run installs it"]
async fn an_outside_server_refuses_and_we_understand() {
    let peer = Aiosmtpd::start(Security::Starttls);
    let report = deliver(&to(&peer.settings("wrong"))).await;
    assert_eq!((report.stage, code(&report)), (Stage::Auth, Some(535)));
    let client = to(&peer.settings(PASSWORD));
    let from = parse_address("jobs@example.com").expect("an address");
    for (to, refusal) in [("nobody@example.org", 550), ("later@example.org", 451)] {
        let to = parse_address(to).expect("an address");
        let envelope = Envelope {
            from: &from,
            to: &to,
            link: LINK,
            short_link: None,
            envelope_id: None,
        };
        let (report, _) = connect(&client)
            .await
            .send(&envelope, MESSAGE, async || true)
            .await;
        assert_eq!(
            (report.stage, code(&report)),
            (Stage::RcptTo, Some(refusal))
        );
    }
}

async fn secured(
    security: Security,
    offer: &'static str,
    scripts: impl IntoIterator<Item = Script>,
) -> SmtpServer {
    let options = Options {
        security,
        login: Some(("greenroom", PASSWORD)),
        offers: vec!["SIZE 10000000", offer],
    };
    SmtpServer::with(options, scripts).await
}

fn client(server: &SmtpServer) -> Client {
    to(&server.settings())
}

fn to(settings: &SmtpSettings) -> Client {
    Client::new(settings, "jobs.example.com")
        .trusting(vec![CERTIFICATES.authority.clone()])
        .with_limits(patient())
}

async fn connect(client: &Client) -> Connection {
    match client.connect(None).await {
        Ok(connection) => connection,
        Err(report) => panic!("{report:?}"),
    }
}

async fn deliver(client: &Client) -> Report {
    match client.connect(None).await {
        Ok(connection) => send(connection, MESSAGE).await.0,
        Err(report) => *report,
    }
}

async fn send(connection: Connection, message: &[u8]) -> (Report, Option<Connection>) {
    let addresses = addresses();
    connection
        .send(&envelope(&addresses), message, async || true)
        .await
}

fn addresses() -> (Address, Address) {
    let address = |text| parse_address(text).expect("an address");
    (address("jobs@example.com"), address("john@example.org"))
}

fn envelope((from, to): &(Address, Address)) -> Envelope<'_> {
    Envelope {
        from,
        to,
        link: LINK,
        short_link: None,
        envelope_id: None,
    }
}

fn code(report: &Report) -> Option<u16> {
    match &report.outcome {
        Outcome::Refused(reply) => Some(reply.code),
        _ => None,
    }
}

/// What the stage of an attempt is called at which the server acts.
pub fn stage(step: Step) -> Stage {
    match step {
        Step::Banner => Stage::Banner,
        Step::Ehlo => Stage::Ehlo,
        Step::Starttls => Stage::Starttls,
        Step::Tls => Stage::Tls,
        Step::Auth => Stage::Auth,
        Step::MailFrom => Stage::MailFrom,
        Step::RcptTo => Stage::RcptTo,
        Step::Data => Stage::Data,
        Step::Body | Step::Dot => Stage::Body,
        Step::Rset => panic!("no message is at that stage"),
    }
}

/// Long enough for a busy machine, short enough to be noticed.
fn patient() -> Limits {
    let long = Duration::from_secs(20);
    Limits {
        connect: long,
        tls: long,
        banner: long,
        ehlo: long,
        auth: long,
        envelope: long,
        data: long,
        body: long,
        verdict: long,
        quit: long,
    }
}

/// Waits briefly there, and long anywhere else.
pub fn impatient_at(step: Step) -> Limits {
    let mut limits = patient();
    *match step {
        Step::Banner => &mut limits.banner,
        Step::Ehlo | Step::Starttls => &mut limits.ehlo,
        Step::Tls => &mut limits.tls,
        Step::Auth => &mut limits.auth,
        Step::MailFrom | Step::RcptTo | Step::Rset => &mut limits.envelope,
        Step::Data => &mut limits.data,
        Step::Body => &mut limits.body,
        Step::Dot => &mut limits.verdict,
    } = BRIEF;
    limits
}

fn assert_tells_no_secret(report: &Report) {
    let all = format!("{report:?}");
    for secret in [
        PASSWORD,
        "Y29ycmVjdCBob3JzZQ",
        "AGdyZWVucm9vbQ",
        "Z3JlZW5yb29tI",
        "eyJzdWIiOiI0NWU4YWJjZCJ9",
        "dBjftJeZ4CVPmB92K27uhbUJ",
        "two dots",
    ] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
}
