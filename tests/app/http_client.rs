//! The client with which Greenroom asks other servers over HTTPS.
use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use greenroom::http_client::{Failure, HttpClient, HttpsUrl, Networks};
use serde_json::json;

use crate::support::{
    https_server::{HttpsServer, Says, client, hasty_client},
    smtp_server::{CERTIFICATES, Options, SmtpServer},
};

#[tokio::test]
async fn a_form_arrives_as_it_is_and_its_answer_comes_back() {
    let server = HttpsServer::saying(Says::json(200, &json!({"ok": true}))).await;
    let fields = [("client_id", "a b&c=d"), ("client_secret", "ä+%\r\nX: y")];
    let answer = client()
        .post_form(&server.url("/t/token?x=1"), &fields)
        .await;
    let answer = answer.expect("an answer");
    assert_eq!(
        (answer.status, &*answer.body),
        (200, &br#"{"ok":true}"#[..])
    );
    let received = server.received().pop().expect("a request");
    assert_eq!(received.line, "POST /t/token?x=1 HTTP/1.1");
    for (name, value) in fields {
        assert_eq!(received.field(name).as_deref(), Some(value));
    }
    assert!(
        received
            .headers
            .iter()
            .any(|line| line.starts_with("Host: localhost:"))
    );
    assert!(received.headers.contains(&"Connection: close".to_owned()));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let canary = HttpsServer::saying(Says::json(200, &json!({}))).await;
    let location = format!(
        "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
        canary.url("/")
    );
    let server = HttpsServer::saying(Says::text(&location)).await;
    let answer = client().get(&server.url("/")).await.expect("an answer");
    assert_eq!(answer.status, 302);
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn a_private_network_is_not_even_dialled() {
    let canary = HttpsServer::saying(Says::json(200, &json!({}))).await;
    let port = canary.url("/").port();
    let public = HttpClient::new(Networks::Public).trusting(vec![CERTIFICATES.authority.clone()]);
    for host in [
        "localhost",
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "2130706433",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0",
    ] {
        let url: HttpsUrl = format!("https://{host}:{port}/").parse().expect(host);
        let failure = public.get(&url).await.expect_err(host);
        // Some systems do not know the odder spellings at all.
        assert!(
            matches!(failure, Failure::Private(_) | Failure::NoAddress(_)),
            "{host}: {failure}"
        );
    }
    assert_eq!(canary.connections(), 0);
    assert!(
        client().get(&canary.url("/")).await.is_ok(),
        "unless a setting says so"
    );
}

#[tokio::test]
async fn only_whom_the_machine_trusts_is_told_anything() {
    let server = HttpsServer::saying(Says::json(200, &json!({}))).await;
    let distrustful =
        HttpClient::new(Networks::Any).trusting(vec![CERTIFICATES.other_authority.clone()]);
    let failure = distrustful
        .post_form(&server.url("/"), &[("client_secret", "geheim")])
        .await;
    let failure = failure.expect_err("not trusted");
    assert!(
        matches!(&failure, Failure::Tls(text) if text.contains("UnknownIssuer")),
        "{failure}"
    );
    assert!(server.received().is_empty());
    // Who does not speak TLS.
    let mail = SmtpServer::with(Options::default(), []).await;
    let url: HttpsUrl = format!("https://localhost:{}/", mail.settings().port)
        .parse()
        .expect("a URL");
    assert!(matches!(
        client().get(&url).await,
        Err(Failure::Tls(_) | Failure::Closed)
    ));
}

#[tokio::test]
async fn whatever_a_server_does_it_ends_in_time_and_tells_no_secret() {
    let endless = format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(300_000));
    for (says, expected) in [
        (Says::Nothing, Failure::Timeout(Duration::from_millis(500))),
        (Says::Gone, Failure::Closed),
        (
            Says::text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"),
            Failure::Closed,
        ),
        (
            Says::text("HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n"),
            Failure::TooLong,
        ),
        (Says::text(&endless), Failure::TooLong),
        (Says::text("geheim\r\n\r\n"), Failure::Invalid("not HTTP/1")),
    ] {
        let server = HttpsServer::saying(says).await;
        let begun = Instant::now();
        let sent = hasty_client()
            .post_form(&server.url("/?geheim"), &[("token", "geheim")])
            .await;
        let failure = sent.expect_err("no answer");
        assert_eq!(failure, expected);
        assert!(!format!("{failure} {failure:?}").contains("geheim"));
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_apart() {
    let url: HttpsUrl = "https://nowhere.invalid/".parse().expect("a URL");
    assert!(matches!(
        client().get(&url).await,
        Err(Failure::NoAddress(_))
    ));
    let server = HttpsServer::saying(Says::Nothing).await;
    let url = server.url("/");
    server.be_away(true);
    assert_eq!(client().get(&url).await.err(), Some(Failure::Closed));
    // Somebody had this port, and nobody has it now.
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = nobody.local_addr().expect("an address").port();
    drop(nobody);
    let url: HttpsUrl = format!("https://localhost:{port}/").parse().expect("a URL");
    assert!(matches!(client().get(&url).await, Err(Failure::Network(_))));
}
