//! A mailbox at a server that others made: Debian's dovecot-imapd, on private ports, in a directory of its own.
use std::{
    fs,
    net::TcpListener,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use greenroom::{
    secret::Secret,
    settings::{ImapSettings, Login, Security},
};
use tempfile::TempDir;
use tokio_rustls::rustls::pki_types::CertificateDer;

use super::smtp_server::CERTIFICATES;

const PROGRAM: &str = "/usr/sbin/dovecot";
/// Dovecot opens no mail of root's: Debian's `nobody` and `nogroup`.
const NOBODY: u32 = 65534;
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs until it is dropped.
pub struct Dovecot {
    child: Child,
    directory: TempDir,
    plain: u16,
    encrypted: u16,
}

impl Dovecot {
    pub fn start() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path();
        fs::write(path.join("localhost.pem"), &CERTIFICATES.localhost_pem).expect("a file");
        fs::write(path.join("users"), "greenroom:{PLAIN}open \\\"sesame\n").expect("a file");
        let ours = fs::metadata(path).expect("a directory");
        let (uid, gid) = match ours.uid() {
            0 => (NOBODY, NOBODY),
            uid => (uid, ours.gid()),
        };
        for folder in ["mail", "mail/new", "mail/cur", "mail/tmp"] {
            fs::create_dir(path.join(folder)).expect("a directory");
            chown(path.join(folder), Some(uid), Some(gid)).expect("a directory of theirs");
        }
        let (plain, encrypted) = (free_port(), free_port());
        let config = path.join("dovecot.conf");
        fs::write(&config, configuration(path, (plain, encrypted), (uid, gid))).expect("a file");
        // Its workers, which are no superusers, read their parts of it.
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("changed");
        let child = Command::new(PROGRAM)
            .args(["-F", "-c"])
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("this test needs dovecot: apt-get install dovecot-imapd (tests/run does that)");
        let server = Self {
            child,
            directory,
            plain,
            encrypted,
        };
        server.wait_until_it_listens();
        server
    }

    fn wait_until_it_listens(&self) {
        let deadline = Instant::now() + PATIENCE;
        let is_there = |port| std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
        while !(is_there(self.plain) && is_there(self.encrypted)) {
            let log = fs::read_to_string(self.directory.path().join("log"));
            assert!(Instant::now() < deadline, "{}", log.unwrap_or_default());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// How to reach it.
    pub fn settings(&self, security: Security) -> ImapSettings {
        ImapSettings {
            host: "localhost".into(),
            port: match security {
                Security::Implicit => self.encrypted,
                Security::Plain | Security::Starttls => self.plain,
            },
            security,
            login: Login::with_password("greenroom", Secret::new("open \\\"sesame")),
            folder: "INBOX".into(),
        }
    }

    /// Whom to trust to trust it.
    pub fn roots(&self) -> Option<Vec<CertificateDer<'static>>> {
        Some(vec![CERTIFICATES.authority.clone()])
    }

    /// Puts a message there that nobody has seen.
    pub fn put(&self, name: &str, message: &str) {
        let file = self.mail().join("new").join(name);
        fs::write(&file, message.replace('\n', "\r\n")).expect("a file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).expect("changed");
    }

    /// The messages that somebody has seen.
    pub fn seen(&self) -> Vec<String> {
        let all = self.files().into_iter();
        let seen = all.filter(|file| file.split_once(":2,").is_some_and(|(_, f)| f.contains('S')));
        seen.map(|file| name_of(&file)).collect()
    }

    /// Every message.
    pub fn all(&self) -> Vec<String> {
        self.files().iter().map(|file| name_of(file)).collect()
    }

    fn files(&self) -> Vec<String> {
        let folders = ["new", "cur"].map(|folder| self.mail().join(folder));
        let files = folders
            .iter()
            .flat_map(|folder| fs::read_dir(folder).expect("a directory"));
        let mut files: Vec<String> = files
            .map(|file| file.expect("a file").file_name().to_string_lossy().into())
            .collect();
        files.sort();
        files
    }

    fn mail(&self) -> PathBuf {
        self.directory.path().join("mail")
    }
}

/// The name that a message was put under; flags and size may follow.
fn name_of(file: &str) -> String {
    file.split([':', ',']).next().unwrap_or_default().to_owned()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn configuration(path: &Path, (plain, encrypted): (u16, u16), (uid, gid): (u32, u32)) -> String {
    let path = path.display();
    // Started by root it has users of its own; started by anybody else, only that one.
    let users = match uid {
        NOBODY => String::new(),
        _ => {
            let id = |what| {
                let said = Command::new("id").arg(what).output().expect("a name");
                String::from_utf8_lossy(&said.stdout).trim().to_owned()
            };
            format!(
                "default_login_user = {}\ndefault_internal_user = {0}\ndefault_internal_group = {}",
                id("-un"),
                id("-gn")
            )
        }
    };
    format!(
        r#"
base_dir = {path}/run
log_path = {path}/log
protocols = imap
listen = 127.0.0.1, ::1
ssl = yes
ssl_cert = <{path}/localhost.pem
ssl_key = <{path}/localhost.pem
disable_plaintext_auth = no
auth_mechanisms = plain
auth_failure_delay = 0
mail_location = maildir:{path}/mail
first_valid_uid = 1
{users}
passdb {{
  driver = passwd-file
  args = scheme=plain {path}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={path}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {encrypted}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"#
    )
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // SIGTERM, so that it ends its workers too.
        let ended = Command::new("sh")
            .args(["-c", &format!("kill -TERM {}", self.child.id())])
            .status();
        if ended.is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}
