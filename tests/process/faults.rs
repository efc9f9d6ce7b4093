//! The process killed at every stage of the conversation with a mail server: each message arrives once, or twice when
//! nobody could know, and the log tells the truth.
#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "../app/support/smtp_server.rs"]
pub mod smtp_server;

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use greenroom::{db, settings::Security};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::json;
use tokio::{runtime::Runtime, time::timeout};

use self::smtp_server::{Act, CERTIFICATES, Hold, Options, Script, SmtpServer, Step};
use crate::support::{self, Installation, PATIENCE};

#[test]
fn a_process_killed_at_any_stage_leaves_each_message_to_the_next() {
    // The mail server goes on in threads of its own while the test waits.
    let runtime = Runtime::new().expect("a runtime");
    for step in Step::OF_A_DELIVERY {
        killed_at(step, &runtime);
    }
}

fn killed_at(step: Step, runtime: &Runtime) {
    let hold = Arc::new(Hold::default());
    let options = Options {
        security: Security::Starttls,
        login: Some(("jobs", "correct horse")),
        offers: vec!["8BITMIME", "AUTH PLAIN"],
    };
    let script = Script::at(step, Act::Hold(Arc::clone(&hold)));
    let server = runtime.block_on(SmtpServer::with(options, [script]));
    let installation = installation(&server);
    let token = installation.token();
    let process = installation.serve();
    let job = process.enter(&token, "/api/jobs/", &json!({ "title": "Cloud Architect" }));
    process.book(&token, &process.wish(&token, job, 0));
    let reached = runtime.block_on(async { timeout(PATIENCE, hold.reached.notified()).await });
    reached.unwrap_or_else(|_| panic!("{step:?} is not reached"));
    process.kill();
    hold.release.notify_one();

    let database = Database::of(&installation, runtime);
    let process = installation.serve();
    if step == Step::Dot {
        // It was taken, and nobody could tell us: the log says so, and no second copy follows at once.
        database.wait_for("retrying", &[("uncertain", "body")]);
        assert_eq!(server.taken().len(), 1);
        database.make_due();
        let story = [("uncertain", "body"), ("accepted", "body")];
        database.wait_for("accepted", &story);
        let taken = server.taken();
        assert_eq!(taken.len(), 2);
        assert!(taken[0].bytes == taken[1].bytes, "a mailbox can tell");
    } else {
        let story = [("released", "compose"), ("accepted", "body")];
        database.wait_for("accepted", &story);
        assert_eq!(server.taken().len(), 1, "killed at {step:?}");
    }
    support::assert_sound(&installation.path("data/greenroom.db"), process);
}

fn installation(server: &SmtpServer) -> Installation {
    let mut installation = Installation::new();
    let authority = installation.path("authority.pem");
    let encoded = STANDARD.encode(&CERTIFICATES.authority);
    let pem = format!("-----BEGIN CERTIFICATE-----\n{encoded}\n-----END CERTIFICATE-----\n");
    std::fs::write(&authority, pem).expect("a file");
    installation.set(vec![
        // The same links in both processes.
        ("LISTEN", free_address().to_string()),
        ("EMAIL_BACKEND", "smtp".into()),
        ("EMAIL_HOST", "localhost".into()),
        ("EMAIL_PORT", server.settings().port.to_string()),
        ("EMAIL_HOST_USER", "jobs".into()),
        ("EMAIL_HOST_PASSWORD", "correct horse".into()),
        ("DEFAULT_FROM_EMAIL", "jobs@example.com".into()),
        ("SSL_CERT_FILE", authority.display().to_string()),
    ]);
    installation
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address")
}

/// The database of an installation, read beside its process.
struct Database<'a> {
    url: String,
    runtime: &'a Runtime,
}

impl<'a> Database<'a> {
    fn of(installation: &Installation, runtime: &'a Runtime) -> Self {
        let file = installation.path("data/greenroom.db");
        Self {
            url: format!("sqlite://{}", file.display()),
            runtime,
        }
    }

    /// Waits until the invitation stands there, after attempts that ended so at these stages.
    fn wait_for(&self, status: &str, story: &[(&str, &str)]) {
        let expected = story
            .iter()
            .map(|(outcome, stage)| format!("{outcome} at {stage}"));
        let expected = (status.to_owned(), expected.collect::<Vec<_>>());
        let mut seen = None;
        let deadline = Instant::now() + PATIENCE;
        while seen.as_ref() != Some(&expected) {
            assert!(
                Instant::now() < deadline,
                "{seen:?} instead of {expected:?}"
            );
            thread::sleep(Duration::from_millis(20));
            seen = Some(self.story());
        }
    }

    fn story(&self) -> (String, Vec<String>) {
        let status = self.texts("SELECT status FROM emails WHERE kind = 'scheduled'");
        let attempts = "SELECT outcome || ' at ' || stage FROM attempts ORDER BY number";
        (status.concat(), self.texts(attempts))
    }

    /// Makes what waits due now: the pause after a doubt is too long for a test.
    fn make_due(&self) {
        let sql = "UPDATE emails SET due_at = created_at WHERE status = 'retrying'";
        self.runtime.block_on(async {
            let db = db::connect_alone(&self.url).await.expect("it opens");
            db.execute_unprepared(sql).await.expect("written");
            db.close().await.expect("closed");
        });
    }

    fn texts(&self, sql: &str) -> Vec<String> {
        self.runtime.block_on(async {
            let db = db::connect_alone(&self.url).await.expect("it opens");
            let sql = Statement::from_string(DbBackend::Sqlite, sql);
            let rows = db.query_all_raw(sql).await.expect("rows");
            db.close().await.expect("closed");
            let texts = rows
                .iter()
                .map(|row| row.try_get_by_index::<Option<String>>(0));
            texts
                .map(|text| text.expect("text").unwrap_or_default())
                .collect()
        })
    }
}
