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
mod support;

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use actix_web::rt::System;
use greenroom::domain::interviews::join_link::{Keys, Ticket};
use process::{Installation, PASSWORD, Server, http};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
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
    let rows = database.grow();
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
        let form = format!(
            "email=ada%40example.com&password={}",
            PASSWORD.replace(' ', "+")
        );
        let origin = format!("http://{}", server.address());
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Origin", origin.as_str()),
        ];
        let answer = http::request(server.address(), "POST", "/login", &headers, &form);
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 303, "{}", answer.body);
        let cookies = answer.head.lines().filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            let is_cookie = name.eq_ignore_ascii_case("set-cookie");
            is_cookie.then(|| {
                value
                    .trim()
                    .split(';')
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            })
        });
        let token = Keys::new(support::SECRET_KEY, [].into_iter()).token(&Ticket {
            public_id: &database.text("SELECT public_id FROM interviews WHERE id = 500"),
            link_version: 1,
            revision: 1,
        });
        Self {
            address: server.address(),
            cookie: cookies.collect::<Vec<_>>().join("; "),
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
        let (path, cookie) = match page {
            CANDIDATE => (self.site.candidate.as_str(), ""),
            REFERENCE => (page, ""),
            page => (page, self.site.cookie.as_str()),
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

/// What is copied to make many rows, and what differs in the copy: `{n}` interviews further on, `{most}` rows of the table.
const COPIED: &[(&str, &[(&str, &str)])] = &[
    (
        "candidates",
        &[("id", "id + {n}"), ("email", "'{n}.' || email")],
    ),
    ("candidate_words", &[("candidate_id", "candidate_id + {n}")]),
    ("slots", &[("id", "id + {n}"), ("starts_at", LATER)]),
    (
        "interviews",
        &[
            ("id", "id + {n}"),
            ("candidate_id", "candidate_id + {n}"),
            ("slot_id", "slot_id + {n}"),
            ("public_id", "'{n}.' || public_id"),
        ],
    ),
    (
        "emails",
        &[
            ("id", "id + {most}"),
            ("interview_id", "interview_id + {n}"),
            ("recipient", "'{n}.' || recipient"),
            ("idem_key", "'{n}.' || idem_key"),
            ("message_id", "'{n}.' || message_id"),
            ("created_at", EARLIER),
        ],
    ),
    (
        "actions",
        &[("id", "id + {most}"), ("object_id", "object_id + {n}")],
    ),
];

/// A thousand interviews a day: so many days later, or earlier.
const LATER: &str = "{later}";
const EARLIER: &str = "{earlier}";

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

    fn run(&self, scripts: &[&str]) {
        for script in scripts {
            let done = self.system.block_on(self.db.execute_unprepared(script));
            done.unwrap_or_else(|error| panic!("{script}: {error}"));
        }
    }

    fn texts(&self, sql: &str) -> Vec<String> {
        let statement = Statement::from_string(self.db.get_database_backend(), sql);
        let rows = self.system.block_on(self.db.query_all_raw(statement));
        rows.unwrap_or_else(|error| panic!("{sql}: {error}"))
            .iter()
            .map(|row| row.try_get_by_index(0).expect("text"))
            .collect()
    }

    fn text(&self, sql: &str) -> String {
        self.texts(sql).remove(0)
    }

    /// Doubles the rows until there are enough; answers with how many interviews there are.
    fn grow(&self) -> usize {
        let wanted = std::env::var("GREENROOM_BENCH_ROWS");
        let wanted = wanted.map_or(100_000, |wanted| wanted.parse().expect("a number"));
        let is_postgres = self.db.get_database_backend() == DbBackend::Postgres;
        let mut rows = BOOKINGS;
        while rows < wanted {
            for (table, differs) in COPIED {
                let columns = self.texts(&match is_postgres {
                    true => format!(
                        "SELECT column_name::text FROM information_schema.columns WHERE table_name = '{table}' AND is_generated = 'NEVER' ORDER BY 1"
                    ),
                    false => format!("SELECT name FROM pragma_table_info('{table}')"),
                });
                let keyed = differs.iter().any(|(name, _)| *name == "id");
                let most = match keyed {
                    true => self.text(&format!("SELECT CAST(MAX(id) AS TEXT) FROM {table}")),
                    false => String::new(),
                };
                let values = columns.iter().map(|column| {
                    let differs = differs.iter().find(|(name, _)| name == column);
                    differs.map_or(column.clone(), |(_, value)| {
                        let value = value.replace("{n}", &rows.to_string());
                        let value = value.replace("{most}", &most);
                        let days = rows / BOOKINGS;
                        let value =
                            value.replace(LATER, &moved("starts_at", '+', days, is_postgres));
                        value.replace(EARLIER, &moved("created_at", '-', days, is_postgres))
                    })
                });
                let values = values.collect::<Vec<_>>().join(", ");
                let columns = columns.join(", ");
                self.run(&[&format!(
                    "INSERT INTO {table} ({columns}) SELECT {values} FROM {table}"
                )]);
            }
            rows *= 2;
        }
        self.run(&["ANALYZE"]);
        self.settle();
        rows
    }

    /// What autovacuum does within a minute of so many rows, and not while something is measured.
    fn settle(&self) {
        if self.db.get_database_backend() == DbBackend::Postgres {
            self.run(&["VACUUM ANALYZE"]);
        }
    }
}

/// An instant, moved by days, as the database keeps it.
fn moved(column: &str, sign: char, days: usize, is_postgres: bool) -> String {
    match is_postgres {
        true => format!("{column} {sign} interval '{days} days'"),
        false => format!("strftime('%Y-%m-%dT%H:%M:%S+00:00', {column}, '{sign}{days} days')"),
    }
}
