//! A terminal that takes nothing: a pipe that somebody closed, a disk that is full.
use std::{
    fs::File,
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Command, Stdio},
};

use crate::support::{Installation, wait_for};

fn full() -> File {
    File::options()
        .write(true)
        .open("/dev/full")
        .expect("a device that is always full")
}

#[test]
fn whoever_closes_the_pipe_stops_nothing() {
    let installation = Installation::new();
    let free = TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr());
    let address = free.expect("a port");
    let mut serving = installation
        .command(&["serve", "--demo"])
        .env("LISTEN", address.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    // As `greenroom serve --demo | head -1` does.
    let mut lines = BufReader::new(serving.stdout.take().expect("it is piped"));
    let mut first = String::new();
    lines.read_line(&mut first).expect("a line");
    drop(lines);
    drop(serving.stderr.take());
    wait_for("readiness", || {
        let answer = crate::support::http::request(address, "GET", "/ready", &[], "");
        answer
            .is_ok_and(|answer| answer.status == 200)
            .then_some(())
    });
    assert_eq!(serving.try_wait().expect("it can be asked"), None);
    serving.kill().expect("it runs");
    serving.wait().expect("it ends");
}

#[test]
fn a_full_disk_behind_the_terminal_is_no_panic() {
    let installation = Installation::new();
    for (arguments, code) in [
        (&["migrate"][..], 0),
        (&["routes"], 1),
        (&["routes", "--json"], 1),
        // Nothing was sent, wherever that is said.
        (&["mail", "test", "--to", "jane@example.com"], 2),
    ] {
        let output = installation
            .command(arguments)
            .stdout(full())
            .stderr(Stdio::piped())
            .output()
            .expect("the binary runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        let silent = installation
            .command(arguments)
            .stdout(full())
            .stderr(full())
            .status()
            .expect("the binary runs");
        assert_eq!(silent.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn a_token_that_nobody_can_read_is_an_error() {
    let installation = Installation::new();
    installation.token();
    let output = installation
        .command(&[
            "token",
            "create",
            "--email",
            "ada@example.com",
            "--name",
            "lost",
        ])
        .stdout(full())
        .stderr(Stdio::piped())
        .output()
        .expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("Create another one"), "{said}");
}

#[test]
fn whoever_has_seen_enough_of_a_list_gets_no_error() {
    let installation = Installation::new();
    let routes = installation.command(&["routes"]);
    let program = routes.get_program().to_string_lossy().into_owned();
    let mut shell = Command::new("bash");
    installation.prepare(&mut shell);
    let script = format!("{program} routes | head -1 >/dev/null; echo ${{PIPESTATUS[0]}}");
    let output = shell
        .env("PATH", "/usr/bin:/bin")
        .args(["-c", &script])
        .output()
        .expect("bash");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "0");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
