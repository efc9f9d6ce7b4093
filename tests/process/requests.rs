//! What reaches the socket that no browser sends.
use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr},
    thread,
    time::{Duration, Instant},
};

use crate::support::{
    Installation,
    http::{self, Answer},
};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Everything that comes back for these bytes until the server hangs up.
fn exchange(to: SocketAddr, bytes: &[u8]) -> String {
    let mut connection = http::open(to).expect("a connection");
    // The server may have heard enough before the end.
    connection.write_all(bytes).ok();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).ok();
    String::from_utf8_lossy(&answer).into_owned()
}

fn assert_guarded(answer: &str, status: u16, what: &str) {
    let (head, _) = answer
        .split_once("\r\n\r\n")
        .unwrap_or_else(|| panic!("no answer to {what}: {answer:?}"));
    assert!(
        head.starts_with(&format!("HTTP/1.1 {status} ")),
        "{what}: {head}"
    );
    for line in [
        format!("content-security-policy: {POLICY}"),
        "permissions-policy: camera=(), microphone=(), display-capture=(), geolocation=()".into(),
        "x-content-type-options: nosniff".into(),
        "referrer-policy: same-origin".into(),
        "cross-origin-opener-policy: same-origin".into(),
        "cross-origin-resource-policy: same-origin".into(),
        "cache-control: no-store".into(),
    ] {
        assert!(head.contains(&line), "{what}: {line} is not in {head}");
    }
}

#[test]
fn what_is_no_http_is_answered_like_everything_else_and_is_no_error_of_ours() {
    let installation = Installation::new();
    let server = installation.serve();
    let to = server.address();
    let many_headers = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(500));
    let long_header = format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(200_000));
    let long_line = format!("GET /{} HTTP/1.1\r\n\r\n", "y".repeat(200_000));
    let requests: [(&[u8], u16); 16] = [
        (b"nonsense\r\n\r\n", 400),
        (b"\r\n\r\n\x00\x01\x02\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nx: a\x00b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nna me: x\r\n\r\n", 400),
        (b"POST /login HTTP/1.1\r\nContent-Length: many\r\n\r\n", 400),
        (b"POST /login HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (
            b"POST /login HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            400,
        ),
        (
            b"POST /login HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            400,
        ),
        (many_headers.as_bytes(), 431),
        (long_header.as_bytes(), 431),
        (long_line.as_bytes(), 431),
    ];
    for (bytes, status) in requests {
        let what = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
        assert_guarded(&exchange(to, bytes), status, &what);
    }
    // Behind an answer of ours, in one go.
    let first = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";
    for first in [first.to_owned(), first.replace("GET", "HEAD")] {
        let both = exchange(to, format!("{first}nonsense\r\n\r\n").as_bytes());
        let (_, second) = both.split_at(both.rfind("HTTP/1.1 ").expect("an answer"));
        assert_guarded(&both, 200, "the first of two");
        assert_guarded(second, 400, "the second of two");
    }
    // Who never comes to the point.
    let mut slow = http::open(to).expect("a connection");
    slow.write_all(b"GET / HTTP/1.1\r\nHost:").expect("sent");
    let mut answer = String::new();
    slow.read_to_string(&mut answer).expect("an answer");
    assert_guarded(&answer, 408, "half a head");
    // Who goes away.
    let gone = http::open(to).expect("a connection");
    (&gone)
        .write_all(b"POST /login HTTP/1.1\r\nContent-Length: 9\r\n\r\nab")
        .expect("sent");
    gone.shutdown(Shutdown::Both).ok();
    assert_eq!(server.get("/health").status, 200);
    let printed = installation.output();
    assert!(!printed.contains("ERROR"), "{printed}");
    assert!(
        printed.contains("no HTTP request was answered with 400"),
        "{printed}"
    );
}

#[test]
fn what_is_announced_to_be_too_much_or_packed_is_refused_before_it_is_sent() {
    let installation = Installation::new();
    let server = installation.serve();
    let to = server.address();
    let origin = format!("Origin: http://{to}\r\n");
    for (path, more, status) in [
        ("/login", "Content-Length: 16385\r\n", 413),
        ("/company/logo", "Content-Length: 16385\r\n", 413),
        ("/company/logo", "Content-Length: 400000\r\n", 413),
        ("/account", "Content-Length: 60000\r\n", 413),
        ("/login", "Content-Length: 99999999999999999999\r\n", 400),
        ("/api/jobs/", "Content-Length: 60000\r\n", 401),
        ("/api/jobs/", "Content-Length: 70000\r\n", 413),
        (
            "/login",
            "Content-Encoding: gzip\r\nContent-Length: 100\r\n",
            415,
        ),
        (
            "/login",
            "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
            415,
        ),
        (
            "/api/jobs/",
            "Content-Encoding: br\r\nContent-Length: 100\r\n",
            415,
        ),
    ] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {to}\r\n{origin}{more}Connection: close\r\n\r\n"
        );
        assert_guarded(
            &exchange(to, head.as_bytes()),
            status,
            &format!("{path} {more}"),
        );
    }
    // In chunks, as much as is taken and not a byte more.
    let head =
        format!("POST /login HTTP/1.1\r\nHost: {to}\r\n{origin}Transfer-Encoding: chunked\r\n\r\n");
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    let endless = format!("{head}{}", chunk.repeat(5));
    assert_guarded(
        &exchange(to, endless.as_bytes()),
        413,
        "chunks without an end",
    );
}

/// The web server itself listens to a body in chunks for ever, though nobody reads it.
#[test]
fn who_was_refused_is_not_listened_to_any_longer() {
    let installation = Installation::new();
    let server = installation.serve();
    let to = server.address();
    for (first_line, headers, status) in [
        ("POST /login", "Origin: http://elsewhere.example\r\n", 403),
        ("POST /login", "Content-Encoding: gzip\r\n", 415),
        ("POST /api/jobs/", "Content-Encoding: gzip\r\n", 415),
        ("GET /health", "", 200),
        ("GET /health", "Content-Encoding: gzip\r\n", 415),
    ] {
        let head = format!(
            "{first_line} HTTP/1.1\r\nHost: {to}\r\n{headers}Transfer-Encoding: chunked\r\n\r\n"
        );
        let begin = Instant::now();
        assert_guarded(&exchange(to, head.as_bytes()), status, &head);
        let waited = begin.elapsed();
        assert!(waited < Duration::from_secs(20), "{head}: {waited:?}");
    }
}

/// Peak memory of a process, in kilobytes.
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.and_then(|text| text.parse().ok()).expect("a number")
}

#[test]
fn strangers_cannot_make_it_hold_what_they_send() {
    let installation = Installation::new();
    let server = installation.serve();
    let to = server.address();
    let all_at_once = |head: &str, body: &str| {
        let request = format!("POST {head}Host: {to}\r\nOrigin: http://{to}\r\n\r\n{body}");
        let answers: Vec<Answer> = thread::scope(|scope| {
            let one = || {
                let text = exchange(to, request.as_bytes());
                let status = text.get(9..12).and_then(|code| code.parse().ok());
                Answer {
                    status: status.unwrap_or(0),
                    head: String::new(),
                    body: text,
                }
            };
            let sent: Vec<_> = (0..40).map(|_| scope.spawn(one)).collect();
            sent.into_iter()
                .map(|one| one.join().expect("an answer"))
                .collect()
        });
        answers
    };
    let small = "/logout HTTP/1.1\r\nContent-Length: 1\r\nConnection: close\r\n";
    all_at_once(small, "x");
    let before = peak(server.id());
    let megabytes = format!("1000\r\n{}\r\n", "x".repeat(0x1000)).repeat(1024);
    for path in ["/login", "/company/logo", "/api/jobs/"] {
        let chunked = format!("{path} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n");
        for answer in all_at_once(&chunked, &megabytes) {
            // A connection that is closed while it sends may lose the answer.
            assert!(
                matches!(answer.status, 0 | 401 | 413),
                "{path}: {}",
                answer.body
            );
        }
        let packed =
            format!("{path} HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 60000\r\n");
        for answer in all_at_once(&packed, &"x".repeat(60_000)) {
            assert!(matches!(answer.status, 0 | 415), "{path}: {}", answer.body);
        }
    }
    let grown = (peak(server.id()) - before) / 1024;
    assert!(
        grown < 16,
        "{grown} MB more for 480 MB in chunks and 120 packed bodies"
    );
}
