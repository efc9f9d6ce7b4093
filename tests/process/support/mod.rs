//! The real binary in a directory of its own, and those it talks to.
pub mod http;
pub mod mail_server;
pub mod postgres;

use std::{
    fs::{self, File},
    io::{self, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use http::Answer;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tempfile::TempDir;

pub const PASSWORD: &str = "a password of many words";
/// Only a machine that stands still makes anybody wait so long: other builds may run beside the tests.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// An installation: a working directory and settings. Nothing of the developer's own environment reaches it.
pub struct Installation {
    directory: TempDir,
    settings: Vec<(&'static str, String)>,
}

impl Installation {
    pub fn new() -> Self {
        Self::with(Vec::new())
    }

    pub fn with(settings: Vec<(&'static str, String)>) -> Self {
        Self {
            directory: tempfile::tempdir().expect("a directory"),
            settings,
        }
    }

    /// Other settings for the processes that are started from now on.
    pub fn set(&mut self, settings: Vec<(&'static str, String)>) {
        self.settings = settings;
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A command, ready to be started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_greenroom"));
        self.prepare(&mut command);
        command.args(arguments);
        command
    }

    /// Gives any program the directory and the settings of this installation.
    pub fn prepare(&self, command: &mut Command) {
        command
            .env_clear()
            .current_dir(self.directory.path())
            .env("LISTEN", "127.0.0.1:0")
            .stdin(Stdio::null());
        for (name, value) in &self.settings {
            command.env(name, value);
        }
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the binary runs")
    }

    /// Runs a command that reads one line.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut stdin = child.stdin.take().expect("it is piped");
        writeln!(stdin, "{input}").expect("it reads");
        drop(stdin);
        child.wait_with_output().expect("it ends")
    }

    /// Starts a process that only delivers.
    pub fn work(&self) -> Server {
        self.spawn(self.command(&["worker"]))
    }

    /// Starts a server and waits until it is ready.
    pub fn serve(&self) -> Server {
        let server = self.start(self.command(&["serve"]));
        server.wait_until_ready();
        server
    }

    /// Starts a server from a command and waits until it has told its address; it may not be ready yet.
    pub fn start(&self, command: Command) -> Server {
        let mut server = self.spawn(command);
        server.address = server.announced_address();
        server
    }

    fn spawn(&self, mut command: Command) -> Server {
        let log = self.path("output.log");
        let output = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .expect("a log file");
        let begin = output.metadata().expect("it is there").len() as usize;
        let child = command
            .stdout(output.try_clone().expect("a second handle"))
            .stderr(output)
            .spawn()
            .expect("the binary runs");
        Server {
            child,
            log,
            begin,
            address: None,
        }
    }

    /// An admin's API token, in a company that is made if need be.
    pub fn token(&self) -> String {
        let made = self.run_with_input(
            &[
                "user",
                "create",
                "--company",
                "Sample Company",
                "--name",
                "Ada Admin",
                "--email",
                "ada@example.com",
                "--role",
                "admin",
                "--password-stdin",
            ],
            PASSWORD,
        );
        assert!(made.status.success(), "{made:?}");
        self.another_token()
    }

    /// Another one of the same admin.
    pub fn another_token(&self) -> String {
        let printed = self.run(&[
            "token",
            "create",
            "--email",
            "ada@example.com",
            "--name",
            "test",
        ]);
        assert!(printed.status.success(), "{printed:?}");
        String::from_utf8(printed.stdout)
            .expect("text")
            .trim()
            .to_owned()
    }

    /// All that this installation's processes have printed.
    pub fn output(&self) -> String {
        fs::read_to_string(self.path("output.log")).expect("a log file")
    }
}

/// An interview that could be booked into a slot.
pub struct Wish {
    pub slot: i64,
    pub interview: i64,
    pub email: String,
}

impl Wish {
    /// Books it with a server that may be gone.
    pub fn book(&self, server: SocketAddr, token: &str) -> io::Result<Answer> {
        let path = format!("/api/interviews/slots/{}/book_slot/", self.slot);
        let body = json!({ "interview_id": self.interview });
        post(server, token, &path, &body)
    }
}

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    log: PathBuf,
    /// Where in the log its own lines begin.
    begin: usize,
    address: Option<SocketAddr>,
}

impl Server {
    pub fn address(&self) -> SocketAddr {
        self.address.expect("it has told its address")
    }

    pub fn get(&self, path: &str) -> Answer {
        http::request(self.address(), "GET", path, &[], "").expect("an answer")
    }

    /// The API, as the owner of a token.
    pub fn post(&self, token: &str, path: &str, body: &Value) -> io::Result<Answer> {
        post(self.address(), token, path, body)
    }

    pub fn read(&self, token: &str, path: &str) -> Answer {
        let headers = [("Authorization", &*format!("Token {token}"))];
        http::request(self.address(), "GET", path, &headers, "").expect("an answer")
    }

    /// Enters what a test needs and answers with its id.
    pub fn enter(&self, token: &str, path: &str, body: &Value) -> i64 {
        let answer = self.post(token, path, body).expect("an answer");
        assert_eq!(answer.status, 201, "{path}: {}", answer.body);
        answer.json()["id"].as_i64().expect("an id")
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Enters the `n`th candidate with an interview, and a slot for it.
    pub fn wish(&self, token: &str, job: i64, n: usize) -> Wish {
        let email = format!("candidate{n}@example.com");
        let candidate = json!({ "name": format!("Candidate {n}"), "email": email });
        let candidate = self.enter(token, "/api/candidates/", &candidate);
        let interview = json!({ "candidate": candidate, "job": job });
        Wish {
            slot: self.enter(token, "/api/interviews/slots/", &slot(job, n)),
            interview: self.enter(token, "/api/interviews/", &interview),
            email,
        }
    }

    /// Books what was wished for.
    pub fn book(&self, token: &str, wish: &Wish) {
        let answer = wish.book(self.address(), token).expect("an answer");
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    pub fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// SIGTERM, without waiting.
    pub fn terminate(&self) {
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -TERM {}", self.child.id())])
            .status();
        assert!(sent.expect("a shell").success());
    }

    pub fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("it can be asked")
    }

    pub fn wait(mut self) -> ExitStatus {
        wait_for("the end", || self.has_ended())
    }

    pub fn wait_until_ready(&self) {
        wait_for("readiness", || {
            let answer = http::request(self.address(), "GET", "/ready", &[], "");
            answer
                .is_ok_and(|answer| answer.status == 200)
                .then_some(())
        });
    }

    /// The address that it prints; none when it ends without.
    fn announced_address(&mut self) -> Option<SocketAddr> {
        wait_for("the address", || {
            if self.has_ended().is_some() {
                return Some(None);
            }
            let printed = fs::read_to_string(&self.log).expect("a log file");
            let (_, rest) = printed[self.begin..].split_once("http://")?;
            let address = rest.split(['/', '\n']).next()?;
            rest.contains('\n')
                .then(|| Some(address.parse().expect("an address")))
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
        if thread::panicking() {
            eprintln!("{}", fs::read_to_string(&self.log).unwrap_or_default());
        }
    }
}

/// The API of a server that may be gone, as the owner of a token.
fn post(to: SocketAddr, token: &str, path: &str, body: &Value) -> io::Result<Answer> {
    let headers = [
        ("Authorization", &*format!("Token {token}")),
        ("Content-Type", "application/json"),
    ];
    http::request(to, "POST", path, &headers, &body.to_string())
}

/// The body that makes the `n`th slot of a job: one every hour, from a month ahead.
pub fn slot(job: i64, n: usize) -> Value {
    #[expect(
        clippy::disallowed_methods,
        reason = "the real binary goes by the real clock"
    )]
    let today = chrono::Utc::now().date_naive();
    let day = today + chrono::Days::new(30 + n as u64 / 24);
    json!({
        "interview_date": day.to_string(),
        "start_time": format!("{:02}:00", n % 24),
        "duration_minutes": 60,
        "job": job,
        "ai_interview_type": "technical",
        "time_zone": "UTC",
    })
}

/// Waits until `look` sees something.
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Stops the server that works on an SQLite file and looks through it for damage.
pub fn assert_sound(file: &Path, server: Server) {
    server.terminate();
    assert!(server.wait().success());
    let said = actix_web::rt::System::new().block_on(async {
        let db = greenroom::db::connect_alone(&format!("sqlite://{}", file.display()))
            .await
            .expect("it opens");
        let statement =
            sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, "PRAGMA integrity_check");
        let row = db
            .query_one_raw(statement)
            .await
            .expect("an answer")
            .expect("a row");
        row.try_get_by_index::<String>(0).expect("text")
    });
    assert_eq!(said, "ok");
}

/// The permission bits of a file.
pub fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path)
        .expect("it is there")
        .permissions()
        .mode()
        & 0o777
}
