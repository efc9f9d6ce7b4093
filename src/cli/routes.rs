//! `greenroom routes`: every route, and who may use it.
use std::process::ExitCode;

use anyhow::Result;

use crate::web::routes;

/// Print every route with who may use it
#[derive(Debug, clap::Args)]
pub struct Routes {
    /// As JSON, for programs
    #[arg(long)]
    json: bool,
}

impl Routes {
    /// Carries the command out.
    pub fn run(self) -> Result<ExitCode> {
        let lines = routes::lines();
        if self.json {
            println!("{}", serde_json::to_string_pretty(&lines)?);
        } else {
            for line in lines {
                let who = serde_json::to_value(line.who)?;
                println!(
                    "{:10} {:5} {}",
                    who.as_str().unwrap_or("?"),
                    line.method,
                    line.path
                );
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
