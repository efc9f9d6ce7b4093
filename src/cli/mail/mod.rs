//! `greenroom mail`: how mail leaves, why it does not, what comes back.
mod bounce;
mod doctor;
mod hooks;
mod setup;
mod sign_in;
mod test;

use std::process::ExitCode;

use anyhow::Result;

use super::{logging, stopping};

/// Set up and check email, and process bounces
#[derive(Debug, clap::Args)]
pub struct Mail {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Bounce(bounce::Bounce),
    Doctor(doctor::Doctor),
    Hooks(hooks::Hooks),
    Setup(setup::Setup),
    SignIn(sign_in::SignIn),
    Test(test::Test),
}

impl Mail {
    /// Carries the command out. Each reads the settings itself: they may be what is wrong.
    pub async fn run(self) -> Result<ExitCode> {
        logging::start();
        stopping::survive_full_files()?;
        match self.command {
            Command::Bounce(command) => command.run().await,
            Command::Doctor(command) => command.run().await,
            Command::Hooks(command) => command.run(),
            Command::Setup(command) => command.run().await,
            Command::SignIn(command) => command.run().await,
            Command::Test(command) => command.run().await,
        }
    }
}
