//! `greenroom backup`: a consistent copy of an SQLite database.
use std::{
    fs,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};

use super::{USAGE_ERROR, terminal};
use crate::{clock::Clock, db, settings::Settings};

/// Copy the SQLite database to a file, even while it is in use
#[derive(Debug, clap::Args)]
pub struct Backup {
    /// File to write, which must not exist yet [default: next to the database, named by the time]
    file: Option<PathBuf>,
}

impl Backup {
    /// Carries the command out.
    pub async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let url = settings.database_url.expose();
        let Some(database) = db::sqlite_file(url) else {
            terminal::complain(
                "this command only copies SQLite databases. For PostgreSQL, run pg_dump --format=custom --file=greenroom.dump \"$DATABASE_URL\"",
            );
            return Ok(ExitCode::from(USAGE_ERROR));
        };
        let to = self.file.unwrap_or_else(|| beside(&database));
        copy(url, &to)
            .await
            .with_context(|| format!("can't write a backup to {}", to.display()))?;
        terminal::say(to.display());
        Ok(ExitCode::SUCCESS)
    }
}

fn beside(database: &Path) -> PathBuf {
    let time = Clock::System.now().format("%Y%m%dT%H%M%SZ");
    database.with_extension(format!("{time}.backup.db"))
}

async fn copy(url: &str, to: &Path) -> Result<()> {
    // Made first, because SQLite would leave it open to everybody.
    let file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)?;
    if let Err(error) = db::copy_sqlite(url, to).await {
        fs::remove_file(to)?;
        return Err(error.into());
    }
    file.sync_all()?;
    Ok(())
}
