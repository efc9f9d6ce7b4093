//! The commands that tell whether mail leaves: what they exit with, and what they print.
use std::{
    net::TcpListener,
    process::Output,
    time::{Duration, Instant},
};

use greenroom::zones;
use serde_json::Value;

use crate::support::{Installation, mail_server::MailServer};

/// Nobody listens there: no test asks the world's name servers.
const NO_DNS: &str = "127.0.0.1:9";
const PASSWORD: &str = "correct-horse-battery";

/// An installation whose links lead somewhere, and that sends through this port.
fn settings(port: u16) -> Vec<(&'static str, String)> {
    vec![
        // An address needs no look-up.
        ("BASE_URL", "https://192.0.2.7".into()),
        ("SECRET_KEY", "an installation's secret, long enough".into()),
        ("EMAIL_BACKEND", "smtp".into()),
        ("EMAIL_HOST", "127.0.0.1".into()),
        ("EMAIL_PORT", port.to_string()),
        ("EMAIL_USE_TLS", "false".into()),
        (
            "DEFAULT_FROM_EMAIL",
            "Greenroom <jobs@greenroom-test.dev>".into(),
        ),
    ]
}

fn with(
    mut settings: Vec<(&'static str, String)>,
    name: &'static str,
    value: &str,
) -> Installation {
    settings.retain(|(set, _)| *set != name);
    settings.push((name, value.into()));
    Installation::with(settings)
}

fn doctor(installation: &Installation, more: &[&str]) -> Output {
    let arguments = [&["mail", "doctor", "--dns-server", NO_DNS], more].concat();
    installation.run(&arguments)
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn the_doctor_exits_as_mail_is() {
    let mail = MailServer::start();
    let port = mail.address.port();
    let well = Installation::with(settings(port));
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a port");
    let closed = nobody.local_addr().expect("an address").port();
    drop(nobody);
    for (installation, code, word) in [
        (&well, 0, "Email can be sent."),
        (
            &with(settings(port), "BASE_URL", "http://127.0.0.1:8080"),
            1,
            "needs attention",
        ),
        (
            &Installation::with(settings(closed)),
            2,
            "Nothing is listening on that port",
        ),
        (&Installation::new(), 2, "Nobody receives them"),
        (&with(settings(port), "EMAIL_PORT", "many"), 2, "EMAIL_PORT"),
        (
            &with(settings(port), "EMAIL_BACKEND", "pigeon"),
            2,
            "EMAIL_BACKEND",
        ),
    ] {
        let output = doctor(installation, &[]);
        let printed = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(code), "{printed}");
        assert!(printed.contains(word), "{word} in {printed}");
        let output = doctor(installation, &["--json"]);
        assert_eq!(output.status.code(), Some(code));
        assert_eq!(json(&output)["checks"].as_array().map(Vec::len), Some(21));
    }
    assert!(!well.path("data/greenroom.db").exists(), "it only looks");
    assert_eq!(mail.messages().len(), 0, "nothing is sent unasked");
}

#[test]
fn the_json_keeps_its_shape() {
    let mail = MailServer::start();
    let installation = Installation::with(settings(mail.address.port()));
    let output = doctor(&installation, &["--json", "--to", "ada@example.org"]);
    let mut printed = json(&output);
    printed["milliseconds"] = 0.into();
    assert_eq!(printed["time_zone_rules"], zones::version());
    printed["time_zone_rules"] = "EDITION".into();
    for check in printed["checks"].as_array_mut().expect("checks") {
        check["milliseconds"] = 0.into();
    }
    let text = serde_json::to_string_pretty(&printed).expect("JSON");
    let text = text.replace(&mail.address.port().to_string(), "PORT");
    let lines = text
        .lines()
        .map(|line| match line.split_once(" answered after ") {
            Some((address, _)) => format!("{address} answered after N ms\""),
            None => line.to_owned(),
        });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn with_send_three_messages_leave_and_no_secret_is_printed() {
    let mail = MailServer::start();
    let mut settings = settings(mail.address.port());
    settings.push(("RUST_LOG", "trace".into()));
    let installation = Installation::with(settings.clone());
    let output = doctor(&installation, &["--to", "ada@example.org", "--send"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let messages = mail.messages();
    assert_eq!(messages.len(), 3);
    assert!(messages[0].contains("Subject: Test email from Greenroom"));
    let link = messages[1].replace("=\r\n", "");
    let (_, link) = link.split_once("/interview/sample-").expect("a link");
    settings.push(("EMAIL_HOST_USER", "greenroom".into()));
    settings.push(("EMAIL_HOST_PASSWORD", PASSWORD.into()));
    let with_login = doctor(&Installation::with(settings), &["--json"]);
    assert_eq!(
        with_login.status.code(),
        Some(2),
        "this server offers no login"
    );
    for output in [output, with_login] {
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8_lossy(&printed);
        for secret in [
            PASSWORD,
            "Y29ycmVjdC1ob3Jz",
            "an installation's secret",
            &link[..20],
        ] {
            assert!(!printed.contains(secret), "{secret} in {printed}");
        }
    }
}

#[test]
fn a_password_that_breaks_the_file_of_settings_is_not_printed() {
    let installation = Installation::new();
    let broken = "EMAIL_BACKEND=smtp\nEMAIL_HOST_PASSWORD=abcd efgh ijkl mnop\n";
    std::fs::write(installation.path(".env"), broken).expect("written");
    for arguments in [&["mail", "doctor"][..], &["serve"]] {
        let output = installation.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8_lossy(&printed);
        assert!(printed.contains("single quotes"), "{printed}");
        assert!(
            !printed.contains("abcd") && !printed.contains("efgh"),
            "{printed}"
        );
    }
}

#[test]
fn a_test_message_tells_what_the_server_says() {
    let mail = MailServer::start();
    let installation = Installation::with(settings(mail.address.port()));
    let arguments = ["mail", "test", "--to", "ada@example.org"];
    let output = installation.run(&arguments);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("250 2.0.0 taken"), "{printed}");
    assert!(
        printed.contains("Accepted does not mean delivered"),
        "{printed}"
    );
    assert_eq!(mail.messages().len(), 1);
    let console = Installation::new().run(&arguments);
    assert_eq!(console.status.code(), Some(2));
    let said = String::from_utf8_lossy(&console.stderr);
    assert!(said.contains("nobody would receive a test"), "{said}");
}

#[test]
fn the_queue_of_an_installation_is_looked_at_beside_its_server() {
    let mail = MailServer::start();
    let port = mail.address.port();
    let installation = with(settings(port), "BASE_URL", "http://127.0.0.1:0");
    let server = installation.serve();
    let output = doctor(&installation, &["--json"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let printed = json(&output);
    let queue = &printed["checks"][20];
    assert_eq!(queue["step"], "queue");
    assert_eq!(queue["grade"], "pass", "{queue}");
    assert_eq!(queue["evidence"][0], "due: 0");
    server.terminate();
    assert!(server.wait().success());
}

#[test]
fn a_silent_server_is_given_up_within_twenty_seconds() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let begun = Instant::now();
    let output = doctor(&Installation::with(settings(port)), &[]);
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
    // Silent so far: the worker waits longer than the doctor does, so that this is a warning.
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}

#[test]
fn addresses_of_providers_are_printed_and_no_key() {
    let installation = Installation::with(vec![
        ("BASE_URL", "http://127.0.0.1:8080".into()),
        ("EMAIL_EVENTS", "postmark,mailgun".into()),
        (
            "EMAIL_EVENTS_MAILGUN_KEY",
            "key-3ax6xnjp29jd6fds4gc373sgvjxteol0".into(),
        ),
    ]);
    let printed = installation.run(&["mail", "hooks"]);
    assert!(printed.status.success(), "{printed:?}");
    let printed = String::from_utf8_lossy(&printed.stdout).into_owned();
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.len(), 2, "{printed}");
    for (line, begin) in lines.iter().zip([
        "Postmark   http://127.0.0.1:8080/hooks/mail/postmark/",
        "Mailgun    http://127.0.0.1:8080/hooks/mail/mailgun/",
    ]) {
        let secret = line.strip_prefix(begin).expect(begin);
        assert_eq!(secret.len(), 43, "{line}");
    }
    assert!(!printed.contains("3ax6xnjp"), "{printed}");

    let nobody = Installation::new().run(&["mail", "hooks"]);
    assert!(nobody.stdout.is_empty(), "{nobody:?}");
    let said = String::from_utf8_lossy(&nobody.stderr).into_owned();
    assert!(said.contains("EMAIL_EVENTS"), "{said}");
}
