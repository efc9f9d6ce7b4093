//! `greenroom mail`: how mail leaves.
mod setup;

use std::process::ExitCode;

use anyhow::Result;

/// Mail: how it leaves
#[derive(Debug, clap::Args)]
pub struct Mail {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Setup(setup::Setup),
}

impl Mail {
    /// Carries the command out. It needs no settings: they may be what is wrong.
    pub async fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::Setup(command) => command.run().await,
        }
    }
}
