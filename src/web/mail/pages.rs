//! What the page about mail shows.
use chrono::{DateTime, Utc};
use entity::{
    mail_check::{self, Health},
    transport::Name,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{hooks::HooksPanel, servers::ServerPanel};
use crate::{
    error::{Error, Result},
    mail::{
        doctor::{self, Check, Grade, Step},
        providers,
    },
    settings::{Backend, Settings},
    web::{facts::Facts, forms::Ticket, page::Page, stamp::Stamp, viewer::Viewer},
    zones::Tz,
};

/// What there is to show.
pub struct State<'a> {
    /// The settings in force.
    pub settings: &'a Settings,
    /// The mail servers.
    pub servers: Vec<ServerPanel>,
    /// When the queue will be empty; none where that is not worth a word.
    pub outlook: Option<String>,
    /// The last checks, and the name of whoever asked for them.
    pub last: Option<(mail_check::Model, String)>,
    /// What providers may report.
    pub hooks: Option<HooksPanel>,
}

/// Settings, servers, checks.
#[derive(Serialize)]
pub struct ShowPage {
    is_console: bool,
    password_ends: bool,
    settings: Facts,
    servers: Vec<ServerPanel>,
    outlook: Option<String>,
    hooks: Option<HooksPanel>,
    run: Option<Run>,
    is_running: bool,
    ticket: Ticket,
    own_address: String,
}

#[derive(Serialize)]
struct Run {
    tone: &'static str,
    label: &'static str,
    by: String,
    at: Stamp,
    checks: Vec<CheckRow>,
    /// What is still to come, while they go on.
    ahead: usize,
}

#[derive(Serialize)]
struct CheckRow {
    number: u8,
    title: String,
    tone: &'static str,
    label: &'static str,
    evidence: String,
    cause: String,
    fix: String,
    milliseconds: u64,
}

impl ShowPage {
    /// As it stands now.
    pub fn new(state: State<'_>, viewer: &Viewer, now: DateTime<Utc>) -> Result<Self> {
        let zone = viewer.zone();
        let is_running = state
            .last
            .as_ref()
            .is_some_and(|(row, _)| row.ended_at.is_none() && now < row.ends_by);
        let run = state
            .last
            .map(|(row, by)| Run::new(row, by, is_running, zone));
        Ok(Self {
            is_console: matches!(state.settings.mail.backend, Backend::Console),
            password_ends: doctor::servers(&state.settings.mail)
                .iter()
                .any(|(_, smtp)| providers::takes_no_passwords_soon(smtp)),
            settings: settings(state.settings),
            servers: state.servers,
            outlook: state.outlook,
            hooks: state.hooks,
            run: run.transpose()?,
            is_running,
            ticket: Ticket::fresh(),
            own_address: viewer.email.clone(),
        })
    }
}

fn settings(settings: &Settings) -> Facts {
    let mail = &settings.mail;
    let facts = Facts::new().text("BASE_URL", settings.base_url.origin());
    let facts = match &mail.backend {
        Backend::Console => facts
            .text("EMAIL_BACKEND", "console")
            .text("DEFAULT_FROM_EMAIL", mail.from.to_string()),
        Backend::Smtp(smtp) => doctor::lines(mail, smtp).into_iter().fold(
            facts.text("EMAIL_BACKEND", "smtp"),
            |facts, (name, value)| facts.text(name, value),
        ),
    };
    let fallback = if mail.console_fallback { "true" } else { "" };
    facts.text("EMAIL_CONSOLE_FALLBACK", fallback)
}

impl Run {
    fn new(row: mail_check::Model, by: String, is_running: bool, zone: Tz) -> Result<Self> {
        let stored = |error| Error::Stored(format!("checks of the mail: {error}"));
        let values: Vec<Value> = serde_json::from_value(row.checks).map_err(stored)?;
        let known = |value: &Value| serde_json::from_value::<Check>(value.clone()).ok();
        let checks: Vec<Check> = values.iter().filter_map(known).collect();
        let rows = values.into_iter().map(CheckRow::stored);
        let rows = rows.collect::<Result<_, _>>().map_err(stored)?;
        let (tone, label) = match row.health {
            Some(Health::Well) => ("good", "Email can be sent"),
            Some(Health::Warnings) if doctor::is_unfinished(&checks) => (
                "wait",
                "Slow so far: can't tell yet whether email can be sent",
            ),
            Some(Health::Warnings) => ("wait", "Email can be sent, but something needs attention"),
            Some(Health::Broken) => ("bad", "Email can't be sent"),
            None if is_running => ("live", "Checking"),
            None => ("quiet", "Interrupted: Greenroom stopped during the check"),
        };
        let done = |step: &Step| checks.iter().any(|check| check.step == *step);
        let ahead = Step::ALL.iter().filter(|step| !done(step)).count();
        Ok(Self {
            tone,
            label,
            by,
            at: Stamp::day_and_clock(row.started_at, zone),
            ahead: if is_running { ahead } else { 0 },
            checks: rows,
        })
    }
}

/// A check of a newer version, in words that are not known here.
#[derive(Deserialize)]
struct NewCheck {
    number: u8,
    step: String,
    evidence: Vec<String>,
    cause: String,
    fix: String,
    milliseconds: u64,
}

impl CheckRow {
    /// As it was stored, maybe by a newer version while Greenroom is upgraded.
    fn stored(value: Value) -> Result<Self, serde_json::Error> {
        if let Ok(known) = serde_json::from_value(value.clone()) {
            return Ok(Self::new(known));
        }
        let new: NewCheck = serde_json::from_value(value)?;
        Ok(Self {
            number: new.number,
            title: new.step.replace('_', " "),
            tone: "quiet",
            label: "Run by a newer version of Greenroom",
            evidence: new.evidence.join("\n"),
            cause: new.cause,
            fix: new.fix,
            milliseconds: new.milliseconds,
        })
    }

    fn new(check: Check) -> Self {
        let (tone, label) = match check.grade {
            Grade::Pass => ("good", "OK"),
            Grade::Warn => ("wait", "Warning"),
            Grade::Fail => ("bad", "Failed"),
            Grade::Skipped => ("quiet", "Skipped"),
        };
        let title = check.step.title();
        Self {
            number: check.number,
            title: match check.server {
                Some(Name::Fallback) => format!("{title} (fallback)"),
                _ => title.into(),
            },
            tone,
            label,
            evidence: check.evidence.join("\n"),
            cause: check.cause,
            fix: check.fix,
            milliseconds: check.milliseconds,
        }
    }
}

impl Page for ShowPage {
    const TEMPLATE: &'static str = "mail/show.html";

    fn title(&self) -> String {
        "Email".into()
    }

    fn sample() -> Self {
        use crate::mail::doctor::Found;
        let check = |step, found: Found| CheckRow::new(Check::new(step, None, found, 12));
        Self {
            is_console: true,
            password_ends: true,
            settings: Facts::sample(),
            servers: vec![ServerPanel::sample()],
            outlook: Some("In an hour.".into()),
            hooks: Some(HooksPanel::sample()),
            run: Some(Run {
                tone: "live",
                label: "Checking",
                by: "Jane Roe".into(),
                at: Stamp::sample(),
                checks: vec![
                    check(
                        Step::Tcp,
                        Found::pass().saw("192.0.2.1:587 answered after 3 ms"),
                    ),
                    check(
                        Step::Login,
                        Found::fail("The login was refused.", "Check it.").saw("535 no"),
                    ),
                    check(Step::Recipient, Found::skipped("An earlier check failed.")),
                ],
                ahead: 3,
            }),
            is_running: true,
            ticket: Ticket::fresh(),
            own_address: "jane@example.com".into(),
        }
    }
}
