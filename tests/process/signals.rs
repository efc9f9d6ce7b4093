//! A server that is asked to stop finishes what it has begun.
use std::{
    io::Write,
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::support::{Installation, http};

#[test]
fn a_request_that_has_begun_is_answered_after_sigterm() {
    let installation = Installation::new();
    let token = installation.token();
    let server = installation.serve();
    let body = json!({ "title": "Cloud Architect" }).to_string();
    let (first, rest) = body.split_at(5);
    let mut slow = http::open(server.address()).expect("a connection");
    write!(
        slow,
        "POST /api/jobs/ HTTP/1.1\r\nHost: {}\r\nAuthorization: Token {token}\r\nContent-Type: application/json\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n{first}",
        server.address(),
        body.len()
    )
    .expect("it is sent");
    // The server must have begun to read it.
    thread::sleep(Duration::from_millis(300));
    server.terminate();
    thread::sleep(Duration::from_millis(300));
    assert!(
        http::open(server.address()).is_err(),
        "it takes new connections"
    );
    slow.write_all(rest.as_bytes()).expect("it is sent");
    let answer = http::receive(&mut slow).expect("an answer");
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert!(server.wait().success());
}

#[test]
fn an_idle_server_stops_at_once() {
    let installation = Installation::new();
    let server = installation.serve();
    let begin = Instant::now();
    server.terminate();
    assert!(server.wait().success());
    assert!(begin.elapsed() < Duration::from_secs(5));
}
