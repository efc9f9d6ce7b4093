//! Every setting once: type, default, name. All mistakes are reported together, at start.
use std::{
    collections::HashMap, ffi::OsString, fmt, fs, io::Write, net::SocketAddr,
    os::unix::fs::OpenOptionsExt, path::Path, str::FromStr,
};

use ipnet::IpNet;
use lettre::message::Mailbox;

use crate::crypto;

/// Where files live that are for their owner alone.
pub const DATA_DIR: &str = "data";

/// A value that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself; say at the call why it is needed.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// What the process was told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `DATABASE_URL`: `sqlite://…` or `postgres://…`. May hold a password.
    pub database_url: Secret,
    /// `BASE_URL`: what links are built from.
    pub base_url: BaseUrl,
    /// `LISTEN`: address and port.
    pub listen: SocketAddr,
    /// `SECRET_KEY`: signs join links and cookies.
    pub secret_key: Secret,
    /// `SECRET_KEY_FALLBACKS`: earlier keys whose join links still work, comma-separated.
    pub secret_key_fallbacks: Vec<Secret>,
    /// `TRUSTED_PROXIES`: networks whose `X-Forwarded-For` is believed, comma-separated.
    pub trusted_proxies: Vec<IpNet>,
    /// How mail leaves.
    pub mail: MailSettings,
}

/// The public address of this installation, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    text: String,
    host: String,
    is_https: bool,
}

impl BaseUrl {
    /// The absolute URL of a path that begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }

    /// Scheme, host and port, as browsers send it in `Origin`.
    pub fn origin(&self) -> &str {
        &self.text
    }

    /// The host without its port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Is it reached over TLS?
    pub fn is_https(&self) -> bool {
        self.is_https
    }

    /// Does it lead to this machine only?
    pub fn is_loopback(&self) -> bool {
        is_loopback_host(&self.host)
    }
}

impl FromStr for BaseUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let trimmed = text.trim_end_matches('/');
        let uri: actix_web::http::Uri = trimmed
            .parse()
            .map_err(|_| format!("{text:?} is not a URL"))?;
        let (Some(scheme @ ("http" | "https")), Some(host)) = (uri.scheme_str(), uri.host()) else {
            return Err(format!(
                "{text:?} must begin with http:// or https:// and name a host"
            ));
        };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() || trimmed.contains('@') {
            return Err(format!("{text:?} must be scheme, host and port only"));
        }
        Ok(Self {
            text: trimmed.to_lowercase(),
            host: host.to_lowercase(),
            is_https: scheme == "https",
        })
    }
}

/// How mail leaves.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// `EMAIL_BACKEND`.
    pub backend: Backend,
    /// `DEFAULT_FROM_EMAIL`: the mailbox that every message comes from.
    pub from: Mailbox,
    /// `EMAIL_CONSOLE_FALLBACK`: print a message, too, when SMTP did not take it.
    pub console_fallback: bool,
}

/// Where messages go.
#[derive(Clone, Debug)]
pub enum Backend {
    /// Printed; nobody receives them.
    Console,
    /// To a mail server.
    Smtp(SmtpSettings),
}

/// A mail server and how to speak to it.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// `EMAIL_HOST`.
    pub host: String,
    /// `EMAIL_PORT`.
    pub port: u16,
    /// From `EMAIL_USE_TLS` and `EMAIL_USE_SSL`.
    pub security: Security,
    /// `EMAIL_HOST_USER` and `EMAIL_HOST_PASSWORD`, when there is a login.
    pub login: Option<Login>,
}

/// Name and password at the mail server.
#[derive(Clone, Debug)]
pub struct Login {
    /// `EMAIL_HOST_USER`.
    pub user: String,
    /// `EMAIL_HOST_PASSWORD`.
    pub password: Secret,
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Not at all; for a server on this machine.
    Plain,
    /// `EMAIL_USE_TLS`: upgraded by STARTTLS before anything private is said (RFC 3207).
    Starttls,
    /// `EMAIL_USE_SSL`: TLS from the first byte (RFC 8314).
    Implicit,
}

impl Settings {
    /// Reads the environment and `.env`. Makes and keeps a secret key under `data/` when everything
    /// is on loopback and none is given.
    ///
    /// # Errors
    /// Every mistake found, one line each, naming its variable.
    pub fn load() -> Result<Self, Vec<String>> {
        if let Err(error) = dotenvy::dotenv()
            && !error.not_found()
        {
            return Err(vec![format!(".env cannot be read: {error}")]);
        }
        // Other programs' variables may hold anything; one of ours that is no text is refused below.
        let vars = std::env::vars_os().map(|(name, value)| {
            let text = |part: OsString| part.to_string_lossy().into_owned();
            (text(name), text(value))
        });
        Self::from_vars(vars.collect(), Path::new(DATA_DIR))
    }

    /// Port 0 was a wish for any free one: from now on this is the address, in links too.
    pub fn listens_on(&mut self, address: SocketAddr) {
        self.listen = address;
        if let Some(without_port) = self.base_url.text.strip_suffix(":0") {
            self.base_url.text = format!("{without_port}:{}", address.port());
        }
    }

    /// The same as [`Self::load`] from given variables.
    pub fn from_vars(vars: HashMap<String, String>, data_dir: &Path) -> Result<Self, Vec<String>> {
        let mut reader = Reader {
            vars,
            mistakes: Vec::new(),
        };
        let settings = reader.settings(data_dir);
        match settings {
            Some(settings) if reader.mistakes.is_empty() => Ok(settings),
            _ => Err(reader.mistakes),
        }
    }
}

struct Reader {
    vars: HashMap<String, String>,
    mistakes: Vec<String>,
}

impl Reader {
    fn settings(&mut self, data_dir: &Path) -> Option<Settings> {
        let listen = self.parse("LISTEN", "127.0.0.1:8080", |text| {
            SocketAddr::from_str(text)
                .map_err(|_| format!("{text:?} is not an address and port like 127.0.0.1:8080"))
        });
        let default_base_url = match listen {
            Some(listen) if listen.ip().is_loopback() => format!("http://{listen}"),
            _ => "http://127.0.0.1:8080".into(),
        };
        let base_url = self.parse("BASE_URL", &default_base_url, BaseUrl::from_str);
        let trusted_proxies = self.list("TRUSTED_PROXIES", |text| {
            IpNet::from_str(text)
                .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from))
                .map_err(|_| format!("{text:?} is not a network like 10.0.0.0/8"))
        });
        let secret_key_fallbacks = self.list("SECRET_KEY_FALLBACKS", |text| Ok(Secret::new(text)));
        let database_url = self.database_url(data_dir);
        let mail = self.mail();
        let (base_url, listen, mail) = (base_url?, listen?, mail?);
        let local = listen.ip().is_loopback() && base_url.is_loopback();
        let secret_key = self.secret_key(local, data_dir);
        if !local {
            self.guard_exposed(&base_url, &mail);
        }
        Some(Settings {
            database_url: database_url?,
            base_url,
            listen,
            secret_key: secret_key?,
            secret_key_fallbacks,
            trusted_proxies,
            mail,
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
            return Some(Secret::new(url));
        }
        self.mistake("DATABASE_URL", "must begin with sqlite: or postgres:");
        None
    }

    fn secret_key(&mut self, local: bool, data_dir: &Path) -> Option<Secret> {
        if let Some(key) = self.text("SECRET_KEY") {
            if key.len() < 32 && !(local || self.allows("weak-key")) {
                self.mistake(
                    "SECRET_KEY",
                    "must have at least 32 characters; `openssl rand -base64 48` makes one",
                );
            }
            return Some(Secret::new(key));
        }
        if !local {
            self.mistake("SECRET_KEY", "is required when others than this machine can connect; `openssl rand -base64 48` makes one");
            return None;
        }
        match kept_key(&data_dir.join("secret_key")) {
            Ok(key) => Some(key),
            Err(error) => {
                self.mistake(
                    "SECRET_KEY",
                    &format!(
                        "is not set, and none can be kept under {}: {error}",
                        data_dir.display()
                    ),
                );
                None
            }
        }
    }

    fn guard_exposed(&mut self, base_url: &BaseUrl, mail: &MailSettings) {
        if !base_url.is_https() && !self.allows("http") {
            self.mistake(
                "BASE_URL",
                "must be https when others than this machine can connect (or ALLOW_INSECURE=http)",
            );
        }
        if matches!(mail.backend, Backend::Console) && !self.allows("console-mail") {
            self.mistake(
                "EMAIL_BACKEND",
                "is console: nobody would receive mail (set smtp, or ALLOW_INSECURE=console-mail)",
            );
        }
    }

    fn mail(&mut self) -> Option<MailSettings> {
        let backend = match self.text("EMAIL_BACKEND").as_deref() {
            None | Some("console" | "django.core.mail.backends.console.EmailBackend") => {
                Some(Backend::Console)
            }
            Some("smtp" | "django.core.mail.backends.smtp.EmailBackend") => {
                self.smtp().map(Backend::Smtp)
            }
            Some(other) => {
                self.mistake(
                    "EMAIL_BACKEND",
                    &format!("is {other:?}; it can be smtp or console"),
                );
                None
            }
        };
        let default_from = match backend {
            Some(Backend::Console) => "Greenroom <greenroom@localhost>",
            _ => "",
        };
        let from = self.parse("DEFAULT_FROM_EMAIL", default_from, |text| {
            if text.is_empty() {
                return Err("is required to send mail: the mailbox that messages come from".into());
            }
            text.parse::<Mailbox>().map_err(|_| {
                format!("{text:?} is not one mailbox like Greenroom <jobs@example.com>")
            })
        });
        let console_fallback = self.flag("EMAIL_CONSOLE_FALLBACK", false);
        Some(MailSettings {
            backend: backend?,
            from: from?,
            console_fallback,
        })
    }

    fn smtp(&mut self) -> Option<SmtpSettings> {
        let implicit = self.flag("EMAIL_USE_SSL", false);
        let starttls = self.flag("EMAIL_USE_TLS", !implicit);
        if implicit && starttls {
            self.mistake(
                "EMAIL_USE_SSL",
                "and EMAIL_USE_TLS exclude each other: SSL is port 465, TLS is port 587",
            );
        }
        let security = match (implicit, starttls) {
            (true, _) => Security::Implicit,
            (_, true) => Security::Starttls,
            _ => Security::Plain,
        };
        let host = self.text("EMAIL_HOST");
        if host.is_none() {
            self.mistake("EMAIL_HOST", "is required to send mail");
        }
        if security == Security::Plain
            && !host.as_deref().is_some_and(is_loopback_host)
            && !self.allows("plain-smtp")
        {
            self.mistake("EMAIL_USE_TLS", "is off: mail and password would travel in clear (only for a server on this machine, or ALLOW_INSECURE=plain-smtp)");
        }
        let default_port = match security {
            Security::Implicit => "465",
            Security::Starttls => "587",
            Security::Plain => "25",
        };
        let port = self.parse("EMAIL_PORT", default_port, |text| {
            text.parse::<u16>()
                .map_err(|_| format!("{text:?} is not a port"))
        });
        let login = self.login(host.as_deref());
        Some(SmtpSettings {
            host: host?,
            port: port?,
            security,
            login,
        })
    }

    fn login(&mut self, host: Option<&str>) -> Option<Login> {
        match (
            self.text("EMAIL_HOST_USER"),
            self.text("EMAIL_HOST_PASSWORD"),
        ) {
            (Some(user), Some(password)) => {
                // Google shows an App Password in groups of four.
                let password = if host == Some("smtp.gmail.com") {
                    password.replace(' ', "")
                } else {
                    password
                };
                Some(Login {
                    user,
                    password: Secret::new(password),
                })
            }
            (None, None) => None,
            (Some(_), None) => {
                self.mistake(
                    "EMAIL_HOST_PASSWORD",
                    "is missing though EMAIL_HOST_USER is set",
                );
                None
            }
            (None, Some(_)) => {
                self.mistake(
                    "EMAIL_HOST_USER",
                    "is missing though EMAIL_HOST_PASSWORD is set",
                );
                None
            }
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        self.vars
            .get(name)
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    }

    fn parse<T>(
        &mut self,
        name: &str,
        default: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(name).unwrap_or_else(|| default.to_owned());
        match parse(&text) {
            Ok(value) => Some(value),
            Err(mistake) => {
                self.mistake(name, &mistake);
                None
            }
        }
    }

    fn list<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
        let text = self.text(name).unwrap_or_default();
        let items = text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty());
        let mut parsed = Vec::new();
        for item in items {
            match parse(item) {
                Ok(value) => parsed.push(value),
                Err(mistake) => self.mistake(name, &mistake),
            }
        }
        parsed
    }

    fn flag(&mut self, name: &str, default: bool) -> bool {
        match self.text(name).as_deref().map(str::to_lowercase).as_deref() {
            None => default,
            Some("true" | "1" | "yes" | "on") => true,
            Some("false" | "0" | "no" | "off") => false,
            Some(other) => {
                self.mistake(name, &format!("is {other:?}; it can be true or false"));
                default
            }
        }
    }

    /// `ALLOW_INSECURE`: a comma-separated list of what is meant as it is.
    fn allows(&self, what: &str) -> bool {
        self.text("ALLOW_INSECURE")
            .is_some_and(|list| list.split(',').any(|item| item.trim() == what))
    }

    fn mistake(&mut self, name: &str, mistake: &str) {
        self.mistakes.push(format!("{name} {mistake}"));
    }
}

/// Does this name or address lead to this machine only?
pub fn is_loopback_host(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost"
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

/// Reads the key of this installation, or makes it: readable by its owner alone.
fn kept_key(path: &Path) -> std::io::Result<Secret> {
    match fs::read_to_string(path) {
        Ok(key) if key.trim().len() >= 32 => return Ok(Secret::new(key.trim())),
        Ok(_) => {
            return Err(std::io::Error::other(format!(
                "{} is damaged",
                path.display()
            )));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    if let Some(parent) = path.parent() {
        make_private_dir(parent)?;
    }
    let key = crypto::random_token();
    match fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Ok(mut file) => file.write_all(key.as_bytes())?,
        // Another process was quicker; its key is the one.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return kept_key(path),
        Err(error) => return Err(error),
    }
    Ok(Secret::new(key))
}

/// Makes a directory that only its owner may enter.
pub fn make_private_dir(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
        let dir = tempfile::tempdir().expect("a directory");
        let vars = pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        Settings::from_vars(vars, dir.path())
    }

    #[test]
    fn nothing_is_needed_for_a_first_try() {
        let settings = read(&[]).expect("defaults");
        assert_eq!(settings.base_url.join("/x"), "http://127.0.0.1:8080/x");
        assert!(matches!(settings.mail.backend, Backend::Console));
        assert!(settings.secret_key.expose().len() >= 32);
    }

    #[test]
    fn all_mistakes_are_reported_together() {
        let mistakes = read(&[
            ("LISTEN", "here"),
            ("DATABASE_URL", "mysql://x"),
            ("EMAIL_BACKEND", "smtp"),
            ("EMAIL_USE_TLS", "perhaps"),
            ("TRUSTED_PROXIES", "10.0.0.0/8, nowhere"),
        ])
        .expect_err("mistakes");
        for name in [
            "LISTEN",
            "DATABASE_URL",
            "EMAIL_HOST",
            "EMAIL_USE_TLS",
            "TRUSTED_PROXIES",
            "DEFAULT_FROM_EMAIL",
        ] {
            assert!(
                mistakes.iter().any(|line| line.starts_with(name)),
                "{name} in {mistakes:?}"
            );
        }
    }

    #[test]
    fn off_loopback_it_refuses_weak_settings_unless_they_are_meant() {
        let exposed = [
            ("LISTEN", "0.0.0.0:80"),
            ("BASE_URL", "http://jobs.example.com"),
            ("SECRET_KEY", "short"),
        ];
        let mistakes = read(&exposed).expect_err("weak");
        for name in ["SECRET_KEY", "BASE_URL", "EMAIL_BACKEND"] {
            assert!(
                mistakes.iter().any(|line| line.starts_with(name)),
                "{name} in {mistakes:?}"
            );
        }
        let mut meant = exposed.to_vec();
        meant.push(("ALLOW_INSECURE", "weak-key, http,console-mail"));
        assert!(read(&meant).is_ok());
    }

    #[test]
    fn the_names_of_django_are_understood() {
        let settings = read(&[
            (
                "EMAIL_BACKEND",
                "django.core.mail.backends.smtp.EmailBackend",
            ),
            ("EMAIL_HOST", "smtp.gmail.com"),
            ("EMAIL_PORT", "587"),
            ("EMAIL_USE_TLS", "True"),
            ("EMAIL_USE_SSL", "False"),
            ("EMAIL_HOST_USER", "jobs@example.com"),
            ("EMAIL_HOST_PASSWORD", "abcd efgh ijkl mnop"),
            ("DEFAULT_FROM_EMAIL", "jobs@example.com"),
        ])
        .expect("the settings of an older system");
        let Backend::Smtp(smtp) = &settings.mail.backend else {
            panic!("smtp")
        };
        assert_eq!(smtp.security, Security::Starttls);
        assert_eq!(
            smtp.login.as_ref().map(|login| login.password.expose()),
            Some("abcdefghijklmnop")
        );
        assert!(
            !format!("{settings:?}").contains("abcdefgh"),
            "no secret in Debug output"
        );
    }
}
