//! Parses the command and calls the library.
use std::process::ExitCode;

use actix_web::rt::System;
use clap::Parser;
use greenroom::cli::{self, Cli};

fn main() -> ExitCode {
    let command = Cli::parse();
    System::new().block_on(async {
        match cli::run(command).await {
            Ok(code) => code,
            Err(error) => {
                cli::terminal::complain(format_args!("greenroom: {error:#}"));
                ExitCode::FAILURE
            }
        }
    })
}
