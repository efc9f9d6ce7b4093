//! A name server that knows what a test tells it, or says nothing.
use std::{collections::HashMap, net::SocketAddr, sync::Arc};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, UdpSocket},
    task::JoinHandle,
};

const MX: u16 = 15;
const TXT: u16 = 16;
/// What does not fit is asked for again over TCP.
const LONGEST_DATAGRAM: usize = 512;

type Records = HashMap<(String, u16), Vec<Vec<u8>>>;

/// Runs until it is dropped.
pub struct DnsServer {
    pub address: SocketAddr,
    tasks: Vec<JoinHandle<()>>,
}

impl DnsServer {
    /// Answers with `(name, "TXT", text)` and `(name, "MX", host)`; there is nothing else.
    pub async fn start(records: &[(&str, &str, &str)]) -> Self {
        let mut known = Records::new();
        for (name, kind, value) in records {
            let (kind, data) = match *kind {
                "MX" => (MX, [&[0, 10], labels(value).as_slice()].concat()),
                _ => (TXT, strings(value)),
            };
            let key = (name.to_string(), kind);
            known.entry(key).or_default().push(data);
        }
        let known = Arc::new(known);
        let tcp = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = tcp.local_addr().expect("an address");
        let udp = UdpSocket::bind(address).await.expect("the same port");
        let tasks = vec![
            tokio::spawn(by_datagram(udp, Arc::clone(&known))),
            tokio::spawn(by_stream(tcp, known)),
        ];
        Self { address, tasks }
    }

    /// Is there, and says nothing.
    pub async fn silent() -> Self {
        let udp = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let address = udp.local_addr().expect("an address");
        let tasks = vec![tokio::spawn(async move {
            let _open = udp;
            std::future::pending().await
        })];
        Self { address, tasks }
    }
}

impl Drop for DnsServer {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn by_datagram(udp: UdpSocket, known: Arc<Records>) {
    let mut question = [0; 512];
    while let Ok((length, from)) = udp.recv_from(&mut question).await {
        let mut message = answer(&question[..length], &known);
        if message.len() > LONGEST_DATAGRAM {
            message.truncate(end_of_question(&message));
            message[2] |= 0x02;
            message[7] = 0;
        }
        udp.send_to(&message, from).await.expect("sent");
    }
}

async fn by_stream(tcp: TcpListener, known: Arc<Records>) {
    while let Ok((mut stream, _)) = tcp.accept().await {
        let length = stream.read_u16().await.expect("a length");
        let mut question = vec![0; length.into()];
        stream.read_exact(&mut question).await.expect("a question");
        let message = answer(&question, &known);
        let length = u16::try_from(message.len()).expect("short enough");
        stream.write_u16(length).await.expect("written");
        stream.write_all(&message).await.expect("written");
    }
}

fn answer(question: &[u8], known: &Records) -> Vec<u8> {
    let end = end_of_question(question);
    let kind = u16::from_be_bytes([question[end - 4], question[end - 3]]);
    let name = name(question);
    let found = known.get(&(name.clone(), kind));
    let exists = known.keys().any(|(known, _)| *known == name);
    let mut message = question[..end].to_vec();
    let records = found.map_or(&[][..], Vec::as_slice);
    message[2] = 0x81;
    message[3] = if exists { 0x80 } else { 0x83 };
    message[7] = u8::try_from(records.len()).expect("few");
    message[11] = 0;
    for data in records {
        // The name of the question, by a pointer to it.
        message.extend([0xc0, 12]);
        message.extend(kind.to_be_bytes());
        message.extend([0, 1, 0, 0, 0, 60]);
        let length = u16::try_from(data.len()).expect("short");
        message.extend(length.to_be_bytes());
        message.extend(data);
    }
    message
}

fn end_of_question(message: &[u8]) -> usize {
    let mut at = 12;
    while message[at] != 0 {
        at += 1 + usize::from(message[at]);
    }
    at + 5
}

fn name(message: &[u8]) -> String {
    let (mut at, mut labels) = (12, Vec::new());
    while message[at] != 0 {
        let end = at + 1 + usize::from(message[at]);
        labels.push(String::from_utf8_lossy(&message[at + 1..end]).into_owned());
        at = end;
    }
    labels.join(".")
}

fn labels(name: &str) -> Vec<u8> {
    let mut labels = Vec::new();
    for label in name.split('.') {
        labels.push(u8::try_from(label.len()).expect("short"));
        labels.extend(label.as_bytes());
    }
    labels.push(0);
    labels
}

fn strings(text: &str) -> Vec<u8> {
    let mut strings = Vec::new();
    for part in text.as_bytes().chunks(255) {
        strings.push(u8::try_from(part.len()).expect("short"));
        strings.extend(part);
    }
    strings
}
