//! Lines for whoever sits at the terminal. One that cannot be written (a closed pipe, a full disk) is no panic.
use std::{
    fmt::Display,
    io::{self, Write},
};

/// Says something besides: when nobody can read it, nothing is lost.
pub fn say(line: impl Display) {
    // Whoever closed the pipe has read enough.
    let _: io::Result<()> = writeln!(io::stdout(), "{line}");
}

/// Says what went wrong; the exit code says it, too.
pub fn complain(line: impl Display) {
    let _: io::Result<()> = writeln!(io::stderr(), "{line}");
}

/// Writes what a command was asked for.
pub fn answer(line: impl Display) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{line}")?;
    out.flush()
}

/// The same of a list: whoever closes the pipe has seen enough of it.
pub fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
