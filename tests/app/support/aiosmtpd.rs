//! The outside peer: Debian's python3-aiosmtpd, so that not only our own idea of SMTP is tested.
use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use greenroom::{
    secret::Secret,
    settings::{Login, Security, SmtpSettings},
};
use tempfile::NamedTempFile;

use super::smtp_server::CERTIFICATES;

/// Runs until it is dropped.
pub struct Aiosmtpd {
    child: Child,
    lines: BufReader<ChildStdout>,
    port: u16,
    security: Security,
    _certificate: NamedTempFile,
}

impl Aiosmtpd {
    pub fn start(security: Security) -> Self {
        let certificate = NamedTempFile::new().expect("a file");
        std::fs::write(&certificate, &CERTIFICATES.localhost_pem).expect("a certificate");
        let mode = match security {
            Security::Plain => "plain",
            Security::Starttls => "starttls",
            Security::Implicit => "implicit",
        };
        let mut child = Command::new("/usr/bin/python3")
            .arg("-Wignore")
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/app/support/aiosmtpd_peer.py"
            ))
            .arg(mode)
            .arg(certificate.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this test needs python3 and aiosmtpd: apt-get install python3-aiosmtpd");
        let mut lines = BufReader::new(child.stdout.take().expect("its output"));
        let mut port = String::new();
        lines.read_line(&mut port).expect("its first line");
        let port = port.trim().parse().expect(
            "aiosmtpd did not start: apt-get install python3-aiosmtpd (tests/run does that)",
        );
        Self {
            child,
            lines,
            port,
            security,
            _certificate: certificate,
        }
    }

    /// How to reach it.
    pub fn settings(&self, password: &str) -> SmtpSettings {
        SmtpSettings {
            host: "localhost".into(),
            port: self.port,
            security: self.security,
            login: (self.security != Security::Plain)
                .then(|| Login::with_password("greenroom", Secret::new(password))),
        }
    }

    /// The next message that it took.
    pub fn taken(&mut self) -> serde_json::Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("a line");
        serde_json::from_str(&line).expect("a message")
    }

    /// The bytes of a message that it took.
    pub fn bytes(taken: &serde_json::Value) -> Vec<u8> {
        let encoded = taken["bytes"].as_str().expect("bytes");
        STANDARD.decode(encoded).expect("base64")
    }
}

impl Drop for Aiosmtpd {
    fn drop(&mut self) {
        // It may be gone already; then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
