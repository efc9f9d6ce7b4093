//! What stops a start, and how it is told.
use std::{
    fs,
    process::{Command, Output, Stdio},
};

use crate::support::Installation;

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What a server says on its way up, with this `.env`.
fn says_at_start(env: &str) -> String {
    let installation = Installation::new();
    fs::write(installation.path(".env"), env).expect("written");
    let _server = installation.serve();
    installation.output()
}

#[test]
fn mistakes_are_told_together_and_nothing_starts() {
    let installation = Installation::with(vec![
        ("BASE_URL", "greenroom.example.com".into()),
        ("EMAIL_BACKEND", "smtp".into()),
        ("EMAIL_PORT", "many".into()),
    ]);
    let refused = installation.run(&["serve"]);
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr);
    for name in ["BASE_URL", "EMAIL_HOST", "EMAIL_PORT", "DEFAULT_FROM_EMAIL"] {
        assert!(said.contains(name), "{name} is not in {said}");
    }
    assert!(!installation.path("data/greenroom.db").exists());
}

#[test]
fn what_contradicts_itself_is_told_with_what_cannot_be_read() {
    let key = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let installation = Installation::with(vec![
        ("BASE_URL", "https://jobs.acme.io".into()),
        ("SECRET_KEY", key.into()),
        ("EMAIL_MAX_PER_SECOND", "many".into()),
    ]);
    let refused = installation.run(&["serve"]);
    assert_eq!(refused.status.code(), Some(2));
    let both = said(&refused);
    assert!(both.contains("EMAIL_MAX_PER_SECOND"), "{both}");
    assert!(both.contains("EMAIL_BACKEND is console"), "{both}");
    // What the file meant with its line is not known, so nothing is said against it.
    fs::write(installation.path(".env"), "ALLOW_INSECURE console-mail\n").expect("written");
    let one = said(&installation.run(&["serve"]));
    assert!(one.contains("ALLOW_INSECURE (line 1 of .env)"), "{one}");
    assert!(!one.contains("EMAIL_BACKEND"), "{one}");
}

#[test]
fn a_port_that_is_taken_is_told() {
    let installation = Installation::new();
    let first = installation.serve();
    let other = Installation::new();
    let second = other
        .command(&["serve"])
        .env("LISTEN", first.address().to_string())
        .output()
        .expect("it runs");
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(said.contains(&first.address().to_string()), "{said}");
}

#[test]
fn lines_of_a_file_that_do_not_say_what_they_seem_to_stop_the_start() {
    let installation = Installation::new();
    let env = "EMAIL_BACKEND=smtp\nEMAIL_HOST=mail.acme.io\nEMAIL_HOST_USER=jobs\n\
               EMAIL_HOST_PASSWORD=correct$horse\nDEFAULT_FROM_EMAIL=Acme <jobs@acme.io>\n\
               EMAIL_PORT 587\n";
    fs::write(installation.path(".env"), env).expect("written");
    let refused = installation.run(&["serve"]);
    assert_eq!(refused.status.code(), Some(2));
    let said = said(&refused);
    for line in [
        "EMAIL_HOST_PASSWORD (line 4 of .env) has a $",
        "DEFAULT_FROM_EMAIL (line 5 of .env) has a space in its value. Put",
        "EMAIL_PORT (line 6 of .env) needs an =",
    ] {
        assert!(said.contains(line), "{line} is not in {said}");
    }
    assert_eq!(said.lines().count(), 4, "nothing else is wrong: {said}");
    assert!(!said.contains("horse"), "{said}");
    assert!(!installation.path("data").exists());
}

#[test]
fn lines_of_other_programs_do_not_stop_the_start() {
    let printed = says_at_start(
        "\u{feff}EMAIL_BACKEND=Console\r\nexport COMPOSE_FILE\r\nGREETING_TEXT=two words\r\nPRICE=$5\r\n",
    );
    assert!(
        printed.contains("Line 2 of .env can't be read"),
        "{printed}"
    );
    assert!(
        printed.contains("Line 3 of .env (GREETING_TEXT)"),
        "{printed}"
    );
    let (warned, _) = printed
        .split_once("Greenroom is running")
        .expect("it starts");
    assert!(warned.contains("Line 3"), "before anything else: {printed}");
}

#[test]
fn what_most_likely_is_a_mistake_is_warned_of_at_the_start() {
    let printed = says_at_start(
        "EMAIL_BACKEND=smtp\nEMAIL_HOST=mail.acme.io\nEMAIL_PORT=465\nEMAIL_USE_TLS=true\n\
         EMAIL_HOST_USER=jobs@acme.io\nEMAIL_HOST_PASSWORD=your-app-password\n\
         DEFAULT_FROM_EMAIL=jobs@acme.io\nEMAIL_TSL=true\n",
    );
    for line in [
        "EMAIL_PORT is 465",
        "EMAIL_HOST_PASSWORD is still the example from a guide",
        "EMAIL_TSL is not a setting and has no effect. Did you mean EMAIL_USE_TLS?",
    ] {
        assert!(printed.contains(line), "{line} is not in {printed}");
    }
    let lacking = says_at_start(
        "EMAIL_BACKEND=smtp\nEMAIL_HOST=smtp.gmail.com\nDEFAULT_FROM_EMAIL=jobs@acme.io\n",
    );
    let line = "Email configuration incomplete: EMAIL_HOST_USER is missing";
    assert!(lacking.contains(line), "{lacking}");
}

#[test]
fn an_incomplete_configuration_of_mail_is_called_that() {
    let installation = Installation::with(vec![
        ("EMAIL_BACKEND", "SMTP".into()),
        ("EMAIL_HOST_USER", "jobs".into()),
    ]);
    let refused = installation.run(&["serve"]);
    let line =
        "  Email configuration incomplete: EMAIL_HOST, EMAIL_HOST_PASSWORD, DEFAULT_FROM_EMAIL\n";
    assert!(said(&refused).contains(line), "{}", said(&refused));
    let told = installation.run(&["mail", "doctor"]);
    let told = String::from_utf8_lossy(&told.stdout);
    assert!(told.contains("Email configuration incomplete"), "{told}");
}

#[test]
fn marks_are_for_terminals_alone() {
    let installation = Installation::with(vec![("EMAIL_BACKEND", "smtp".into())]);
    let refused = said(&installation.run(&["serve"]));
    assert!(!refused.contains('❌'), "{refused}");
    // util-linux's `script` makes a terminal.
    let mut command = Command::new("script");
    installation.prepare(&mut command);
    let binary = env!("CARGO_BIN_EXE_greenroom");
    let output = command
        .args(["-qec", &format!("{binary} serve"), "/dev/null"])
        .env("PATH", std::env::var_os("PATH").expect("a path"))
        .stdin(Stdio::null())
        .output()
        .expect("script is part of every Debian");
    let seen = String::from_utf8_lossy(&output.stdout);
    assert!(seen.contains("❌ Email configuration incomplete"), "{seen}");
}

#[test]
fn a_raw_password_in_the_address_of_the_database_is_explained() {
    let url = "postgres://greenroom:hor@se/battery#@db.acme.io/greenroom";
    let installation = Installation::with(vec![("DATABASE_URL", url.into())]);
    let refused = installation.run(&["serve"]);
    assert_eq!(refused.status.code(), Some(2));
    let said = said(&refused);
    assert!(said.contains("percent-encode"), "{said}");
    assert!(!said.contains("battery"), "{said}");
}

#[test]
fn another_programs_file_is_not_touched() {
    let installation = Installation::with(vec![("DATABASE_URL", "sqlite://theirs.db".into())]);
    let file = installation.path("theirs.db");
    actix_web::rt::System::new().block_on(async {
        use sea_orm::{ConnectionTrait, Database};
        let url = format!("sqlite://{}?mode=rwc", file.display());
        let db = Database::connect(url).await.expect("a database");
        let made = db.execute_unprepared("CREATE TABLE orders (id INTEGER)");
        made.await.expect("a table");
        db.close().await.expect("closed");
    });
    let before = fs::read(&file).expect("it is there");
    for command in [
        &["serve"][..],
        &["migrate"],
        &["mail", "doctor"],
        &["backup", "copy.db"],
    ] {
        let refused = installation.run(command);
        assert!(!refused.status.success(), "{command:?}");
        let told = format!(
            "{}{}",
            said(&refused),
            String::from_utf8_lossy(&refused.stdout)
        );
        assert!(told.contains("another program"), "{command:?} {told}");
        assert_eq!(fs::read(&file).expect("it is there"), before, "{command:?}");
    }
}
