//! Which server to connect to.
use std::io;

use super::{answers::Answers, talk::Talk};
use crate::{
    mail::providers::Provider,
    settings::{Security, SmtpSettings, is_loopback_host},
};

impl Answers {
    pub(super) fn ask_server(&mut self, talk: &Talk, again: bool) -> io::Result<()> {
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
            let region = talk.ask_something("Region, like eu-west-1", &region)?;
            self.settings.host = format!("{begin}{}{end}", region.to_lowercase());
        } else if let Some(european) = provider.european_host() {
            let is_there = self.settings.host == european;
            let is_there = talk.confirm("Is your account there in the EU region?", is_there)?;
            self.settings.host = if is_there { european } else { provider.host }.into();
        }
        if again {
            talk.add(&format!(
                "{} uses port {}.",
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
        settings.host = talk.ask_something("Mail server (host name)", &settings.host)?;
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
}

fn ask_port(talk: &Talk, proposal: u16) -> io::Result<u16> {
    loop {
        match talk.ask("Port", &proposal.to_string())?.parse() {
            Ok(port) if port > 0 => return Ok(port),
            _ => talk.add("Please type a number from 1 to 65535."),
        }
    }
}

/// Without encryption only where nobody can listen.
fn ask_security(talk: &Talk, settings: &SmtpSettings) -> io::Result<Security> {
    let is_here = is_loopback_host(&settings.host);
    talk.add("1  STARTTLS: starts unencrypted, encrypted before the login (port 587)");
    talk.add("2  TLS: encrypted from the first byte (port 465)");
    if is_here {
        talk.add("3  No encryption: only for a server on this machine (port 25)");
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
            _ => talk.add("Please type one of the numbers."),
        }
    }
}
