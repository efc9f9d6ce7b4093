//! A mail server, and how to speak to it.
use std::{net::Ipv6Addr, sync::Arc};

use super::{
    base_url::{bare_host, is_loopback_host},
    oauth::{Auth, OAuthSettings},
    reader::Reader,
};
use crate::secret::Secret;

/// What is said of a variable without which no mail can be sent.
pub(super) const REQUIRED: &str = "is required to send email";
/// The same where another one is of no use without it.
pub(super) const MISSING: &str = "is missing, but";

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

impl SmtpSettings {
    /// Host and port, to be read.
    pub fn address(&self) -> String {
        match bare_host(&self.host).parse::<Ipv6Addr>() {
            Ok(address) => format!("[{address}]:{}", self.port),
            Err(_) => format!("{}:{}", self.host, self.port),
        }
    }
}

/// Who we are at the mail server.
#[derive(Clone, Debug)]
pub struct Login {
    /// `EMAIL_HOST_USER`.
    pub user: String,
    /// How we show it.
    pub proof: Proof,
}

/// How we show to a mail server who we are.
#[derive(Clone, Debug)]
pub enum Proof {
    /// `EMAIL_HOST_PASSWORD`.
    Password(Secret),
    /// `EMAIL_AUTH=oauth2`: an access token that these settings bring.
    Token(Arc<OAuthSettings>),
}

impl Login {
    /// One with a password.
    pub fn with_password(user: impl Into<String>, password: Secret) -> Self {
        Self {
            user: user.into(),
            proof: Proof::Password(password),
        }
    }

    /// The password; none where a token takes its place.
    pub fn password(&self) -> Option<&Secret> {
        match &self.proof {
            Proof::Password(password) => Some(password),
            Proof::Token(_) => None,
        }
    }

    /// Where tokens come from; nowhere when there is a password.
    pub fn oauth(&self) -> Option<&OAuthSettings> {
        match &self.proof {
            Proof::Password(_) => None,
            Proof::Token(settings) => Some(settings),
        }
    }
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

impl Security {
    /// Of the two flags.
    pub(super) fn of(implicit: bool, starttls: bool) -> Self {
        match (implicit, starttls) {
            (true, _) => Self::Implicit,
            (_, true) => Self::Starttls,
            _ => Self::Plain,
        }
    }
}

impl Reader {
    /// Of the server whose variables begin with this.
    pub(super) fn smtp(&mut self, prefix: &str, auth: &Auth) -> Option<SmtpSettings> {
        let name = |rest: &str| format!("{prefix}{rest}");
        let security = self.security(prefix);
        let host = self.text(&name("HOST"));
        if host.is_none() {
            self.contradiction(&name("HOST"), &["EMAIL_BACKEND"], REQUIRED);
        }
        if security == Security::Plain
            && host.as_deref().is_some_and(|host| !is_loopback_host(host))
            && !self.allows("plain-smtp")
        {
            self.contradiction(&name("USE_TLS"), &[&name("USE_SSL")], "is off, so emails and the password would be sent unencrypted (only allowed for a server on this machine, or with ALLOW_INSECURE=plain-smtp)");
        }
        let default_port = match security {
            Security::Implicit => "465",
            Security::Starttls => "587",
            Security::Plain => "25",
        };
        let port = self.parse(&name("PORT"), default_port, |text| {
            text.parse::<u16>()
                .map_err(|_| format!("{text:?} is not a port"))
        });
        let login = match auth {
            Auth::Password => self.login(prefix, host.as_deref()),
            Auth::Token(settings) => self.token_login(prefix, host.as_deref(), settings),
            Auth::Unknown => None,
        };
        let is_public = security == Security::Plain
            && host.as_deref().is_some_and(|host| !is_loopback_host(host));
        if matches!(auth, Auth::Token(_)) && is_public && self.allows("plain-smtp") {
            self.contradiction(
                &name("USE_TLS"),
                &[&name("USE_SSL"), "EMAIL_AUTH"],
                "is off, but access tokens are only sent encrypted",
            );
        }
        Some(SmtpSettings {
            host: host?,
            port: port?,
            security,
            login,
        })
    }

    fn security(&mut self, prefix: &str) -> Security {
        let name = |rest: &str| format!("{prefix}{rest}");
        let implicit = self.flag(&name("USE_SSL"), false);
        let starttls = self.flag(&name("USE_TLS"), !implicit);
        if implicit && starttls {
            self.contradiction(
                &name("USE_SSL"),
                &[&name("USE_TLS")],
                &format!(
                    "and {prefix}USE_TLS can't both be on: SSL is for port 465, TLS for port 587"
                ),
            );
        }
        Security::of(implicit, starttls)
    }

    /// The mailbox; what it is opened with is fetched.
    fn token_login(
        &mut self,
        prefix: &str,
        host: Option<&str>,
        settings: &Arc<OAuthSettings>,
    ) -> Option<Login> {
        if host.is_some_and(|host| !settings.may_be_shown_to(host)) {
            let servers = settings.provider.mail_servers();
            let mistake = format!(
                "is not a mail server of EMAIL_OAUTH_PROVIDER, and an access token opens the whole mailbox: set it to {servers}, or use a password"
            );
            let others = ["EMAIL_OAUTH_PROVIDER", "EMAIL_AUTH"];
            self.contradiction(&format!("{prefix}HOST"), &others, &mistake);
            return None;
        }
        let (user, password) = (
            format!("{prefix}HOST_USER"),
            format!("{prefix}HOST_PASSWORD"),
        );
        if self.password(&password).is_some() {
            let mistake = "is set, but EMAIL_AUTH is oauth2, which needs no password: remove it";
            self.contradiction(&password, &["EMAIL_AUTH"], mistake);
        }
        let Some(mailbox) = self.text(&user) else {
            let mistake =
                format!("{MISSING} EMAIL_AUTH is oauth2: set it to the mailbox's address");
            self.contradiction(&user, &["EMAIL_AUTH"], &mistake);
            return None;
        };
        if mailbox.contains(char::is_control) {
            self.mistake(&user, "contains a control character");
            return None;
        }
        Some(Login {
            user: mailbox,
            proof: Proof::Token(Arc::clone(settings)),
        })
    }

    fn login(&mut self, prefix: &str, host: Option<&str>) -> Option<Login> {
        let name = |rest: &str| format!("{prefix}{rest}");
        match (
            self.text(&name("HOST_USER")),
            self.password(&name("HOST_PASSWORD")),
        ) {
            (Some(user), Some(password)) => {
                // Google shows an App Password in groups of four.
                let password = if host == Some("smtp.gmail.com") {
                    password.replace(' ', "")
                } else {
                    password
                };
                Some(Login::with_password(user, Secret::new(password)))
            }
            (None, None) => None,
            (Some(_), None) => {
                self.contradiction(
                    &name("HOST_PASSWORD"),
                    &[],
                    &format!("{MISSING} {prefix}HOST_USER is set"),
                );
                None
            }
            (None, Some(_)) => {
                self.contradiction(
                    &name("HOST_USER"),
                    &[],
                    &format!("{MISSING} {prefix}HOST_PASSWORD is set"),
                );
                None
            }
        }
    }
}
