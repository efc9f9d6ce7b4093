//! `greenroom mail hooks`: where providers are to post what becomes of emails.
use std::process::ExitCode;

use anyhow::Result;

use super::super::{refuse, terminal};
use crate::{hooks, secret::Secret, settings::Settings};

/// Print the secret addresses to which providers report what becomes of emails
#[derive(Debug, clap::Args)]
pub struct Hooks {}

const NOBODY: &str = "No provider may report anything. Name those that send your emails in EMAIL_EVENTS (docs/mail.md).";

impl Hooks {
    /// Carries the command out.
    pub fn run(self) -> Result<ExitCode> {
        let settings = match Settings::load() {
            Ok(settings) => settings,
            Err(mistakes) => return Ok(refuse(&mistakes)),
        };
        let lines = lines(&settings);
        match lines.is_empty() {
            true => terminal::complain(NOBODY),
            false => terminal::unless_closed(terminal::answer(lines.join("\n")))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn lines(settings: &Settings) -> Vec<String> {
    let earlier = settings.secret_key_fallbacks.iter().map(Secret::expose);
    // Exposed for whoever set it: to be pasted at the provider.
    let hooks = hooks::Hooks::new(settings.secret_key.expose(), earlier);
    let origin = settings.base_url.origin();
    let providers = settings.events.providers();
    providers
        .map(|provider| {
            let name = provider.name();
            let path = hooks.path(provider);
            format!("{name:10} {origin}{path}")
        })
        .collect()
}
