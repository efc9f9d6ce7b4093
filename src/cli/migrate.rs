//! `greenroom migrate`: brings the database up to date without serving.
use std::process::ExitCode;

use anyhow::Result;

use super::terminal;
use crate::settings::Settings;

/// Migrate the database; `serve` and `worker` do this automatically
#[derive(Debug, clap::Args)]
pub struct Migrate {}

impl Migrate {
    /// Carries the command out.
    pub async fn run(self, settings: &Settings) -> Result<ExitCode> {
        super::prepare(settings).await?;
        terminal::say("The database is up to date.");
        Ok(ExitCode::SUCCESS)
    }
}
