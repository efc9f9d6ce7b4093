//! The pipe through which a mail server brings what came back.
use std::{
    io::Write,
    process::{Command, Output, Stdio},
    sync::Arc,
};

use serde_json::json;
use tokio::runtime::Runtime;

use crate::faults::smtp_server::{Act, Hold, Options, Script, SmtpServer, Step};
use crate::support::{
    Installation, Server, mail_server, mail_server::MailServer, postgres::Postgres, wait_for,
};

/// EX_TEMPFAIL: the mail server tries again.
const TRY_AGAIN: Option<i32> = Some(75);
const REPORT: &str = include_str!("../bounces/postfix.eml");
const DELIVERED: &str = include_str!("../bounces/postfix-delivered.eml");

fn pipe(mut command: Command, letter: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(letter).expect("it reads to the end");
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

fn bring(installation: &Installation, letter: &[u8]) -> Output {
    pipe(installation.command(&["mail", "bounce"]), letter)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Books somebody and waits until the message is with the mail server; answers with its id and a
/// report about it.
fn sent(server: &Server, token: &str, mail: &MailServer) -> (i64, String) {
    let job = server.enter(token, "/api/jobs/", &json!({ "title": "Cook" }));
    let wish = server.wish(token, job, 0);
    server.book(token, &wish);
    mail.wait_for(1);
    let message = &mail.messages()[0];
    let message_id = mail_server::header(message, "Message-ID").expect("a Message-ID");
    let report = REPORT.replace("zoe@example.net", &wish.email).replace(
        "<0123456789abcdef0123456789abcdef.0@sample-company.example>",
        message_id,
    );
    let id = wait_for("the record", || {
        let emails = server.read(token, "/api/emails/?status=accepted").json();
        emails["results"][0]["id"].as_i64()
    });
    (id, report)
}

#[test]
fn a_report_beside_a_running_server_is_taken_once() {
    let mail = MailServer::start();
    let installation = Installation::with(mail.settings());
    let token = installation.token();
    let server = installation.serve();
    let (id, report) = sent(&server, &token, &mail);
    let taken = bring(&installation, report.as_bytes());
    assert_eq!(taken.status.code(), Some(0), "{taken:?}");
    assert_eq!(said(&taken), format!("email {id} came back undelivered"));
    let email = server.read(&token, &format!("/api/emails/{id}/")).json();
    assert_eq!(email["status"], "bounced");
    let again = bring(&installation, report.as_bytes());
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    assert_eq!(said(&again), format!("nothing new about email {id}"));
}

#[test]
fn a_reply_is_passed_on_once() {
    let mail = MailServer::start();
    let installation = Installation::with(mail.settings());
    let token = installation.token();
    let server = installation.serve();
    let (id, _) = sent(&server, &token, &mail);
    let first = &mail.messages()[0];
    let message_id = mail_server::header(first, "Message-ID").expect("a Message-ID");
    let reply = format!(
        "From: somebody@example.net\nSubject: Re: Interview\nIn-Reply-To: {message_id}\n\nI'll be there.\n"
    );
    let taken = bring(&installation, reply.as_bytes());
    assert_eq!(taken.status.code(), Some(0), "{taken:?}");
    let forwarded = format!("a reply to email {id} is forwarded to the recruiter");
    assert_eq!(said(&taken), forwarded);
    let again = bring(&installation, reply.as_bytes());
    assert_eq!(said(&again), format!("nothing new about email {id}"));
    mail.wait_for(2);
    assert!(mail.messages()[1].contains("I'll be there."));
}

#[test]
fn a_mail_server_is_never_made_to_send_a_report_back() {
    let installation = Installation::new();
    let huge = vec![b'x'; 5 * 1024 * 1024];
    let noise: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    for letter in [&b""[..], b"hello", REPORT.as_bytes(), &huge, &noise] {
        let taken = bring(&installation, letter);
        assert_eq!(taken.status.code(), Some(0), "{taken:?}");
        assert_eq!(
            said(&taken),
            "ignored: this is not a report about an email of ours"
        );
    }
}

#[test]
fn while_the_database_is_away_the_mail_server_tries_again() {
    let postgres = Postgres::start();
    let mail = MailServer::start();
    let mut settings = mail.settings();
    settings.push(("DATABASE_URL", postgres.url.clone()));
    let mut installation = Installation::with(settings.clone());
    let token = installation.token();
    let server = installation.serve();
    let (id, report) = sent(&server, &token, &mail);
    postgres.stop();
    let refused = bring(&installation, report.as_bytes());
    assert_eq!(refused.status.code(), TRY_AGAIN, "{refused:?}");
    postgres.start_again();
    let taken = bring(&installation, report.as_bytes());
    assert_eq!(said(&taken), format!("email {id} came back undelivered"));

    settings.push(("LISTEN", "nowhere".into()));
    installation.set(settings);
    let mistaken = bring(&installation, report.as_bytes());
    assert_eq!(mistaken.status.code(), TRY_AGAIN, "{mistaken:?}");
}

#[test]
fn what_is_said_to_the_mail_server_names_nobody() {
    let mail = MailServer::start();
    let installation = Installation::with(mail.settings());
    let token = installation.token();
    let server = installation.serve();
    let (_, report) = sent(&server, &token, &mail);
    let mut command = installation.command(&["mail", "bounce"]);
    command.env("RUST_LOG", "trace");
    let taken = pipe(command, report.as_bytes());
    let all = [taken.stdout, taken.stderr].concat();
    let all = String::from_utf8_lossy(&all);
    assert!(!all.contains("candidate0@"), "{all}");
    assert!(!all.contains("User unknown"), "{all}");
}

#[test]
fn a_delivery_that_overtakes_our_own_record_counts_when_that_comes() {
    let runtime = Runtime::new().expect("a runtime");
    let hold = Arc::new(Hold::default());
    let script = Script::at(Step::Body, Act::Hold(Arc::clone(&hold)));
    let options = Options {
        offers: vec!["8BITMIME", "DSN"],
        ..Options::default()
    };
    let mail = runtime.block_on(SmtpServer::with(options, [script]));
    let installation = Installation::with(vec![
        ("EMAIL_BACKEND", "smtp".into()),
        ("EMAIL_HOST", "127.0.0.1".into()),
        ("EMAIL_PORT", mail.settings().port.to_string()),
        ("EMAIL_USE_TLS", "false".into()),
        ("DEFAULT_FROM_EMAIL", "jobs@sample-company.example".into()),
        (
            "EMAIL_BOUNCE_ADDRESS",
            "bounces@sample-company.example".into(),
        ),
    ]);
    let token = installation.token();
    let server = installation.serve();
    let job = server.enter(&token, "/api/jobs/", &json!({ "title": "Cook" }));
    let wish = server.wish(&token, job, 0);
    server.book(&token, &wish);
    runtime.block_on(hold.reached.notified());
    let commands = mail.commands();
    let from = commands.iter().find(|line| line.starts_with("MAIL"));
    let from = from.and_then(|line| line.split(['<', '>']).nth(1));
    let from = from.expect("a return path");
    let report = DELIVERED.replace("zoe@example.net", &wish.email).replace(
        "bounces+42-aaaaaaaaaaaaaaaaaaaa@sample-company.example",
        from,
    );
    let emails = server.read(&token, "/api/emails/?status=sending").json();
    let id = emails["results"][0]["id"].as_i64().expect("an id");
    let taken = bring(&installation, report.as_bytes());
    assert_eq!(taken.status.code(), Some(0), "{taken:?}");
    assert!(said(&taken).starts_with(&format!("recorded: email {id} is being sent")));
    hold.release.notify_one();
    wait_for("the delivery", || {
        let email = server.read(&token, &format!("/api/emails/{id}/")).json();
        (email["status"] == "delivered").then_some(())
    });
    let again = bring(&installation, report.as_bytes());
    assert_eq!(said(&again), format!("nothing new about email {id}"));
}
