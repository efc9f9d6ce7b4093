//! How many bookings a second programs can make while their mail leaves: `cargo bench --bench bookings`.
//!
//! The real binary and Postfix's `smtp-sink`, on SQLite and on PostgreSQL, beside the durable commits that the same
//! database makes in the same minute when nothing else is asked of it.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints its figures"
)]
#[allow(dead_code, reason = "the process tests use the rest of it")]
#[path = "../tests/process/support/mod.rs"]
mod process;
#[allow(dead_code, reason = "the other benchmarks use the rest of it")]
mod support;

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use actix_web::rt::System;
use process::Installation;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use support::{Postgres, Wish, client::Client, sink::Sink};

const BOOKINGS: usize = 2000;
/// Programs that call at once, and the tokens that they share: one alone may not call so often.
const PROGRAMS: usize = 16;
const TOKENS: usize = 4;
const COMMITS: usize = 500;

fn main() {
    let dir = tempfile::tempdir().expect("a directory");
    let sink = Sink::start(dir.path());
    let sqlite = format!("sqlite://{}", dir.path().join("bench.db").display());
    measure("SQLite", &sqlite, &sink);
    let postgres = Postgres::start(dir.path().join("postgres"));
    measure("PostgreSQL", &postgres.url, &sink);
}

fn measure(name: &str, database_url: &str, sink: &Sink) {
    let installation = Installation::with(vec![
        ("DATABASE_URL", database_url.to_owned()),
        ("SECRET_KEY", support::SECRET_KEY.to_owned()),
        ("EMAIL_BACKEND", "smtp".into()),
        ("EMAIL_HOST", "127.0.0.1".into()),
        ("EMAIL_PORT", sink.port.to_string()),
        ("EMAIL_USE_TLS", "false".into()),
        ("DEFAULT_FROM_EMAIL", "Greenroom <jobs@example.com>".into()),
    ]);
    let first = installation.token();
    let tokens: Vec<String> = std::iter::once(first)
        .chain((1..TOKENS).map(|_| installation.another_token()))
        .collect();
    let wishes = System::new().block_on(async {
        let app = support::app(database_url, &[]).await;
        let wishes = support::fill_unbooked(&app, 1, BOOKINGS).await;
        app.db.close().await.expect("closed");
        wishes
    });
    let database = Rows::new(database_url);
    // Else every message would wait for corrections first.
    database.run("UPDATE companies SET undo_seconds = 0");
    let commits = database.commits();

    let server = installation.serve();
    let begun = Instant::now();
    book_all(&wishes, &tokens, server.address());
    let took = begun.elapsed();
    let left = database.count("SELECT COUNT(*) FROM emails WHERE status = 'accepted'");
    let all_left = loop {
        thread::sleep(Duration::from_millis(20));
        let sent = "SELECT COUNT(*) FROM emails WHERE status = 'accepted'";
        if database.count(sent) >= BOOKINGS as i64 {
            break begun.elapsed();
        }
        assert!(
            begun.elapsed() < Duration::from_secs(300),
            "it takes too long"
        );
    };

    let rate = BOOKINGS as f64 / took.as_secs_f64();
    println!("{name}: {BOOKINGS} bookings by {PROGRAMS} programs");
    println!("{rate:>9.0} bookings/s; the mail of {left} had left when the last was booked");
    println!(
        "{:>9.0} messages/s, until the last had left",
        BOOKINGS as f64 / all_left.as_secs_f64()
    );
    println!("{commits:>9.0} durable commits/s, one after the other");
    println!("{:>9.3} the part of them that are bookings", rate / commits);
}

fn book_all(wishes: &[Wish], tokens: &[String], server: SocketAddr) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for program in 0..PROGRAMS {
            let (next, token) = (&next, &tokens[program % tokens.len()]);
            scope.spawn(move || {
                let mut client = Client::open(server);
                while let Some(wish) = wishes.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let body = format!("{{\"interview_id\": {}}}", wish.interview);
                    let status = client.ask(&format!(
                        "POST /api/interviews/slots/{}/book_slot/ HTTP/1.1\r\nHost: {server}\r\n\
                         Authorization: Token {token}\r\nContent-Type: application/json\r\n\
                         Content-Length: {}\r\n\r\n{body}",
                        wish.slot,
                        body.len()
                    ));
                    let answer = String::from_utf8_lossy(&client.body);
                    assert!(status.contains(" 200 "), "{status}: {answer}");
                }
            });
        }
    });
}

/// The rows themselves.
struct Rows {
    system: actix_web::rt::SystemRunner,
    db: DatabaseConnection,
}

impl Rows {
    fn new(url: &str) -> Self {
        let system = System::new();
        let db = system.block_on(Database::connect(url)).expect("a database");
        Self { system, db }
    }

    fn run(&self, script: &str) {
        let done = self.system.block_on(self.db.execute_unprepared(script));
        done.unwrap_or_else(|error| panic!("{script}: {error}"));
    }

    fn count(&self, sql: &str) -> i64 {
        let statement = Statement::from_string(self.db.get_database_backend(), sql);
        let row = self.system.block_on(self.db.query_one_raw(statement));
        let row = row.expect("an answer").expect("a row");
        row.try_get_by_index(0).expect("a number")
    }

    /// How many commits of one small row the disk makes in a second.
    fn commits(&self) -> f64 {
        if self.db.get_database_backend() == DbBackend::Sqlite {
            self.run("PRAGMA synchronous = FULL");
        }
        self.run("CREATE TABLE small_rows (number INTEGER)");
        let begun = Instant::now();
        for number in 0..COMMITS {
            self.run(&format!("INSERT INTO small_rows VALUES ({number})"));
        }
        let took = begun.elapsed();
        self.run("DROP TABLE small_rows");
        COMMITS as f64 / took.as_secs_f64()
    }
}
