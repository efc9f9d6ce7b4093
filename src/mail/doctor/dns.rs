//! Questions to a name server (RFC 1035) about mail: the two kinds of record that the system's resolver does not give.
use std::{fs, io, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
    time::timeout,
};

/// A name server that says nothing for so long is not there.
const PATIENCE: Duration = Duration::from_secs(3);
/// What travels in one datagram without being cut up (RFC 9715).
const LARGEST_DATAGRAM: u16 = 1232;

const MX: u16 = 15;
const TXT: u16 = 16;
const OPT: u16 = 41;
const INTERNET: u16 = 1;

/// A name server.
#[derive(Clone, Copy, Debug)]
pub struct Resolver {
    server: SocketAddr,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It says nothing.
    Silent,
    /// It says that it cannot tell, or nonsense.
    Failed(String),
}

impl Resolver {
    /// Asks this one.
    pub fn new(server: SocketAddr) -> Self {
        Self { server }
    }

    /// The machine's first one; none where the system does not say.
    pub fn of_machine() -> Option<Self> {
        let text = fs::read_to_string("/etc/resolv.conf").ok()?;
        let address = text.lines().find_map(|line| {
            let mut words = line.split_whitespace();
            (words.next() == Some("nameserver")).then(|| words.next()?.parse().ok())?
        })?;
        Some(Self::new(SocketAddr::new(address, 53)))
    }

    /// The mail servers of a domain with their preference; none when it has none or does not exist.
    pub async fn mail_servers(&self, domain: &str) -> Result<Vec<(u16, String)>, Trouble> {
        let read = |message: &[u8], at, _| {
            let preference = two(message, at)?;
            let (host, _) = name(message, at + 2)?;
            Some((preference, host))
        };
        self.ask(domain, MX, read).await
    }

    /// The texts at a name; none when it has none or does not exist.
    pub async fn texts(&self, domain: &str) -> Result<Vec<String>, Trouble> {
        let read = |message: &[u8], at, length| {
            let mut strings = message.get(at..at + length)?;
            let mut text = String::new();
            while let Some((&length, rest)) = strings.split_first() {
                let (string, rest) = rest.split_at_checked(length.into())?;
                text.push_str(&String::from_utf8_lossy(string));
                strings = rest;
            }
            Some(text.replace(|c: char| c.is_control(), " "))
        };
        self.ask(domain, TXT, read).await
    }

    async fn ask<T>(
        &self,
        domain: &str,
        kind: u16,
        read: impl Fn(&[u8], usize, usize) -> Option<T>,
    ) -> Result<Vec<T>, Trouble> {
        let question = question(rand::random(), domain, kind)
            .ok_or_else(|| Trouble::Failed(format!("{domain} is not a domain")))?;
        let message = match timeout(PATIENCE, self.exchange(&question)).await {
            Ok(Ok(message)) => message,
            Ok(Err(error)) => return Err(Trouble::Failed(error.to_string())),
            Err(_) => return Err(Trouble::Silent),
        };
        match message.get(3).map(|flags| flags & 0x0f) {
            Some(0) => answers(&message, kind, read)
                .ok_or_else(|| Trouble::Failed("the name server's answer can't be read".into())),
            // There is no such name.
            Some(3) => Ok(Vec::new()),
            code => Err(Trouble::Failed(format!(
                "the name server answered with error {}",
                code.unwrap_or_default()
            ))),
        }
    }

    async fn exchange(&self, question: &[u8]) -> io::Result<Vec<u8>> {
        let message = self.by_datagram(question).await?;
        let is_cut_off = message[2] & 0x02 != 0;
        match is_cut_off {
            true => self.by_stream(question).await,
            false => Ok(message),
        }
    }

    async fn by_datagram(&self, question: &[u8]) -> io::Result<Vec<u8>> {
        let own: SocketAddr = match self.server {
            SocketAddr::V4(_) => ([0; 4], 0).into(),
            SocketAddr::V6(_) => ([0; 16], 0).into(),
        };
        let socket = UdpSocket::bind(own).await?;
        socket.connect(self.server).await?;
        socket.send(question).await?;
        let mut message = vec![0; LARGEST_DATAGRAM.into()];
        loop {
            let length = socket.recv(&mut message).await?;
            // Whatever answers another question was asked by nobody.
            if answers_to(&message[..length], question) {
                message.truncate(length);
                return Ok(message);
            }
        }
    }

    async fn by_stream(&self, question: &[u8]) -> io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(self.server).await?;
        let length = u16::try_from(question.len()).map_err(io::Error::other)?;
        stream.write_u16(length).await?;
        stream.write_all(question).await?;
        let mut message = vec![0; stream.read_u16().await?.into()];
        stream.read_exact(&mut message).await?;
        match answers_to(&message, question) {
            true => Ok(message),
            false => Err(io::Error::other(
                "the name server answered another question",
            )),
        }
    }
}

/// One question, recursion desired, with room for a longer answer (RFC 6891).
fn question(id: u16, domain: &str, kind: u16) -> Option<Vec<u8>> {
    let mut message = Vec::with_capacity(64);
    for field in [id, 0x0100, 1, 0, 0, 1] {
        message.extend(field.to_be_bytes());
    }
    for label in domain.trim_end_matches('.').split('.') {
        let length = u8::try_from(label.len()).ok();
        message.push(length.filter(|length| (1..64).contains(length))?);
        message.extend(label.as_bytes());
    }
    message.push(0);
    message.extend(
        [kind, INTERNET]
            .iter()
            .flat_map(|field| field.to_be_bytes()),
    );
    message.push(0);
    message.extend(
        [OPT, LARGEST_DATAGRAM, 0, 0, 0]
            .iter()
            .flat_map(|field| field.to_be_bytes()),
    );
    Some(message)
}

/// Has it our id, is it an answer, and does it repeat what we asked?
fn answers_to(message: &[u8], question: &[u8]) -> bool {
    let (Some((asked, _)), Some((repeated, _))) = (name(question, 12), name(message, 12)) else {
        return false;
    };
    message[..2] == question[..2] && message[2] & 0x80 != 0 && asked.eq_ignore_ascii_case(&repeated)
}

/// The records of one kind among the answers, whoever owns them: the name server has followed aliases.
fn answers<T>(
    message: &[u8],
    kind: u16,
    read: impl Fn(&[u8], usize, usize) -> Option<T>,
) -> Option<Vec<T>> {
    let (_, mut at) = name(message, 12)?;
    at += 4;
    let mut found = Vec::new();
    for _ in 0..two(message, 6)? {
        let (_, end) = name(message, at)?;
        let (its_kind, length) = (two(message, end)?, usize::from(two(message, end + 8)?));
        if its_kind == kind {
            found.push(read(message, end + 10, length)?);
        }
        at = end + 10 + length;
    }
    Some(found)
}

/// The name at an offset, and where it ends. Names may point back to others; a circle is none.
fn name(message: &[u8], mut at: usize) -> Option<(String, usize)> {
    let mut labels: Vec<String> = Vec::new();
    let mut end = None;
    for _ in 0..128 {
        let length = *message.get(at)?;
        if length >= 0xc0 {
            end = end.or(Some(at + 2));
            at = usize::from(two(message, at)? & 0x3fff);
        } else if length == 0 {
            return Some((labels.join("."), end.unwrap_or(at + 1)));
        } else {
            let label = message.get(at + 1..at + 1 + usize::from(length))?;
            labels.push(String::from_utf8_lossy(label).replace(|c: char| c.is_control(), " "));
            at += 1 + usize::from(length);
        }
    }
    None
}

fn two(message: &[u8], at: usize) -> Option<u16> {
    let octets = message.get(at..at + 2)?;
    Some(u16::from_be_bytes([octets[0], octets[1]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_read_back_as_it_was_asked() {
        let asked = question(7, "mail.example.com.", MX).expect("a question");
        assert_eq!(name(&asked, 12), Some(("mail.example.com".into(), 30)));
        assert_eq!(two(&asked, 30), Some(MX));
        for wrong in ["", "a..b", &"x".repeat(64)] {
            assert_eq!(question(7, wrong, MX), None, "{wrong}");
        }
    }

    #[test]
    fn names_that_point_in_a_circle_are_none() {
        let mut message = vec![0; 12];
        message.extend([0xc0, 12]);
        assert_eq!(name(&message, 12), None);
        assert_eq!(name(&message, 99), None);
    }
}
