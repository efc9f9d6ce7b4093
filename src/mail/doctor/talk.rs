//! Checks 9 to 14: the conversation up to the login, as it comes about.
use std::{pin::pin, time::Duration};

use chrono::{DateTime, Utc};
use entity::attempt::Stage;
use tokio::time::sleep;

use super::{
    certificate::Certificate,
    check::{Found, Step},
    ports, token, trust,
    visit::{SILENCE, Stop, Visit},
    ways,
};
use crate::{
    mail::smtp::{Connection, Mechanism, Missing, Offers, Outcome, Reply, Report, Sighting},
    settings::{Security, is_loopback_host},
};

/// Clocks that differ by more spoil dates and certificates.
const LARGEST_DIFFERENCE_SECONDS: i64 = 60;
/// An invitation has some tens of kilobytes.
const SMALLEST_SIZE: u64 = 200_000;
/// So many names of a certificate are tried at most.
const MOST_NAMES: usize = 3;
/// A greeting that comes later is worth a word.
const SLOW_GREETING: Duration = Duration::from_secs(5);

/// What was seen so far.
#[derive(Default)]
struct Seen {
    before: Option<Offers>,
    abilities: Vec<String>,
    certificates: Vec<Certificate>,
    refused: Vec<String>,
    is_in_clear: bool,
}

impl Visit<'_> {
    /// Connects as for a message, and tells what happens on the way. While a server says nothing, it is
    /// asked beside whether it waits for us to begin otherwise.
    pub(super) async fn converse(&mut self) -> Result<Connection, Stop> {
        let (patient, smtp) = (self.patient, self.smtp);
        let (client, mut sightings) = patient.client(smtp).watched();
        let mut seen = Seen::default();
        let mut connecting = pin!(client.connect(patient.token()));
        let mut otherwise = pin!(async {
            sleep(SILENCE).await;
            ports::begins_otherwise(patient, smtp).await
        });
        let mut is_asked = false;
        let connected = loop {
            let is_silent = !self.has_told(Step::Greeting) && !self.has_told(Step::Encryption);
            tokio::select! {
                biased;
                Some(sighting) = sightings.recv() => self.saw(sighting, &mut seen),
                connected = &mut connecting => break connected,
                found = &mut otherwise, if is_silent && !is_asked => match found {
                    Some(found) => return self.fail(Step::Greeting, found),
                    None => is_asked = true,
                },
            }
        };
        while let Ok(sighting) = sightings.try_recv() {
            self.saw(sighting, &mut seen);
        }
        if seen.is_in_clear {
            self.no_encryption().await;
        }
        match connected {
            Ok(connection) => {
                if smtp.login.is_none() {
                    let reason = "No login is set. The mail server may not need one.";
                    self.tell(Step::Login, Found::skipped(reason));
                }
                Ok(connection)
            }
            Err(report) => self.explain(&report, &seen).await,
        }
    }

    /// A second connection shows some of it again; once is enough.
    fn saw(&mut self, sighting: Sighting, seen: &mut Seen) {
        match sighting {
            Sighting::Banner(banner) => {
                let found = greeting(&banner, self.patient.now, self.since_last_told());
                self.tell_once(Step::Greeting, found);
            }
            Sighting::Offers(reply, offers) => self.saw_offers(&reply, offers, seen),
            Sighting::Upgrading => {
                self.tell_once(Step::Starttls, Found::pass().saw("offered and accepted"));
            }
            Sighting::Certificates(shown) => {
                seen.certificates = shown
                    .iter()
                    .filter_map(|der| Certificate::parse(der))
                    .collect();
            }
            Sighting::Encrypted(description) => {
                let found = trust::encryption(&seen.certificates, self.patient.now);
                self.tell_once(Step::Encryption, found.saw(description));
            }
            Sighting::LoginRefused(mechanism, words) => {
                seen.refused.push(format!("{}: {words}", mechanism.name()));
            }
            Sighting::LoggedIn(mechanism) => {
                let user = self.smtp.login.as_ref().map(|login| login.user.clone());
                let found = Found::pass().saw_all(user).saw_all(seen.refused.clone());
                let found = match seen.refused.is_empty() {
                    true => found,
                    false => found.saw(format!("{}: accepted; used from now on", mechanism.name())),
                };
                self.tell_once(Step::Login, found);
            }
        }
    }

    fn saw_offers(&mut self, reply: &Reply, offers: Offers, seen: &mut Seen) {
        if !self.has_told(Step::Ehlo) {
            seen.abilities = reply.lines.clone();
            self.tell_once(Step::Ehlo, abilities(reply, &offers));
        }
        match self.smtp.security {
            Security::Starttls if seen.before.is_none() => {
                seen.before = Some(offers);
                return;
            }
            Security::Starttls => {}
            Security::Implicit => {
                let reason = "Not needed: the connection is encrypted from the first byte.";
                self.tell_once(Step::Starttls, Found::skipped(reason));
            }
            Security::Plain => {
                self.tell_once(Step::Starttls, Found::skipped("EMAIL_USE_TLS is false."));
                seen.is_in_clear = true;
            }
        }
        if Mechanism::is_among(&offers, self.smtp.login.as_ref()) || self.smtp.login.is_none() {
            self.tell_once(Step::LoginOffers, logins(seen.before.as_ref(), &offers));
        }
    }

    /// Nothing hides what is said: whether it could be hidden is tried, not guessed.
    async fn no_encryption(&mut self) {
        let found = match is_loopback_host(&self.smtp.host) {
            true => Found::skipped("Not needed: the mail server is on this machine."),
            false => Found::warn(
                "Emails and the password are sent unencrypted.",
                ways::advice(self.patient, self.smtp).await,
            ),
        };
        self.tell_once(Step::Encryption, found);
    }

    async fn explain<T>(&mut self, report: &Report, seen: &Seen) -> Result<T, Stop> {
        if let Some(found) = ports::mistaken(self.patient, self.smtp, report).await {
            return self.fail(Step::Greeting, found);
        }
        let found = self.explained(report).await;
        match (report.stage, &report.outcome) {
            (Stage::Ehlo, _) => self.fail(Step::Ehlo, found),
            (Stage::Starttls, _) => self.fail(Step::Starttls, stripped(found, seen)),
            (Stage::Tls, _) => {
                let found = found.saw_all(trust::describe(&seen.certificates));
                let (error, now) = (report.text(), self.patient.now);
                let found = trust::distrusted(found, &error, &seen.certificates, now);
                let found = self.renamed(found, &error, &seen.certificates).await;
                self.fail(Step::Encryption, found)
            }
            (
                Stage::Auth,
                Outcome::Missing(Missing::Login | Missing::Mechanism(_) | Missing::Tokens(_)),
            ) => self.fail(Step::LoginOffers, found),
            (Stage::Auth, Outcome::Missing(Missing::Token)) => {
                self.fail(Step::Login, Found::skipped("There is no access token."))
            }
            (Stage::Auth, Outcome::TokenRefused(reply)) => {
                let found = token::refused(self.patient, self.smtp, &reply.text()).unwrap_or(found);
                self.fail(Step::Login, found)
            }
            (Stage::Auth, _) => self.fail(Step::Login, found.saw_all(seen.refused.clone())),
            _ => self.fail(Step::Greeting, found),
        }
    }

    /// A certificate for other names: the server is tried by those.
    async fn renamed(&self, found: Found, error: &str, shown: &[Certificate]) -> Found {
        let Some(own) = shown.first().filter(|_| error.contains("not valid for")) else {
            return found;
        };
        let names = own.names.iter().filter(|name| !name.contains('*'));
        let names = names.take(MOST_NAMES).cloned();
        let advice = ways::advice_of_hosts(self.patient, self.smtp, names).await;
        let fix = format!("The mail server's certificate is for another host name. {advice}");
        Found { fix, ..found }
    }
}

fn greeting(banner: &Reply, now: DateTime<Utc>, took: Duration) -> Found {
    let found = Found::pass().saw(banner.text());
    let found = match took > SLOW_GREETING {
        true => found.saw(format!(
            "greeted after {} s: fine, but slow",
            took.as_secs()
        )),
        false => found,
    };
    let Some(theirs) = banner.lines.iter().find_map(|line| date_in(line)) else {
        return found;
    };
    let apart = (theirs - now).num_seconds();
    if apart.abs() <= LARGEST_DIFFERENCE_SECONDS {
        return found;
    }
    let (which, by) = match apart > 0 {
        true => ("behind", apart),
        false => ("ahead of", -apart),
    };
    found.and(Found::warn(
        format!("This machine's clock is {by} seconds {which} the mail server's."),
        "Set up NTP on this machine.",
    ))
}

/// Many servers greet with the time, like `Wed, 25 Nov 2026 19:00:00 +0000`.
fn date_in(line: &str) -> Option<DateTime<Utc>> {
    const DAYS: [&str; 7] = ["Mon,", "Tue,", "Wed,", "Thu,", "Fri,", "Sat,", "Sun,"];
    let begin = DAYS.iter().find_map(|day| line.find(day))?;
    let words: Vec<&str> = line[begin..].split_whitespace().take(6).collect();
    let at = DateTime::parse_from_rfc2822(&words.join(" ")).ok()?;
    Some(at.to_utc())
}

fn abilities(reply: &Reply, offers: &Offers) -> Found {
    let found = Found::pass().saw_all(reply.lines.iter().cloned());
    match offers.longest {
        Some(longest) if longest < SMALLEST_SIZE => found.and(Found::fail(
            format!("The mail server accepts emails of at most {longest} bytes; an invitation can have {SMALLEST_SIZE}."),
            "Ask the mail server's operator to raise the limit, or use another server.",
        )),
        _ => found,
    }
}

fn logins(before: Option<&Offers>, offers: &Offers) -> Found {
    let list = |offers: &Offers| match offers.auth.is_empty() {
        true => "none".to_owned(),
        false => offers.auth.join(" "),
    };
    match before {
        Some(before) => Found::pass()
            .saw(format!("before encryption: {}", list(before)))
            .saw(format!("after: {}", list(offers))),
        None => Found::pass().saw(list(offers)),
    }
}

/// Some firewalls and virus scanners overwrite the offer with the letter X. What to do instead was tried.
fn stripped(found: Found, seen: &Seen) -> Found {
    let is_masked = |line: &String| line.len() >= 4 && line.chars().all(|c| c == 'X' || c == 'x');
    match seen.abilities.iter().find(|line| is_masked(line)) {
        Some(line) => Found::fail(
            "Something between this machine and the mail server has removed its offer of encryption.",
            format!(
                "Turn off SMTP inspection in the firewall or virus scanner. {}",
                found.fix
            ),
        )
        .saw(line.clone()),
        None => found,
    }
}

#[cfg(test)]
mod tests;
