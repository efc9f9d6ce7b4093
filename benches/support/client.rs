//! One who asks again and again on one connection.
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// A connection that stays open.
pub struct Client {
    stream: TcpStream,
    answers: BufReader<TcpStream>,
    /// Of the last answer.
    pub body: Vec<u8>,
}

impl Client {
    /// Opens it.
    pub fn open(to: SocketAddr) -> Self {
        let stream = TcpStream::connect(to).expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        let patience = Some(Duration::from_secs(60));
        stream.set_read_timeout(patience).expect("a limit");
        Self {
            answers: BufReader::new(stream.try_clone().expect("a handle")),
            stream,
            body: Vec::new(),
        }
    }

    /// Sends a whole request and reads the whole answer: its first line.
    pub fn ask(&mut self, request: &str) -> String {
        self.stream.write_all(request.as_bytes()).expect("asked");
        let mut status = String::new();
        self.answers.read_line(&mut status).expect("an answer");
        let mut line = String::new();
        let mut length = 0;
        loop {
            line.clear();
            self.answers.read_line(&mut line).expect("an answer");
            if line == "\r\n" {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().expect("a length");
            }
        }
        self.body.resize(length, 0);
        self.answers.read_exact(&mut self.body).expect("a body");
        status
    }
}
