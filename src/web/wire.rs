//! The connection below HTTP: what cannot be read as a request is answered by the web server itself, and that
//! answer carries our headers like every other.
use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::rt::net::TcpStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::security;
use crate::settings::Settings;

/// A connection that dresses the web server's bare answers.
pub struct Wire<S = TcpStream> {
    socket: S,
    headers: String,
    /// A dressed answer, as far as it has not left.
    waiting: Vec<u8>,
    /// Was the last buffer taken whole? Then the next one begins where an answer does.
    is_at_start: bool,
}

impl<S> Wire<S> {
    /// Around a socket.
    pub fn new(socket: S, settings: &Settings) -> Self {
        let headers =
            security::headers(settings).map(|(name, value)| format!("{name}: {value}\r\n"));
        Self {
            socket,
            headers: headers.collect(),
            waiting: Vec::new(),
            is_at_start: true,
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
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.send_waiting(context))?;
        let bare = self.is_at_start.then(|| bare_answer(buffer)).flatten();
        let Some(Bare { at, status }) = bare else {
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

/// An answer that no code of ours has seen.
#[derive(Debug, PartialEq, Eq)]
struct Bare {
    at: usize,
    status: u16,
}

/// The bare answer with which a buffer ends; whole answers of ours may stand before it. They all carry a policy, and
/// a buffer of its own begins with the head of an answer or, in chunks, with a length: so nothing that stands in a
/// body is taken for one.
fn bare_answer(buffer: &[u8]) -> Option<Bare> {
    let mut at = 0;
    loop {
        let rest = buffer.get(at..)?;
        let end = rest.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let head = std::str::from_utf8(&rest[..end]).ok()?;
        let status = status(head)?;
        let length = value(head, "content-length").and_then(|text| text.parse().ok());
        if value(head, "content-security-policy").is_none() && status >= 200 {
            let is_bare = status >= 400 && end == rest.len() && length == Some(0);
            return is_bare.then_some(Bare { at, status });
        }
        let has_body = status >= 200 && !rest[end..].starts_with(b"HTTP/1.");
        at += end + if has_body { length? } else { 0 };
    }
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
mod tests {
    use super::*;

    const BARE: &str = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\ndate: Mon, 04 Jan 2027 08:00:00 GMT\r\n\r\n";

    fn ours(length: usize, body: &str) -> String {
        format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\ncontent-security-policy: x\r\n\r\n{body}"
        )
    }

    fn found(text: &str) -> Option<usize> {
        bare_answer(text.as_bytes()).map(|bare| bare.at)
    }

    #[test]
    fn a_bare_answer_is_found_alone_and_behind_others() {
        assert_eq!(
            bare_answer(BARE.as_bytes()),
            Some(Bare { at: 0, status: 400 })
        );
        let one = ours(5, "hello");
        assert_eq!(found(&format!("{one}{BARE}")), Some(one.len()));
        assert_eq!(found(&format!("{one}{one}{BARE}")), Some(2 * one.len()));
        let to_head = ours(4711, "");
        assert_eq!(found(&format!("{to_head}{BARE}")), Some(to_head.len()));
        let on_we_go = "HTTP/1.1 100 Continue\r\n\r\n";
        assert_eq!(found(&format!("{on_we_go}{BARE}")), Some(on_we_go.len()));
    }

    #[test]
    fn what_stands_in_a_body_is_no_answer() {
        for body in [
            format!("x{BARE}"),
            BARE.replace("400", "4000"),
            "\r\n\r\n".into(),
        ] {
            assert_eq!(found(&ours(body.len(), &body)), None, "{body}");
        }
        for chunk in [
            format!("59\r\n{BARE}\r\n0\r\n\r\n"),
            format!("a,b\r\n{BARE}"),
        ] {
            assert_eq!(found(&chunk), None, "{chunk}");
        }
        let chunked =
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-security-policy: x\r\n\r\n";
        assert_eq!(found(&format!("{chunked}59\r\n{BARE}")), None);
        assert_eq!(found(&BARE[..BARE.len() - 1]), None);
        assert_eq!(found(&format!("{BARE}x")), None);
        assert_eq!(found(""), None);
    }

    /// A socket that takes a few bytes at a time.
    struct Narrow(Vec<u8>);

    impl AsyncWrite for Narrow {
        fn poll_write(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
            buffer: &[u8],
        ) -> Poll<io::Result<usize>> {
            context.waker().wake_by_ref();
            if self.0.len() % 8 == 7 {
                self.0.push(buffer[0]);
                return Poll::Ready(Ok(1));
            }
            let some = buffer.len().min(7 - self.0.len() % 8);
            self.0.extend_from_slice(&buffer[..some]);
            match some {
                0 => Poll::Pending,
                some => Poll::Ready(Ok(some)),
            }
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[actix_web::test]
    async fn a_bare_answer_leaves_dressed_and_everything_else_as_it_is() {
        use tokio::io::AsyncWriteExt;
        let mut wire = Wire {
            socket: Narrow(Vec::new()),
            headers: "x-ours: yes\r\n".into(),
            waiting: Vec::new(),
            is_at_start: true,
        };
        let body = format!("x{BARE}");
        let answer = ours(body.len(), &body);
        wire.write_all(answer.as_bytes()).await.expect("written");
        wire.write_all(BARE.as_bytes()).await.expect("written");
        wire.flush().await.expect("flushed");
        let dressed = BARE.replace("GMT\r\n", "GMT\r\nx-ours: yes\r\n");
        let sent = String::from_utf8(wire.socket.0).expect("text");
        assert_eq!(sent, format!("{answer}{dressed}"));
    }
}
