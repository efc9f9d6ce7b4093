//! `greenroom routes`: every route, and who may use it.
use std::process::ExitCode;

use anyhow::Result;

use super::terminal;
use crate::http::routes;

/// Print every route and who may use it
#[derive(Debug, clap::Args)]
pub struct Routes {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Routes {
    /// Carries the command out.
    pub fn run(self) -> Result<ExitCode> {
        let lines = routes::lines();
        let text = match self.json {
            true => serde_json::to_string_pretty(&lines)?,
            false => table(lines)?,
        };
        terminal::unless_closed(terminal::answer(text))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn table(lines: Vec<routes::Line>) -> Result<String> {
    let mut table = Vec::with_capacity(lines.len());
    for line in lines {
        let who = serde_json::to_value(line.who)?;
        let who = who.as_str().unwrap_or("?");
        table.push(format!("{who:10} {:5} {}", line.method, line.path));
    }
    Ok(table.join("\n"))
}
