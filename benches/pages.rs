//! What pages cost, as parts of what the sign-in page costs in the same minute: `cargo bench --bench pages`.
//!
//! The real binary on SQLite and on PostgreSQL. First with a healthy log of a thousand interviews, then with a hundred
//! candidates who were not notified, then with a hundred thousand interviews (`GREENROOM_BENCH_ROWS` says how many).
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
#[path = "support/session.rs"]
mod session;
#[allow(dead_code, reason = "the other benchmarks use the rest of it")]
mod support;

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use actix_web::rt::System;
use chrono::Days;
use greenroom::{
    clock::Clock,
    domain::interviews::join_link::{Keys, Ticket},
};
use process::{Installation, Server};
use rows::Rows;
use session::sign_in;
use support::{Postgres, client::Client};

/// Who asks at once, each on a connection that stays open.
const CLIENTS: usize = 16;
const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_millis(700);
const BOOKINGS: usize = 1000;
const ALERTS: usize = 100;
/// No page slower than this times its time without alerts.
const MOST_WITH_ALERTS: f64 = 1.1;
const MEDIAN_LIMIT: Duration = Duration::from_millis(20);
const REFERENCE: &str = "/login";

/// Pages, and the part of the sign-in page's rate that was promised.
const PAGES: &[(&str, f64)] = &[
    (REFERENCE, 1.0),
    ("/account", 0.6),
    ("/slots", 0.3),
    ("/emails", 0.3),
    ("/interviews", 0.3),
    (CANDIDATE, 0.6),
];
/// Stands for a page behind a join link.
const CANDIDATE: &str = "/interview/…";

/// Stand for reports of the interviews of so many days.
const REPORT_OF_30_DAYS: &str = "/reports, 30 days";
const REPORT_OF_85_DAYS: &str = "/reports, 85 days";
const BY_INTERVIEWER: &str = "/reports?by=interviewer, 30 days";

/// What is looked at when there are many rows.
const LOOKED_AT: &[&str] = &[
    REFERENCE,
    "/",
    "/account",
    "/slots",
    "/slots?status=all",
    "/interviews",
    "/interviews?status=cancelled",
    "/candidates",
    "/candidates?q=zoe+99",
    "/candidates/500",
    "/interviews/500",
    "/jobs",
    "/emails",
    "/emails?status=failed",
    "/emails?q=zoe.99",
    "/emails/500",
    "/actions",
    "/calendar",
    "/calendar?view=day",
    "/bookings/new",
    "/series/new",
    "/search",
    "/search?q=zoe+99",
    "/slots/500",
    "/slots/500/edit",
    "/interviews/500/edit",
    "/interviews/500/reschedule",
    "/interviews/500/cancellation",
    "/interviews/500/dossier",
    "/interviews/endings",
    "/candidates/import",
    "/jobs/import",
    "/alerts",
    "/users",
    "/account/calendar",
    "/reports",
    REPORT_OF_30_DAYS,
    REPORT_OF_85_DAYS,
    BY_INTERVIEWER,
    CANDIDATE,
];

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
        support::fill_company(&app, 1, BOOKINGS).await;
        app.db.close().await.expect("closed");
    });
    let database = Rows::new(database_url);
    database.run(&[ACCEPTED]);
    database.spread();
    database.settle();
    let server = installation.serve();
    let site = Site::new(&server, &database);

    println!("\n{name}, {BOOKINGS} interviews, {CLIENTS} connections");
    let well = site.rates();
    for (page, promised) in PAGES {
        println!(
            "{:>9.0}/s  {:>5.2} of {REFERENCE} (promised {promised:.2})  {page}",
            well[page].rate, well[page].part
        );
    }

    let failed = format!("{FAILED} LIMIT {ALERTS})");
    database.run(&[&failed]);
    println!("{name}, the same with {ALERTS} candidates not notified");
    let ill = site.rates();
    for (page, _) in PAGES {
        println!(
            "{:>9.0}/s  {:>5.2} times as long (limit {MOST_WITH_ALERTS})  {page}",
            ill[page].rate,
            well[page].part / ill[page].part
        );
    }

    let few = site.medians();
    let rows = database.grow(BOOKINGS);
    println!("{name}, {rows} interviews: median of one request at a time (limit {MEDIAN_LIMIT:?})");
    let many = site.medians();
    for (page, few, many) in LOOKED_AT.iter().map(|page| (page, few[page], many[page])) {
        println!(
            "{:>9.2} ms, {:>5.2} times that of {BOOKINGS}{}  {page}",
            many.as_secs_f64() * 1000.0,
            many.as_secs_f64() / few.as_secs_f64(),
            if many > MEDIAN_LIMIT { " TOO LONG" } else { "" }
        );
    }
}

/// A served installation, with somebody signed in.
struct Site {
    address: SocketAddr,
    cookie: String,
    candidate: String,
}

/// How quick a page was.
#[derive(Clone, Copy)]
struct Speed {
    rate: f64,
    /// Of the sign-in page's rate, by rounds.
    part: f64,
}

impl Site {
    fn new(server: &Server, database: &Rows) -> Self {
        let token = Keys::new(support::SECRET_KEY, [].into_iter()).token(&Ticket {
            public_id: &database.text("SELECT public_id FROM interviews WHERE id = 500"),
            link_version: 1,
            revision: 1,
        });
        Self {
            address: server.address(),
            cookie: sign_in(server),
            candidate: format!("/interview/{}", token.expect("a token")),
        }
    }

    fn visitor(&self) -> Visitor<'_> {
        Visitor {
            client: Client::open(self.address),
            site: self,
        }
    }

    /// Every page in turn, round by round, so that what else the machine does slows all of them.
    fn rates(&self) -> HashMap<&'static str, Speed> {
        let mut rounds: HashMap<&str, Vec<Speed>> = HashMap::new();
        for _ in 0..ROUNDS {
            let reference = self.rate(REFERENCE);
            for (page, _) in PAGES {
                let rate = match *page {
                    REFERENCE => reference,
                    page => self.rate(page),
                };
                let speed = Speed {
                    rate,
                    part: rate / reference,
                };
                rounds.entry(page).or_default().push(speed);
            }
        }
        let median = |speeds: Vec<Speed>| {
            let half = |of: fn(&Speed) -> f64| {
                let mut values: Vec<f64> = speeds.iter().map(of).collect();
                values.sort_by(f64::total_cmp);
                values[values.len() / 2]
            };
            Speed {
                rate: half(|speed| speed.rate),
                part: half(|speed| speed.part),
            }
        };
        rounds
            .into_iter()
            .map(|(page, speeds)| (page, median(speeds)))
            .collect()
    }

    fn rate(&self, page: &str) -> f64 {
        let is_over = AtomicBool::new(false);
        let begun = Instant::now();
        let count: usize = thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS)
                .map(|_| {
                    scope.spawn(|| {
                        let mut visitor = self.visitor();
                        let mut count = 0;
                        while !is_over.load(Ordering::Relaxed) {
                            visitor.look(page);
                            count += 1;
                        }
                        count
                    })
                })
                .collect();
            thread::sleep(ROUND);
            is_over.store(true, Ordering::Relaxed);
            clients
                .into_iter()
                .map(|client| client.join().expect("a count"))
                .sum()
        });
        count as f64 / begun.elapsed().as_secs_f64()
    }

    fn medians(&self) -> HashMap<&'static str, Duration> {
        let mut visitor = self.visitor();
        let mut median = |page: &str| {
            let mut times: Vec<Duration> = (0..25)
                .map(|_| {
                    let begun = Instant::now();
                    visitor.look(page);
                    begun.elapsed()
                })
                .collect();
            times.sort();
            times[times.len() / 2]
        };
        LOOKED_AT.iter().map(|page| (*page, median(page))).collect()
    }
}

/// One who looks at pages, again and again on one connection.
struct Visitor<'a> {
    site: &'a Site,
    client: Client,
}

impl Visitor<'_> {
    fn look(&mut self, page: &str) {
        let report = |by: &str, days: u64| {
            // The first are the day after tomorrow.
            let from = Clock::System.now().date_naive() + Days::new(2);
            let to = from + Days::new(days - 1);
            (
                format!("/reports?by={by}&from={from}&to={to}"),
                self.site.cookie.as_str(),
            )
        };
        let (path, cookie) = match page {
            CANDIDATE => (self.site.candidate.clone(), ""),
            REFERENCE => (page.to_owned(), ""),
            REPORT_OF_30_DAYS => report("job", 30),
            REPORT_OF_85_DAYS => report("job", 85),
            BY_INTERVIEWER => report("interviewer", 30),
            page => (page.to_owned(), self.site.cookie.as_str()),
        };
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\n\r\n",
            self.site.address
        );
        let status = self.client.ask(&request);
        assert!(status.contains(" 200 "), "{page}: {status}");
    }
}

/// Every message so far is with a mail server; reminders wait for their hour.
const ACCEPTED: &str = "UPDATE emails SET status = 'accepted', attempts = 1, finished_at = created_at WHERE kind <> 'reminder'";
/// To be closed.
const FAILED: &str = "UPDATE emails SET status = 'failed' WHERE id IN (SELECT id FROM emails WHERE kind <> 'reminder' ORDER BY id";
