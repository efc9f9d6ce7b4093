//! What is said of settings before anything starts: mistakes that stop it, and what most likely is one.
use std::{
    io::{self, IsTerminal},
    process::ExitCode,
};

use entity::transport::Name;

use super::{USAGE_ERROR, logging, terminal};
use crate::{
    mail::{
        doctor,
        providers::{self, Finding},
        verdict,
    },
    settings::{self, Settings},
};

/// Tells mistakes; nothing is done with such settings.
pub fn refuse(mistakes: &[String]) -> ExitCode {
    terminal::complain("greenroom can't start with these settings:");
    let lacking = settings::lacking(mistakes);
    if !lacking.is_empty() {
        let incomplete = format!("{INCOMPLETE}: {}", lacking.join(", "));
        let marked = logging::marked(&incomplete, io::stderr().is_terminal());
        terminal::complain(format_args!("  {marked}"));
    }
    for mistake in mistakes {
        terminal::complain(format_args!("  {mistake}"));
    }
    ExitCode::from(USAGE_ERROR)
}

/// Logs what stops nothing here, and mail most likely.
pub fn warn(settings: &Settings) {
    for remark in &settings.remarks {
        log::warn!("{remark}");
    }
    for line in doubts(settings) {
        log::warn!("{line}");
    }
}

const INCOMPLETE: &str = "Email configuration incomplete";

fn doubts(settings: &Settings) -> Vec<String> {
    let servers = doctor::servers(&settings.mail);
    let doubts = servers.into_iter().flat_map(|(name, smtp)| {
        let findings = providers::review(smtp, &settings.mail.from);
        let fatal = findings.into_iter().filter(|finding| finding.is_fatal);
        fatal.map(move |finding| line(&finding, name))
    });
    doubts.collect()
}

fn line(finding: &Finding, server: Name) -> String {
    let Finding {
        about, cause, fix, ..
    } = finding;
    let line = match cause.starts_with("is missing") {
        true => format!("{INCOMPLETE}: {about} {cause} {fix}"),
        false => format!("{about} {cause} {fix}"),
    };
    match server {
        Name::Primary => line,
        Name::Fallback => verdict::of_the_fallback(&line),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn said(pairs: &[(&str, &str)]) -> Vec<String> {
        let directory = tempfile::tempdir().expect("a directory");
        let base = [
            ("EMAIL_BACKEND", "smtp"),
            ("EMAIL_HOST", "smtp.gmail.com"),
            ("EMAIL_HOST_USER", "jobs@acme.io"),
            ("EMAIL_HOST_PASSWORD", "abcd efgh ijkl mnop"),
            ("DEFAULT_FROM_EMAIL", "jobs@acme.io"),
        ];
        let mut vars: HashMap<String, String> = HashMap::new();
        for (name, value) in base.iter().chain(pairs) {
            vars.insert((*name).into(), (*value).into());
        }
        let settings = Settings::from_vars(vars, directory.path()).expect("settings");
        doubts(&settings)
    }

    #[test]
    fn what_cannot_work_is_said_at_the_start() {
        assert_eq!(said(&[]), Vec::<String>::new());
        for (pairs, words) in [
            (&[("EMAIL_PORT", "465")][..], "EMAIL_PORT is 465"),
            (
                &[("EMAIL_HOST_PASSWORD", "your-app-password")],
                "EMAIL_HOST_PASSWORD is still the example",
            ),
            (
                &[("EMAIL_HOST_PASSWORD", "your-16-char-app-password")],
                "EMAIL_HOST_PASSWORD is still the example",
            ),
            (
                &[("EMAIL_HOST_PASSWORD", "xxxx xxxx xxxx xxxx")],
                "EMAIL_HOST_PASSWORD is still the example",
            ),
            (
                &[("EMAIL_HOST_PASSWORD", "{App Password}")],
                "EMAIL_HOST_PASSWORD is still the example",
            ),
            (
                &[("EMAIL_HOST_USER", "your-email@gmail.com")],
                "EMAIL_HOST_USER is still the example",
            ),
            (
                &[("DEFAULT_FROM_EMAIL", "your-email@gmail.com")],
                "DEFAULT_FROM_EMAIL is still the example",
            ),
            (
                &[("EMAIL_HOST_USER", ""), ("EMAIL_HOST_PASSWORD", "")],
                "Email configuration incomplete: EMAIL_HOST_USER is missing",
            ),
        ] {
            let said = said(pairs);
            assert!(said.iter().any(|line| line.starts_with(words)), "{said:?}");
        }
    }
}
