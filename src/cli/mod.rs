//! The commands, one file each, and what they share.
mod backup;
mod demo;
mod instance;
mod logging;
mod mail;
mod migrate;
mod remarks;
mod routes;
mod serve;
mod stopping;
mod terminal;
mod token;
mod user;
mod worker;

use std::{fs, os::unix::fs::OpenOptionsExt, path::Path, process::ExitCode, sync::LazyLock};

use actix_web::{rt::System, web::Data};
use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};

use crate::{
    app::App,
    clock::Clock,
    db::{self, Db},
    domain::delivery,
    settings::{Settings, make_private_dir},
    zones,
};
use instance::{Claim, Instance};
use remarks::refuse;

const USAGE_ERROR: u8 = 2;

/// Schedules interviews and makes sure that the candidate knows.
#[derive(Debug, Parser)]
#[command(version, long_version = VERSION.as_str())]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(flatten)]
    Work(Work),
    Mail(mail::Mail),
    Routes(routes::Routes),
}

/// What needs settings.
#[derive(Debug, Subcommand)]
enum Work {
    Backup(backup::Backup),
    Migrate(migrate::Migrate),
    Serve(serve::Serve),
    Token(token::Token),
    User(user::User),
    Worker(worker::Worker),
}

/// With the edition of the rules, because they age faster than the program.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{}\nTime zone rules: {}",
        env!("CARGO_PKG_VERSION"),
        zones::version()
    )
});

impl Default for Command {
    fn default() -> Self {
        Self::Work(Work::Serve(serve::Serve::default()))
    }
}

/// Reads the command from the arguments and carries it out, to its end. The runtime is started here and not in `main.rs`: where
/// it is, all that it runs is compiled, and the program has no need of a second copy.
pub fn main() -> ExitCode {
    let command = Cli::parse();
    System::new().block_on(async {
        run(command).await.unwrap_or_else(|error| {
            terminal::complain(format_args!("greenroom: {error:#}"));
            ExitCode::FAILURE
        })
    })
}

/// Mistakes in the settings are told here; every other failure is the caller's to print.
async fn run(cli: Cli) -> Result<ExitCode> {
    match cli.command.unwrap_or_default() {
        Command::Mail(command) => command.run().await,
        Command::Routes(command) => command.run(),
        Command::Work(work) => match Settings::load() {
            Ok(settings) => carry_out(work, settings).await,
            Err(mistakes) => Ok(refuse(&mistakes)),
        },
    }
}

async fn carry_out(work: Work, settings: Settings) -> Result<ExitCode> {
    logging::start();
    stopping::survive_full_files()?;
    if matches!(work, Work::Serve(_) | Work::Worker(_)) {
        remarks::warn(&settings);
    }
    match work {
        Work::Backup(command) => command.run(&settings).await,
        Work::Migrate(command) => command.run(&settings).await,
        Work::Serve(command) => command.run(settings).await,
        Work::Token(command) => command.run(&settings).await,
        Work::User(command) => command.run(&settings).await,
        Work::Worker(command) => command.run(settings).await,
    }
}

/// A running Greenroom, and what keeps others off its database as long as it is held.
struct Running {
    app: Data<App>,
    _instance: Option<Instance>,
}

/// Migrates and opens the database, and puts the app together.
async fn open(settings: Settings) -> Result<Running> {
    let instance = prepare(&settings).await?;
    let db = db::connect(settings.database_url.expose()).await?;
    if instance.is_some() {
        delivery::end_claims(&db, Clock::System.now()).await?;
    }
    Ok(Running {
        app: Data::new(App::new(db, Clock::System, settings)?),
        _instance: instance,
    })
}

/// Makes the database ready for the one process that works on it. SQLite files are that process's
/// alone while it holds what this answers with; a PostgreSQL server takes any number.
async fn prepare(settings: &Settings) -> Result<Option<Instance>> {
    let instance = match claim(settings)? {
        Some(Claim::Theirs(holder)) => bail!(
            "another greenroom process ({holder}) is using this SQLite file. Stop that process first, or use PostgreSQL, which takes any number of processes"
        ),
        Some(Claim::Ours(instance)) => Some(instance),
        None => None,
    };
    migrate(settings).await?;
    Ok(instance)
}

/// Opens the database for a command that may run beside a server: what serves has migrated it.
async fn open_beside(settings: &Settings) -> Result<Db> {
    match claim(settings)? {
        Some(Claim::Theirs(_)) => {}
        Some(Claim::Ours(_)) | None => migrate(settings).await?,
    }
    Ok(db::connect(settings.database_url.expose()).await?)
}

async fn migrate(settings: &Settings) -> Result<()> {
    db::migrate(settings.database_url.expose())
        .await
        .context("the database can't be migrated")
}

fn claim(settings: &Settings) -> Result<Option<Claim>> {
    let Some(file) = db::sqlite_file(settings.database_url.expose()) else {
        return Ok(None);
    };
    keep_private(&file).with_context(|| format!("can't create {}", file.display()))?;
    Ok(Some(instance::claim(&file)?))
}

/// SQLite gives the files it makes beside a database the mode of the database itself.
fn keep_private(file: &Path) -> Result<()> {
    if let Some(directory) = file.parent().filter(|path| !path.as_os_str().is_empty()) {
        make_private_dir(directory)?;
    }
    fs::OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(file)?;
    Ok(())
}
