//! What was answered so far, each answer checked as it comes.
use std::{collections::HashMap, io};

use lettre::message::Mailbox;

use super::{guide, talk::Talk, trial::Question};
use crate::{
    mail::{
        mailbox,
        providers::{self, Provider, Service},
    },
    settings::{Login, Secret, Security, SmtpSettings, is_loopback_host},
};

/// For a user name: no login at all.
const NONE: &str = "-";

/// How mail shall leave.
pub struct Answers {
    provider: Option<&'static Provider>,
    settings: SmtpSettings,
    from: Option<Mailbox>,
}

impl Answers {
    /// Asks everything once. What is set already is proposed again if it fits the provider.
    pub fn ask(talk: &Talk, before: &HashMap<String, String>) -> io::Result<Self> {
        let provider = choose(talk, before)?;
        let mut answers = Self {
            provider,
            settings: proposal(provider, before),
            from: before
                .get("DEFAULT_FROM_EMAIL")
                .and_then(|from| from.parse().ok()),
        };
        for step in provider
            .map(|provider| guide::steps(provider.service))
            .unwrap_or_default()
        {
            talk.add(step);
        }
        answers.ask_server(talk, false)?;
        answers.ask_login(talk)?;
        answers.ask_sender(talk)?;
        Ok(answers)
    }

    /// Asks for some answers again, with those of before as proposals.
    pub fn ask_again(&mut self, talk: &Talk, questions: &[Question]) -> io::Result<()> {
        talk.say("Once more, then. An empty answer keeps what stands in brackets.");
        for question in questions {
            match question {
                Question::Server => self.ask_server(talk, true)?,
                Question::Login => self.ask_login(talk)?,
                Question::Sender => self.ask_sender(talk)?,
                // The next trial asks for it.
                Question::Recipient => {}
            }
        }
        Ok(())
    }

    /// What to try.
    pub fn settings(&self) -> &SmtpSettings {
        &self.settings
    }

    /// The sender as messages have it.
    pub fn sender(&self) -> crate::error::Result<mailbox::Mailbox> {
        let from = self.from();
        mailbox::Mailbox::new(
            from.name.as_deref().unwrap_or_default(),
            from.email.as_ref(),
        )
    }

    /// All that is to be set.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let is = |security| (self.settings.security == security).to_string();
        let login = self.settings.login.as_ref();
        // Exposed to be written into the file that it is read from.
        let password = login.map(|login| login.password.expose().to_owned());
        vec![
            ("EMAIL_BACKEND", "smtp".into()),
            ("EMAIL_HOST", self.settings.host.clone()),
            ("EMAIL_PORT", self.settings.port.to_string()),
            ("EMAIL_USE_TLS", is(Security::Starttls)),
            ("EMAIL_USE_SSL", is(Security::Implicit)),
            (
                "EMAIL_HOST_USER",
                login.map(|login| login.user.clone()).unwrap_or_default(),
            ),
            ("EMAIL_HOST_PASSWORD", password.unwrap_or_default()),
            ("DEFAULT_FROM_EMAIL", self.from().to_string()),
        ]
    }

    fn from(&self) -> Mailbox {
        let nobody = || "nobody@nowhere.invalid".parse().expect("a mailbox");
        self.from.clone().unwrap_or_else(nobody)
    }

    fn ask_server(&mut self, talk: &Talk, again: bool) -> io::Result<()> {
        loop {
            match self.provider {
                Some(provider) => self.ask_providers_server(talk, provider, again)?,
                None => self.ask_own_server(talk)?,
            }
            if self.are_accepted(talk, &["EMAIL_HOST", "EMAIL_PORT"])? {
                return Ok(());
            }
        }
    }

    fn ask_providers_server(
        &mut self,
        talk: &Talk,
        provider: &Provider,
        again: bool,
    ) -> io::Result<()> {
        if let Some((begin, end)) = provider.host.split_once("REGION") {
            let region = self
                .settings
                .host
                .strip_prefix(begin)
                .and_then(|host| host.strip_suffix(end));
            let region = region
                .filter(|region| *region != "REGION")
                .unwrap_or_default()
                .to_owned();
            let region = talk.ask("Region, like eu-west-1", &region)?;
            self.settings.host = format!("{begin}{}{end}", region.to_lowercase());
        } else if let Some(european) = provider.european_host() {
            let is_there = self.settings.host == european;
            let is_there = talk.confirm("Is your account there in the EU region?", is_there)?;
            self.settings.host = if is_there { european } else { provider.host }.into();
        }
        if again {
            talk.add(&format!(
                "{} listens on {}.",
                provider.name,
                provider.ports()
            ));
            self.settings.port = ask_port(talk, self.settings.port)?;
            self.settings.security = match provider.implicit_ports.contains(&self.settings.port) {
                true => Security::Implicit,
                false => Security::Starttls,
            };
        }
        Ok(())
    }

    fn ask_own_server(&mut self, talk: &Talk) -> io::Result<()> {
        let settings = &mut self.settings;
        settings.host = ask_something(talk, "Mail server, by name", &settings.host)?;
        let security = ask_security(talk, settings)?;
        let usual = match security {
            Security::Starttls => 587,
            Security::Implicit => 465,
            Security::Plain => 25,
        };
        let is_new = settings.port == 0 || security != settings.security;
        settings.port = ask_port(talk, if is_new { usual } else { settings.port })?;
        settings.security = security;
        Ok(())
    }

    fn ask_login(&mut self, talk: &Talk) -> io::Result<()> {
        loop {
            let Some(user) = self.ask_user(talk)? else {
                self.settings.login = None;
                return Ok(());
            };
            match self.ask_password(talk, &user)? {
                Some(password) => self.settings.login = Some(Login { user, password }),
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
                "User name (- if the server wants no login)",
                present.unwrap_or(NONE),
            )?;
            return Ok(Some(user).filter(|user| user != NONE));
        };
        talk.add(&format!("User name: {}", provider.login.user));
        let usual = if provider.service == Service::SendGrid {
            "apikey"
        } else {
            ""
        };
        ask_something(talk, "User name", present.unwrap_or(usual)).map(Some)
    }

    /// None when there was nothing usable.
    fn ask_password(&self, talk: &Talk, user: &str) -> io::Result<Option<Secret>> {
        let present = self
            .settings
            .login
            .as_ref()
            .filter(|login| login.user == user);
        if let Some(provider) = self.provider {
            talk.add(&format!("Password: {}", provider.login.password));
        }
        let question = match present {
            Some(_) => "Password (not shown; empty keeps the present one)",
            None => "Password (not shown)",
        };
        let typed = talk.ask_secret(question)?;
        // Exposed to be looked at and, for Gmail, to be freed from the spaces between its groups.
        let mut password = typed.expose().to_owned();
        if self.service() == Some(Service::Gmail) {
            password.retain(|c| !c.is_whitespace());
        }
        if password.contains(char::is_control) {
            talk.add("That has characters in it that no password has; something else was copied with it.");
            return Ok(None);
        }
        Ok(match (present, self.service()) {
            _ if !password.is_empty() => Some(Secret::new(password)),
            (Some(login), _) => Some(login.password.clone()),
            (None, Some(Service::Postmark)) => Some(Secret::new(user)),
            (None, _) => {
                talk.add("A login needs a password.");
                None
            }
        })
    }

    fn service(&self) -> Option<Service> {
        providers::find(&self.settings.host).map(|provider| provider.service)
    }

    fn ask_sender(&mut self, talk: &Talk) -> io::Result<()> {
        if let Some(provider) = self.provider {
            talk.add(&format!("Sender: {}", provider.from));
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
            let typed = ask_something(talk, "Sender, like Acme <jobs@acme.com>", &present)?;
            match typed.parse() {
                Ok(from) => self.from = Some(from),
                Err(_) => {
                    talk.add(
                        "That is not one mailbox: an address, or a name and an address in <>.",
                    );
                    continue;
                }
            }
            if self.are_accepted(talk, &["DEFAULT_FROM_EMAIL"])? {
                return Ok(());
            }
        }
    }

    /// Shows what is wrong with some of the answers, and asks whether to go on with it.
    fn are_accepted(&self, talk: &Talk, about: &[&str]) -> io::Result<bool> {
        let findings = providers::review(&self.settings, &self.from());
        for finding in findings
            .iter()
            .filter(|finding| about.contains(&finding.about))
        {
            talk.add(&format!(
                "! {} {} {}",
                finding.about, finding.cause, finding.fix
            ));
            if !talk.confirm("Use it all the same?", !finding.is_fatal)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Asks who takes the mail; none is a server that we know nothing of.
fn choose(talk: &Talk, before: &HashMap<String, String>) -> io::Result<Option<&'static Provider>> {
    talk.say("Who takes the mail?");
    for (at, provider) in providers::ALL.iter().enumerate() {
        talk.add(&format!("{}  {}", at + 1, provider.name));
    }
    let own = providers::ALL.len() + 1;
    talk.add(&format!("{own}  Another provider, or a server of your own"));
    let present = before.get("EMAIL_HOST").filter(|host| !host.is_empty());
    let proposal = present.map(|host| {
        let known = providers::find(host);
        let at = known.and_then(|known| {
            providers::ALL
                .iter()
                .position(|at| at.service == known.service)
        });
        at.map_or(own, |at| at + 1).to_string()
    });
    loop {
        let answer = talk.ask("Number or name", proposal.as_deref().unwrap_or_default())?;
        match pick(&answer) {
            Some(picked) => return Ok(picked),
            None => talk.add(&format!(
                "Please answer with a number from 1 to {own}, or with one of the names."
            )),
        }
    }
}

/// By number, or by a part of one name only.
fn pick(answer: &str) -> Option<Option<&'static Provider>> {
    let own = providers::ALL.len() + 1;
    if let Ok(number) = answer.parse::<usize>() {
        let provider = number.checked_sub(1).and_then(|at| providers::ALL.get(at));
        return provider.map(Some).or((number == own).then_some(None));
    }
    let answer = answer.to_lowercase();
    if answer.len() < 3 {
        return None;
    }
    if ["other", "another", "own", "my own"].contains(&&*answer) {
        return Some(None);
    }
    let mut fitting = providers::ALL
        .iter()
        .filter(|provider| provider.name.to_lowercase().contains(&answer));
    let first = fitting.next()?;
    fitting.next().is_none().then_some(Some(first))
}

/// What is set already if it is for this provider, else what is usual there.
fn proposal(provider: Option<&'static Provider>, before: &HashMap<String, String>) -> SmtpSettings {
    let text = |name| {
        before
            .get(name)
            .map(|value| value.trim().to_owned())
            .unwrap_or_default()
    };
    let is_on = |name| matches!(&*text(name).to_lowercase(), "true" | "1" | "yes" | "on");
    let host = text("EMAIL_HOST");
    let service = |provider: &Provider| provider.service;
    let fits = providers::find(&host).map(service) == provider.map(service);
    if let Some(provider) = provider {
        let login = login(text("EMAIL_HOST_USER"), text("EMAIL_HOST_PASSWORD"));
        return SmtpSettings {
            host: if fits { host } else { provider.host.into() },
            port: provider.port(),
            security: Security::Starttls,
            login: login.filter(|_| fits),
        };
    }
    SmtpSettings {
        security: match (
            is_on("EMAIL_USE_SSL"),
            is_loopback_host(&host) && !is_on("EMAIL_USE_TLS"),
        ) {
            (true, _) => Security::Implicit,
            (_, true) => Security::Plain,
            _ => Security::Starttls,
        },
        port: text("EMAIL_PORT").parse().unwrap_or(0),
        login: login(text("EMAIL_HOST_USER"), text("EMAIL_HOST_PASSWORD")),
        host,
    }
}

fn login(user: String, password: String) -> Option<Login> {
    (!user.is_empty() && !password.is_empty()).then(|| Login {
        user,
        password: Secret::new(password),
    })
}

fn ask_something(talk: &Talk, question: &str, proposal: &str) -> io::Result<String> {
    loop {
        let answer = talk.ask(question, proposal)?;
        if answer.contains(char::is_control) {
            talk.add("That has characters in it that cannot be typed.");
        } else if !answer.is_empty() {
            return Ok(answer);
        }
    }
}

fn ask_port(talk: &Talk, proposal: u16) -> io::Result<u16> {
    loop {
        match talk.ask("Port", &proposal.to_string())?.parse() {
            Ok(port) if port > 0 => return Ok(port),
            _ => talk.add("A port is a number from 1 to 65535."),
        }
    }
}

/// Without encryption only where nobody can listen.
fn ask_security(talk: &Talk, settings: &SmtpSettings) -> io::Result<Security> {
    let is_here = is_loopback_host(&settings.host);
    talk.add("1  STARTTLS: begins in clear and is encrypted before the login (port 587)");
    talk.add("2  TLS from the first byte (port 465)");
    if is_here {
        talk.add("3  No encryption: a server on this machine (port 25)");
    }
    let proposal = match settings.security {
        Security::Plain if is_here => "3",
        _ if is_here && settings.port == 0 => "3",
        Security::Implicit => "2",
        _ => "1",
    };
    loop {
        match &*talk.ask("Encryption", proposal)? {
            "1" => return Ok(Security::Starttls),
            "2" => return Ok(Security::Implicit),
            "3" if is_here => return Ok(Security::Plain),
            _ => talk.add("Please answer with one of the numbers."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_picked_by_number_or_name() {
        let picked = |answer| pick(answer).map(|picked| picked.map(|provider| provider.service));
        for (answer, expected) in [
            ("1", Some(Some(Service::Gmail))),
            ("7", Some(Some(Service::Brevo))),
            ("8", Some(None)),
            ("gmail", Some(Some(Service::Gmail))),
            ("Google", Some(Some(Service::Gmail))),
            ("365", None),
            ("Outlook", Some(Some(Service::Microsoft365))),
            ("ses", Some(Some(Service::Ses))),
            ("SendGrid", Some(Some(Service::SendGrid))),
            ("own", Some(None)),
            ("", None),
            ("0", None),
            ("9", None),
            ("mail", None),
            ("or", None),
            ("yahoo", None),
        ] {
            assert_eq!(picked(answer), expected, "{answer}");
        }
    }

    #[test]
    fn what_is_set_is_proposed_for_the_same_provider_only() {
        let before: HashMap<String, String> = [
            ("EMAIL_HOST", "smtp.gmail.com"),
            ("EMAIL_PORT", "not a port"),
            ("EMAIL_HOST_USER", "acme@gmail.com"),
            ("EMAIL_HOST_PASSWORD", "abcdefghijklmnop"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let [gmail, _, ses, ..] = providers::ALL else {
            panic!("three")
        };
        let same = proposal(Some(gmail), &before);
        assert_eq!((&*same.host, same.port), ("smtp.gmail.com", 587));
        assert!(same.login.is_some());
        let other = proposal(Some(ses), &before);
        assert_eq!(other.host, "email-smtp.REGION.amazonaws.com");
        assert!(other.login.is_none());
    }
}
