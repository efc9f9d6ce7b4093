//! A web server over TLS that answers as a test says, and remembers what it was asked.
use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use greenroom::http_client::{HttpClient, HttpsUrl, Limits, Networks};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

use super::smtp_server::{AMAZON, CERTIFICATES, Hold};

/// A request as it came.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// `POST /token HTTP/1.1`.
    pub line: String,
    pub headers: Vec<String>,
    pub body: String,
}

impl Received {
    /// A field of the form in the body.
    pub fn field(&self, name: &str) -> Option<String> {
        let fields: Vec<(String, String)> = serde_urlencoded::from_str(&self.body).expect("a form");
        let found = fields.into_iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value)
    }
}

/// What the server does with a request.
#[derive(Clone, Debug)]
pub enum Says {
    /// These bytes, then the end.
    Bytes(Vec<u8>),
    /// Nothing, for ever.
    Nothing,
    /// The end of the connection, without TLS's goodbye.
    Gone,
}

impl Says {
    /// A document of JSON.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::json_with(status, "", body)
    }

    /// The same with more headers, each with its end of line.
    pub fn json_with(status: u16, headers: &str, body: &serde_json::Value) -> Self {
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: application/json; charset=utf-8\r\n{headers}Content-Length: {}\r\n\r\n",
            body.len()
        );
        Self::Bytes([head, body].concat().into_bytes())
    }

    pub fn text(text: &str) -> Self {
        Self::Bytes(text.as_bytes().to_vec())
    }
}

type Answer = dyn Fn(&Received) -> Says + Send + Sync;

#[derive(Default)]
struct Seen {
    received: Vec<Received>,
    connections: usize,
    is_away: bool,
    hold: Option<Arc<Hold>>,
}

/// Runs until it is dropped.
pub struct HttpsServer {
    port: u16,
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

impl HttpsServer {
    pub async fn start(answer: impl Fn(&Received) -> Says + Send + Sync + 'static) -> Self {
        Self::start_as(CERTIFICATES.acceptor(), answer).await
    }

    /// One that says to be Amazon SNS.
    pub async fn amazon(answer: impl Fn(&Received) -> Says + Send + Sync + 'static) -> Self {
        Self::start_as(CERTIFICATES.acceptor_of_amazon(), answer).await
    }

    async fn start_as(
        tls: TlsAcceptor,
        answer: impl Fn(&Received) -> Says + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let task = tokio::spawn(serve(listener, tls, Arc::new(answer), Arc::clone(&seen)));
        Self { port, seen, task }
    }

    /// One that says the same to everybody.
    pub async fn saying(says: Says) -> Self {
        Self::start(move |_| says.clone()).await
    }

    pub fn url(&self, path: &str) -> HttpsUrl {
        let url = format!("https://localhost:{}{path}", self.port);
        url.parse().expect("a URL")
    }

    pub fn received(&self) -> Vec<Received> {
        locked(&self.seen).received.clone()
    }

    pub fn connections(&self) -> usize {
        locked(&self.seen).connections
    }

    /// Keeps the next answer back until the test lets it go.
    pub fn hold_next(&self, hold: Arc<Hold>) {
        locked(&self.seen).hold = Some(hold);
    }

    /// Hangs up on everybody from now on, or no longer.
    pub fn be_away(&self, is_away: bool) {
        locked(&self.seen).is_away = is_away;
    }
}

impl Drop for HttpsServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A client that reaches these servers and believes them.
pub fn client() -> HttpClient {
    HttpClient::new(Networks::Any).trusting(vec![CERTIFICATES.authority.clone()])
}

/// A client that finds Amazon SNS at one of these servers.
pub fn client_to_amazon(server: &HttpsServer) -> HttpClient {
    client().finding(AMAZON, ([127, 0, 0, 1], server.port).into())
}

/// The same with little patience.
pub fn hasty_client() -> HttpClient {
    client().with_limits(Limits {
        time: Duration::from_millis(500),
        ..Limits::USUAL
    })
}

async fn serve(
    listener: TcpListener,
    tls: TlsAcceptor,
    answer: Arc<Answer>,
    seen: Arc<Mutex<Seen>>,
) {
    loop {
        let Ok((tcp, _)) = listener.accept().await else {
            return;
        };
        {
            let mut seen = locked(&seen);
            seen.connections += 1;
            if seen.is_away {
                continue;
            }
        }
        let (answer, seen) = (Arc::clone(&answer), Arc::clone(&seen));
        let tls = tls.clone();
        tokio::spawn(async move {
            // The client's end is all that a test looks at.
            let _ = converse(tcp, &tls, &*answer, &seen).await;
        });
    }
}

async fn converse(
    tcp: TcpStream,
    tls: &TlsAcceptor,
    answer: &Answer,
    seen: &Mutex<Seen>,
) -> std::io::Result<()> {
    let tls = tls.accept(tcp).await?;
    let mut io = BufReader::new(tls);
    let mut received = Received::default();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if io.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let line = line.trim_end_matches("\r\n").to_owned();
        match line.as_str() {
            "" => break,
            _ if received.line.is_empty() => received.line = line,
            _ => {
                if let Some(digits) = line.strip_prefix("Content-Length: ") {
                    length = digits.parse().expect("a length");
                }
                received.headers.push(line);
            }
        }
    }
    let mut body = vec![0; length];
    io.read_exact(&mut body).await?;
    received.body = String::from_utf8(body).expect("a text");
    let says = answer(&received);
    let hold = {
        let mut seen = locked(seen);
        seen.received.push(received);
        seen.hold.take()
    };
    if let Some(hold) = hold {
        hold.here().await;
    }
    match says {
        Says::Bytes(bytes) => {
            io.write_all(&bytes).await?;
            io.shutdown().await
        }
        Says::Nothing => std::future::pending().await,
        Says::Gone => {
            io.write_all(b"HTTP/1.1 200 OK\r\n\r\n{\"access_token\"")
                .await?;
            io.flush().await
        }
    }
}

fn locked(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().expect("nobody panicked")
}
