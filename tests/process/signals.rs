//! A server that is asked to stop finishes what it has begun.
use std::{
    io::Write,
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::support::{Installation, http, mail_server::MailServer};

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
    assert!(begin.elapsed() < Duration::from_secs(10));

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
    assert!(begin.elapsed() < Duration::from_secs(5));
}
