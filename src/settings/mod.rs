//! Every setting once: type, default, name. All mistakes are reported together, at start.
mod base_url;
mod bounces;
mod env_file;
mod key;
mod mail;
mod reader;

use std::{
    collections::HashMap,
    ffi::OsString,
    fmt,
    net::{IpAddr, SocketAddr},
    path::Path,
    str::FromStr,
};

use ipnet::IpNet;

pub use self::{
    base_url::{BaseUrl, bare_host, is_loopback_host},
    bounces::{BounceSettings, ImapSettings},
    env_file::EnvFile,
    key::make_private_dir,
    mail::{Backend, Login, MailSettings, MaxPerSecond, Security, SmtpSettings},
};
use self::{key::kept_key, reader::Reader};

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
    /// How it comes back.
    pub bounces: BounceSettings,
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
            return Err(vec![format!(".env cannot be read: {}", unreadable(&error))]);
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

const GUESSABLE: &str = "can be guessed: it is a sample, a sequence, or has too few different characters; \
     `openssl rand -hex 32` makes one (or ALLOW_INSECURE=weak-key)";
const GUESSABLE_FALLBACK: &str = "has a key that can be guessed, so that anybody could sign join links with it; \
     leave it out (or ALLOW_INSECURE=weak-key)";

/// Without the line that is wrong: it may hold a password.
fn unreadable(error: &dotenvy::Error) -> String {
    match error {
        dotenvy::Error::LineParse(..) => {
            "a value with spaces or quotes in it must stand in 'single quotes'".into()
        }
        other => other.to_string(),
    }
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
                .or_else(|_| text.parse::<IpAddr>().map(|ip| ip.to_canonical().into()))
                .map_err(|_| format!("{text:?} is not a network like 10.0.0.0/8"))
        });
        let may_be_weak = self.allows("weak-key");
        let secret_key_fallbacks =
            self.list("SECRET_KEY_FALLBACKS", |text| {
                match key::is_guessable(text) && !may_be_weak {
                    true => Err(GUESSABLE_FALLBACK.into()),
                    false => Ok(Secret::new(text)),
                }
            });
        let database_url = self.database_url(data_dir);
        let mail = self.mail();
        let bounces = self.bounces();
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
            bounces,
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
            let may_be_weak = self.allows("weak-key");
            if key.len() < key::MIN_CHARS && !(local || may_be_weak) {
                self.mistake(
                    "SECRET_KEY",
                    "must have at least 32 characters; `openssl rand -hex 32` makes one",
                );
            } else if key::is_guessable(&key) && !may_be_weak {
                self.mistake("SECRET_KEY", GUESSABLE);
            }
            return Some(Secret::new(key));
        }
        if !local {
            self.mistake("SECRET_KEY", "is required when others than this machine can connect; `openssl rand -hex 32` makes one");
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
    fn a_line_that_cannot_be_read_is_told_without_its_secret() {
        let line = "EMAIL_HOST_PASSWORD=abcd efgh".to_owned();
        let told = unreadable(&dotenvy::Error::LineParse(line, 25));
        assert!(told.contains("single quotes"), "{told}");
        assert!(!told.contains("abcd"), "{told}");
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
    fn a_key_that_can_be_guessed_is_refused_wherever_it_stands() {
        let generated = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        let exposed = [
            ("LISTEN", "0.0.0.0:80"),
            ("BASE_URL", "https://jobs.example.com"),
            ("ALLOW_INSECURE", "console-mail"),
        ];
        let one_letter = "a".repeat(64);
        for weak in [&one_letter, "changeme-changeme-changeme-changeme", "x"] {
            for place in [&exposed[..], &[]] {
                let with = |more: &[(&'static str, &str)]| {
                    read(&[place, more].concat()).expect_err("weak")
                };
                let mistakes = with(&[("SECRET_KEY", weak)]);
                assert_eq!(mistakes.len(), 1, "{mistakes:?}");
                assert!(mistakes[0].starts_with("SECRET_KEY "), "{mistakes:?}");
                assert!(mistakes[0].contains("openssl rand -hex 32"), "{mistakes:?}");
                assert!(!mistakes[0].contains(weak) || weak == "x", "{mistakes:?}");
                let earlier = [("SECRET_KEY", generated), ("SECRET_KEY_FALLBACKS", weak)];
                let mistakes = with(&earlier);
                assert_eq!(mistakes.len(), 1, "{mistakes:?}");
                assert!(
                    mistakes[0].starts_with("SECRET_KEY_FALLBACKS "),
                    "{mistakes:?}"
                );
            }
            let meant = [("SECRET_KEY", weak), ("ALLOW_INSECURE", "weak-key")];
            assert!(read(&meant).is_ok(), "{weak}");
        }
        let rotated = [
            ("SECRET_KEY", generated),
            ("SECRET_KEY_FALLBACKS", "hZ2m0sY5kQb1v8Jt7wXr4uEo6cAiGdNf"),
        ];
        assert!(read(&[&exposed[..], &rotated].concat()).is_ok());
    }

    #[test]
    fn a_second_mail_server_has_names_of_its_own() {
        let first = [
            ("EMAIL_BACKEND", "smtp"),
            ("EMAIL_HOST", "smtp.example.com"),
            ("DEFAULT_FROM_EMAIL", "jobs@example.com"),
        ];
        let with = |more: &[(&'static str, &'static str)]| read(&[&first, more].concat());
        let settings = with(&[
            ("EMAIL_FALLBACK_HOST", "relay.example.net"),
            ("EMAIL_FALLBACK_USE_SSL", "true"),
            ("EMAIL_FALLBACK_HOST_USER", "jobs"),
            ("EMAIL_FALLBACK_HOST_PASSWORD", "correct horse"),
        ]);
        let second = settings.expect("settings").mail.fallback.expect("a server");
        assert_eq!(
            (second.host.as_str(), second.port),
            ("relay.example.net", 465)
        );
        assert_eq!(second.security, Security::Implicit);
        assert_eq!(second.login.expect("a login").user, "jobs");
        let lacking = [
            ("EMAIL_FALLBACK_HOST", "relay.example.net"),
            ("EMAIL_FALLBACK_HOST_USER", "jobs"),
        ];
        assert_eq!(
            with(&lacking).expect_err("a mistake"),
            ["EMAIL_FALLBACK_HOST_PASSWORD is missing though EMAIL_FALLBACK_HOST_USER is set"]
        );
        let alone = read(&[("EMAIL_FALLBACK_HOST", "relay.example.net")]);
        assert!(alone.expect_err("a mistake")[0].contains("EMAIL_BACKEND is console"));
    }

    #[test]
    fn servers_elsewhere_are_given_one_message_a_second_unless_told_otherwise() {
        let limit = |text, host| {
            let settings = read(&[("EMAIL_MAX_PER_SECOND", text)]).expect("settings");
            settings.mail.max_per_second.for_host(host)
        };
        assert_eq!(limit("", "smtp.example.com"), Some(1.0));
        assert_eq!(limit("", "127.0.0.1"), None);
        assert_eq!(limit("14", "smtp.example.com"), Some(14.0));
        assert_eq!(limit("0.5", "localhost"), Some(0.5));
        assert_eq!(limit("unlimited", "smtp.example.com"), None);
        for wrong in ["0", "-1", "NaN", "inf", "many"] {
            assert!(read(&[("EMAIL_MAX_PER_SECOND", wrong)]).is_err(), "{wrong}");
        }
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
