//! Lines and literals to and from an IMAP server.
use std::{future::Future, io, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::client::TlsStream;

use super::Failure;
use crate::mail::bounce;

/// A list of many messages is a long line.
const LONGEST_LINE: usize = 1024 * 1024;
/// What is asked for at once, and what a server adds unasked.
const LONGEST_ANSWER: usize = bounce::LONGEST + LONGEST_LINE;
const MOST_ANSWERS: usize = 1000;

/// A line that a server says, without the literal in it.
pub(super) struct Answer {
    pub(super) text: String,
    pub(super) literal: Option<Vec<u8>>,
}

/// A connection.
pub(super) struct Wire {
    stream: Stream,
    unread: Vec<u8>,
    commands: u32,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Wire {
    pub(super) fn plain(tcp: TcpStream) -> Self {
        Self::new(Stream::Plain(tcp))
    }

    pub(super) fn encrypted(tls: TlsStream<TcpStream>) -> Self {
        Self::new(Stream::Tls(Box::new(tls)))
    }

    fn new(stream: Stream) -> Self {
        Self {
            stream,
            unread: Vec::new(),
            commands: 0,
        }
    }

    /// The socket itself, to be encrypted. What was said too early was said in clear, by whomever.
    pub(super) fn into_plain(self) -> Result<TcpStream, Failure> {
        match self.stream {
            Stream::Plain(tcp) if self.unread.is_empty() => Ok(tcp),
            _ => Err(Failure::Unexpected),
        }
    }

    /// Waits for the first line.
    pub(super) async fn greeting(&mut self, limit: Duration) -> Result<(), Failure> {
        let answer = within(limit, self.read_answer()).await?;
        match answer.text.starts_with("* OK") {
            true => Ok(()),
            false => Err(Failure::Unexpected),
        }
    }

    /// Says `command` and waits until it is done; answers with what the server said before that.
    pub(super) async fn ask(
        &mut self,
        command: &str,
        what: &'static str,
        limit: Duration,
    ) -> Result<Vec<Answer>, Failure> {
        self.commands += 1;
        let tag = format!("g{}", self.commands);
        let line = format!("{tag} {command}\r\n");
        within(limit, async {
            self.write(line.as_bytes()).await.map_err(network)?;
            let mut answers = Vec::new();
            let mut length = 0;
            loop {
                let answer = self.read_answer().await?;
                length += answer.text.len() + answer.literal.as_ref().map_or(0, Vec::len);
                if length > LONGEST_ANSWER || answers.len() > MOST_ANSWERS {
                    return Err(Failure::Unexpected);
                }
                match answer.text.strip_prefix(&tag) {
                    Some(done) if done.starts_with(" OK") => return Ok(answers),
                    // Microsoft's way to say that the login was right and the mailbox is somebody else's.
                    Some(done) if done.contains("authenticated but not connected") => {
                        return Err(Failure::NoRight);
                    }
                    Some(_) => return Err(Failure::Refused(what)),
                    None => answers.push(answer),
                }
            }
        })
        .await
    }

    /// Logs in by a mechanism of SASL whose one response is `response`. It waits to be asked for it: not every server
    /// takes it sooner (RFC 4959).
    pub(super) async fn authenticate(
        &mut self,
        mechanism: &str,
        response: &str,
        limit: Duration,
    ) -> Result<(), Failure> {
        self.commands += 1;
        let tag = format!("g{}", self.commands);
        // What is said after it says why the response was wrong, and is answered with nothing.
        let mut responses = [response, ""].into_iter();
        within(limit, async {
            let line = format!("{tag} AUTHENTICATE {mechanism}\r\n");
            self.write(line.as_bytes()).await.map_err(network)?;
            for _ in 0..MOST_ANSWERS {
                let answer = self.read_answer().await?;
                if answer.text.starts_with('+') {
                    let next = responses.next().ok_or(Failure::Unexpected)?;
                    let line = format!("{next}\r\n");
                    self.write(line.as_bytes()).await.map_err(network)?;
                } else if let Some(done) = answer.text.strip_prefix(&tag) {
                    let is_spoken = responses.len() < 2;
                    return match done {
                        done if done.starts_with(" OK") => Ok(()),
                        done if done.starts_with(" NO") && is_spoken => Err(Failure::TokenRefused),
                        _ => Err(Failure::Refused("the login with an access token")),
                    };
                }
            }
            Err(Failure::Unexpected)
        })
        .await
    }

    async fn read_answer(&mut self) -> Result<Answer, Failure> {
        let mut text = String::new();
        let mut literal = None;
        loop {
            let line = self.read_line().await?;
            let Some((before, length)) = announced(&line) else {
                text.push_str(&line);
                return Ok(Answer { text, literal });
            };
            text.push_str(before);
            if length > LONGEST_ANSWER || text.len() > LONGEST_LINE {
                return Err(Failure::Unexpected);
            }
            while self.unread.len() < length {
                self.read_more().await?;
            }
            literal = Some(self.unread.drain(..length).collect());
        }
    }

    async fn read_line(&mut self) -> Result<String, Failure> {
        let mut looked_at = 0;
        loop {
            if let Some(end) = self.unread[looked_at..].iter().position(|b| *b == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=looked_at + end).collect();
                return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            looked_at = self.unread.len();
            if looked_at > LONGEST_LINE {
                return Err(Failure::Unexpected);
            }
            self.read_more().await?;
        }
    }

    async fn read_more(&mut self) -> Result<(), Failure> {
        let read = match &mut self.stream {
            Stream::Plain(tcp) => tcp.read_buf(&mut self.unread).await,
            Stream::Tls(tls) => tls.read_buf(&mut self.unread).await,
        };
        match read.map_err(network)? {
            0 => Err(Failure::Network("the server closed the connection".into())),
            _ => Ok(()),
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.stream {
            Stream::Plain(tcp) => tcp.write_all(bytes).await,
            Stream::Tls(tls) => {
                tls.write_all(bytes).await?;
                tls.flush().await
            }
        }
    }
}

/// `… {1234}`: what stands before it, and the length of the literal that follows.
fn announced(line: &str) -> Option<(&str, usize)> {
    let (before, length) = line.strip_suffix('}')?.rsplit_once('{')?;
    Some((before, length.parse().ok()?))
}

/// Gives `work` up after `limit`.
pub(super) async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    timeout(limit, work).await.unwrap_or(Err(Failure::Timeout))
}

fn network(error: io::Error) -> Failure {
    Failure::Network(error.kind().to_string())
}
