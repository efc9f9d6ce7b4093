//! `greenroom mail`: e-mail from the terminal, one file a sub-command.
mod bounce;

use std::process::ExitCode;

use anyhow::Result;

use crate::settings::Settings;

/// E-mail: what comes back
#[derive(Debug, clap::Args)]
pub struct Mail {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Bounce(bounce::Bounce),
}

impl Mail {
    /// Carries the command out.
    pub async fn run(self, settings: &Settings) -> Result<ExitCode> {
        match self.command {
            Command::Bounce(command) => command.run(settings).await,
        }
    }

    /// How the process ends when it cannot even begin.
    pub fn exit_code_of_wrong_settings(&self) -> u8 {
        match self.command {
            Command::Bounce(_) => bounce::TRY_AGAIN,
        }
    }
}
