//! Parses the command and calls the library.
use std::process::ExitCode;

use clap::Parser;
use greenroom::cli::{self, Cli};

#[actix_web::main]
async fn main() -> ExitCode {
    match cli::run(Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            cli::terminal::complain(format_args!("greenroom: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
