//! A mail server that does as it is told: one script per connection, and it remembers what it took.
use std::{
    collections::{HashSet, VecDeque},
    sync::{
        Arc, LazyLock, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{Datelike, TimeDelta};
use greenroom::{
    clock::Clock,
    secret::Secret,
    settings::{Login, Security, SmtpSettings},
};
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer},
    },
};

/// The access tokens that a mail server accepts at the moment.
pub type Accepted = Arc<Mutex<HashSet<String>>>;

/// Where in the conversation something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Banner,
    Ehlo,
    Starttls,
    /// The handshake.
    Tls,
    Auth,
    MailFrom,
    RcptTo,
    Data,
    /// While the message comes in.
    Body,
    /// After the final dot.
    Dot,
    Rset,
}

impl Step {
    /// Of a conversation that is encrypted by STARTTLS, with a login.
    pub const OF_A_DELIVERY: [Self; 10] = [
        Self::Banner,
        Self::Ehlo,
        Self::Starttls,
        Self::Tls,
        Self::Auth,
        Self::MailFrom,
        Self::RcptTo,
        Self::Data,
        Self::Body,
        Self::Dot,
    ];

    pub const ALL: [Self; 9] = [
        Self::Banner,
        Self::Ehlo,
        Self::Starttls,
        Self::Auth,
        Self::MailFrom,
        Self::RcptTo,
        Self::Data,
        Self::Body,
        Self::Dot,
    ];
}

/// What happens there instead of the usual.
#[derive(Clone, Debug)]
pub enum Act {
    /// These lines instead of the usual ones.
    Reply(&'static str),
    /// These lines, then the end of the connection.
    ReplyAndDrop(&'static str),
    /// The usual, once the test says so.
    Hold(Arc<Hold>),
    /// Nothing, for ever.
    Hang,
    /// A line that goes on for ever, a letter a second.
    Drip,
    /// Lines without end.
    Flood,
    /// The end of the connection.
    Drop,
    /// The message is taken, and the connection ends without a word.
    TakeAndDrop,
}

/// A moment that a test stops at.
#[derive(Debug, Default)]
pub struct Hold {
    /// Rings when the server is there.
    pub reached: Notify,
    /// Lets it go on.
    pub release: Notify,
    is_over: AtomicBool,
}

impl Hold {
    /// Says that the server is there, and waits; only the first time, because a connection may bring another message.
    pub async fn here(&self) {
        if self.is_over.load(Ordering::Relaxed) {
            return;
        }
        self.reached.notify_one();
        self.release.notified().await;
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// How one connection goes.
#[derive(Clone, Debug, Default)]
pub struct Script {
    acts: Vec<(Step, Act)>,
}

impl Script {
    /// All goes well.
    pub fn accept() -> Self {
        Self::default()
    }

    /// `act` at `step`; else all goes well.
    pub fn at(step: Step, act: Act) -> Self {
        Self::accept().and(step, act)
    }

    /// And `act` at `step`.
    pub fn and(mut self, step: Step, act: Act) -> Self {
        self.acts.push((step, act));
        self
    }

    fn act(&self, step: Step) -> Option<&Act> {
        let (_, act) = self.acts.iter().find(|(at, _)| *at == step)?;
        Some(act)
    }
}

/// A message that the server took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub from: String,
    pub to: String,
    /// As it was before dot-stuffing.
    pub bytes: Vec<u8>,
    pub encrypted: bool,
    pub user: Option<String>,
}

/// The options of a server, the same for every connection.
#[derive(Clone)]
pub struct Options {
    pub security: Security,
    pub login: Option<(&'static str, &'static str)>,
    /// The lines of EHLO but STARTTLS; the login's are here.
    pub offers: Vec<&'static str>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            security: Security::Plain,
            login: None,
            offers: vec!["8BITMIME", "SIZE 10000000", "SMTPUTF8"],
        }
    }
}

/// Runs until it is dropped.
pub struct SmtpServer {
    port: u16,
    options: Options,
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    scripts: VecDeque<Script>,
    connections: usize,
    commands: Vec<String>,
    taken: Vec<Taken>,
    /// Hangs up on everybody.
    is_away: bool,
    /// Hangs up at DATA on messages to this address.
    hangs_up_on: Option<String>,
    /// The access tokens that log in.
    tokens: Option<Accepted>,
}

impl SmtpServer {
    /// Takes everything.
    pub async fn start() -> Self {
        Self::with(Options::default(), []).await
    }

    /// Plays one script per connection; when they are used up all goes well.
    pub async fn scripted(scripts: impl IntoIterator<Item = Script>) -> Self {
        Self::with(Options::default(), scripts).await
    }

    pub async fn with(options: Options, scripts: impl IntoIterator<Item = Script>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        Self::listening(listener, options, scripts)
    }

    /// Takes everything at an address of its own.
    pub async fn at(address: &str, options: Options) -> Self {
        let listener = TcpListener::bind(address).await.expect("a port");
        Self::listening(listener, options, [])
    }

    fn listening(
        listener: TcpListener,
        options: Options,
        scripts: impl IntoIterator<Item = Script>,
    ) -> Self {
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Seen {
            scripts: scripts.into_iter().collect(),
            ..Seen::default()
        }));
        let task = tokio::spawn(serve(listener, options.clone(), Arc::clone(&seen)));
        Self {
            port,
            options,
            seen,
            task,
        }
    }

    /// How to reach it.
    pub fn settings(&self) -> SmtpSettings {
        let login = self.options.login;
        let login = login.map(|(user, password)| Login::with_password(user, Secret::new(password)));
        SmtpSettings {
            host: "localhost".into(),
            port: self.port,
            security: self.options.security,
            login,
        }
    }

    /// Hangs up on everybody from now on, or no longer.
    pub fn be_away(&self, is_away: bool) {
        locked(&self.seen).is_away = is_away;
    }

    /// Lets in whoever has one of these access tokens.
    pub fn accept_tokens(&self, tokens: Accepted) {
        locked(&self.seen).tokens = Some(tokens);
    }

    /// Hangs up on every message to this address.
    pub fn hang_up_on(&self, address: &str) {
        locked(&self.seen).hangs_up_on = Some(address.to_owned());
    }

    pub fn taken(&self) -> Vec<Taken> {
        locked(&self.seen).taken.clone()
    }

    pub fn connections(&self) -> usize {
        locked(&self.seen).connections
    }

    pub fn commands(&self) -> Vec<String> {
        locked(&self.seen).commands.clone()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A certificate authority and its leaf for `localhost` and 127.0.0.1, and one for another host.
pub struct Certificates {
    pub authority: CertificateDer<'static>,
    /// One that has signed nothing here.
    pub other_authority: CertificateDer<'static>,
    /// Certificate and key of the leaf for `localhost`, for other programs.
    pub localhost_pem: String,
    localhost: Arc<ServerConfig>,
    amazon: Arc<ServerConfig>,
    elsewhere: Arc<ServerConfig>,
    expired: Arc<ServerConfig>,
    ending_soon: Arc<ServerConfig>,
    self_signed: Arc<ServerConfig>,
}

impl Certificates {
    /// What a server on this machine encrypts with.
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.localhost))
    }

    /// The same in the name of [`AMAZON`].
    pub fn acceptor_of_amazon(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.amazon))
    }
}

pub static CERTIFICATES: LazyLock<Certificates> = LazyLock::new(|| {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let authority = params.self_signed(&key).expect("a certificate");
    let other_key = KeyPair::generate().expect("a key");
    let mut other = params.clone();
    other
        .distinguished_name
        .push(DnType::CommonName, "another authority");
    let other_authority = other.self_signed(&other_key).expect("a certificate");
    let issuer = Issuer::new(params, key);
    let local = leaf(&issuer, &LOCAL);
    Certificates {
        authority: authority.der().clone(),
        other_authority: other_authority.der().clone(),
        localhost_pem: format!("{}{}", local.0.pem(), local.1.serialize_pem()),
        localhost: server_config(&local),
        amazon: server_config(&leaf(&issuer, &[AMAZON])),
        elsewhere: server_config(&leaf(&issuer, &["elsewhere.example"])),
        expired: server_config(&leaf_until(&issuer, &LOCAL, TimeDelta::days(-1))),
        ending_soon: server_config(&leaf_until(&issuer, &LOCAL, ENDS_SOON)),
        self_signed: server_config(&self_signed()),
    }
});

/// Where Amazon SNS is in one region.
pub const AMAZON: &str = "sns.eu-west-1.amazonaws.com";
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// Not so soon that a slow test sees its end.
const ENDS_SOON: TimeDelta = TimeDelta::days(5);

fn params(names: &[&str]) -> CertificateParams {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("names");
    // Not the authority's own name.
    params
        .distinguished_name
        .push(DnType::CommonName, "a mail server");
    params
}

fn leaf(issuer: &Issuer<'static, KeyPair>, names: &[&str]) -> (Certificate, KeyPair) {
    let key = KeyPair::generate().expect("a key");
    let leaf = params(names).signed_by(&key, issuer);
    (leaf.expect("a certificate"), key)
}

fn leaf_until(
    issuer: &Issuer<'static, KeyPair>,
    names: &[&str],
    left: TimeDelta,
) -> (Certificate, KeyPair) {
    let end = Clock::System.now() + left;
    let (month, day) = (end.month() as u8, end.day() as u8);
    let mut params = params(names);
    params.not_after = rcgen::date_time_ymd(end.year(), month, day);
    let key = KeyPair::generate().expect("a key");
    let leaf = params.signed_by(&key, issuer);
    (leaf.expect("a certificate"), key)
}

fn self_signed() -> (Certificate, KeyPair) {
    let key = KeyPair::generate().expect("a key");
    let leaf = params(&LOCAL).self_signed(&key);
    (leaf.expect("a certificate"), key)
}

fn server_config((leaf, key): &(Certificate, KeyPair)) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key);
    Arc::new(config.expect("a configuration"))
}

async fn serve(listener: TcpListener, options: Options, seen: Arc<Mutex<Seen>>) {
    loop {
        let Ok((tcp, _)) = listener.accept().await else {
            return;
        };
        let script = {
            let mut seen = locked(&seen);
            seen.connections += 1;
            if seen.is_away {
                continue;
            }
            seen.scripts.pop_front().unwrap_or_default()
        };
        let session = Session {
            options: options.clone(),
            script,
            seen: Arc::clone(&seen),
            encrypted: false,
            user: None,
        };
        tokio::spawn(session.run(tcp));
    }
}

struct Session {
    options: Options,
    script: Script,
    seen: Arc<Mutex<Seen>>,
    encrypted: bool,
    user: Option<String>,
}

trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// The connection is over.
struct Over;

impl Session {
    async fn run(mut self, tcp: TcpStream) {
        // The client's end is all that a test looks at.
        let _: Result<(), Over> = self.talk(tcp).await;
    }

    async fn talk(&mut self, tcp: TcpStream) -> Result<(), Over> {
        let mut io: BufReader<Box<dyn Io>> = BufReader::new(match self.options.security {
            Security::Implicit => self.encrypt(tcp).await?,
            Security::Plain | Security::Starttls => Box::new(tcp),
        });
        self.answer(&mut io, Step::Banner, "220 mail.example.com ESMTP")
            .await?;
        let (mut from, mut to) = (String::new(), String::new());
        loop {
            let line = self.read_line(&mut io).await?;
            if locked(&self.seen).is_away {
                return Err(Over);
            }
            locked(&self.seen).commands.push(line.clone());
            let verb = line.split([' ', ':']).next().unwrap_or_default();
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => {
                    let offers = self.offers();
                    self.answer(&mut io, Step::Ehlo, &offers).await?;
                }
                "STARTTLS" => {
                    self.answer(&mut io, Step::Starttls, "220 go ahead").await?;
                    io = BufReader::new(self.encrypt(io.into_inner()).await?);
                }
                "AUTH" => self.log_in(&mut io, &line).await?,
                "MAIL" | "RCPT" if self.refuses_to_report(&line) => {
                    say(&mut io, "555 5.5.4 unsupported parameters").await?;
                }
                "MAIL" => {
                    from = address(&line);
                    self.answer(&mut io, Step::MailFrom, "250 2.1.0 ok").await?;
                }
                "RCPT" => {
                    to = address(&line);
                    self.answer(&mut io, Step::RcptTo, "250 2.1.5 ok").await?;
                }
                "DATA" => {
                    if locked(&self.seen).hangs_up_on.as_ref() == Some(&to) {
                        return Err(Over);
                    }
                    self.answer(&mut io, Step::Data, "354 go ahead").await?;
                    let bytes = self.read_message(&mut io).await?;
                    let taken = Taken {
                        from: from.clone(),
                        to: to.clone(),
                        bytes,
                        encrypted: self.encrypted,
                        user: self.user.clone(),
                    };
                    self.end_of_data(&mut io, taken).await?;
                }
                "RSET" => self.answer(&mut io, Step::Rset, "250 2.0.0 ok").await?,
                "QUIT" => {
                    say(&mut io, "221 2.0.0 bye").await?;
                    return Err(Over);
                }
                _ => say(&mut io, "500 5.5.1 what?").await?,
            }
        }
    }

    fn refuses_to_report(&self, line: &str) -> bool {
        let is_asked = |mark: &str, keyword: &str| {
            self.options.offers.contains(&mark) && line.contains(keyword)
        };
        is_asked("X-REFUSES-RET", " RET=") || is_asked("X-REFUSES-NOTIFY", " NOTIFY=")
    }

    async fn encrypt(&mut self, io: impl Io + 'static) -> Result<Box<dyn Io>, Over> {
        let has = |mark| self.options.offers.contains(&mark);
        let config = match () {
            () if has("X-ELSEWHERE") => &CERTIFICATES.elsewhere,
            () if has("X-EXPIRED") => &CERTIFICATES.expired,
            () if has("X-ENDS-SOON") => &CERTIFICATES.ending_soon,
            () if has("X-SELF-SIGNED") => &CERTIFICATES.self_signed,
            () => &CERTIFICATES.localhost,
        };
        match self.script.act(Step::Tls).cloned() {
            Some(Act::Hold(hold)) => hold.here().await,
            Some(Act::Hang) => std::future::pending().await,
            Some(_) => return Err(Over),
            None => {}
        }
        let tls = TlsAcceptor::from(Arc::clone(config)).accept(io).await;
        self.encrypted = true;
        Ok(Box::new(tls.map_err(|_| Over)?))
    }

    fn offers(&self) -> String {
        let mut offers = vec!["mail.example.com"];
        offers.extend(&self.options.offers);
        if self.options.security == Security::Starttls && !self.encrypted {
            offers.push("STARTTLS");
        }
        let last = offers.len() - 1;
        let lines = offers.iter().enumerate().map(|(at, offer)| {
            let between = if at == last { ' ' } else { '-' };
            format!("250{between}{offer}")
        });
        lines.collect::<Vec<_>>().join("\r\n")
    }

    async fn log_in(&mut self, io: &mut BufReader<Box<dyn Io>>, line: &str) -> Result<(), Over> {
        let refuses = |mechanism: &str| {
            let mark = format!("X-REFUSES-{mechanism}");
            line.split(' ').nth(1) == Some(mechanism) && self.options.offers.contains(&&*mark)
        };
        if ["PLAIN", "LOGIN", "CRAM-MD5"].into_iter().any(refuses) {
            return say(io, "535 5.7.8 not like this").await;
        }
        if line == "AUTH CRAM-MD5" {
            return self.log_in_by_digest(io).await;
        }
        if let Some(response) = line.strip_prefix("AUTH XOAUTH2 ") {
            return self.log_in_by_token(io, response).await;
        }
        let decode = |text: &str| {
            let bytes = STANDARD.decode(text.trim()).unwrap_or_default();
            String::from_utf8(bytes).unwrap_or_default()
        };
        let (user, password) = match line.split(' ').collect::<Vec<_>>()[..] {
            [_, "PLAIN", token] => {
                let decoded = decode(token);
                let mut parts = decoded.split('\0').skip(1).map(str::to_owned);
                (
                    parts.next().unwrap_or_default(),
                    parts.next().unwrap_or_default(),
                )
            }
            [_, "LOGIN"] => {
                say(io, "334 VXNlcm5hbWU6").await?;
                let user = decode(&self.read_line(io).await?);
                say(io, "334 UGFzc3dvcmQ6").await?;
                (user, decode(&self.read_line(io).await?))
            }
            _ => return say(io, "504 5.5.4 unknown mechanism").await,
        };
        let is_right = self.options.login == Some((user.as_str(), password.as_str()));
        self.user = is_right.then_some(user);
        let usual = match is_right {
            true => "235 2.7.0 welcome",
            false => "535 5.7.8 Username and Password not accepted",
        };
        self.answer(io, Step::Auth, usual).await
    }

    /// Refuses as Microsoft does, or as Google where the offers say so.
    async fn log_in_by_token(
        &mut self,
        io: &mut BufReader<Box<dyn Io>>,
        response: &str,
    ) -> Result<(), Over> {
        let bytes = STANDARD.decode(response).expect("base64");
        let text = String::from_utf8(bytes).expect("a text");
        let (user, rest) = text
            .strip_prefix("user=")
            .and_then(|it| it.split_once('\x01'))
            .expect("a user");
        let token = rest
            .strip_prefix("auth=Bearer ")
            .and_then(|it| it.strip_suffix("\x01\x01"));
        let token = token.expect("a token");
        let tokens = locked(&self.seen)
            .tokens
            .clone()
            .expect("a server for tokens");
        let is_known = tokens.lock().expect("nobody panicked").contains(token);
        let is_right = is_known && self.options.login.is_some_and(|(own, _)| own == user);
        self.user = is_right.then(|| user.to_owned());
        if is_right {
            return self
                .answer(io, Step::Auth, "235 2.7.0 Authentication successful")
                .await;
        }
        if self.options.offers.contains(&"X-GOOGLE") {
            let why = r#"{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}"#;
            let parrot = format!(r#"{{"status":"400","schemes":"Bearer {token}"}}"#);
            let is_parrot = self.options.offers.contains(&"X-PARROT");
            let why = if is_parrot { &parrot } else { why };
            say(io, &format!("334 {}", STANDARD.encode(why))).await?;
            let line = self.read_line(io).await?;
            assert_eq!(line, "", "answered with an empty line");
            if is_parrot {
                let parts = token.replace('.', " ");
                let encoded = STANDARD.encode(token);
                let said = format!("535 5.7.8 {encoded} {parts} {token} {response}");
                return self.answer(io, Step::Auth, &said).await;
            }
            let refused = "535-5.7.8 Username and Password not accepted. For more information, go to\r\n535 5.7.8  https://support.google.com/mail/?p=BadCredentials x - gsmtp";
            return self.answer(io, Step::Auth, refused).await;
        }
        let refused =
            "535 5.7.3 Authentication unsuccessful [SN2PR00CA0018.namprd00.prod.outlook.com]";
        self.answer(io, Step::Auth, refused).await
    }

    async fn log_in_by_digest(&mut self, io: &mut BufReader<Box<dyn Io>>) -> Result<(), Over> {
        let challenge = "<1896.697170952@mail.example.com>";
        say(io, &format!("334 {}", STANDARD.encode(challenge))).await?;
        let response = self.read_line(io).await?;
        let wanted = self.options.login.map(|(user, password)| {
            let mut mac = Hmac::<Md5>::new_from_slice(password.as_bytes()).expect("any key");
            mac.update(challenge.as_bytes());
            let digest = mac.finalize().into_bytes();
            let digest: String = digest.iter().map(|b| format!("{b:02x}")).collect();
            (user.to_owned(), STANDARD.encode(format!("{user} {digest}")))
        });
        let known = wanted.filter(|(_, wanted)| *wanted == response);
        self.user = known.map(|(user, _)| user);
        let parrot = format!("535 5.7.8 {response} is wrong");
        let usual = match self.user {
            Some(_) => "235 2.7.0 welcome",
            None => &parrot,
        };
        self.answer(io, Step::Auth, usual).await
    }

    async fn read_message(&mut self, io: &mut BufReader<Box<dyn Io>>) -> Result<Vec<u8>, Over> {
        match self.script.act(Step::Body).cloned() {
            Some(Act::ReplyAndDrop(reply)) => {
                io.read_u8().await.map_err(|_| Over)?;
                say(io, reply).await?;
                return Err(Over);
            }
            Some(Act::Hang) => std::future::pending().await,
            Some(Act::Hold(hold)) => {
                io.read_u8().await.map_err(|_| Over)?;
                hold.here().await;
            }
            Some(Act::Drop) => {
                io.read_u8().await.map_err(|_| Over)?;
                return Err(Over);
            }
            _ => {}
        }
        let mut message = Vec::new();
        loop {
            let mut line = Vec::new();
            if io.read_until(b'\n', &mut line).await.map_err(|_| Over)? == 0 {
                return Err(Over);
            }
            match line.as_slice() {
                b".\r\n" => return Ok(message),
                [b'.', rest @ ..] => message.extend_from_slice(rest),
                line => message.extend_from_slice(line),
            }
        }
    }

    async fn end_of_data(
        &mut self,
        io: &mut BufReader<Box<dyn Io>>,
        taken: Taken,
    ) -> Result<(), Over> {
        let act = self.script.act(Step::Dot).cloned();
        let is_taken = match &act {
            None | Some(Act::Hold(_) | Act::TakeAndDrop) => true,
            Some(Act::Reply(reply) | Act::ReplyAndDrop(reply)) => reply.starts_with('2'),
            Some(Act::Hang | Act::Drop | Act::Drip | Act::Flood) => false,
        };
        if is_taken {
            locked(&self.seen).taken.push(taken);
        }
        self.answer(io, Step::Dot, "250 2.0.0 queued as 4F2A").await
    }

    async fn answer(
        &self,
        io: &mut BufReader<Box<dyn Io>>,
        step: Step,
        usual: &str,
    ) -> Result<(), Over> {
        match self.script.act(step).cloned() {
            None => say(io, usual).await,
            Some(Act::Reply(reply)) => say(io, reply).await,
            Some(Act::ReplyAndDrop(reply)) => {
                say(io, reply).await?;
                Err(Over)
            }
            Some(Act::Hold(hold)) => {
                hold.here().await;
                say(io, usual).await
            }
            Some(Act::Hang) => std::future::pending().await,
            Some(Act::Drip) => loop {
                io.write_all(b"2").await.map_err(|_| Over)?;
                io.flush().await.map_err(|_| Over)?;
                tokio::time::sleep(Duration::from_secs(1)).await;
            },
            Some(Act::Flood) => loop {
                say(io, "250-and").await?;
            },
            Some(Act::Drop | Act::TakeAndDrop) => Err(Over),
        }
    }

    async fn read_line(&self, io: &mut BufReader<Box<dyn Io>>) -> Result<String, Over> {
        let mut line = String::new();
        match io.read_line(&mut line).await {
            Ok(0) | Err(_) => Err(Over),
            Ok(_) => Ok(line.trim_end().to_owned()),
        }
    }
}

fn locked(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().expect("nobody panicked")
}

async fn say(io: &mut BufReader<Box<dyn Io>>, lines: &str) -> Result<(), Over> {
    let all = format!("{lines}\r\n");
    io.write_all(all.as_bytes()).await.map_err(|_| Over)?;
    io.flush().await.map_err(|_| Over)
}

fn address(line: &str) -> String {
    let after = line.split_once('<').map_or("", |(_, after)| after);
    after.split('>').next().unwrap_or_default().to_owned()
}
