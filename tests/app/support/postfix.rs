//! Two mail servers that others made, ours and the recipients': Debian's Postfix, on private ports, in directories of their
//! own.
use std::{
    fs,
    net::{TcpListener, TcpStream},
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// Debian's `nobody` and `nogroup`.
const NOBODY: u32 = 65534;
const PATIENCE: Duration = Duration::from_secs(60);

/// The recipients of one server: of whom it takes mail, of whom not now, and who does not exist.
pub const TAKEN: &str = "zoe@example.net";
/// Their server says *not now*.
pub const DEFERRED: &str = "later@example.net";
/// Their server says *no*.
pub const UNKNOWN: &str = "nobody@example.net";
/// At a server that reports nothing.
pub const SILENT: &str = "zoe@silent.example";

/// Run until they are dropped.
pub struct Postfix {
    directory: TempDir,
    /// Where ours takes mail.
    pub port: u16,
}

impl Postfix {
    /// Reports come back to this address.
    pub fn start(bounces: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("changed");
        let (port, theirs, silent) = (free_port(), free_port(), free_port());
        let (_, domain) = bounces.split_once('@').expect("an address");
        let servers = Self { directory, port };
        servers.make(
            "ours",
            &[(port, "")],
            &format!(
                "transport_maps = inline:{{{{example.net = smtp:[127.0.0.1]:{theirs}}}, \
                 {{silent.example = smtp:[127.0.0.1]:{silent}}}}}\n\
                 virtual_mailbox_domains = {domain}\n\
                 virtual_mailbox_maps = inline:{{{{{bounces} = mail/}}}}\n"
            ),
        );
        servers.make(
            "theirs",
            &[(theirs, ""), (silent, "-o smtpd_discard_ehlo_keywords=dsn")],
            &format!(
                "transport_maps = inline:{{{{{domain} = smtp:[127.0.0.1]:{port}}}}}\n\
                 virtual_mailbox_domains = example.net, silent.example\n\
                 virtual_mailbox_maps = inline:{{{{{TAKEN} = mail/}}, {{{DEFERRED} = mail/}}, {{{SILENT} = mail/}}}}\n\
                 smtpd_recipient_restrictions = check_recipient_access \
                 inline:{{{{{DEFERRED} = 450 4.2.1 not now}}}}, permit_mynetworks, reject\n"
            ),
        );
        let deadline = Instant::now() + PATIENCE;
        for port in [port, theirs, silent] {
            while TcpStream::connect(("127.0.0.1", port)).is_err() {
                assert!(Instant::now() < deadline, "{}", servers.logs());
                thread::sleep(Duration::from_millis(20));
            }
        }
        servers
    }

    /// The reports that have come back, once there are so many.
    pub fn reports(&self, count: usize) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let files = fs::read_dir(self.path("ours").join("mail/new")).expect("a directory");
            let files = files.map(|file| file.expect("a file").path());
            let reports: Vec<_> = files
                .map(|file| fs::read_to_string(file).expect("a report"))
                .collect();
            if reports.len() >= count {
                return reports;
            }
            assert!(Instant::now() < deadline, "{reports:?}\n{}", self.logs());
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn make(&self, name: &str, ports: &[(u16, &str)], more: &str) {
        let path = self.path(name);
        for folder in ["conf", "queue", "data", "mail/new", "mail/cur", "mail/tmp"] {
            fs::create_dir_all(path.join(folder)).expect("a directory");
        }
        for folder in ["mail", "mail/new", "mail/cur", "mail/tmp"] {
            chown(path.join(folder), Some(NOBODY), Some(NOBODY)).expect("this test runs as root");
        }
        let owned = Command::new("chown")
            .arg("postfix")
            .arg(path.join("data"))
            .status();
        assert!(
            owned.is_ok_and(|status| status.success()),
            "this test needs postfix: apt-get install postfix (tests/run does that)"
        );
        let main = main_cf(name, &path) + more;
        fs::write(path.join("conf/main.cf"), main).expect("a file");
        fs::write(path.join("conf/master.cf"), master_cf(ports)).expect("a file");
        assert!(self.postfix(name, "start"), "{}", self.logs());
    }

    fn postfix(&self, name: &str, verb: &str) -> bool {
        Command::new("/usr/sbin/postfix")
            .arg("-c")
            .arg(self.path(name).join("conf"))
            .arg(verb)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn logs(&self) -> String {
        let logs = ["ours", "theirs"].map(|name| fs::read_to_string(self.path(name).join("log")));
        logs.map(Result::unwrap_or_default).join("\n")
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        for name in ["ours", "theirs"] {
            self.postfix(name, "stop");
        }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// It tells of a delay at once instead of after hours.
fn main_cf(name: &str, path: &Path) -> String {
    let path = path.display();
    format!(
        "compatibility_level = 3.6\n\
         queue_directory = {path}/queue\n\
         data_directory = {path}/data\n\
         command_directory = /usr/sbin\n\
         daemon_directory = /usr/lib/postfix/sbin\n\
         mail_owner = postfix\n\
         setgid_group = postdrop\n\
         myhostname = {name}.example\n\
         mydestination =\n\
         inet_interfaces = 127.0.0.1\n\
         inet_protocols = ipv4\n\
         mynetworks = 127.0.0.0/8\n\
         recipient_delimiter = +\n\
         alias_maps =\n\
         alias_database =\n\
         virtual_mailbox_base = {path}\n\
         virtual_uid_maps = static:{NOBODY}\n\
         virtual_gid_maps = static:{NOBODY}\n\
         smtpd_peername_lookup = no\n\
         smtp_host_lookup = native\n\
         smtp_tls_security_level = none\n\
         smtpd_tls_security_level = none\n\
         maillog_file = {path}/log\n\
         maillog_file_prefixes = {path}\n\
         minimal_backoff_time = 1s\n\
         maximal_backoff_time = 1s\n\
         queue_run_delay = 1s\n\
         delay_warning_time = 1s\n"
    )
}

fn master_cf(ports: &[(u16, &str)]) -> String {
    let smtpd = ports
        .iter()
        .map(|(port, options)| format!("127.0.0.1:{port} inet n - n - - smtpd {options}\n"));
    let smtpd: String = smtpd.collect();
    format!(
        "{smtpd}\
         pickup unix n - n 60 1 pickup\n\
         cleanup unix n - n - 0 cleanup\n\
         qmgr unix n - n 1 1 qmgr\n\
         rewrite unix - - n - - trivial-rewrite\n\
         bounce unix - - n - 0 bounce\n\
         defer unix - - n - 0 bounce\n\
         trace unix - - n - 0 bounce\n\
         flush unix n - n 1000? 0 flush\n\
         proxymap unix - - n - - proxymap\n\
         smtp unix - - n - - smtp\n\
         error unix - - n - - error\n\
         retry unix - - n - - error\n\
         virtual unix - n n - - virtual\n\
         anvil unix - - n - 1 anvil\n\
         scache unix - - n - 1 scache\n\
         postlog unix-dgram n - n - 1 postlogd\n"
    )
}
