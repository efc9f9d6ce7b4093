//! The figures that were promised, measured with the real binary on this machine: `cargo bench --bench figures`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints its figures"
)]
use std::{
    fs, io,
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

#[allow(dead_code, reason = "the process tests use the rest of it")]
#[path = "../tests/process/support/mod.rs"]
mod process;
#[path = "support/session.rs"]
mod session;

use chrono::{Days, Weekday};
use greenroom::clock::Clock;
use process::{Installation, Server, Wish, http, mail_server::MailServer};
use serde_json::json;
use session::sign_in;

const BOOKINGS: usize = 200;
const DELIVERIES: usize = 20;
const STARTS: usize = 10;
const SERIES: usize = 10;

fn main() {
    bookings_beside_a_silent_mail_server();
    message_at_the_mail_server();
    start_and_memory();
    a_week_at_a_time();
}

fn bookings_beside_a_silent_mail_server() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    // Keeps every connection open and never says a word.
    thread::spawn(move || silent.incoming().collect::<Vec<io::Result<_>>>());
    let installation = Installation::with(vec![
        ("EMAIL_BACKEND", "smtp".into()),
        ("EMAIL_HOST", "127.0.0.1".into()),
        ("EMAIL_PORT", port.to_string()),
        ("EMAIL_USE_TLS", "false".into()),
        ("DEFAULT_FROM_EMAIL", "jobs@example.com".into()),
    ]);
    let token = installation.token();
    let server = installation.serve();
    let wishes = wishes(&server, &token, BOOKINGS);
    let bare = times(BOOKINGS, |_| {
        assert_eq!(server.get("/health").status, 200);
    });
    let booked = times(BOOKINGS, |n| server.book(&token, &wishes[n]));
    let (bare, half) = (quantile(&bare, 0.5), quantile(&booked, 0.5));
    report("a bare request (GET /health), median", bare, None);
    report(
        "a booking while the mail server says nothing, median",
        half,
        Some(50),
    );
    report("  the same, 99 of 100", quantile(&booked, 0.99), None);
    println!(
        "  {:.1} times a bare request",
        half.as_secs_f64() / bare.as_secs_f64()
    );
}

fn message_at_the_mail_server() {
    let mail = MailServer::start();
    let installation = Installation::with(mail.settings());
    let token = installation.token();
    let server = installation.serve();
    let wishes = wishes(&server, &token, DELIVERIES);
    let delivered = times(DELIVERIES, |n| {
        server.book(&token, &wishes[n]);
        while mail.messages().len() <= n {
            thread::sleep(Duration::from_millis(1));
        }
    });
    report(
        "from booking to message at the mail server, median",
        quantile(&delivered, 0.5),
        Some(1000),
    );
    report("  the same, the slowest", quantile(&delivered, 1.0), None);
}

fn start_and_memory() {
    let installation = Installation::new();
    installation.token();
    installation.serve();
    let starts = times(STARTS, |_| {
        let server = installation.start(installation.command(&["serve"]));
        assert_eq!(server.get("/login").status, 200);
    });
    report(
        "start to first answer on an existing database, median",
        quantile(&starts, 0.5),
        Some(300),
    );
    let server = installation.serve();
    for path in ["/login", "/health", "/ready"] {
        server.get(path);
    }
    thread::sleep(Duration::from_secs(5));
    println!(
        "{:>9.1} MB    idle memory (limit 40 MB)",
        resident_megabytes(server.id())
    );
}

/// Series of five hundred slots, and a week that is full of them.
fn a_week_at_a_time() {
    let installation = Installation::new();
    let token = installation.token();
    let server = installation.serve();
    let job = server.enter(&token, "/api/jobs/", &json!({ "title": "Cloud Architect" }));
    let monday = Clock::System.now().date_naive() + Days::new(7);
    let monday = monday.week(Weekday::Mon).first_day();
    let authorization = format!("Token {token}");
    let headers = [
        ("Content-Type", "application/json"),
        ("Authorization", authorization.as_str()),
    ];
    let series = |interviewer: usize, is_dry: bool| {
        let body = json!({
            "job": job, "weekdays": ["mon", "tue", "wed", "thu", "fri"],
            "from": monday, "until": monday + Days::new(6),
            "spans": [{ "from": "08:00", "until": "16:20" }], "duration_minutes": 5,
            "ai_interview_type": "technical", "interviewer": format!("Kim {interviewer}"), "dry_run": is_dry,
        });
        let path = "/api/interviews/series/";
        let answer = http::request(server.address(), "POST", path, &headers, &body.to_string());
        let answer = answer.expect("an answer");
        assert!([200, 201].contains(&answer.status), "{}", answer.body);
    };
    let looked = times(SERIES, |n| series(n, true));
    report(
        "a series of 500 slots is looked at, median",
        quantile(&looked, 0.5),
        Some(100),
    );
    let made = times(SERIES, |n| series(n, false));
    report("  and made, median", quantile(&made, 0.5), Some(300));
    let cookie = sign_in(&server);
    let headers = [("Cookie", cookie.as_str())];
    let path = format!("/calendar?day={monday}");
    let shown = times(STARTS, |_| {
        let answer = http::request(server.address(), "GET", &path, &headers, "");
        assert_eq!(answer.expect("an answer").status, 200);
    });
    report(
        "the calendar of a week with 5,000 slots, median",
        quantile(&shown, 0.5),
        Some(50),
    );
}

fn wishes(server: &Server, token: &str, count: usize) -> Vec<Wish> {
    let job = server.enter(token, "/api/jobs/", &json!({ "title": "Cloud Architect" }));
    (0..count).map(|n| server.wish(token, job, n)).collect()
}

fn times(count: usize, mut work: impl FnMut(usize)) -> Vec<Duration> {
    let mut times: Vec<_> = (0..count)
        .map(|n| {
            let begin = Instant::now();
            work(n);
            begin.elapsed()
        })
        .collect();
    times.sort();
    times
}

fn quantile(sorted: &[Duration], part: f64) -> Duration {
    sorted[((sorted.len() - 1) as f64 * part).round() as usize]
}

fn report(what: &str, time: Duration, limit_ms: Option<u64>) {
    let limit = limit_ms.map_or(String::new(), |limit| format!(" (limit {limit} ms)"));
    println!("{:>9.2} ms    {what}{limit}", time.as_secs_f64() * 1000.0);
}

fn resident_megabytes(process: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .expect("it has memory");
    let kilobytes: f64 = line
        .split_whitespace()
        .nth(1)
        .expect("a number")
        .parse()
        .expect("a number");
    kilobytes / 1024.0
}
