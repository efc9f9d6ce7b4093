//! Every setting once: type, default, name. All mistakes are reported together, at start.
mod base_url;
mod bounces;
mod database_url;
mod env_file;
mod key;
mod mail;
mod names;
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
use self::{env_file::Start, key::kept_key, reader::Reader};

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
        let file = match EnvFile::begin() {
            Ok(file) => file,
            Err(error) => return Err(vec![format!(".env cannot be read: {error}")]),
        };
        // Other programs' variables may hold anything; one of ours that is no text is refused below.
        let vars = std::env::vars_os().map(|(name, value)| {
            let text = |part: OsString| part.to_string_lossy().into_owned();
            (text(name), text(value))
        });
        let settings = Self::from_vars(vars.collect(), Path::new(DATA_DIR));
        with_those_of_the_file(settings, file)
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
        let mut remarks: Vec<_> = vars.keys().filter_map(|name| names::remark(name)).collect();
        remarks.sort();
        let mut reader = Reader {
            vars,
            mistakes: Vec::new(),
        };
        match reader.settings(data_dir) {
            Some(settings) if reader.mistakes.is_empty() => Ok(Self {
                remarks,
                ..settings
            }),
            _ => Err(reader.mistakes),
        }
    }
}

const GUESSABLE: &str = "can be guessed: it is a sample, a sequence, or has too few different characters; \
     `openssl rand -hex 32` makes one (or ALLOW_INSECURE=weak-key)";
const GUESSABLE_FALLBACK: &str = "has a key that can be guessed, so that anybody could sign join links with it; \
     leave it out (or ALLOW_INSECURE=weak-key)";

/// A variable whose line cannot be read is not missing: that would be a second mistake, and a wrong one.
fn with_those_of_the_file(
    settings: Result<Settings, Vec<String>>,
    file: Start,
) -> Result<Settings, Vec<String>> {
    let name = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
    let named: Vec<_> = file.mistakes.iter().map(|line| name(line)).collect();
    match settings {
        Ok(mut settings) if file.mistakes.is_empty() => {
            settings.remarks.splice(0..0, file.remarks);
            Ok(settings)
        }
        Ok(_) => Err(file.mistakes),
        Err(others) => {
            let mut mistakes = file.mistakes;
            mistakes.extend(
                others
                    .into_iter()
                    .filter(|line| !named.contains(&name(line))),
            );
            Err(mistakes)
        }
    }
}

/// What an incomplete configuration of mail lacks, among all mistakes.
pub fn lacking(mistakes: &[String]) -> Vec<&str> {
    let lacks = |line: &&String| {
        line.contains("EMAIL") && (line.contains(mail::REQUIRED) || line.contains(mail::MISSING))
    };
    let lines = mistakes.iter().filter(lacks);
    lines.filter_map(|line| line.split(' ').next()).collect()
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
        let local = listen.is_none_or(|listen| listen.ip().is_loopback())
            && base_url.as_ref().is_none_or(BaseUrl::is_loopback);
        if !local {
            self.guard_exposed(base_url.as_ref(), mail.as_ref());
        }
        let secret_key = self.secret_key(local, data_dir);
        Some(Settings {
            database_url: database_url?,
            base_url: base_url?,
            listen: listen?,
            secret_key: secret_key?,
            secret_key_fallbacks,
            trusted_proxies,
            mail: mail?,
            bounces,
            remarks: Vec::new(),
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
        if !self.mistakes.is_empty() {
            // Nothing will start: no key needs to be made.
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

    fn guard_exposed(&mut self, base_url: Option<&BaseUrl>, mail: Option<&MailSettings>) {
        if base_url.is_some_and(|url| !url.is_https()) && !self.allows("http") {
            self.mistake(
                "BASE_URL",
                "must be https when others than this machine can connect (or ALLOW_INSECURE=http)",
            );
        }
        let prints = mail.is_some_and(|mail| matches!(mail.backend, Backend::Console));
        if prints && !self.allows("console-mail") {
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
    fn contradictions_are_reported_with_what_cannot_be_parsed() {
        let mistakes = read(&[
            ("LISTEN", "0.0.0.0:80"),
            ("BASE_URL", "http://jobs.example.com"),
            ("EMAIL_USE_TLS", "perhaps"),
            ("TRUSTED_PROXIES", "nowhere"),
            ("EMAIL_MAX_PER_SECOND", "many"),
        ])
        .expect_err("mistakes");
        for name in [
            "BASE_URL must be https",
            "SECRET_KEY is required",
            "TRUSTED_PROXIES",
        ] {
            assert!(
                mistakes.iter().any(|line| line.starts_with(name)),
                "{name} in {mistakes:?}"
            );
        }
    }

    #[test]
    fn after_a_mistake_there_is_no_second_one_that_is_wrong() {
        let smtp = ("EMAIL_BACKEND", "smtp");
        let from = ("DEFAULT_FROM_EMAIL", "jobs@example.com");
        let host = ("EMAIL_HOST", "smtp.example.com");
        for (variables, name) in [
            (vec![("EMAIL_BACKEND", "pigeon")], "EMAIL_BACKEND"),
            (
                vec![
                    ("EMAIL_BACKEND", "pigeon"),
                    ("EMAIL_FALLBACK_HOST", "x.example"),
                ],
                "EMAIL_BACKEND",
            ),
            (vec![smtp, from, ("EMAIL_USE_TLS", "false")], "EMAIL_HOST"),
            (
                vec![
                    smtp,
                    from,
                    host,
                    ("EMAIL_USE_SSL", "perhaps"),
                    ("EMAIL_USE_TLS", "false"),
                ],
                "EMAIL_USE_SSL",
            ),
            (
                vec![
                    smtp,
                    from,
                    host,
                    ("EMAIL_USE_TLS", "perhaps"),
                    ("EMAIL_USE_SSL", "true"),
                ],
                "EMAIL_USE_TLS",
            ),
            (
                vec![
                    ("BOUNCE_IMAP_HOST", "x.example"),
                    ("BOUNCE_IMAP_USER", "u"),
                    ("BOUNCE_IMAP_PASSWORD", "p"),
                    ("BOUNCE_IMAP_USE_SSL", "perhaps"),
                ],
                "BOUNCE_IMAP_USE_SSL",
            ),
        ] {
            let mistakes = read(&variables).expect_err("a mistake");
            assert_eq!(mistakes.len(), 1, "{variables:?} {mistakes:?}");
            assert!(mistakes[0].starts_with(name), "{mistakes:?}");
        }
    }

    #[test]
    fn the_backend_is_understood_as_people_write_it() {
        for text in [
            "smtp",
            "SMTP",
            "Smtp",
            "django.core.mail.backends.smtp.EmailBackend",
            "Django.Core.Mail.Backends.SMTP.EmailBackend",
        ] {
            let settings = read(&[
                ("EMAIL_BACKEND", text),
                ("EMAIL_HOST", "smtp.example.com"),
                ("DEFAULT_FROM_EMAIL", "jobs@example.com"),
            ]);
            let mail = settings.unwrap_or_else(|m| panic!("{text} {m:?}")).mail;
            assert!(matches!(mail.backend, Backend::Smtp(_)), "{text}");
        }
        for text in [
            "console",
            "Console",
            "django.core.mail.backends.console.EmailBackend",
        ] {
            let settings = read(&[("EMAIL_BACKEND", text)]).expect("settings");
            assert!(matches!(settings.mail.backend, Backend::Console), "{text}");
        }
        for (text, word) in [
            ("django.core.mail.backends.locmem.EmailBackend", "memory"),
            ("locmem", "memory"),
            ("django.core.mail.backends.dummy.EmailBackend", "throws"),
            ("django.core.mail.backends.filebased.EmailBackend", "files"),
            ("anymail.backends.sendgrid.EmailBackend", "anymail"),
            ("django_ses.SESBackend", "Django"),
            ("sendmail", "smtp or console"),
            ("pigeon", "smtp or console"),
        ] {
            let mistakes = read(&[("EMAIL_BACKEND", text)]).expect_err("a mistake");
            let [mistake] = mistakes.as_slice() else {
                panic!("{mistakes:?}")
            };
            assert!(mistake.contains(word), "{mistake}");
            assert!(
                mistake.contains("smtp") && mistake.contains("console"),
                "{mistake}"
            );
        }
    }

    #[test]
    fn a_blank_at_the_end_of_a_password_is_part_of_it() {
        let settings = read(&[
            ("EMAIL_BACKEND", "smtp"),
            ("EMAIL_HOST", "smtp.example.com "),
            ("EMAIL_HOST_USER", " jobs "),
            ("EMAIL_HOST_PASSWORD", " secret "),
            ("DEFAULT_FROM_EMAIL", "jobs@example.com"),
        ]);
        let Backend::Smtp(smtp) = settings.expect("settings").mail.backend else {
            panic!("smtp")
        };
        let login = smtp.login.expect("a login");
        assert_eq!(
            (smtp.host.as_str(), login.user.as_str()),
            ("smtp.example.com", "jobs")
        );
        assert_eq!(login.password.expose(), " secret ");
    }

    #[test]
    fn a_sender_that_is_none_is_told_to_be_quoted() {
        for text in [
            "Acme",
            "Acme <jobs@example.com",
            "'Acme <jobs@example.com>'",
        ] {
            let mistakes = read(&[("DEFAULT_FROM_EMAIL", text)]).expect_err("a mistake");
            assert!(mistakes[0].contains("quote"), "{mistakes:?}");
        }
    }

    #[test]
    fn what_an_incomplete_configuration_lacks_is_known() {
        let mistakes = read(&[
            ("EMAIL_BACKEND", "smtp"),
            ("EMAIL_HOST_USER", "jobs"),
            ("LISTEN", "here"),
        ])
        .expect_err("mistakes");
        let mut lacking = lacking(&mistakes);
        lacking.sort_unstable();
        assert_eq!(
            lacking,
            ["DEFAULT_FROM_EMAIL", "EMAIL_HOST", "EMAIL_HOST_PASSWORD"]
        );
    }

    #[test]
    fn names_that_are_nearly_right_are_remarked_on() {
        let settings = read(&[("EMAIL_HSOT", "smtp.example.com"), ("PATH", "/bin")]);
        let remarks = settings.expect("settings").remarks;
        assert_eq!(
            remarks,
            ["EMAIL_HSOT is no setting and does nothing: did you mean EMAIL_HOST?"]
        );
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
