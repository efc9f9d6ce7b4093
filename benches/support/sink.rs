//! A mail server that takes everything, in a process of its own.
use std::{
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

/// Postfix's `smtp-sink`, which takes everything and keeps nothing.
pub struct Sink {
    /// Where it listens on this machine.
    pub port: u16,
    process: Child,
}

impl Sink {
    /// Starts it; it writes into this directory.
    pub fn start(dir: &Path) -> Self {
        let port = free_port();
        let program = [
            "/usr/sbin/smtp-sink",
            "/usr/local/sbin/smtp-sink",
            "smtp-sink",
        ];
        let program = program
            .into_iter()
            .find(|path| !path.starts_with('/') || Path::new(path).exists());
        let process = Command::new(program.expect("a name"))
            .args(["-u", "nobody", &format!("127.0.0.1:{port}"), "100"])
            .current_dir(dir)
            .stdout(Stdio::null())
            .spawn()
            .expect("smtp-sink comes with Debian's package postfix");
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            thread::sleep(Duration::from_millis(10));
        }
        Self { port, process }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It may be gone already.
        let _: Result<(), _> = self.process.kill();
        let _: Result<_, _> = self.process.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}
