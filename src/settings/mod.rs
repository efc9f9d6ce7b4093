//! Every setting once: type, default, name. All mistakes are reported together, at start.
mod base_url;
mod bounces;
mod database_url;
mod env_file;
mod events;
mod key;
mod mail;
mod names;
mod oauth;
mod reader;
mod smtp;

use std::{
    collections::HashMap,
    ffi::OsString,
    net::{IpAddr, SocketAddr},
    path::Path,
    str::FromStr,
};

use ipnet::IpNet;

pub use self::{
    base_url::{BaseUrl, bare_host, is_loopback_host},
    bounces::{BounceSettings, ImapSettings},
    env_file::EnvFile,
    events::EventSettings,
    key::make_private_dir,
    mail::{Backend, MailSettings, MaxPerSecond},
    oauth::{OAuthProvider, OAuthSettings},
    smtp::{Login, Proof, Security, SmtpSettings},
};
use self::{env_file::Start, reader::Reader};
use crate::{http_client::Networks, secret::Secret};

/// Where files live that are for their owner alone.
pub const DATA_DIR: &str = "data";

/// What the process was told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `DATABASE_URL`: `sqlite://…` or `postgres://…`. May hold a password.
    pub database_url: Secret,
    /// `BASE_URL`: what links are built from.
    pub base_url: BaseUrl,
    /// `HSTS_INCLUDE_SUBDOMAINS`: are the hosts below that of `BASE_URL` reached over TLS alone as well?
    pub hsts_include_subdomains: bool,
    /// `LISTEN`: address and port.
    pub listen: SocketAddr,
    /// `SECRET_KEY`: signs join links and cookies.
    pub secret_key: Secret,
    /// `SECRET_KEY_FALLBACKS`: earlier keys whose join links still work, comma-separated.
    pub secret_key_fallbacks: Vec<Secret>,
    /// `TRUSTED_PROXIES`: networks whose `X-Forwarded-For` is believed, comma-separated.
    pub trusted_proxies: Vec<IpNet>,
    /// Where our own requests may go; `ALLOW_INSECURE=private-networks` lets them go anywhere.
    pub networks: Networks,
    /// How mail leaves.
    pub mail: MailSettings,
    /// How it comes back.
    pub bounces: BounceSettings,
    /// `EMAIL_EVENTS`: which providers may tell what becomes of it.
    pub events: EventSettings,
    /// What is to be said of them that stops nothing: names that are nearly right, lines that nobody can read.
    pub remarks: Vec<String>,
}

impl Settings {
    /// Reads the environment and `.env`. Makes and keeps a secret key under `data/` when everything
    /// is on loopback and none is given.
    ///
    /// # Errors
    /// Every mistake found, one line each, naming its variable.
    pub fn load() -> Result<Self, Vec<String>> {
        let file = EnvFile::begin().unwrap_or_else(|error| {
            let mut nothing = Start::default();
            let mistake = format!(".env can't be read: {error}");
            nothing.mistakes.push(mistake);
            nothing
        });
        // Other programs' variables may hold anything; one of ours that is no text is refused below.
        let vars = std::env::vars_os().map(|(name, value)| {
            let text = |part: OsString| part.to_string_lossy().into_owned();
            (text(name), text(value))
        });
        let mut settings = Self::read(vars.collect(), Path::new(DATA_DIR), file.mistakes)?;
        settings.remarks.splice(0..0, file.remarks);
        Ok(settings)
    }

    /// Port 0 asked for any free one: from now on this is the address, in links too.
    pub fn listens_on(&mut self, address: SocketAddr) {
        self.listen = address;
        self.base_url.listens_on(address.port());
    }

    /// The same as [`Self::load`] from given variables.
    pub fn from_vars(vars: HashMap<String, String>, data_dir: &Path) -> Result<Self, Vec<String>> {
        Self::read(vars, data_dir, Vec::new())
    }

    fn read(
        vars: HashMap<String, String>,
        data_dir: &Path,
        mistakes: Vec<String>,
    ) -> Result<Self, Vec<String>> {
        let mut remarks: Vec<_> = vars.keys().filter_map(|name| names::remark(name)).collect();
        remarks.sort();
        let mut reader = Reader::new(vars, mistakes);
        match reader.settings(data_dir) {
            Some(settings) if reader.mistakes.is_empty() => Ok(Self {
                remarks: [remarks, reader.remarks].concat(),
                ..settings
            }),
            _ => Err(reader.mistakes),
        }
    }
}

const GUESSABLE: &str = "can be guessed: it is an example, a sequence or has too few different characters. Create one with `openssl rand -hex 32` (or set ALLOW_INSECURE=weak-key)";
const GUESSABLE_FALLBACK: &str = "contains a key that can be guessed, so anyone could sign join links with it. Remove it (or set ALLOW_INSECURE=weak-key)";

/// Who can connect.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    ThisMachine,
    Others,
    /// What would tell cannot be read.
    Unknown,
}

impl Reach {
    fn of(listen: Option<SocketAddr>, base_url: Option<&BaseUrl>) -> Self {
        let listens_here = listen.map(|listen| listen.ip().is_loopback());
        let leads_here = base_url.map(BaseUrl::is_loopback);
        match (listens_here, leads_here) {
            (Some(false), _) | (_, Some(false)) => Self::Others,
            (Some(true), Some(true)) => Self::ThisMachine,
            _ => Self::Unknown,
        }
    }
}

/// What an incomplete configuration of mail lacks, among all mistakes.
pub fn lacking(mistakes: &[String]) -> Vec<&str> {
    let lacks = |line: &&String| {
        line.contains("EMAIL") && (line.contains(smtp::REQUIRED) || line.contains(smtp::MISSING))
    };
    let lines = mistakes.iter().filter(lacks);
    lines.filter_map(|line| line.split(' ').next()).collect()
}

impl Reader {
    fn settings(&mut self, data_dir: &Path) -> Option<Settings> {
        let listen = self.listen();
        let default_base_url = match listen {
            Some(listen) if listen.ip().is_loopback() => format!("http://{listen}"),
            _ => "http://127.0.0.1:8080".into(),
        };
        let base_url = self.parse("BASE_URL", &default_base_url, BaseUrl::from_str);
        let hsts_include_subdomains = self.flag("HSTS_INCLUDE_SUBDOMAINS", false);
        let trusted_proxies = self.trusted_proxies();
        let secret_key_fallbacks = self.secret_key_fallbacks();
        let database_url = self.database_url(data_dir);
        let backend = self.backend();
        let auth = self.auth();
        let mail = self.mail(backend, &auth);
        let bounces = self.bounces(&auth);
        let events = self.events();
        let networks = match self.allows("private-networks") {
            true => Networks::Any,
            false => Networks::Public,
        };
        let reach = Reach::of(listen, base_url.as_ref());
        if reach == Reach::Others {
            self.guard_exposed(base_url.as_ref(), backend);
        }
        let secret_key = self.secret_key(reach, data_dir);
        Some(Settings {
            database_url: database_url?,
            base_url: base_url?,
            hsts_include_subdomains,
            listen: listen?,
            secret_key: secret_key?,
            secret_key_fallbacks,
            trusted_proxies,
            networks,
            mail: mail?,
            bounces,
            events,
            remarks: Vec::new(),
        })
    }

    fn listen(&mut self) -> Option<SocketAddr> {
        self.parse("LISTEN", "127.0.0.1:8080", |text| {
            SocketAddr::from_str(text)
                .map_err(|_| format!("{text:?} is not an address and port like 127.0.0.1:8080"))
        })
    }

    fn trusted_proxies(&mut self) -> Vec<IpNet> {
        self.list("TRUSTED_PROXIES", |text| {
            IpNet::from_str(text)
                .or_else(|_| text.parse::<IpAddr>().map(|ip| ip.to_canonical().into()))
                .map_err(|_| format!("{text:?} is not a network like 10.0.0.0/8"))
        })
    }

    fn secret_key_fallbacks(&mut self) -> Vec<Secret> {
        let may_be_weak = self.allows("weak-key");
        self.list("SECRET_KEY_FALLBACKS", |text| {
            match key::is_guessable(text) && !may_be_weak {
                true => Err(GUESSABLE_FALLBACK.into()),
                false => Ok(Secret::new(text)),
            }
        })
    }

    fn database_url(&mut self, data_dir: &Path) -> Option<Secret> {
        let url = match self.text("DATABASE_URL") {
            Some(url) => url,
            None => format!("sqlite://{}/greenroom.db", data_dir.display()),
        };
        if ["sqlite:", "postgres:", "postgresql:"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
        {
            let mistake = match url.starts_with("sqlite:") {
                true => None,
                false => database_url::mistake(&url),
            };
            if let Some(mistake) = mistake {
                self.mistake("DATABASE_URL", mistake);
                return None;
            }
            return Some(Secret::new(url));
        }
        self.mistake("DATABASE_URL", "must start with sqlite: or postgres:");
        None
    }

    fn secret_key(&mut self, reach: Reach, data_dir: &Path) -> Option<Secret> {
        if let Some(key) = self.text("SECRET_KEY") {
            let may_be_weak = self.allows("weak-key");
            if key.len() < key::MIN_CHARS && reach == Reach::Others && !may_be_weak {
                self.mistake(
                    "SECRET_KEY",
                    "must have at least 32 characters. Create one with `openssl rand -hex 32`",
                );
            } else if key::is_guessable(&key) && !may_be_weak {
                self.mistake("SECRET_KEY", GUESSABLE);
            }
            return Some(Secret::new(key));
        }
        match reach {
            Reach::Others => {
                self.contradiction("SECRET_KEY", &[], "is required when other machines can connect. Create one with `openssl rand -hex 32`");
                None
            }
            Reach::ThisMachine => self.kept_key(&data_dir.join("secret_key")),
            Reach::Unknown => None,
        }
    }

    fn kept_key(&mut self, path: &Path) -> Option<Secret> {
        let key = match self.mistakes.is_empty() {
            true => key::kept(path).map(Some),
            // Nothing will start: no key needs to be made.
            false => key::present(path),
        };
        key.unwrap_or_else(|error| {
            let dir = path.parent().unwrap_or(path).display();
            let mistake =
                format!("is not set, and a generated key can't be saved under {dir}: {error}");
            self.contradiction("SECRET_KEY", &[], &mistake);
            None
        })
    }

    fn guard_exposed(&mut self, base_url: Option<&BaseUrl>, backend: Option<mail::Kind>) {
        if base_url.is_some_and(|url| !url.is_https()) && !self.allows("http") {
            self.contradiction(
                "BASE_URL",
                &[],
                "must be https when other machines can connect (or set ALLOW_INSECURE=http)",
            );
        }
        if backend == Some(mail::Kind::Console) && !self.allows("console-mail") {
            self.contradiction(
                "EMAIL_BACKEND",
                &[],
                "is console, so nobody would receive email. Set it to smtp (or set ALLOW_INSECURE=console-mail)",
            );
        }
    }
}

#[cfg(test)]
mod tests;
