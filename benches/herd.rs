//! What a thousand candidates wait for whose interviews all begin in the same minute: `cargo bench --bench herd`.
//!
//! The real binary on SQLite and on PostgreSQL. In the minute before the links open everybody looks at their page; when they
//! open, everybody looks again; then everybody looks once more and joins at once.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints its figures"
)]
#[allow(dead_code, reason = "the process tests use the rest of it")]
#[path = "../tests/process/support/mod.rs"]
mod process;
#[allow(dead_code, reason = "the other benchmarks use the rest of it")]
#[path = "support/rows.rs"]
mod rows;
#[allow(dead_code, reason = "the other benchmarks use the rest of it")]
mod support;

use std::{
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

use actix_web::rt::System;
use chrono::{DateTime, TimeDelta, Utc};
use greenroom::{
    clock::Clock,
    domain::interviews::join_link::{Keys, Ticket},
};
use process::Installation;
use rows::Rows;
use support::{Postgres, client::Client};

const CANDIDATES: usize = 1000;
/// So many ask at once, each on a connection that stays open.
const CLIENTS: usize = 64;
/// Of looking, 99 of 100.
const LIMIT: Duration = Duration::from_millis(100);
const REFERENCE: &str = "/login";
/// Links open so long before the start.
const LEAD: TimeDelta = TimeDelta::minutes(15);
/// So long before the links open, the first must have begun to look.
const HEAD_START: TimeDelta = TimeDelta::seconds(5);

fn main() {
    let dir = tempfile::tempdir().expect("a directory");
    let sqlite = format!("sqlite://{}", dir.path().join("bench.db").display());
    measure("SQLite", &sqlite);
    let postgres = Postgres::start(dir.path().join("postgres"));
    measure("PostgreSQL", &postgres.url);
}

fn measure(name: &str, database_url: &str) {
    let installation = Installation::with(vec![
        ("DATABASE_URL", database_url.to_owned()),
        ("SECRET_KEY", support::SECRET_KEY.to_owned()),
    ]);
    // Makes the company and its admin.
    installation.token();
    System::new().block_on(async {
        let app = support::app(database_url, &[]).await;
        support::fill_company(&app, 1, CANDIDATES).await;
        app.db.close().await.expect("closed");
    });
    let database = Rows::new(database_url);
    let opens_at = next_minute();
    database.run(&[
        // Whatever leaves meanwhile would be written down.
        "UPDATE emails SET status = 'accepted', attempts = 1, finished_at = created_at",
        &format!(
            "UPDATE slots SET starts_at = '{}'",
            (opens_at + LEAD).to_rfc3339()
        ),
    ]);
    database.settle();
    let server = installation.serve();
    let herd = Herd::new(server.address(), &database);

    println!("\n{name}, {CANDIDATES} candidates of one minute, {CLIENTS} connections");
    let get = |client: &mut Client, path: &str, expected: &str| {
        ask(client, server.address(), "GET", path, expected)
    };
    let look = |expected: &str| herd.all(|client, page| get(client, page, expected));
    // It opens its connections to the database, and reads the pages for the first time.
    report(&look(EARLY), None, "looking, right after the start");
    let reference = herd.all(|client, _| get(client, REFERENCE, ""));
    report(&reference, None, REFERENCE);
    let before = database.writes();
    assert!(opens_at - now() > HEAD_START, "it took too long to begin");
    let early = look(EARLY);
    assert!(now() < opens_at, "it took too long to look");
    report(&early, Some(&reference), "looking, before the links open");
    thread::sleep((opens_at - now()).to_std().expect("it is to come"));
    let open = look(JOIN);
    report(&open, Some(&reference), "looking, once they are open");
    println!(
        "{:>9} writes while everybody only looked (limit 0)",
        database.writes() - before
    );

    let both = herd.all(|client, page| {
        let looked = get(client, page, JOIN);
        let join = format!("{page}/join");
        let joined = ask(client, server.address(), "POST", &join, "meet.example.com");
        (looked, joined)
    });
    let (looked, joined): (Vec<_>, Vec<_>) = both.into_iter().unzip();
    report(&looked, Some(&reference), "looking, while everybody joins");
    report(&joined, None, "joining");
    let entered = "SELECT CAST(COUNT(*) AS TEXT) FROM interviews WHERE joined_at IS NOT NULL";
    assert_eq!(database.text(entered), CANDIDATES.to_string());
}

/// What stands on a page that waits.
const EARLY: &str = "data-countdown";
/// The form of a page that lets in.
const JOIN: &str = "/join\"";

fn now() -> DateTime<Utc> {
    Clock::System.now()
}

/// When the links open: with a minute, as interviews begin.
fn next_minute() -> DateTime<Utc> {
    let begin = now() + HEAD_START * 2;
    let seconds = (begin.timestamp() / 60 + 1) * 60;
    DateTime::from_timestamp(seconds, 0).expect("an instant")
}

/// The candidates' pages, and where they are.
struct Herd {
    server: SocketAddr,
    pages: Vec<String>,
}

impl Herd {
    fn new(server: SocketAddr, database: &Rows) -> Self {
        let keys = Keys::new(support::SECRET_KEY, [].into_iter());
        let page = |public_id: String| {
            let token = keys.token(&Ticket {
                public_id: &public_id,
                link_version: 1,
                revision: 1,
            });
            format!("/interview/{}", token.expect("a token"))
        };
        let ids = database.texts("SELECT public_id FROM interviews");
        assert_eq!(ids.len(), CANDIDATES);
        Self {
            server,
            pages: ids.into_iter().map(page).collect(),
        }
    }

    /// What each candidate came by, with their page, as many at once as there are clients.
    fn all<T: Send>(&self, visit: impl Fn(&mut Client, &str) -> T + Sync) -> Vec<T> {
        let visit = &visit;
        thread::scope(|scope| {
            let clients: Vec<_> = self
                .pages
                .chunks(CANDIDATES.div_ceil(CLIENTS))
                .map(|pages| {
                    scope.spawn(move || {
                        let mut client = Client::open(self.server);
                        let visits = pages.iter().map(|page| visit(&mut client, page));
                        visits.collect::<Vec<_>>()
                    })
                })
                .collect();
            let visits = clients
                .into_iter()
                .map(|client| client.join().expect("visits"));
            visits.flatten().collect()
        })
    }
}

/// How long an answer takes that must be the right one.
fn ask(
    client: &mut Client,
    server: SocketAddr,
    method: &str,
    path: &str,
    expected: &str,
) -> Duration {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {server}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Length: 0\r\n\r\n"
    );
    let begun = Instant::now();
    let status = client.ask(&request);
    let took = begun.elapsed();
    let body = String::from_utf8_lossy(&client.body);
    assert!(status.contains(" 200 "), "{method} {path}: {status}{body}");
    assert!(body.contains(expected), "{method} {path}: {body}");
    took
}

/// Prints half of them and 99 of 100, with the limit where there is a reference.
fn report(times: &[Duration], reference: Option<&[Duration]>, what: &str) {
    let (half, most) = (quantile(times, 0.5), quantile(times, 0.99));
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    let limit = reference.map_or(String::new(), |reference| {
        let part = most.as_secs_f64() / quantile(reference, 0.99).as_secs_f64();
        let verdict = if most > LIMIT { " TOO LONG" } else { "" };
        format!(", {part:.2} times {REFERENCE}'s (limit {LIMIT:?}){verdict}")
    });
    println!(
        "{:>9.2} ms, 99 of 100 within {:>7.2} ms{limit}  {what}",
        milliseconds(half),
        milliseconds(most)
    );
}

fn quantile(times: &[Duration], part: f64) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times[((times.len() - 1) as f64 * part) as usize]
}
