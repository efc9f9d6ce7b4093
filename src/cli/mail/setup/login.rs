//! Who logs in, with what, to send as whom.
use std::io;

use lettre::message::Mailbox;

use super::{answers::Answers, guide, talk::Talk};
use crate::{
    mail::providers::{self, Service},
    secret::Secret,
    settings::Login,
};

/// For a user name: no login at all.
const NONE: &str = "-";

impl Answers {
    pub(super) fn ask_login(&mut self, talk: &Talk, is_first: bool) -> io::Result<()> {
        if self.asks_for_token(talk)? {
            return self.ask_app(talk);
        }
        self.variables.clear();
        let is_token = |login: &Login| login.oauth().is_some();
        if self.settings.login.as_ref().is_some_and(is_token) {
            self.settings.login = None;
        }
        let steps = self.provider.map(|provider| guide::steps(provider.service));
        for step in steps.filter(|_| is_first).unwrap_or_default() {
            talk.add(step);
        }
        loop {
            let Some(user) = self.ask_user(talk)? else {
                self.settings.login = None;
                return Ok(());
            };
            match self.ask_password(talk, &user)? {
                Some(password) => {
                    self.settings.login = Some(Login::with_password(user, password));
                }
                None => continue,
            }
            if self.are_accepted(
                talk,
                &["EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "EMAIL_USE_TLS"],
            )? {
                return Ok(());
            }
        }
    }

    fn ask_user(&self, talk: &Talk) -> io::Result<Option<String>> {
        let present = self
            .settings
            .login
            .as_ref()
            .map(|login| login.user.as_str());
        let Some(provider) = self.provider else {
            let user = talk.ask(
                "User name (- if the server needs no login)",
                present.unwrap_or(NONE),
            )?;
            return Ok(Some(user).filter(|user| user != NONE));
        };
        talk.add(provider.login.user);
        let usual = if provider.service == Service::SendGrid {
            "apikey"
        } else {
            ""
        };
        talk.ask_something("User name", present.unwrap_or(usual))
            .map(Some)
    }

    /// None when there was nothing usable.
    fn ask_password(&self, talk: &Talk, user: &str) -> io::Result<Option<Secret>> {
        let present = self
            .settings
            .login
            .as_ref()
            .filter(|login| login.user == user)
            .and_then(Login::password);
        if let Some(provider) = self.provider {
            talk.add(provider.login.password);
        }
        let question = match present {
            Some(_) => "Password (hidden; leave empty to keep the current one)",
            None => "Password (hidden)",
        };
        let typed = talk.ask_secret(question)?;
        // Exposed to be looked at and, for Gmail, to be freed from the spaces between its groups.
        let mut password = typed.expose().to_owned();
        if self.service() == Some(Service::Gmail) {
            password.retain(|c| !c.is_whitespace());
        }
        if password.contains(char::is_control) {
            talk.add("The password contains control characters. Something else was copied with it; please try again.");
            return Ok(None);
        }
        Ok(match (present, self.service()) {
            _ if !password.is_empty() => Some(Secret::new(password)),
            (Some(password), _) => Some(password.clone()),
            (None, Some(Service::Postmark)) => Some(Secret::new(user)),
            (None, _) => {
                talk.add("Please type the password that belongs to this user name.");
                None
            }
        })
    }

    fn service(&self) -> Option<Service> {
        providers::find(&self.settings.host).map(|provider| provider.service)
    }

    pub(super) fn ask_sender(&mut self, talk: &Talk) -> io::Result<()> {
        if let Some(provider) = self.provider {
            talk.add(provider.from);
        }
        loop {
            let user = self.settings.login.as_ref().map(|login| login.user.clone());
            let user = user.filter(|user| user.parse::<lettre::Address>().is_ok());
            let present = self
                .from
                .as_ref()
                .map(Mailbox::to_string)
                .or(user)
                .unwrap_or_default();
            let typed =
                talk.ask_something("Sender address, like Acme <jobs@acme.com>", &present)?;
            match typed.parse() {
                Ok(from) => self.from = Some(from),
                Err(_) => {
                    talk.add("Please type an address, or a name and an address in <>.");
                    continue;
                }
            }
            if self.are_accepted(talk, &["DEFAULT_FROM_EMAIL"])? {
                return Ok(());
            }
        }
    }
}
