//! Servers that do what no honest one does.
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

use super::*;
use crate::{
    secret::Secret,
    settings::{Login, OAuthProvider, OAuthSettings, Proof},
};

/// A server that says one thing to each command, `{tag}` being the command's.
async fn server(says: Vec<String>) -> ImapSettings {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        let (tcp, _) = listener.accept().await.expect("a client");
        let mut tcp = BufReader::new(tcp);
        let mut says = says.into_iter();
        let greeting = says.next().expect("a greeting");
        tcp.write_all(greeting.as_bytes()).await.expect("written");
        for say in says {
            let mut line = String::new();
            tcp.read_line(&mut line).await.expect("a command");
            let tag = line.split(' ').next().unwrap_or_default();
            // The client may have had enough.
            let _ = tcp.write_all(say.replace("{tag}", tag).as_bytes()).await;
        }
    });
    ImapSettings {
        host: "127.0.0.1".into(),
        port,
        security: Security::Plain,
        login: Login::with_password("bounces", Secret::new("a \"quoted\" \\ secret")),
        folder: "INBOX".into(),
    }
}

fn said(more: &[&str]) -> Vec<String> {
    let first = [
        "* OK ready\r\n",
        "{tag} OK welcome\r\n",
        "* 3 EXISTS\r\n* OK [UIDVALIDITY 77] valid\r\n{tag} OK [READ-WRITE] done\r\n",
    ];
    let all = first.iter().chain(more);
    all.map(|line| (*line).to_owned()).collect()
}

#[tokio::test]
async fn a_message_is_read_whatever_stands_around_it() {
    let settings = server(said(&[
        "* SEARCH 9 4\r\n* 4 EXISTS\r\n* SEARCH 4 x\r\n{tag} OK\r\n",
        "* 1 FETCH (FLAGS (\\Seen) UID 3)\r\n* 2 FETCH (BODY[]<0> {15}\r\nA: b\r\n\r\ng5 OK) UID 4)\r\n{tag} OK\r\n",
        "{tag} OK gone\r\n",
    ]))
    .await;
    let mut inbox = Inbox::open(&settings, None, None).await.expect("open");
    assert_eq!(inbox.validity, 77);
    assert_eq!(inbox.unseen().await, Ok(vec![4, 9]));
    assert_eq!(
        inbox.fetch(4, 100).await,
        Ok(Some(b"A: b\r\n\r\ng5 OK) ".to_vec()))
    );
    assert_eq!(inbox.fetch(9, 100).await, Ok(None));
}

#[tokio::test]
async fn a_server_cannot_make_us_read_without_end() {
    let endless = "x".repeat(2 * 1024 * 1024);
    for fetched in [
        "* 1 FETCH (UID 4 BODY[] {99999999999}\r\n".to_owned(),
        "* 1 FETCH (UID 4 BODY[] {99999999999999999999999}\r\n{tag} BAD\r\n".to_owned(),
        endless,
        "* 1 EXISTS\r\n".repeat(2000),
    ] {
        let settings = server(said(&[&fetched])).await;
        let mut inbox = Inbox::open(&settings, None, None).await.expect("open");
        let failure = inbox.fetch(4, 100).await.expect_err("enough");
        assert!(
            matches!(failure, Failure::Unexpected | Failure::Refused(_)),
            "{failure:?}"
        );
    }
}

#[tokio::test]
async fn what_fails_is_told_without_what_the_server_said() {
    let refusing = vec![
        "* OK ready\r\n".to_owned(),
        "{tag} NO [AUTHENTICATIONFAILED] bounces may not enter with a secret\r\n".to_owned(),
    ];
    let failure = Inbox::open(&server(refusing).await, None, None).await.err();
    assert_eq!(failure, Some(Failure::Refused("the login")));
    for (says, expected) in [
        ("220 smtp.example.com ESMTP\r\n", Failure::Unexpected),
        ("* BYE full\r\n", Failure::Unexpected),
        (
            "* OK",
            Failure::Network("the server closed the connection".into()),
        ),
    ] {
        let failure = Inbox::open(&server(vec![says.into()]).await, None, None)
            .await
            .err();
        assert_eq!(failure, Some(expected), "{says}");
    }
}

#[test]
fn nothing_breaks_out_of_its_quotes() {
    assert_eq!(quoted(r#"a "b" \ c"#), r#""a \"b\" \\ c""#);
}

/// A server that lets one token in, and asks for it first, as not every server takes it sooner.
async fn server_for_tokens(refused: &'static str) -> ImapSettings {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        loop {
            let (tcp, _) = listener.accept().await.expect("a client");
            let mut tcp = BufReader::new(tcp);
            let _ = tcp
                .write_all(b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready\r\n")
                .await;
            let mut line = String::new();
            tcp.read_line(&mut line).await.expect("a command");
            assert_eq!(line, "g1 AUTHENTICATE XOAUTH2\r\n");
            let _ = tcp.write_all(b"+ \r\n").await;
            let mut response = String::new();
            tcp.read_line(&mut response).await.expect("a response");
            let wanted = xoauth2_response("bounces@contoso.example", &Secret::new("good"));
            if response.trim_end() != wanted.expose() {
                let _ = tcp.write_all(refused.as_bytes()).await;
                line.clear();
                if refused.starts_with('+') {
                    tcp.read_line(&mut line).await.expect("an empty line");
                    assert_eq!(line, "\r\n");
                    let _ = tcp.write_all(b"g1 NO SASL authentication failed\r\n").await;
                }
                continue;
            }
            let _ = tcp.write_all(b"g1 OK AUTHENTICATE completed.\r\n").await;
            line.clear();
            tcp.read_line(&mut line).await.expect("a command");
            let said: &[u8] = match line.contains("\"Other\"") {
                true => b"g2 BAD User is authenticated but not connected.\r\n",
                false => b"* OK [UIDVALIDITY 77] valid\r\ng2 OK done\r\n",
            };
            let _ = tcp.write_all(said).await;
        }
    });
    ImapSettings {
        host: "127.0.0.1".into(),
        port,
        security: Security::Plain,
        login: Login {
            user: "bounces@contoso.example".into(),
            proof: Proof::Token(Arc::new(OAuthSettings {
                provider: OAuthProvider::Google,
                client_id: "app".into(),
                client_secret: None,
                reads_mailbox: true,
            })),
        },
        folder: "INBOX".into(),
    }
}

#[tokio::test]
async fn a_token_opens_a_mailbox_and_one_that_is_refused_is_told_apart() {
    for refused in [
        // Google says why, Microsoft does not.
        "+ eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIn0=\r\n",
        "g1 NO AUTHENTICATE failed.\r\n",
    ] {
        let settings = server_for_tokens(refused).await;
        let (good, bad) = (Secret::new("good"), Secret::new("bad"));
        let failure = Inbox::open(&settings, Some(&bad), None).await.err();
        assert_eq!(failure, Some(Failure::TokenRefused));
        let inbox = Inbox::open(&settings, Some(&good), None)
            .await
            .expect("open");
        assert_eq!(inbox.validity, 77);
        let other = ImapSettings {
            folder: "Other".into(),
            ..settings
        };
        let failure = Inbox::open(&other, Some(&good), None).await.err();
        assert_eq!(failure, Some(Failure::NoRight));
    }
}
