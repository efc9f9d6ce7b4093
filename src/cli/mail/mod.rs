//! `greenroom mail`: how mail leaves, and why it does not.
mod doctor;
mod test;

use std::process::ExitCode;

use anyhow::Result;

use super::logging;

/// Mail: how it leaves, and why it does not
#[derive(Debug, clap::Args)]
pub struct Mail {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Doctor(doctor::Doctor),
    Test(test::Test),
}

impl Mail {
    /// Carries the command out. Each reads the settings itself: they may be what is wrong.
    pub async fn run(self) -> Result<ExitCode> {
        logging::start();
        match self.command {
            Command::Doctor(command) => command.run().await,
            Command::Test(command) => command.run().await,
        }
    }
}
