//! Where undeliverable messages come back to, and where reports of them are found.
use std::sync::Arc;

use lettre::Address;

use super::{Login, Proof, Security, base_url::is_loopback_host, oauth::Auth, reader::Reader};
use crate::secret::Secret;

/// Behind it a message's number and signature stand, and all of it may have 64 letters.
const LONGEST_LOCAL_PART: usize = 20;

/// What comes back, and how.
#[derive(Clone, Debug, Default)]
pub struct BounceSettings {
    /// `EMAIL_BOUNCE_ADDRESS`: what comes back goes to this address, with a `+` and a token in it.
    pub address: Option<Address>,
    /// The mailbox to look into for reports, when there is one.
    pub imap: Option<ImapSettings>,
}

/// A mailbox and how to open it.
#[derive(Clone, Debug)]
pub struct ImapSettings {
    /// `BOUNCE_IMAP_HOST`.
    pub host: String,
    /// `BOUNCE_IMAP_PORT`.
    pub port: u16,
    /// From `BOUNCE_IMAP_USE_SSL` and `BOUNCE_IMAP_USE_TLS`.
    pub security: Security,
    /// `BOUNCE_IMAP_USER` and `BOUNCE_IMAP_PASSWORD`, or an access token in its place.
    pub login: Login,
    /// `BOUNCE_IMAP_FOLDER`.
    pub folder: String,
}

impl Reader {
    pub(super) fn bounces(&mut self, auth: &Auth) -> BounceSettings {
        BounceSettings {
            address: self.bounce_address(),
            imap: self.imap(auth),
        }
    }

    fn bounce_address(&mut self) -> Option<Address> {
        let text = self.text("EMAIL_BOUNCE_ADDRESS")?;
        self.parse("EMAIL_BOUNCE_ADDRESS", &text, |text| {
            let address: Address = text
                .parse()
                .map_err(|_| format!("{text:?} is not an address like bounces@example.com"))?;
            if address.user().len() > LONGEST_LOCAL_PART || !text.is_ascii() {
                return Err(format!(
                    "{text:?} must have at most {LONGEST_LOCAL_PART} characters before the @, all of them ASCII"
                ));
            }
            Ok(address)
        })
    }

    fn imap(&mut self, auth: &Auth) -> Option<ImapSettings> {
        let host = self.text("BOUNCE_IMAP_HOST");
        if self.is_known("BOUNCE_IMAP_HOST") && host.is_none() {
            return None;
        }
        let security = self.imap_security(host.as_deref());
        let port = self.imap_port(security);
        let login = self.imap_login(host.as_deref(), auth);
        let folder = match self.text("BOUNCE_IMAP_FOLDER") {
            Some(_) => self.imap_text("BOUNCE_IMAP_FOLDER"),
            None => Some("INBOX".into()),
        };
        Some(ImapSettings {
            port: port?,
            security,
            login: login?,
            folder: folder?,
            host: host?,
        })
    }

    fn imap_security(&mut self, host: Option<&str>) -> Security {
        let starttls = self.flag("BOUNCE_IMAP_USE_TLS", false);
        let implicit = self.flag("BOUNCE_IMAP_USE_SSL", !starttls);
        if implicit && starttls {
            self.contradiction(
                "BOUNCE_IMAP_USE_SSL",
                &["BOUNCE_IMAP_USE_TLS"],
                "and BOUNCE_IMAP_USE_TLS can't both be on: SSL is for port 993, TLS for port 143",
            );
        }
        let security = Security::of(implicit, starttls);
        let is_elsewhere = host.is_some_and(|host| !is_loopback_host(host));
        if security == Security::Plain && is_elsewhere {
            self.contradiction(
                "BOUNCE_IMAP_USE_SSL",
                &["BOUNCE_IMAP_USE_TLS"],
                "is off, so the password would be sent unencrypted (only allowed for a server on this machine)",
            );
        }
        security
    }

    fn imap_port(&mut self, security: Security) -> Option<u16> {
        let default = match security {
            Security::Implicit => "993",
            Security::Starttls | Security::Plain => "143",
        };
        self.parse("BOUNCE_IMAP_PORT", default, |text| {
            text.parse::<u16>()
                .map_err(|_| format!("{text:?} is not a port"))
        })
    }

    fn imap_login(&mut self, host: Option<&str>, auth: &Auth) -> Option<Login> {
        if self.password("BOUNCE_IMAP_PASSWORD").is_none() && !matches!(auth, Auth::Password) {
            let user = self.imap_text("BOUNCE_IMAP_USER");
            let Auth::Token(settings) = auth else {
                return None;
            };
            if host.is_some_and(|host| !settings.may_be_shown_to(host)) {
                self.contradiction(
                    "BOUNCE_IMAP_PASSWORD",
                    &["BOUNCE_IMAP_HOST", "EMAIL_OAUTH_PROVIDER"],
                    "is missing: access tokens are shown to the provider's own mailbox server only",
                );
                return None;
            }
            return Some(Login {
                user: user?,
                proof: Proof::Token(Arc::clone(settings)),
            });
        }
        let user = self.imap_text("BOUNCE_IMAP_USER");
        let password = self.imap_text("BOUNCE_IMAP_PASSWORD");
        // Google shows an App Password in groups of four.
        let password = password.map(|password| match host {
            Some("imap.gmail.com") => password.replace(' ', ""),
            _ => password,
        });
        Some(Login::with_password(user?, Secret::new(password?)))
    }

    /// What IMAP can say in quotes; never repeated in a mistake, it may be the password.
    fn imap_text(&mut self, name: &str) -> Option<String> {
        let text = match name.ends_with("PASSWORD") {
            true => self.password(name),
            false => self.text(name),
        };
        let Some(text) = text else {
            self.contradiction(
                name,
                &["BOUNCE_IMAP_HOST"],
                "is missing, but BOUNCE_IMAP_HOST is set",
            );
            return None;
        };
        if text.chars().any(|c| !(' '..='~').contains(&c)) {
            self.mistake(name, "may only contain plain ASCII characters");
            return None;
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> (BounceSettings, Vec<String>) {
        let vars: HashMap<_, _> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let mut reader = Reader::new(vars, Vec::new());
        (reader.bounces(&Auth::Password), reader.mistakes)
    }

    const LOGIN: [(&str, &str); 3] = [
        ("BOUNCE_IMAP_HOST", "imap.gmail.com"),
        ("BOUNCE_IMAP_USER", "bounces@example.com"),
        ("BOUNCE_IMAP_PASSWORD", "abcd efgh ijkl mnop"),
    ];

    #[test]
    fn nothing_is_needed_and_little_makes_a_mailbox() {
        let (nothing, mistakes) = read(&[]);
        assert!(nothing.address.is_none() && nothing.imap.is_none() && mistakes.is_empty());
        let (settings, mistakes) = read(&LOGIN);
        let imap = settings.imap.expect("a mailbox");
        assert_eq!(mistakes, Vec::<String>::new());
        assert_eq!((imap.port, imap.security), (993, Security::Implicit));
        assert_eq!(imap.folder, "INBOX");
        let password = imap.login.password().map(Secret::expose);
        assert_eq!(password, Some("abcdefghijklmnop"));
        assert!(
            !format!("{imap:?}").contains("abcd"),
            "no secret in Debug output"
        );
        let (settings, _) = read(&[&LOGIN[..], &[("BOUNCE_IMAP_USE_TLS", "true")]].concat());
        let imap = settings.imap.expect("a mailbox");
        assert_eq!((imap.port, imap.security), (143, Security::Starttls));
    }

    #[test]
    fn what_cannot_work_is_said_at_the_start() {
        for (name, value, words) in [
            ("EMAIL_BOUNCE_ADDRESS", "nobody", "is not an address"),
            (
                "EMAIL_BOUNCE_ADDRESS",
                "a.very.long.local.part@example.com",
                "at most 20",
            ),
            ("BOUNCE_IMAP_USE_SSL", "false", "unencrypted"),
            ("BOUNCE_IMAP_PORT", "many", "is not a port"),
            ("BOUNCE_IMAP_USER", "", "is missing"),
            ("BOUNCE_IMAP_PASSWORD", "päss", "plain ASCII"),
            ("BOUNCE_IMAP_FOLDER", "IN\r\nBOX", "plain ASCII"),
        ] {
            let (_, mistakes) = read(&[&LOGIN[..], &[(name, value)]].concat());
            let [mistake] = mistakes.as_slice() else {
                panic!("{name}: {mistakes:?}")
            };
            assert!(
                mistake.starts_with(name) && mistake.contains(words),
                "{mistake}"
            );
        }
        let (settings, mistakes) = read(&[("EMAIL_BOUNCE_ADDRESS", "bounces@example.com")]);
        assert!(settings.address.is_some() && mistakes.is_empty());
    }
}
