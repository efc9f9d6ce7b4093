//! Log lines on stderr: which are written, and what one looks like.
use std::io::{self, IsTerminal, Write};

use env_logger::{Builder, Env, Logger};
use log::{Level, LevelFilter, Log, Metadata, Record};

const DEFAULT_FILTER: &str = "warn,greenroom=info";

/// Lines that somebody at a terminal looks for, and the mark by which they are found.
const MARKS: [(&str, &str); 5] = [
    ("Interview notification sent via email", "✅"),
    ("Interview notification sent to console", "⚠️"),
    ("SMTP email failed", "❌"),
    ("Both SMTP and console email failed", "❌"),
    ("Email configuration incomplete", "❌"),
];

/// Writes log lines from now on, filtered by `RUST_LOG`.
pub fn start() {
    let is_terminal = io::stderr().is_terminal();
    let logger = Builder::from_env(Env::default().default_filter_or(DEFAULT_FILTER))
        .format(move |out, record| {
            let time = out.timestamp_millis();
            let message = one_line(&record.args().to_string());
            let message = marked(&message, is_terminal);
            writeln!(
                out,
                "{time} {:<5} {}: {message}",
                record.level(),
                record.target()
            )
        })
        .build();
    let level = logger.filter();
    // A second logger in one process is a test's own; the first one stays.
    if log::set_boxed_logger(Box::new(Capped(logger))).is_ok() {
        log::set_max_level(level);
    }
}

/// With its mark, if it has one and people see it; programs that read a file of lines look for the words alone.
pub(super) fn marked(message: &str, is_terminal: bool) -> String {
    let found = MARKS.iter().find(|(begin, _)| message.starts_with(begin));
    match found.filter(|_| is_terminal) {
        Some((_, mark)) => format!("{mark} {message}"),
        None => message.to_owned(),
    }
}

/// Whatever `RUST_LOG` says, other people's crates tell nothing below `info`, and those that see
/// statements and messages nothing below `warn`: there they print values, headers and bodies.
struct Capped(Logger);

impl Capped {
    fn allows(metadata: &Metadata) -> bool {
        metadata.level() <= cap(metadata.target())
    }
}

impl Log for Capped {
    fn enabled(&self, metadata: &Metadata) -> bool {
        Self::allows(metadata) && self.0.enabled(metadata)
    }

    fn log(&self, record: &Record) {
        if Self::allows(record.metadata()) && !is_of_a_client(record) {
            self.0.log(record);
        }
    }

    fn flush(&self) {
        self.0.flush();
    }
}

fn cap(target: &str) -> LevelFilter {
    match target.split("::").next().unwrap_or(target) {
        "greenroom" => LevelFilter::Trace,
        "lettre" | "sqlx" | "sqlx_core" | "sqlx_postgres" | "sqlx_sqlite" | "sea_orm"
        | "sea_orm_migration" => Level::Warn.to_level_filter(),
        _ => Level::Info.to_level_filter(),
    }
}

/// The web server calls it an error of ours when a client sends what is no HTTP, or goes away. What it answers has a
/// line of its own.
fn is_of_a_client(record: &Record) -> bool {
    record.target() == "actix_http::h1::dispatcher"
        && record.args().to_string().starts_with("stream error: ")
}

/// What somebody else wrote must not look like a line of ours.
fn one_line(text: &str) -> String {
    text.chars()
        .flat_map(|char| {
            let escaped = char.is_control().then(|| char.escape_default());
            let kept = (!char.is_control()).then_some(char);
            escaped.into_iter().flatten().chain(kept)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_and_messages_are_never_logged_in_detail() {
        for target in [
            "sqlx::query",
            "sea_orm::database",
            "lettre::transport::smtp",
        ] {
            assert_eq!(cap(target), LevelFilter::Warn, "{target}");
        }
        assert_eq!(cap("actix_http::h1::dispatcher"), LevelFilter::Info);
        assert_eq!(cap("greenroom::worker"), LevelFilter::Trace);
        assert_eq!(cap("greenroom_imitator"), LevelFilter::Info);
    }

    #[test]
    fn what_a_client_does_wrong_is_no_error_of_ours() {
        let is_of_a_client = |target: &str, message: &str| {
            let mut record = Record::builder();
            is_of_a_client(
                &record
                    .target(target)
                    .args(format_args!("{message}"))
                    .build(),
            )
        };
        let dispatcher = "actix_http::h1::dispatcher";
        assert!(is_of_a_client(
            dispatcher,
            "stream error: invalid Header provided"
        ));
        assert!(!is_of_a_client(
            dispatcher,
            "Response payload stream error: disk"
        ));
        assert!(!is_of_a_client("greenroom::web", "stream error: x"));
    }

    #[test]
    fn what_became_of_a_message_has_its_mark_on_a_terminal_alone() {
        for (message, mark) in [
            (
                "Interview notification sent via email: j***@e***.org",
                "✅ ",
            ),
            ("SMTP email failed: 535 5.7.8 no", "❌ "),
            ("SMTP email failed, falling back to console: 535", "❌ "),
            (
                "Interview notification sent to console: j***@e***.org",
                "⚠️ ",
            ),
            (
                "Interview notification sent to console (fallback mode): j",
                "⚠️ ",
            ),
            ("Both SMTP and console email failed: 535; full", "❌ "),
            ("Email configuration incomplete: EMAIL_HOST", "❌ "),
            ("GET /jobs 200", ""),
        ] {
            assert_eq!(marked(message, true), format!("{mark}{message}"));
            assert_eq!(marked(message, false), message);
        }
    }

    #[test]
    fn a_message_stays_on_its_line() {
        assert_eq!(
            one_line("no such path: /\n2026-01-01 ERROR é\u{1b}[31m"),
            "no such path: /\\n2026-01-01 ERROR é\\u{1b}[31m"
        );
    }
}
