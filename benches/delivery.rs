//! How fast a long queue drains, beside a bare loop that sends the same bytes: `cargo bench --bench delivery`.
//!
//! The peer is Postfix's `smtp-sink`; both go over four connections without Nagle's delay. On SQLite (synchronous=FULL)
//! and on PostgreSQL (every commit waits for the disk), in one run.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints its figures"
)]
#[allow(dead_code, reason = "the other benchmarks use the rest of it")]
mod support;

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use actix_web::{rt, web::Data};
use entity::email::{self, Status};
use greenroom::{
    app::App,
    domain::interviews::{self, join_link::Ticket},
    mail::mime,
    mailing::letter::Draft,
    worker,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use support::{Postgres, sink::Sink};
use tokio::{sync::watch, task::LocalSet};

const MESSAGES: usize = 5000;
const CONNECTIONS: usize = 4;
/// No less than this part of the bare loop's rate was promised.
const PROMISED: f64 = 1.0 / 15.0;

fn main() {
    let dir = tempfile::tempdir().expect("a directory");
    let sink = Sink::start(dir.path());
    let sqlite = format!("sqlite://{}", dir.path().join("bench.db").display());
    compare("SQLite, synchronous=FULL", &sqlite, &sink);
    let postgres = Postgres::start(dir.path().join("postgres"));
    compare("PostgreSQL, fsync=on", &postgres.url, &sink);
}

fn compare(name: &str, database_url: &str, sink: &Sink) {
    let local = LocalSet::new();
    let (took, messages) = rt::System::new().block_on(local.run_until(async {
        let settings = [
            ("EMAIL_BACKEND", "smtp".into()),
            ("EMAIL_HOST", "127.0.0.1".into()),
            ("EMAIL_PORT", sink.port.to_string()),
            ("EMAIL_USE_TLS", "false".into()),
            ("DEFAULT_FROM_EMAIL", "Greenroom <jobs@example.com>".into()),
        ];
        let app = Data::new(support::app(database_url, &settings).await);
        support::fill(&app, MESSAGES).await;
        let took = drain(&app).await;
        (took, messages(&app).await)
    }));
    let octets: usize = messages.iter().map(|(_, bytes)| bytes.len()).sum();
    let ours = rate(took);
    let bare = rate(bare_loop(sink.port, messages));
    println!(
        "{name}: {MESSAGES} messages of {} octets",
        octets / MESSAGES
    );
    println!("{ours:>9.0} messages/s   Greenroom");
    println!("{bare:>9.0} messages/s   a bare loop with the same bytes");
    println!(
        "{:>9.3}              the part of it (promised: {PROMISED:.3})",
        ours / bare
    );
}

fn rate(took: Duration) -> f64 {
    MESSAGES as f64 / took.as_secs_f64()
}

/// Lets the worker deliver everything; answers with how long that took.
async fn drain(app: &Data<App>) -> Duration {
    let (stop, stopped) = watch::channel(false);
    let begun = Instant::now();
    let running = rt::spawn(worker::run(app.clone(), stopped));
    let took = loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let accepted = email::Entity::find()
            .filter(email::Column::Status.eq(Status::Accepted))
            .count(app.db.read());
        if accepted.await.expect("a count") == MESSAGES as u64 {
            break begun.elapsed();
        }
        assert!(
            begun.elapsed() < Duration::from_secs(300),
            "it takes too long"
        );
    };
    stop.send(true).expect("a worker");
    running.await.expect("an end");
    took
}

/// What was sent, byte for byte, and to whom.
async fn messages(app: &App) -> Vec<(String, Vec<u8>)> {
    let accepted = email::Entity::find()
        // Reminders wait for their hour.
        .filter(email::Column::Status.eq(Status::Accepted))
        .all(app.db.read());
    let mut messages = Vec::with_capacity(MESSAGES);
    for email in accepted.await.expect("rows") {
        let db = app.db.read();
        let details = interviews::details(
            db,
            email.company_id,
            email.interview_id.expect("an interview"),
        )
        .await;
        let details = details.expect("its interview");
        let token = app.keys.token(&Ticket {
            public_id: &details.interview.public_id,
            link_version: email.link_version,
            revision: email.revision,
        });
        let path = format!("/interview/{}", token.expect("a token"));
        let draft = Draft::of(&email, Some(&details), None).expect("composed");
        let bytes = mime::bytes(&draft.letter(), &app.settings.base_url.join(&path));
        messages.push((email.recipient.clone(), bytes.expect("a message")));
    }
    messages
}

/// The least that has to be said for these messages, by as many threads as there are connections.
fn bare_loop(port: u16, messages: Vec<(String, Vec<u8>)>) -> Duration {
    let begun = Instant::now();
    thread::scope(|scope| {
        for part in messages.chunks(messages.len().div_ceil(CONNECTIONS)) {
            scope.spawn(move || {
                let mut connection = Connection::open(port);
                for (to, bytes) in part {
                    connection.ask(b"MAIL FROM:<jobs@example.com>\r\n");
                    connection.ask(format!("RCPT TO:<{to}>\r\n").as_bytes());
                    connection.ask(b"DATA\r\n");
                    connection.write(bytes);
                    connection.ask(b"\r\n.\r\n");
                }
            });
        }
    });
    begun.elapsed()
}

struct Connection {
    stream: TcpStream,
    lines: BufReader<TcpStream>,
    line: String,
}

impl Connection {
    fn open(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        let mut connection = Self {
            lines: BufReader::new(stream.try_clone().expect("a handle")),
            stream,
            line: String::new(),
        };
        connection.hear();
        connection.ask(b"HELO bench\r\n");
        connection
    }

    fn ask(&mut self, command: &[u8]) {
        self.write(command);
        self.hear();
    }

    fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("written");
    }

    fn hear(&mut self) {
        self.line.clear();
        self.lines.read_line(&mut self.line).expect("a reply");
        assert!(self.line.starts_with(['2', '3']), "{}", self.line);
    }
}
