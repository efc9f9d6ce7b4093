//! `greenroom mail test`: one message, and what the mail server says to it.
use std::process::ExitCode;

use anyhow::{Result, anyhow};

use super::{
    super::{refuse, terminal},
    doctor::patient,
};
use crate::{
    clock::Clock,
    mail::{compose::Composer, doctor, mailbox::parse_address, smtp::Outcome, verdict},
    settings::Settings,
    text,
};

const NOT_SENT: u8 = 2;

/// Send a short test message and tell what the mail server says to it
#[derive(Debug, clap::Args)]
pub struct Test {
    /// To whom
    #[arg(long, value_name = "ADDRESS")]
    to: String,
}

impl Test {
    /// Carries the command out.
    pub async fn run(self) -> Result<ExitCode> {
        let settings = match Settings::load() {
            Ok(settings) => settings,
            Err(mistakes) => return Ok(refuse(&mistakes)),
        };
        let to = text::email(&self.to).map_err(|problem| anyhow!("--to: {problem}"))?;
        let to = parse_address(&to)?;
        let composer = Composer::new()?;
        let patient = patient(&settings, &composer, Clock::System.now())?;
        let servers = doctor::servers(&settings.mail);
        let Some((_, smtp)) = servers.first() else {
            terminal::complain(
                "Mail is printed on the console here: nobody receives it. Set EMAIL_BACKEND=smtp first.",
            );
            return Ok(ExitCode::from(NOT_SENT));
        };
        let report = doctor::send_test(&patient, smtp, &to).await?;
        match report.outcome {
            Outcome::Accepted(_) => {
                let (host, text) = (&report.host, report.text());
                terminal::say(format_args!("{host} took the message: {text}"));
                terminal::say(
                    "Accepted is not delivered: look into the inbox, and into the spam folder.",
                );
                Ok(ExitCode::SUCCESS)
            }
            _ => {
                let (host, text) = (&report.host, report.text());
                terminal::complain(format_args!("{host} did not take the message: {text}"));
                terminal::complain(verdict::judge(&report).hint);
                terminal::complain("`greenroom mail doctor` looks closer.");
                Ok(ExitCode::from(NOT_SENT))
            }
        }
    }
}
