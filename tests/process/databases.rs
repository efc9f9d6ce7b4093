//! A database that is away, full, or somebody else's.
use std::{
    collections::HashSet,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::support::{
    self, Installation,
    mail_server::{self, MailServer},
    postgres::Postgres,
};

#[test]
fn a_database_that_was_away_is_used_again_without_a_restart() {
    let postgres = Postgres::start();
    let installation = Installation::with(vec![("DATABASE_URL", postgres.url.clone())]);
    let token = installation.token();
    let server = installation.serve();
    let job = json!({ "title": "Cloud Architect" });
    server.enter(&token, "/api/jobs/", &job);

    postgres.stop();
    let begin = Instant::now();
    for path in ["/ready", "/login"] {
        assert!([200, 503].contains(&server.get(path).status), "{path}");
    }
    assert_eq!(server.get("/ready").status, 503);
    assert_eq!(server.read(&token, "/api/jobs/").status, 503);
    let refused = server.post(&token, "/api/jobs/", &job).expect("an answer");
    assert_eq!(refused.status, 503);
    assert!(
        refused
            .header("content-type")
            .is_some_and(|kind| kind.contains("json"))
    );
    assert!(begin.elapsed() < Duration::from_secs(30));
    assert_eq!(server.get("/health").status, 200);

    postgres.start_again();
    server.wait_until_ready();
    server.enter(&token, "/api/jobs/", &job);
    let jobs = server.read(&token, "/api/jobs/").json();
    assert_eq!(jobs["results"].as_array().expect("a list").len(), 2);
}

#[test]
fn many_processes_on_one_server_send_each_message_once() {
    const BOOKINGS: usize = 60;
    let postgres = Postgres::start();
    let mail = MailServer::start();
    let mut settings = mail.settings();
    settings.push(("DATABASE_URL", postgres.url.clone()));
    settings.push(("SECRET_KEY", "one key for all of the processes".into()));
    let installations = [(); 3].map(|()| Installation::with(settings.clone()));
    let token = installations[0].token();
    let servers = [installations[0].serve(), installations[1].serve()];
    let _worker = installations[2].work();
    let job = servers[0].enter(&token, "/api/jobs/", &json!({ "title": "Cloud Architect" }));
    for n in 0..BOOKINGS {
        let wish = servers[n % 2].wish(&token, job, n);
        servers[1 - n % 2].book(&token, &wish);
    }
    mail.wait_for(BOOKINGS);
    // Long enough for a second copy to show itself.
    thread::sleep(Duration::from_secs(2));
    let messages = mail.messages();
    let recipients: HashSet<_> = messages
        .iter()
        .map(|message| mail_server::header(message, "To"))
        .collect();
    assert_eq!((messages.len(), recipients.len()), (BOOKINGS, BOOKINGS));
}

#[test]
fn a_second_server_on_the_same_file_is_refused() {
    let installation = Installation::new();
    let first = installation.serve();
    for command in ["serve", "worker", "migrate"] {
        let second = installation.run(&[command]);
        assert!(!second.status.success(), "{command}");
        let said = String::from_utf8_lossy(&second.stderr);
        assert!(
            said.contains("another greenroom process"),
            "{command}: {said}"
        );
        assert!(said.contains(&first.id().to_string()), "{command}: {said}");
    }
    first.kill();
    installation.serve();
}

#[test]
fn commands_work_beside_a_server() {
    let installation = Installation::new();
    let server = installation.serve();
    let token = installation.token();
    assert_eq!(server.read(&token, "/api/jobs/").status, 200);
}

#[test]
fn a_file_that_may_not_grow_refuses_writes_and_nothing_else_until_it_may() {
    let installation = Installation::new();
    let token = installation.token();
    installation.serve().kill();
    // 512-byte blocks: room for the start, not for the work. The output goes to a file as well.
    let mut shell = Command::new("sh");
    installation.prepare(&mut shell);
    shell.args([
        "-c",
        r#"ulimit -S -f 2000; exec "$0" serve"#,
        env!("CARGO_BIN_EXE_greenroom"),
    ]);
    let mut server = installation.start(shell);
    server.wait_until_ready();
    let job = json!({ "title": "Cloud Architect", "description": "x".repeat(15_000) });
    let refused = (0..200).find_map(|_| {
        let answer = server.post(&token, "/api/jobs/", &job).expect("an answer");
        (answer.status != 201).then_some(answer)
    });
    assert_eq!(refused.expect("the limit is reached").status, 503);
    for _ in 0..3 {
        let again = server.post(&token, "/api/jobs/", &job).expect("an answer");
        assert_eq!(again.status, 503);
    }
    assert_eq!(server.read(&token, "/api/jobs/").status, 200);
    let told = support::wait_for("it to be told", || {
        let answer = server.get("/ready");
        (answer.status == 503).then_some(answer)
    });
    assert!(told.body.contains("may not grow"), "{}", told.body);
    assert!(server.has_ended().is_none());

    let lifted = Command::new("prlimit")
        .args(["--pid", &server.id().to_string(), "--fsize=unlimited"])
        .status();
    assert!(lifted.expect("it runs").success());
    server.wait_until_ready();
    let job = server.enter(&token, "/api/jobs/", &job);
    let wish = server.wish(&token, job, 0);
    server.book(&token, &wish);
    // What was acknowledged is on disk, not only in a transaction that never ends.
    server.kill();
    let server = installation.serve();
    let path = format!("/api/interviews/{}/", wish.interview);
    assert_eq!(server.read(&token, &path).json()["status"], "scheduled");
    support::assert_sound(&installation.path("data/greenroom.db"), server);
}

#[test]
fn a_backup_of_a_busy_database_is_whole() {
    let installation = Installation::new();
    let token = installation.token();
    let server = installation.serve();
    let mut ids = Vec::new();
    for n in 0..20 {
        ids.push(server.enter(
            &token,
            "/api/jobs/",
            &json!({ "title": format!("Job {n}") }),
        ));
    }
    let copy = installation.path("copy.db");
    let done = installation.run(&["backup", "copy.db"]);
    assert!(done.status.success(), "{done:?}");
    assert_eq!(support::mode(&copy), 0o600);
    assert!(
        !installation.run(&["backup", "copy.db"]).status.success(),
        "it was overwritten"
    );
    drop(server);

    let restored = Installation::with(vec![(
        "DATABASE_URL",
        format!("sqlite://{}", copy.display()),
    )]);
    let server = restored.serve();
    for id in ids {
        assert_eq!(server.read(&token, &format!("/api/jobs/{id}/")).status, 200);
    }
}
