//! A mail server that takes everything, from everybody or after a login, and keeps it.
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio_rustls::rustls::{
    ServerConfig, ServerConnection, StreamOwned, crypto::ring, pki_types::PrivateKeyDer,
};

/// Takes what it is given, on a port of its own, until the test ends.
pub struct MailServer {
    pub address: SocketAddr,
    messages: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    pub fn start() -> Self {
        Self::start_with(None, None)
    }

    /// Takes nothing before this name and password.
    pub fn with_login(user: &str, password: &str) -> Self {
        let login = STANDARD.encode(format!("\0{user}\0{password}"));
        Self::start_with(Some(login), None)
    }

    /// Encrypted from the first byte; with the authority that vouches for it as `localhost`, in PEM.
    pub fn with_tls() -> (Self, String) {
        let (config, authority) = certified();
        (Self::start_with(None, Some(config)), authority)
    }

    fn start_with(login: Option<String>, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let messages = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&messages);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (kept, login, tls) = (Arc::clone(&kept), login.clone(), tls.clone());
                // A client that dies in the middle is part of these tests.
                thread::spawn(move || match tls {
                    Some(config) => {
                        let tls = ServerConnection::new(config).expect("a sound configuration");
                        let connection = StreamOwned::new(tls, connection);
                        converse(connection, &kept, login.as_deref()).ok()
                    }
                    None => converse(connection, &kept, login.as_deref()).ok(),
                });
            }
        });
        Self { address, messages }
    }

    /// What has been taken so far.
    pub fn messages(&self) -> Vec<String> {
        self.messages.lock().expect("no panic").clone()
    }

    /// Waits until `count` messages have been taken.
    pub fn wait_for(&self, count: usize) -> Vec<String> {
        let deadline = Instant::now() + Duration::from_secs(90);
        loop {
            let messages = self.messages();
            if messages.len() >= count {
                return messages;
            }
            assert!(
                Instant::now() < deadline,
                "{} of {count} messages came",
                messages.len()
            );
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// The settings that lead here.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("EMAIL_BACKEND", "smtp".into()),
            ("EMAIL_HOST", self.address.ip().to_string()),
            ("EMAIL_PORT", self.address.port().to_string()),
            ("EMAIL_USE_TLS", "false".into()),
            ("DEFAULT_FROM_EMAIL", "Greenroom <jobs@example.com>".into()),
        ]
    }
}

/// The value of a header of a message.
pub fn header<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    message
        .lines()
        .take_while(|line| !line.is_empty())
        .find_map(|line| {
            line.split_once(':')
                .filter(|(found, _)| found.eq_ignore_ascii_case(name))
        })
        .map(|(_, value)| value.trim())
}

fn converse(
    connection: impl Read + Write,
    kept: &Mutex<Vec<String>>,
    login: Option<&str>,
) -> std::io::Result<()> {
    let mut is_known = login.is_none();
    let mut lines = BufReader::new(connection);
    lines.get_mut().write_all(b"220 test ESMTP\r\n")?;
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        let verb = line.trim_end().to_ascii_uppercase();
        if verb == "DATA" {
            lines.get_mut().write_all(b"354 go on\r\n")?;
            let message = read_message(&mut lines)?;
            kept.lock().expect("no panic").push(message);
            lines.get_mut().write_all(b"250 2.0.0 taken\r\n")?;
        } else if verb.starts_with("EHLO") {
            let offer: &[u8] = match login {
                Some(_) => b"250-test\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n",
                None => b"250-test\r\n250 8BITMIME\r\n",
            };
            lines.get_mut().write_all(offer)?;
        } else if let Some(given) = verb
            .starts_with("AUTH PLAIN ")
            .then(|| line.trim_end().split_at(11).1)
        {
            is_known = Some(given) == login;
            let reply: &[u8] = match is_known {
                true => b"235 2.7.0 welcome\r\n",
                false => b"535 5.7.8 Error: authentication failed\r\n",
            };
            lines.get_mut().write_all(reply)?;
        } else if !is_known && verb != "QUIT" {
            lines
                .get_mut()
                .write_all(b"530 5.7.0 Authentication required\r\n")?;
        } else if verb == "QUIT" {
            return lines.get_mut().write_all(b"221 bye\r\n");
        } else {
            lines.get_mut().write_all(b"250 ok\r\n")?;
        }
        line.clear();
    }
    Ok(())
}

fn read_message(lines: &mut impl BufRead) -> std::io::Result<String> {
    let mut message = String::new();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            return Ok(message);
        }
        message += line.strip_prefix('.').unwrap_or(&line);
    }
}

/// What a server shows as `localhost`, and the authority behind it.
fn certified() -> (Arc<ServerConfig>, String) {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let authority = params.self_signed(&key).expect("a certificate").pem();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().expect("a key");
    let leaf = CertificateParams::new(vec!["localhost".to_owned()])
        .and_then(|params| params.signed_by(&key, &issuer))
        .expect("a certificate");
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .expect("a configuration");
    (Arc::new(config), authority)
}
