//! A server that is asked to stop finishes what it has begun.
use std::{
    io::{Read, Write},
    net::TcpListener,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::support::{self, Installation, http, mail_server::MailServer};

/// Less than what a server waits for a reply that may mean "taken": whoever needs so long has waited for it.
const NO_WAIT: Duration = Duration::from_secs(20);

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
         Connection: close\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        server.address(),
        body.len()
    )
    .expect("it is sent");
    // Said once the server has begun to read it.
    let mut go_on = [0; 25];
    slow.read_exact(&mut go_on).expect("an answer");
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    slow.write_all(first.as_bytes()).expect("it is sent");
    server.terminate();
    support::wait_for("new connections to be refused", || {
        http::open(server.address()).err()
    });
    slow.write_all(rest.as_bytes()).expect("it is sent");
    let answer = http::receive(&mut slow).expect("an answer");
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert!(server.wait().success());
}

#[test]
fn a_message_that_is_being_handed_over_is_given_back_at_sigterm() {
    // Takes connections and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let healthy = MailServer::start();
    let to_silent = silent.local_addr().expect("an address").port().to_string();
    let mut settings = healthy.settings();
    settings.push(("EMAIL_PORT", to_silent));
    let mut installation = Installation::with(settings);
    let token = installation.token();
    let server = installation.serve();
    let job = server.enter(&token, "/api/jobs/", &json!({ "title": "Cloud Architect" }));
    let wish = server.wish(&token, job, 0);
    server.book(&token, &wish);
    let _conversation = silent.accept().expect("the worker calls");
    let begin = Instant::now();
    server.terminate();
    assert!(server.wait().success());
    assert!(begin.elapsed() < NO_WAIT);

    installation.set(healthy.settings());
    let _server = installation.serve();
    assert_eq!(healthy.wait_for(1).len(), 1);
}

#[test]
fn an_idle_server_stops_at_once() {
    let installation = Installation::new();
    let server = installation.serve();
    let begin = Instant::now();
    server.terminate();
    assert!(server.wait().success());
    assert!(begin.elapsed() < NO_WAIT);
}
