//! The mail servers on the page about mail: how each is logged in to, how fast it is given email, and what it can prove.
use chrono::{DateTime, Utc};
use entity::{
    attempt::{Dsn, Outcome},
    mail_token,
    transport::{self, Name},
};
use serde::Serialize;

use crate::{
    app::App,
    domain::{
        mail_servers::{Asked, Trouble, asked, free_now, troubles},
        mail_tokens,
    },
    error::Result,
    mail::{doctor, events::Provider, providers},
    mailing::access::Account,
    settings::{Login, MailSettings, SmtpSettings},
    web::{facts::Facts, labels, stamp::Stamp},
    zones::Tz,
};

/// Of each mail server so many are shown.
const TROUBLES: u64 = 5;

/// A mail server, as the settings and the last emails have it.
#[derive(Serialize)]
pub struct ServerPanel {
    name: &'static str,
    host: String,
    tone: &'static str,
    state: &'static str,
    since: Option<Stamp>,
    reason: String,
    next: Option<Stamp>,
    accepted: Option<Stamp>,
    facts: Facts,
    troubles: Vec<TroubleRow>,
}

#[derive(Serialize)]
struct TroubleRow {
    at: Stamp,
    tone: &'static str,
    what: &'static str,
    why: String,
    href: String,
}

/// What is looked up for all of them; `rows` says how each was a moment ago.
pub async fn of(
    app: &App,
    company_id: i64,
    rows: Vec<transport::Model>,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<Vec<ServerPanel>> {
    let mail = &app.settings.mail;
    let servers = doctor::servers(mail);
    if servers.is_empty() {
        return Ok(Vec::new());
    }
    let asked = asked(&app.db, company_id).await?;
    let mut panels = Vec::with_capacity(servers.len());
    for (name, smtp) in servers {
        let row = rows.iter().find(|row| row.name == name);
        let troubles = troubles(&app.db, company_id, &smtp.host, TROUBLES).await?;
        let token = match smtp.login.as_ref().and_then(Account::of) {
            Some(account) => mail_tokens::find(&app.db, &account.fingerprint()).await?,
            None => None,
        };
        let clock = Clock { zone, now };
        let facts = login(smtp, token.as_ref(), clock);
        let facts = pace(facts, mail, smtp, row, now);
        let facts = facts.text("Proof", proof(&asked, &smtp.host));
        let facts = facts.text("Can report", reporting(app, &smtp.host));
        panels.push(ServerPanel::new(name, smtp, row, facts, troubles, zone));
    }
    Ok(panels)
}

/// The time, and where.
#[derive(Clone, Copy)]
struct Clock {
    zone: Tz,
    now: DateTime<Utc>,
}

/// How Greenroom logs in, and until when that works.
fn login(smtp: &SmtpSettings, token: Option<&mail_token::Model>, clock: Clock) -> Facts {
    let facts = Facts::new();
    let Some(login) = &smtp.login else {
        return facts.text("Login", "None");
    };
    let Some(oauth) = login.oauth() else {
        let facts = facts.text("Login", "Password");
        return match providers::takes_no_passwords_soon(smtp) {
            true => facts.text(
                "Works until",
                "The end of December 2026: then Microsoft 365 turns passwords off by default",
            ),
            false => facts.text("Works until", "The password is changed"),
        };
    };
    match oauth.is_app_only() {
        true => facts
            .text("Login", "Access token; the app signs in by itself")
            .text("Works until", of_app(token, clock)),
        false => person(facts, login, token, clock),
    }
}

fn of_app(token: Option<&mail_token::Model>, clock: Clock) -> String {
    match valid_until(token, clock) {
        Some(until) => format!("{until}; renewed automatically before that"),
        None => "No valid token now. Greenroom asks for one with the next email.".into(),
    }
}

fn person(facts: Facts, login: &Login, token: Option<&mail_token::Model>, clock: Clock) -> Facts {
    let Some(token) = token.filter(|token| token.refresh_token.is_some()) else {
        let missing = "Nobody has signed in yet. Run greenroom mail sign-in on the server.";
        let facts = facts.text("Login", "Access token; a person signs in");
        return facts.text("Works until", missing);
    };
    let login = format!("Access token; signed in as {}", login.user);
    let until = match valid_until(Some(token), clock) {
        Some(until) => format!("{until}; renewed automatically before that"),
        None => "The sign-in ends. Greenroom asks for a new token with the next email.".into(),
    };
    let stamp = |at| Stamp::day_and_clock(at, clock.zone);
    facts
        .text("Login", login)
        .text("Works until", until)
        .at("Signed in", token.signed_in_at.map(stamp))
        .at("Last renewed", token.renewed_at.map(stamp))
}

fn valid_until(token: Option<&mail_token::Model>, clock: Clock) -> Option<String> {
    let until = token?.expires_at.filter(|until| clock.now < *until)?;
    Some(Stamp::day_and_clock(until, clock.zone).text().to_owned())
}

/// How fast it is given email, and how much of that is used at this moment.
fn pace(
    facts: Facts,
    mail: &MailSettings,
    smtp: &SmtpSettings,
    row: Option<&transport::Model>,
    now: DateTime<Utc>,
) -> Facts {
    let allowance = providers::allowance(&smtp.host, mail.max_per_second);
    let connections = match allowance.connections {
        Some(1) => ", over 1 connection".to_owned(),
        Some(most) => format!(", over at most {most} connections"),
        None => String::new(),
    };
    let Some(per_second) = allowance.per_second else {
        return facts.text("Sending rate", format!("No limit{connections}"));
    };
    let burst = allowance.burst;
    let facts = facts.text(
        "Sending rate",
        format!("{}, up to {burst} at once{connections}", words(per_second)),
    );
    match free_now(row, allowance.per_second, burst, now) {
        Some(free) => {
            let used = u64::from(burst).saturating_sub(free);
            facts.text("Used now", format!("{used} of {burst}"))
        }
        None => facts,
    }
}

fn words(per_second: f64) -> String {
    match per_second * 60.0 {
        a_minute if a_minute >= 1.0 => format!("{a_minute:.0} emails a minute"),
        a_minute => format!("{:.1} emails an hour", a_minute * 60.0),
    }
}

/// The providers that report what becomes of what it is given; empty where none does.
fn reporting(app: &App, host: &str) -> String {
    let names = app.settings.events.of_host(host).into_iter();
    let names: Vec<&str> = names.map(Provider::name).collect();
    names.join(", ")
}

/// What is known once an email has been handed over.
fn proof(asked: &[Asked], host: &str) -> &'static str {
    let last = asked.iter().find(|asked| asked.host == host);
    match last.and_then(|asked| asked.dsn) {
        Some(Dsn::Requested) => {
            "Accepted by mail server, and taken by the recipient's mail server where that reports it (DSN)"
        }
        Some(Dsn::NotOffered) => {
            "Accepted by mail server. It doesn't offer delivery reports (DSN)."
        }
        Some(Dsn::NoAddress) => {
            "Accepted by mail server. It offers delivery reports (DSN), but Greenroom reads no mailbox where they could arrive."
        }
        None => {
            "Accepted by mail server. The next email shows whether it offers delivery reports (DSN)."
        }
    }
}

impl ServerPanel {
    fn new(
        name: Name,
        smtp: &SmtpSettings,
        row: Option<&transport::Model>,
        facts: Facts,
        troubles: Vec<Trouble>,
        zone: Tz,
    ) -> Self {
        let stamp = |at| Stamp::day_and_clock(at, zone);
        Self {
            name: match name {
                Name::Primary => "Main server",
                Name::Fallback => "Fallback",
            },
            host: row.map_or_else(|| smtp.address(), |row| row.host.clone()),
            tone: row.map_or("quiet", labels::mail_server_tone),
            state: row.map_or("Not used yet", labels::mail_server),
            since: row.and_then(|row| row.opened_at).map(stamp),
            reason: row.map(|row| row.reason.clone()).unwrap_or_default(),
            next: row
                .and_then(|row| row.opened_at.and(row.wait_until))
                .map(stamp),
            accepted: row.and_then(|row| row.accepted_at).map(stamp),
            facts,
            troubles: troubles
                .into_iter()
                .map(|trouble| TroubleRow::new(trouble, zone))
                .collect(),
        }
    }

    pub(super) fn sample() -> Self {
        Self {
            name: "Main server",
            host: "smtp.example.com:587".into(),
            tone: "bad",
            state: "Not accepting mail; retrying",
            since: Some(Stamp::sample()),
            reason: "Nothing is listening on that port.".into(),
            next: Some(Stamp::sample()),
            accepted: Some(Stamp::sample()),
            facts: Facts::sample(),
            troubles: vec![TroubleRow {
                at: Stamp::sample(),
                tone: "wait",
                what: "Not accepted at that attempt",
                why: "The mailbox is full.".into(),
                href: "/emails/1".into(),
            }],
        }
    }
}

impl TroubleRow {
    fn new(trouble: Trouble, zone: Tz) -> Self {
        let (tone, what) = match trouble.outcome {
            Some(Outcome::Refused) => ("bad", "Refused"),
            Some(Outcome::Uncertain) => ("wait", "Unconfirmed: it may have been accepted"),
            Some(Outcome::Deferred | Outcome::Accepted | Outcome::Printed | Outcome::Released)
            | None => ("wait", "Not accepted at that attempt"),
        };
        let why = trouble.hint.or(trouble.reply);
        Self {
            at: Stamp::day_and_clock(trouble.started_at, zone),
            tone,
            what,
            why: why.unwrap_or_default(),
            href: format!("/emails/{}", trouble.email_id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_told_in_minutes_or_hours() {
        assert_eq!(words(0.5), "30 emails a minute");
        assert_eq!(words(1.0 / 3600.0), "1.0 emails an hour");
    }
}
