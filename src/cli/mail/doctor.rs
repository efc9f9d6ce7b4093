//! `greenroom mail doctor`: 21 checks, told on the terminal or as JSON.
use std::{
    io::{self, Write},
    net::{IpAddr, SocketAddr},
    process::{self, ExitCode},
    time::Duration,
};

use anyhow::{Result, anyhow};
use chrono::{DateTime, Utc};
use entity::{mail_check::Health, transport::Name};
use serde::Serialize;
use tokio::time::{self, Instant};

use crate::{
    app::App,
    cli::terminal,
    clock::Clock,
    db::{self, Db},
    domain::{mail_servers, queue_health::Whose},
    error::Error,
    http_client::HttpClient,
    mail::{
        bounce::ReturnAddress,
        compose::Composer,
        doctor::{self, Check, Examined, Found, Grade, Issued, Sends, Step},
        mailbox::parse_address,
        oauth::{Cause, Refusal},
    },
    mailing::{
        access::{self, Account},
        diagnosis,
    },
    settings::Settings,
    text, zones,
};

const DNS_PORT: u16 = 53;
/// A database that is busy for so long is not waited for: all checks have ended.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the check of the access token leaves to the others.
const LONGEST_TO_OPEN: Duration = Duration::from_secs(4);
const LONGEST_TO_STORE: Duration = Duration::from_secs(4);
const NO_DATABASE: &str = "There is no database yet.";
const NO_ANSWER: &str = "The database does not answer.";

/// Find out in 21 checks why email isn't sent (exit code: 0 OK, 1 warnings, 2 email can't be sent)
#[derive(Debug, clap::Args)]
pub struct Doctor {
    /// Ask the mail server whether it accepts this recipient, without sending anything
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
    /// Also send a test email, a sample invitation and its cancellation
    #[arg(long, requires = "to")]
    send: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Look up the sender's domain at this name server instead of the machine's own
    #[arg(long, value_name = "IP[:PORT]", value_parser = name_server)]
    dns_server: Option<SocketAddr>,
}

impl Doctor {
    /// Carries the command out.
    pub async fn run(self) -> Result<ExitCode> {
        let begun = Instant::now();
        let checks = match Settings::load() {
            Ok(settings) => {
                for remark in &settings.remarks {
                    terminal::complain(format_args!("{remark}."));
                }
                let checks = self.examine(&settings).await?;
                if doctor::health(&checks) != Health::Broken {
                    let told = time::timeout(PATIENCE, try_at_once(&settings));
                    told.await.unwrap_or_default();
                }
                checks
            }
            Err(mistakes) => unreadable(&mistakes),
        };
        let health = doctor::health(&checks);
        let mut out = io::stdout().lock();
        terminal::unless_closed(match self.json {
            true => print_json(out, health, &checks, begun.elapsed()),
            false => print(&mut out, health, &checks).and_then(|()| {
                match health != Health::Broken && !doctor::is_unfinished(&checks) {
                    true => writeln!(out, "\n{}", doctor::checklists()),
                    false => Ok(()),
                }
            }),
        })?;
        // A look-up of a name cannot be called off, and leaving in good order would wait for it.
        process::exit(match health {
            Health::Well => 0,
            Health::Warnings => 1,
            Health::Broken => 2,
        })
    }

    async fn examine(&self, settings: &Settings) -> Result<Vec<Check>> {
        let to = self.to.as_deref().map(text::email).transpose();
        let to = to.map_err(|problem| anyhow!("--to: {problem}"))?;
        let composer = Composer::new()?;
        let now = Clock::System.now();
        if !self.json {
            let most = doctor::SECONDS;
            terminal::say(format_args!("Checking. This takes at most {most} seconds."));
        }
        let patient = Examined {
            to: to.as_deref().map(parse_address).transpose()?,
            sends: match self.send {
                true => Sends::Everything,
                false => Sends::Nothing,
            },
            dns_server: self.dns_server,
            ..patient(settings, &composer, now).await?
        };
        Ok(diagnosis::run(&patient, queue(settings, now), async |_| {}).await)
    }
}

/// As the settings say, for nobody in particular.
pub(super) async fn patient<'a>(
    settings: &'a Settings,
    composer: &'a Composer,
    now: DateTime<Utc>,
) -> Result<Examined<'a>> {
    let begun = Instant::now();
    let token = token(settings).await;
    let comes_back_to = ReturnAddress::configured(settings);
    let comes_back_to = comes_back_to.as_ref().map(ReturnAddress::of_none);
    Ok(Examined {
        mail: &settings.mail,
        base_url: &settings.base_url,
        comes_back_to: comes_back_to.transpose()?.flatten(),
        composer,
        to: None,
        token,
        sends: Sends::Nothing,
        dns_server: None,
        roots: None,
        longest: doctor::LONGEST.saturating_sub(begun.elapsed()),
        limits: doctor::LIMITS,
        now,
    })
}

/// Asks for an access token, where there is to be one. An app that signs in by itself needs no database for that.
async fn token(settings: &Settings) -> Option<Issued> {
    let servers = doctor::servers(&settings.mail);
    let login = servers
        .into_iter()
        .find_map(|(_, smtp)| smtp.login.as_ref())?;
    let oauth = login.oauth()?;
    if oauth.is_app_only() {
        let http = HttpClient::new(settings.networks);
        return Some(access::check_app(&http, oauth, doctor::LONGEST_FOR_TOKEN).await);
    }
    let account = Account {
        settings: oauth,
        user: &login.user,
    };
    let opened = time::timeout(LONGEST_TO_OPEN, open(settings)).await;
    let opened = opened.unwrap_or(Err(NO_ANSWER));
    let app = opened.map(|db| App::new(db, Clock::System, settings.clone()));
    match app {
        Ok(Ok(app)) => {
            let issued = access::check(&app, account, doctor::LONGEST_FOR_TOKEN).await;
            app.held_token.settled(LONGEST_TO_STORE).await;
            Some(issued)
        }
        Ok(Err(_)) => Some(without(Cause::NoDatabase, "")),
        Err(NO_DATABASE) => Some(without(Cause::NotSignedIn, NO_DATABASE)),
        Err(reason) => Some(without(Cause::NoDatabase, reason)),
    }
}

fn without(cause: Cause, reason: &str) -> Issued {
    let said = reason.trim_end_matches('.');
    Issued {
        token: Err(Refusal::of(cause, said)),
        issuer_time: None,
    }
}

/// Only looks: a database that is not there is not made, and one of another version is left alone.
async fn queue(settings: &Settings, now: DateTime<Utc>) -> Found {
    match open(settings).await {
        Ok(db) => diagnosis::queue(&db, Whose::Everybody, now).await,
        Err(reason) => Found::skipped(reason),
    }
}

/// Mail can be sent: a circuit breaker that is open is probed at once.
async fn try_at_once(settings: &Settings) {
    let Ok(db) = open(settings).await else {
        return;
    };
    if let Err(error) = mail_servers::try_at_once(&db).await {
        tracing::warn!(%error, "Mail servers with an open circuit breaker are not retried at once");
    }
}

/// A reason, where it is not there or of another version.
async fn open(settings: &Settings) -> Result<Db, &'static str> {
    let url = settings.database_url.expose();
    if db::sqlite_file(url).is_some_and(|file| !file.exists()) {
        return Err(NO_DATABASE);
    }
    if let Err(Error::System(_)) = db::refuse_foreign(url).await {
        return Err(
            "The database belongs to another program. Set DATABASE_URL to one of Greenroom's own.",
        );
    }
    let Ok(db) = db::connect(url).await else {
        return Err(NO_ANSWER);
    };
    match db::is_migrated(&db).await {
        Ok(true) => Ok(db),
        _ => Err("The database has another version. Run greenroom migrate."),
    }
}

/// With settings that cannot be read nothing can be tried.
fn unreadable(mistakes: &[String]) -> Vec<Check> {
    let mistakes = doctor::mistakes(mistakes);
    let of = |step: Step| {
        let found = mistakes.iter().find(|(at, _)| *at == step);
        let found = found.map(|(_, found)| found.clone());
        let reason = "The settings have errors.";
        Check::new(
            step,
            None,
            found.unwrap_or_else(|| Found::skipped(reason)),
            0,
        )
    };
    Step::ALL.into_iter().map(of).collect()
}

#[derive(Serialize)]
struct Printed<'a> {
    health: Health,
    milliseconds: u64,
    time_zone_rules: &'static str,
    checks: &'a [Check],
}

fn print_json(
    mut out: impl Write,
    health: Health,
    checks: &[Check],
    elapsed: Duration,
) -> io::Result<()> {
    let printed = Printed {
        health,
        milliseconds: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        time_zone_rules: zones::version(),
        checks,
    };
    serde_json::to_writer_pretty(&mut out, &printed)?;
    writeln!(out)
}

fn print(mut out: impl Write, health: Health, checks: &[Check]) -> io::Result<()> {
    for check in checks {
        print_check(&mut out, check)?;
    }
    let conclusion = match health {
        Health::Well => "Email can be sent.",
        Health::Warnings if doctor::is_unfinished(checks) => {
            "The mail server is slow so far: can't tell yet whether email can be sent."
        }
        Health::Warnings => "Email can be sent, but something needs attention.",
        Health::Broken => "Email can't be sent.",
    };
    writeln!(out, "\nTime zone rules: {}\n{conclusion}", zones::version())
}

fn print_check(mut out: impl Write, check: &Check) -> io::Result<()> {
    let grade = match check.grade {
        Grade::Pass => "ok",
        Grade::Warn => "WARNING",
        Grade::Fail => "FAILED",
        Grade::Skipped => "skipped",
    };
    let server = match check.server {
        Some(Name::Fallback) => " (fallback)",
        _ => "",
    };
    let Check {
        number,
        step,
        milliseconds,
        ..
    } = check;
    writeln!(
        out,
        "{number:>2}  {grade:<7}  {}{server}, {milliseconds} ms",
        step.title()
    )?;
    for line in &check.evidence {
        writeln!(out, "             {line}")?;
    }
    for (what, text) in [("why:", &check.cause), ("fix:", &check.fix)] {
        if !text.is_empty() {
            writeln!(out, "    {what:<4}     {text}")?;
        }
    }
    Ok(())
}

fn name_server(text: &str) -> Result<SocketAddr, String> {
    let address = text.parse().map(|ip: IpAddr| SocketAddr::new(ip, DNS_PORT));
    address
        .or_else(|_| text.parse())
        .map_err(|_| "expected an address like 9.9.9.9 or 127.0.0.1:5353".into())
}
