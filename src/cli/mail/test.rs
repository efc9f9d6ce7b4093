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

/// Send a short test email and print the mail server's reply
#[derive(Debug, clap::Args)]
pub struct Test {
    /// Email address to send to
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
        let patient = patient(&settings, &composer, Clock::System.now()).await?;
        let servers = doctor::servers(&settings.mail);
        let Some((_, smtp)) = servers.first() else {
            terminal::complain(
                "Emails are printed to the console here, so nobody would receive a test. Run `greenroom mail setup` or set EMAIL_BACKEND=smtp first.",
            );
            return Ok(ExitCode::from(NOT_SENT));
        };
        let report = doctor::send_test(&patient, smtp, &to).await?;
        match report.outcome {
            Outcome::Accepted(_) => {
                let (host, text) = (&report.host, report.text());
                terminal::say(format_args!("{host} accepted the email: {text}"));
                terminal::say(
                    "Accepted does not mean delivered: check the inbox and the spam folder.",
                );
                Ok(ExitCode::SUCCESS)
            }
            _ => {
                let (host, text) = (&report.host, report.text());
                terminal::complain(format_args!("{host} did not accept the email: {text}"));
                terminal::complain(verdict::judge(&report).hint);
                terminal::complain("Run `greenroom mail doctor` to find out more.");
                Ok(ExitCode::from(NOT_SENT))
            }
        }
    }
}
