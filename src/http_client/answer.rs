//! The answer to a request, read strictly: what could be read in two ways is no answer.
use std::{fmt, time::Duration};

use chrono::{DateTime, Utc};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::{Failure, broken};

/// The longest head, and the longest list of trailers.
const LONGEST_HEAD: usize = 16 * 1024;
const MOST_HEADERS: usize = 64;
/// The longest line before a chunk.
const LONGEST_CHUNK_HEAD: usize = 1024;
/// A server that is still thinking may say so.
const MOST_INTERIM: usize = 4;
/// So much is read at once.
const PIECE: usize = 4096;

/// What a server answers. Its body stays out of `Debug`: it may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// 200 to 599.
    pub status: u16,
    headers: Vec<(String, String)>,
    /// As it came.
    pub body: Vec<u8>,
}

impl Answer {
    /// One that nobody sent, for those who read answers.
    pub fn new(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Self {
        let headers = headers.iter();
        Self {
            status,
            headers: headers
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: body.into(),
        }
    }

    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(other, _)| other.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// The server's clock.
    pub fn date(&self) -> Option<DateTime<Utc>> {
        http_date(self.header("date")?)
    }

    /// How long the server wants to be left alone (RFC 9110 §10.2.3); an instant is told by its own clock.
    pub fn retry_after(&self) -> Option<Duration> {
        let text = self.header("retry-after")?;
        match text.parse() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            Err(_) => (http_date(text)? - self.date()?).to_std().ok(),
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({}, {} bytes)", self.status, self.body.len())
    }
}

fn http_date(text: &str) -> Option<DateTime<Utc>> {
    Some(DateTime::parse_from_rfc2822(text).ok()?.to_utc())
}

/// Reads one answer with a body of at most `longest` bytes.
pub(super) async fn read(
    stream: &mut (impl AsyncRead + Unpin),
    longest: usize,
) -> Result<Answer, Failure> {
    let mut reader = Reader {
        stream,
        unread: Vec::new(),
    };
    for _ in 0..=MOST_INTERIM {
        let (status, headers) = reader.head().await?;
        if status >= 200 {
            let answer = Answer {
                status,
                headers,
                body: Vec::new(),
            };
            let body = reader.body(&answer, longest).await?;
            return Ok(Answer { body, ..answer });
        }
    }
    Err(Failure::Invalid("only interim responses"))
}

/// How the end of a body is known.
#[derive(Debug, PartialEq)]
enum Framing {
    Nothing,
    Length(usize),
    Chunks,
    /// The connection ends with it.
    End,
}

impl Framing {
    fn of(answer: &Answer) -> Result<Self, Failure> {
        let all = |name: &str| -> Vec<&str> {
            let headers = answer.headers.iter();
            let own = headers.filter(|(other, _)| other.eq_ignore_ascii_case(name));
            own.map(|(_, value)| value.as_str()).collect()
        };
        if !matches!(*all("content-encoding"), [] | ["identity"]) {
            return Err(Failure::Invalid("an encoding that nobody asked for"));
        }
        let chunked = all("transfer-encoding");
        let is_chunked = match *chunked {
            [] => false,
            [coding] if coding.eq_ignore_ascii_case("chunked") => true,
            _ => return Err(Failure::Invalid("an unknown transfer encoding")),
        };
        let length = match *all("content-length") {
            [] => None,
            [digits] if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
                Some(digits.parse().map_err(|_| Failure::TooLong)?)
            }
            _ => return Err(Failure::Invalid("a wrong Content-Length")),
        };
        match (answer.status, is_chunked, length) {
            (204 | 304, ..) => Ok(Self::Nothing),
            (_, true, Some(_)) => Err(Failure::Invalid("two lengths")),
            (_, true, None) => Ok(Self::Chunks),
            (_, false, Some(length)) => Ok(Self::Length(length)),
            (_, false, None) => Ok(Self::End),
        }
    }
}

struct Reader<'a, S> {
    stream: &'a mut S,
    unread: Vec<u8>,
}

impl<S: AsyncRead + Unpin> Reader<'_, S> {
    async fn head(&mut self) -> Result<(u16, Vec<(String, String)>), Failure> {
        loop {
            if let Some((length, status, headers)) = parse_head(&self.unread)? {
                self.unread.drain(..length);
                return Ok((status, headers));
            }
            if self.unread.len() > LONGEST_HEAD {
                return Err(Failure::TooLong);
            }
            self.more().await?;
        }
    }

    async fn body(&mut self, answer: &Answer, longest: usize) -> Result<Vec<u8>, Failure> {
        match Framing::of(answer)? {
            Framing::Nothing => Ok(Vec::new()),
            Framing::Length(length) if length > longest => Err(Failure::TooLong),
            Framing::Length(length) => self.exactly(length).await,
            Framing::Chunks => self.chunks(longest).await,
            Framing::End => loop {
                if self.unread.len() > longest {
                    return Err(Failure::TooLong);
                }
                // An end without TLS's own goodbye is an error: somebody may have cut it off.
                if self.read().await? == 0 {
                    return Ok(std::mem::take(&mut self.unread));
                }
            },
        }
    }

    async fn chunks(&mut self, longest: usize) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        loop {
            let line = self.line(LONGEST_CHUNK_HEAD).await?;
            let digits = line.split(|byte| *byte == b';').next().unwrap_or_default();
            let length = chunk_length(digits).ok_or(Failure::Invalid("a wrong chunk"))?;
            if body.len() + length > longest {
                return Err(Failure::TooLong);
            }
            if length == 0 {
                break;
            }
            body.extend(self.exactly(length).await?);
            if self.exactly(2).await? != b"\r\n" {
                return Err(Failure::Invalid("a wrong chunk"));
            }
        }
        let mut trailers = 0;
        loop {
            let line = self.line(LONGEST_HEAD).await?;
            trailers += line.len();
            match line.is_empty() {
                true => return Ok(body),
                false if trailers > LONGEST_HEAD => return Err(Failure::TooLong),
                false => {}
            }
        }
    }

    /// The next line, without its end.
    async fn line(&mut self, longest: usize) -> Result<Vec<u8>, Failure> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|pair| pair == b"\r\n") {
                let mut line: Vec<u8> = self.unread.drain(..end + 2).collect();
                line.truncate(end);
                return Ok(line);
            }
            if self.unread.len() > longest {
                return Err(Failure::TooLong);
            }
            self.more().await?;
        }
    }

    async fn exactly(&mut self, length: usize) -> Result<Vec<u8>, Failure> {
        while self.unread.len() < length {
            self.more().await?;
        }
        Ok(self.unread.drain(..length).collect())
    }

    async fn more(&mut self) -> Result<(), Failure> {
        match self.read().await? {
            0 => Err(Failure::Closed),
            _ => Ok(()),
        }
    }

    async fn read(&mut self) -> Result<usize, Failure> {
        self.unread.reserve(PIECE);
        let read = self.stream.read_buf(&mut self.unread).await;
        read.map_err(|error| broken(&error))
    }
}

type Head = (usize, u16, Vec<(String, String)>);

fn parse_head(bytes: &[u8]) -> Result<Option<Head>, Failure> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut head = httparse::Response::new(&mut headers);
    let length = match head.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(Failure::TooLong),
        Err(_) => return Err(Failure::Invalid("not HTTP/1")),
    };
    let status = head
        .code
        .filter(|code| (100..600).contains(code) && *code != 101);
    let status = status.ok_or(Failure::Invalid("an unknown status"))?;
    let headers = head.headers.iter().map(|header| {
        let value = String::from_utf8_lossy(header.value);
        (header.name.to_owned(), value.trim().to_owned())
    });
    Ok(Some((length, status, headers.collect())))
}

fn chunk_length(digits: &[u8]) -> Option<usize> {
    let digits = digits.trim_ascii_end();
    let is_hexadecimal =
        (1..=8).contains(&digits.len()) && digits.iter().all(u8::is_ascii_hexdigit);
    let text = std::str::from_utf8(digits)
        .ok()
        .filter(|_| is_hexadecimal)?;
    usize::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn parsed(text: &str) -> Result<Answer, Failure> {
        read(&mut text.as_bytes(), 20).await
    }

    #[tokio::test]
    async fn a_body_ends_where_its_head_says() {
        for (text, status, body) in [
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more",
                200,
                "hello",
            ),
            ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 200, ""),
            (
                "HTTP/1.0 400 Bad Request\r\n\r\nto the end",
                400,
                "to the end",
            ),
            ("HTTP/1.1 204 No Content\r\n\r\nnobody's", 204, ""),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5;a=b\r\nhello\r\n1 \r\n!\r\n0\r\nX: y\r\n\r\n",
                200,
                "hello!",
            ),
            (
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nX: y\r\n\r\nHTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/\r\nContent-Length: 1\r\n\r\nx",
                302,
                "x",
            ),
        ] {
            let answer = parsed(text).await.expect(text);
            assert_eq!(
                (answer.status, &*answer.body),
                (status, body.as_bytes()),
                "{text}"
            );
        }
    }

    #[tokio::test]
    async fn what_could_be_read_in_two_ways_is_no_answer() {
        let invalid = |failure: &Failure| matches!(failure, Failure::Invalid(_));
        for text in [
            "SSH-2.0-OpenSSH_9\r\n\r\n",
            "220 mail.example.com ESMTP\r\n\r\n",
            "HTTP/2 200 OK\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\n\r\n",
            "HTTP/1.1 700 No\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
            "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nx",
            "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nX: a\r\n folded\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n\r\n",
        ] {
            let failure = parsed(text).await.expect_err(text);
            assert!(invalid(&failure), "{text}: {failure}");
        }
        let endless = "HTTP/1.1 100 Continue\r\n\r\n".repeat(9);
        assert!(invalid(&parsed(&endless).await.expect_err("no answer")));
    }

    #[tokio::test]
    async fn half_an_answer_is_none() {
        for text in [
            "",
            "HTTP/1.1 200",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
        ] {
            assert_eq!(parsed(text).await, Err(Failure::Closed), "{text}");
        }
    }

    #[tokio::test]
    async fn a_server_cannot_make_us_read_without_end() {
        let head = |more: &str| format!("HTTP/1.1 200 OK\r\n{more}");
        for text in [
            head(&format!("X: {}", "x".repeat(2 * LONGEST_HEAD))),
            head(&format!("{}\r\n", "X: y\r\n".repeat(MOST_HEADERS + 1))),
            head("Content-Length: 21\r\n\r\n"),
            head("Content-Length: 99999999999999999999999\r\n\r\n"),
            head(&format!("\r\n{}", "x".repeat(21))),
            head("Transfer-Encoding: chunked\r\n\r\n15\r\n"),
            head("Transfer-Encoding: chunked\r\n\r\nffffffff\r\n"),
            head(&format!(
                "Transfer-Encoding: chunked\r\n\r\n1;{}",
                "x".repeat(9000)
            )),
            head(&format!(
                "Transfer-Encoding: chunked\r\n\r\n0\r\n{}",
                "X: y\r\n".repeat(LONGEST_HEAD)
            )),
        ] {
            assert_eq!(parsed(&text).await, Err(Failure::TooLong), "{:.80}", text);
        }
    }

    #[test]
    fn a_pause_is_told_in_seconds_or_by_the_servers_own_clock() {
        let date = ("Date", "Sun, 29 Nov 2026 17:00:00 GMT");
        for (after, seconds) in [
            ("120", Some(120)),
            ("Sun, 29 Nov 2026 17:01:30 GMT", Some(90)),
            ("Sun, 29 Nov 2026 16:00:00 GMT", None),
            ("soon", None),
            ("-1", None),
        ] {
            let answer = Answer::new(429, &[date, ("retry-after", after)], "");
            assert_eq!(
                answer.retry_after(),
                seconds.map(Duration::from_secs),
                "{after}"
            );
        }
        assert_eq!(Answer::new(429, &[], "").retry_after(), None);
    }

    #[test]
    fn a_body_is_never_printed() {
        let answer = Answer::new(200, &[("X", "secret")], "secret");
        assert_eq!(format!("{answer:?}"), "Answer(200, 6 bytes)");
    }
}
