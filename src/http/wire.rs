//! The connection below HTTP: what cannot be read as a request is answered by the web server itself, and that
//! answer carries our headers like every other; a last answer is followed by the end.
use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use actix_web::rt::net::TcpStream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

use crate::{settings::Settings, web::policy};

/// How long, and how many bytes more, a client is listened to after its last answer: one that is cut off while it
/// sends may lose it.
const LAST_TIME: Duration = Duration::from_secs(1);
const LAST_BYTES: usize = 256 * 1024;

/// A connection that dresses the web server's bare answers.
pub struct Wire<S = TcpStream> {
    socket: S,
    headers: String,
    /// A dressed answer, as far as it has not left.
    waiting: Vec<u8>,
    /// Was the last buffer taken whole? Then the next one begins where an answer does.
    is_at_start: bool,
    /// The last answer has left; the web server itself would listen for ever to a body in chunks.
    end: Option<End>,
}

struct End {
    time: Pin<Box<Sleep>>,
    bytes: usize,
}

impl<S> Wire<S> {
    /// Around a socket.
    pub fn new(socket: S, settings: &Settings) -> Self {
        let headers = policy::headers(settings).map(|(name, value)| format!("{name}: {value}\r\n"));
        Self {
            socket,
            headers: headers.collect(),
            waiting: Vec::new(),
            is_at_start: true,
            end: None,
        }
    }
}

impl<S: AsyncWrite + Unpin> Wire<S> {
    fn send_waiting(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.waiting.is_empty() {
            let sent = ready!(Pin::new(&mut self.socket).poll_write(context, &self.waiting))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.waiting.drain(..sent);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let Some(end) = &mut this.end else {
            return Pin::new(&mut this.socket).poll_read(context, buffer);
        };
        if end.bytes == 0 || end.time.as_mut().poll(context).is_ready() {
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.socket).poll_read(context, buffer))?;
        end.bytes = end.bytes.saturating_sub(buffer.filled().len() - before);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.send_waiting(context))?;
        let last = self.is_at_start.then(|| last_head(buffer)).flatten();
        if last.is_some_and(|last| value(last.head, "connection") == Some("close")) {
            let end = self.end.get_or_insert_with(|| End {
                time: Box::pin(sleep(LAST_TIME)),
                bytes: LAST_BYTES,
            });
            // Whoever waits for the client since before this answer is woken when the time is over.
            let _not_yet = end.time.as_mut().poll(context);
        }
        let bare = last.filter(|last| last.is_bare(buffer));
        let Some(Head { at, status, .. }) = bare else {
            let sent = ready!(Pin::new(&mut self.socket).poll_write(context, buffer))?;
            self.is_at_start = sent == buffer.len();
            return Poll::Ready(Ok(sent));
        };
        tracing::info!("What is no HTTP request was answered with {status}");
        let (before, head) = buffer.split_at(at);
        let head = &head[..head.len() - 2];
        self.waiting = [before, head, self.headers.as_bytes(), b"\r\n"].concat();
        // What does not leave at once leaves with the flush that follows every write.
        match self.send_waiting(context) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            _ => Poll::Ready(Ok(buffer.len())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.send_waiting(context))?;
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.send_waiting(context))?;
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

/// The head of an answer, and where in a buffer it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head<'a> {
    at: usize,
    status: u16,
    head: &'a str,
}

impl Head<'_> {
    /// Has no code of ours seen it? Everything of ours carries a policy.
    fn is_bare(&self, buffer: &[u8]) -> bool {
        self.status >= 400
            && value(self.head, "content-security-policy").is_none()
            && value(self.head, "content-length") == Some("0")
            && self.at + self.head.len() == buffer.len()
    }
}

/// The last head in a buffer that begins where an answer does. Bodies are stepped over by their length, and what
/// follows one in chunks is not looked at: so nothing that stands in a body is taken for a head.
fn last_head(buffer: &[u8]) -> Option<Head<'_>> {
    let mut last = None;
    let mut at = 0;
    while let Some(rest) = buffer.get(at..) {
        let Some(head) = head(rest) else { break };
        let Some(status) = status(head) else { break };
        last = Some(Head { at, status, head });
        at += head.len();
        if status < 200 {
            continue;
        }
        let after_body = value(head, "content-length")
            .and_then(|text| text.parse().ok())
            .and_then(|length: usize| at.checked_add(length));
        let begins_an_answer = |at: usize| {
            buffer
                .get(at..)
                .is_some_and(|rest| rest.starts_with(b"HTTP/1."))
        };
        let ends_there = |at: usize| at == buffer.len() || begins_an_answer(at);
        match after_body {
            // To HEAD the length is told without a body: then it leads into the midst of something.
            Some(after) if begins_an_answer(at) && !ends_there(after) => {}
            Some(after) => at = after,
            None if begins_an_answer(at) => {}
            None => break,
        }
    }
    last
}

fn head(rest: &[u8]) -> Option<&str> {
    let end = rest.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    std::str::from_utf8(&rest[..end]).ok()
}

fn status(head: &str) -> Option<u16> {
    let (version, rest) = head.split_once(' ')?;
    version.strip_prefix("HTTP/1.")?;
    rest.get(..3)?.parse().ok()
}

fn value<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.split("\r\n").skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

#[cfg(test)]
mod tests;
