//! Bytes to and from a server, and the record of them: one file, so that nothing passes that is not recorded.
use std::{future::Future, io, mem, net::SocketAddr, time::Duration};

use entity::attempt::{Dsn, Stage};
use futures_util::FutureExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout},
};
use tokio_rustls::client::TlsStream;

use super::{
    reply::{Reply, parse_line},
    report::{Line, Outcome, Party, Report},
};

/// A server that says more than this in one reply is not a mail server.
const LONGEST_REPLY: usize = 64 * 1024;
/// What shorter secrets would mask by accident is worse than what they hide.
const SHORTEST_SECRET: usize = 4;

/// The record of an attempt.
pub(super) struct Trace {
    pub(super) stage: Stage,
    pub(super) peer: Option<SocketAddr>,
    pub(super) tls: Option<String>,
    pub(super) dot_sent: bool,
    pub(super) dsn: Option<Dsn>,
    /// Are challenges left out? What a server says while it is told a token may be the token in another form.
    pub(super) hides_challenges: bool,
    host: String,
    started: Instant,
    lines: Vec<Line>,
    secrets: Secrets,
}

/// What is masked, the longest first, so that no part of one remains.
#[derive(Default)]
struct Secrets {
    of_the_login: Vec<String>,
    of_the_message: Vec<String>,
}

impl Secrets {
    fn add(list: &mut Vec<String>, secret: &str) {
        if secret.len() >= SHORTEST_SECRET {
            list.push(secret.to_owned());
            list.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        }
    }
}

impl Trace {
    pub(super) fn new(host: &str) -> Self {
        Self {
            stage: Stage::Connect,
            peer: None,
            tls: None,
            dot_sent: false,
            dsn: None,
            hides_challenges: false,
            host: host.to_owned(),
            started: Instant::now(),
            lines: Vec::new(),
            secrets: Secrets::default(),
        }
    }

    /// Goes on with the record of a connection that led nowhere.
    pub(super) fn after(report: Report) -> Self {
        let mut trace = Self::new(&report.host);
        trace.started = trace
            .started
            .checked_sub(report.elapsed)
            .unwrap_or(trace.started);
        trace.lines = report.transcript;
        trace
    }

    /// Begins the record of another message on the same connection.
    pub(super) fn restart(&mut self, remark: &str) {
        self.started = Instant::now();
        self.dot_sent = false;
        self.dsn = None;
        self.lines.clear();
        // A connection takes many messages: to look for the links of all of them would take ever longer.
        self.secrets.of_the_message.clear();
        self.say(Party::Remark, remark);
    }

    /// From now on `secret` is masked wherever it turns up.
    pub(super) fn hide(&mut self, secret: &str) {
        Secrets::add(&mut self.secrets.of_the_login, secret);
    }

    /// The same, until another message begins.
    pub(super) fn hide_in_this_message(&mut self, secret: &str) {
        Secrets::add(&mut self.secrets.of_the_message, secret);
    }

    pub(super) fn say(&mut self, from: Party, text: &str) {
        let at_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let text = self.masked(text);
        self.lines.push(Line { at_ms, from, text });
    }

    /// A line of the server's.
    fn hear(&mut self, line: &str) {
        let is_challenge = line.trim_start().starts_with("334");
        match is_challenge && self.hides_challenges {
            true => self.say(Party::Server, "334 ***"),
            false => self.say(Party::Server, line),
        }
    }

    pub(super) fn report(&mut self, outcome: Outcome) -> Report {
        let outcome = match outcome {
            Outcome::Accepted(reply) => Outcome::Accepted(self.masked_reply(reply)),
            Outcome::Refused(reply) => Outcome::Refused(self.masked_reply(reply)),
            Outcome::TokenRefused(reply) => Outcome::TokenRefused(self.masked_reply(reply)),
            Outcome::Unexpected(text) => Outcome::Unexpected(self.masked(&text)),
            other => other,
        };
        Report {
            host: self.host.clone(),
            peer: self.peer,
            tls: self.tls.clone(),
            stage: self.stage,
            outcome,
            dot_sent: self.dot_sent,
            dsn: self.dsn,
            transcript: mem::take(&mut self.lines),
            elapsed: self.started.elapsed(),
        }
    }

    fn masked_reply(&self, reply: Reply) -> Reply {
        Reply {
            code: reply.code,
            lines: reply.lines.iter().map(|line| self.masked(line)).collect(),
        }
    }

    fn masked(&self, text: &str) -> String {
        let Secrets {
            of_the_login,
            of_the_message,
        } = &self.secrets;
        let mut masked = text.to_owned();
        for secret in of_the_message.iter().chain(of_the_login) {
            if masked.contains(secret) {
                masked = masked.replace(secret, "***");
            }
        }
        masked
    }
}

/// A connection and its record.
pub(super) struct Wire {
    pub(super) trace: Trace,
    stream: Stream,
    unread: Vec<u8>,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Wire {
    pub(super) fn plain(tcp: TcpStream, trace: Trace) -> Self {
        Self::new(Stream::Plain(tcp), trace)
    }

    pub(super) fn encrypted(tls: TlsStream<TcpStream>, trace: Trace) -> Self {
        Self::new(Stream::Tls(Box::new(tls)), trace)
    }

    fn new(stream: Stream, trace: Trace) -> Self {
        Self {
            trace,
            stream,
            unread: Vec::new(),
        }
    }

    /// The socket itself, to be encrypted. What the server said too early was said in clear, by
    /// whomever: it must not be taken for an answer inside (CVE-2011-0411).
    pub(super) fn into_plain(mut self) -> Result<(TcpStream, Trace), Box<Report>> {
        match self.stream {
            Stream::Plain(tcp) if self.unread.is_empty() => Ok((tcp, self.trace)),
            _ => {
                let said = "more was said before the encryption began".to_owned();
                Err(Box::new(self.trace.report(Outcome::Unexpected(said))))
            }
        }
    }

    /// Says `command` and waits for the reply; what is kept of it is `shown`.
    pub(super) async fn ask(
        &mut self,
        command: &str,
        shown: &str,
        limit: Duration,
    ) -> Result<Reply, Outcome> {
        self.require_quiet()?;
        self.trace.say(Party::Client, shown.trim_end());
        within(limit, async {
            self.write(command.as_bytes()).await?;
            self.read_reply().await
        })
        .await
    }

    /// An answer before the question would be taken for the answer to the next one.
    pub(super) fn require_quiet(&self) -> Result<(), Outcome> {
        match self.unread.is_empty() {
            true => Ok(()),
            false => Err(Outcome::Unexpected(
                "more than one answer to one question".into(),
            )),
        }
    }

    /// As far as can be told without waiting: has the other side not hung up, and not spoken before it was asked?
    pub(super) fn require_open(&mut self) -> Result<(), Outcome> {
        match self.read_more().now_or_never() {
            Some(read) => read.and_then(|()| self.require_quiet()),
            None => Ok(()),
        }
    }

    /// Waits for a reply.
    pub(super) async fn hear(&mut self, limit: Duration) -> Result<Reply, Outcome> {
        within(limit, self.read_reply()).await
    }

    /// Sends bytes that nothing is kept of.
    pub(super) async fn pour(&mut self, bytes: &[u8], limit: Duration) -> Result<(), Outcome> {
        within(limit, self.write(bytes)).await
    }

    /// Says goodbye without waiting for an answer.
    pub(super) async fn leave(&mut self, limit: Duration) {
        let goodbye = async {
            self.write(b"QUIT\r\n").await?;
            match &mut self.stream {
                Stream::Plain(tcp) => tcp.shutdown().await,
                Stream::Tls(tls) => tls.shutdown().await,
            }
            .map_err(network)
        };
        // Deliberately ignored: whatever becomes of it, the connection is over.
        let _: Result<(), Outcome> = within(limit, goodbye).await;
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Outcome> {
        let written = match &mut self.stream {
            Stream::Plain(tcp) => tcp.write_all(bytes).await,
            Stream::Tls(tls) => match tls.write_all(bytes).await {
                Ok(()) => tls.flush().await,
                Err(error) => Err(error),
            },
        };
        written.map_err(network)
    }

    async fn read_reply(&mut self) -> Result<Reply, Outcome> {
        let mut reply: Option<Reply> = None;
        let mut length = 0;
        loop {
            let line = self.read_line().await?;
            length += line.len();
            self.trace.hear(&line);
            let Some((code, continues, text)) = parse_line(&line) else {
                return Err(Outcome::Unexpected(line));
            };
            let reply = reply.get_or_insert(Reply {
                code,
                lines: Vec::new(),
            });
            if reply.code != code || length > LONGEST_REPLY {
                return Err(Outcome::Unexpected(line));
            }
            reply.lines.push(text.to_owned());
            if !continues {
                return Ok(reply.clone());
            }
        }
    }

    /// The next line, without its end and without control characters.
    async fn read_line(&mut self) -> Result<String, Outcome> {
        loop {
            if let Some(end) = self.unread.iter().position(|b| *b == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line);
                return Ok(line.trim_end().replace(|c: char| c.is_control(), " "));
            }
            if self.unread.len() > LONGEST_REPLY {
                return Err(Outcome::Unexpected("a line without end".into()));
            }
            self.read_more().await?;
        }
    }

    async fn read_more(&mut self) -> Result<(), Outcome> {
        let read = match &mut self.stream {
            Stream::Plain(tcp) => tcp.read_buf(&mut self.unread).await,
            Stream::Tls(tls) => tls.read_buf(&mut self.unread).await,
        };
        match read.map_err(network)? {
            0 => Err(Outcome::Closed),
            _ => Ok(()),
        }
    }
}

/// Gives `work` up after `limit`.
pub(super) async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, Outcome>>,
) -> Result<T, Outcome> {
    timeout(limit, work)
        .await
        .unwrap_or(Err(Outcome::Timeout(limit)))
}

pub(super) fn network(error: io::Error) -> Outcome {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    match error.kind() {
        UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe => Outcome::Closed,
        _ => Outcome::Network(error.to_string()),
    }
}
