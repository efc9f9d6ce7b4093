//! Setting mail up by answering questions.
use std::{
    collections::HashMap,
    fs::{self, File},
    io::Write,
    process::{Child, Command, ExitStatus, Stdio},
};

use crate::support::{
    Installation,
    mail_server::{MailServer, header},
    mode, wait_for,
};

/// With everything in it that a file of settings can trip over.
const PASSWORD: &str = "pa$$ 'w#rd\" \\";

/// Runs the setup with one line per answer, and then the end of the input.
fn set_up(here: &Installation, answers: &[&str]) -> (ExitStatus, String) {
    let mut running = Running::start(here);
    running.answer(answers);
    running.child.stdin.take();
    let status = running.child.wait().expect("it ends");
    (status, running.printed())
}

struct Running {
    child: Child,
    log: std::path::PathBuf,
}

impl Running {
    fn start(here: &Installation) -> Self {
        let log = here.path("setup.log");
        let output = File::create(&log).expect("a log file");
        let child = here
            .command(&["mail", "setup"])
            .env("RUST_LOG", "trace")
            .stdin(Stdio::piped())
            .stdout(output.try_clone().expect("a second handle"))
            .stderr(output)
            .spawn()
            .expect("the binary runs");
        Self { child, log }
    }

    fn answer(&mut self, answers: &[&str]) {
        let stdin = self.child.stdin.as_mut().expect("it is piped");
        for answer in answers {
            writeln!(stdin, "{answer}").expect("it reads");
        }
    }

    /// All that it has said so far, on one line whatever the width of the terminal.
    fn printed(&self) -> String {
        let printed = fs::read_to_string(&self.log).expect("a log file");
        printed.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// As the program reads it at start.
fn written(here: &Installation) -> HashMap<String, String> {
    dotenvy::from_path_iter(here.path(".env"))
        .expect("it is there")
        .collect::<Result<_, _>>()
        .expect("readable")
}

/// Own server, this machine, no encryption, that port, a login.
fn own_server<'a>(port: &'a str, password: &'a str) -> Vec<&'a str> {
    vec![
        "own",
        "127.0.0.1",
        "3",
        port,
        "jobs",
        password,
        "Acme <jobs@acme.io>",
    ]
}

#[test]
fn after_a_refused_login_only_the_login_is_asked_again() {
    let here = Installation::new();
    let server = MailServer::with_login("jobs", PASSWORD);
    let port = server.address.port().to_string();
    let mut answers = own_server(&port, "not-the-password");
    answers.extend(["", PASSWORD, "y", "Ann <ann@acme.io>", "y"]);
    let (status, printed) = set_up(&here, &answers);

    assert!(status.success(), "{printed}");
    assert!(
        printed.contains("✗ 535 5.7.8 Error: authentication failed"),
        "{printed}"
    );
    assert!(
        printed.contains("The mail server refuses our login"),
        "{printed}"
    );
    assert_eq!(
        printed.matches("Mail server (host name)").count(),
        1,
        "{printed}"
    );
    assert!(printed.contains("✓ The login is accepted."), "{printed}");
    assert!(
        printed.contains("✓ The mail server accepted the email: 250 2.0.0 taken"),
        "{printed}"
    );
    for secret in [PASSWORD, "w#rd", "not-the-password"] {
        assert!(!printed.contains(secret), "{printed}");
    }

    let messages = server.messages();
    assert_eq!(messages.len(), 1);
    assert_eq!(header(&messages[0], "To"), Some("\"Ann\" <ann@acme.io>"));
    assert_eq!(
        header(&messages[0], "From"),
        Some("\"Acme\" <jobs@acme.io>")
    );

    let settings = written(&here);
    for (name, value) in [
        ("EMAIL_BACKEND", "smtp"),
        ("EMAIL_HOST", "127.0.0.1"),
        ("EMAIL_PORT", &*port),
        ("EMAIL_USE_TLS", "false"),
        ("EMAIL_USE_SSL", "false"),
        ("EMAIL_HOST_USER", "jobs"),
        ("EMAIL_HOST_PASSWORD", PASSWORD),
        ("DEFAULT_FROM_EMAIL", "Acme <jobs@acme.io>"),
    ] {
        assert_eq!(settings[name], value, "{name}");
    }
    assert_eq!(mode(&here.path(".env")), 0o600);
    let starts = here.run(&["migrate"]);
    assert!(starts.status.success(), "{starts:?}");
}

#[test]
fn what_else_is_in_the_file_stays_as_it_is() {
    let here = Installation::new();
    let server = MailServer::with_login("jobs", "sesame");
    let port = server.address.port().to_string();
    let old = "# ours, don't touch\n\nexport SECRET_KEY = 'it is # a long key, longer than 32'   \n\
               EMAIL_HOST=old.acme.io # it's gone\nNOTE=\"two\nEMAIL_PORT=lines\"\nEMAIL_USE_TLS=perhaps\n";
    fs::write(here.path(".env"), old).expect("written");
    let mut answers = own_server(&port, "sesame");
    answers.extend(["", "y"]);
    let (status, printed) = set_up(&here, &answers);

    assert!(status.success(), "{printed}");
    let new = fs::read_to_string(here.path(".env")).expect("it is there");
    let expected = format!(
        "# ours, don't touch\n\nexport SECRET_KEY = 'it is # a long key, longer than 32'   \n\
         EMAIL_HOST=127.0.0.1\nNOTE=\"two\nEMAIL_PORT=lines\"\nEMAIL_USE_TLS=false\n\
         EMAIL_BACKEND=smtp\nEMAIL_PORT={port}\nEMAIL_USE_SSL=false\nEMAIL_HOST_USER=jobs\n\
         EMAIL_HOST_PASSWORD=sesame\nDEFAULT_FROM_EMAIL='Acme <jobs@acme.io>'\n"
    );
    assert_eq!(new, expected);
    assert_eq!(mode(&here.path(".env")), 0o600);
    assert!(server.messages().is_empty(), "nobody was to get a message");
    assert!(
        printed.contains("Links in emails start with BASE_URL"),
        "{printed}"
    );
}

#[test]
fn a_run_that_ends_early_changes_nothing() {
    let here = Installation::new();
    let server = MailServer::with_login("jobs", "sesame");
    let port = server.address.port().to_string();
    let old = "EMAIL_HOST=old.acme.io\nnobody can read this line\n";
    fs::write(here.path(".env"), old).expect("written");
    let mut answers = vec!["y"];
    answers.extend(own_server(&port, "sesame"));
    answers.extend(["", "n"]);
    for end in 0..=answers.len() {
        let (status, printed) = set_up(&here, &answers[..end]);
        assert_eq!(status.code(), Some(1), "{printed}");
        assert!(printed.ends_with("Nothing was saved."), "{printed}");
        let now = fs::read_to_string(here.path(".env")).expect("it is there");
        assert_eq!(now, old, "after {end} answers");
    }
}

#[test]
fn ctrl_c_changes_nothing() {
    let here = Installation::new();
    let server = MailServer::with_login("jobs", "sesame");
    let port = server.address.port().to_string();
    let mut running = Running::start(&here);
    running.answer(&own_server(&port, "sesame"));
    wait_for("the offer of a test message", || {
        running
            .printed()
            .contains("Send a test email")
            .then_some(())
    });
    let sent = Command::new("sh")
        .args(["-c", &format!("kill -INT {}", running.child.id())])
        .status();
    assert!(sent.expect("a shell").success());
    assert!(!running.child.wait().expect("it ends").success());
    assert!(!here.path(".env").exists());
}

#[test]
fn lines_that_keep_everything_from_starting_become_comments() {
    let here = Installation::new();
    let server = MailServer::start();
    let port = server.address.port().to_string();
    fs::write(here.path(".env"), "A=1\nEMAIL_HOST nobody can read\n").expect("written");
    assert_eq!(here.run(&["migrate"]).status.code(), Some(2));
    let (status, printed) = set_up(
        &here,
        &[
            "y",
            "own",
            "localhost",
            "3",
            &port,
            "-",
            "jobs@acme.io",
            "",
            "y",
        ],
    );
    assert!(status.success(), "{printed}");
    assert!(
        printed.contains("the entry at line 2 can't be read"),
        "{printed}"
    );
    let new = fs::read_to_string(here.path(".env")).expect("it is there");
    assert!(
        new.starts_with("A=1\n# EMAIL_HOST nobody can read\n"),
        "{new}"
    );
    let starts = here.run(&["migrate"]);
    assert!(starts.status.success(), "{starts:?}");
}

#[test]
fn a_wrong_answer_is_seen_before_anybody_is_asked() {
    let here = Installation::new();
    let (status, printed) = set_up(
        &here,
        &[
            "gmail",
            "2",
            "acme",
            "Summer2026!",
            "n",
            "acme@gmail.com",
            "Summer2026!",
            "n",
            "acme@gmail.com",
            "abcd efgh ijkl mnop",
            "noreply@aiinterview.com",
            "n",
        ],
    );
    assert_eq!(status.code(), Some(1), "{printed}");
    for expected in [
        "https://myaccount.google.com/apppasswords",
        "2-Step Verification",
        "EMAIL_HOST_USER is not a full email address",
        "EMAIL_HOST_PASSWORD is not an App Password",
        "DEFAULT_FROM_EMAIL is on aiinterview.com, but the login is on gmail.com",
    ] {
        assert!(printed.contains(expected), "{expected} in {printed}");
    }
    assert!(!printed.contains("Trying"), "{printed}");
    assert!(
        !printed.contains("Summer2026!") && !printed.contains("mnop"),
        "{printed}"
    );
}

#[test]
fn a_server_that_is_not_there_is_asked_for_again() {
    let here = Installation::new();
    let server = MailServer::start();
    let port = server.address.port().to_string();
    let (status, printed) = set_up(
        &here,
        &[
            "8",
            "127.0.0.1",
            "3",
            "1",
            "-",
            "jobs@acme.io",
            "",
            "",
            &port,
            "",
            "y",
        ],
    );
    assert!(status.success(), "{printed}");
    assert!(
        printed.contains("Nothing is listening on that port"),
        "{printed}"
    );
    assert_eq!(written(&here)["EMAIL_PORT"], port);
    assert_eq!(written(&here)["EMAIL_HOST_USER"], "");
}

#[test]
fn the_authorities_of_the_file_are_trusted_as_at_start() {
    let here = Installation::new();
    let (server, authority) = MailServer::with_tls();
    let port = server.address.port().to_string();
    let answers = ["own", "localhost", "2", &port, "-", "jobs@acme.io"];
    let (status, printed) = set_up(&here, &answers);
    assert_eq!(status.code(), Some(1), "{printed}");
    assert!(
        printed.contains("set SSL_CERT_FILE to its file"),
        "{printed}"
    );

    let file = here.path("authority with a space.pem");
    fs::write(&file, authority).expect("written");
    let old = format!("SSL_CERT_FILE='{}'\n", file.display());
    fs::write(here.path(".env"), old).expect("written");
    let (status, printed) = set_up(&here, &[&answers[..], &["ann@acme.io", "y"]].concat());
    assert!(status.success(), "{printed}");
    assert!(
        printed.contains("✓ The connection is encrypted (TLS 1.3"),
        "{printed}"
    );
    assert_eq!(server.messages().len(), 1);
    assert_eq!(written(&here)["EMAIL_USE_SSL"], "true");
    assert_eq!(written(&here)["EMAIL_USE_TLS"], "false");
}

#[test]
fn what_the_environment_says_is_named() {
    let server = MailServer::start();
    let here = Installation::with(vec![
        ("EMAIL_HOST", "old.acme.io".into()),
        ("BASE_URL", "https://jobs.acme.io".into()),
    ]);
    let port = server.address.port().to_string();
    let (status, printed) = set_up(
        &here,
        &["8", "localhost", "3", &port, "-", "jobs@acme.io", "", "y"],
    );
    assert!(status.success(), "{printed}");
    assert!(
        printed.contains("EMAIL_HOST is also set in the environment"),
        "{printed}"
    );
    assert!(!printed.contains("Links in emails start"), "{printed}");
}
