//! Lines of a `.env` as dotenvy reads them: a value in quotes may go on over several.
use std::collections::HashSet;

/// The text with variables set, each once, in its old place if it had one.
pub(super) fn with(text: &str, variables: &[(&str, String)]) -> String {
    let end_of_line = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut result = String::with_capacity(text.len() + 512);
    let mut done = HashSet::new();
    for entry in entries(text) {
        let set = key(entry).and_then(|key| variables.iter().find(|(name, _)| *name == key));
        match set {
            None => result.push_str(entry),
            // The first one counts; what comes after it never did.
            Some((name, _)) if !done.insert(*name) => {}
            Some((_, value)) if value_of(entry).as_ref() == Some(value) => result.push_str(entry),
            Some((name, value)) => {
                let export = if is_exported(entry) { "export " } else { "" };
                result.push_str(&format!("{export}{name}={}{end_of_line}", quoted(value)));
            }
        }
    }
    if !(result.is_empty() || result.ends_with('\n')) {
        result.push_str(end_of_line);
    }
    if done.is_empty() {
        let gap = if result.is_empty() { "" } else { end_of_line };
        result.push_str(&format!(
            "{gap}# Email settings, saved by greenroom mail setup{end_of_line}"
        ));
    }
    for (name, value) in variables.iter().filter(|(name, _)| !done.contains(name)) {
        result.push_str(&format!("{name}={}{end_of_line}", quoted(value)));
    }
    result
}

/// The numbers of the lines that dotenvy refuses, from 1.
pub(super) fn unreadable(text: &str) -> Vec<usize> {
    let mut number = 1;
    let mut found = Vec::new();
    for entry in entries(text) {
        if !is_readable(entry) {
            found.push(number);
        }
        number += entry.matches('\n').count();
    }
    found
}

pub(super) fn with_unreadable_silenced(text: &str) -> String {
    let lines = entries(text).into_iter().map(|entry| {
        let mark = if is_readable(entry) { "" } else { "# " };
        format!("{mark}{entry}")
    });
    lines.collect()
}

/// A value so that dotenvy, a shell and Docker Compose all read it back as it is: bare if it is
/// harmless, in single quotes if it can be, else in double quotes with escapes.
pub(super) fn quoted(value: &str) -> String {
    let is_harmless = |c: char| c.is_ascii_alphanumeric() || "._@:/+-,=%".contains(c);
    if value.chars().all(is_harmless) {
        return value.to_owned();
    }
    if !value.contains(['\'', '\\']) {
        return format!("'{value}'");
    }
    let mut quoted = String::from('"');
    for c in value.chars() {
        if matches!(c, '\\' | '"' | '$') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

/// Lines with their ends; those of one value together.
pub(super) fn entries(text: &str) -> Vec<&str> {
    let mut entries = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (entry, after) = rest.split_at(end_of_entry(rest));
        entries.push(entry);
        rest = after;
    }
    entries
}

/// Where the first entry ends. A quote that is never closed spoils its own line only.
fn end_of_entry(text: &str) -> usize {
    let end_of_line = |from: usize| {
        text[from..]
            .find('\n')
            .map_or(text.len(), |at| from + at + 1)
    };
    if text[..end_of_line(0)].trim_start().starts_with('#') {
        return end_of_line(0);
    }
    let (mut quote, mut is_escaped, mut after_space) = (None, false, false);
    for (at, c) in text.char_indices() {
        let was_after_space = std::mem::take(&mut after_space);
        match (quote, c) {
            (None, '\n') => return at + 1,
            _ if is_escaped => is_escaped = false,
            (_, '\\') => is_escaped = true,
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '#') if was_after_space => return end_of_line(at),
            (None, '\'' | '"') => quote = Some(c),
            // dotenvy wants one space before a comment: after two it reads on.
            (None, c) => after_space = c.is_whitespace() && !was_after_space,
        }
    }
    if quote.is_some() {
        end_of_line(0)
    } else {
        text.len()
    }
}

pub(super) fn key(entry: &str) -> Option<&str> {
    let entry = entry.trim_start().trim_start_matches('\u{feff}');
    let entry = after_export(entry).unwrap_or(entry);
    let (key, _) = entry.split_once('=')?;
    let key = key.trim_end();
    let is_name = key
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
    (is_name && !key.is_empty()).then_some(key)
}

fn is_exported(entry: &str) -> bool {
    after_export(entry.trim_start()).is_some()
}

fn after_export(entry: &str) -> Option<&str> {
    let rest = entry.strip_prefix("export")?;
    rest.starts_with(char::is_whitespace)
        .then(|| rest.trim_start())
        .filter(|rest| !rest.starts_with('='))
}

fn value_of(entry: &str) -> Option<String> {
    // What is put together from other variables is not the same for ever.
    if entry.contains('$') {
        return None;
    }
    let (_, value) = dotenvy::from_read_iter(whole(entry).as_bytes())
        .next()?
        .ok()?;
    Some(value)
}

pub(super) fn is_readable(entry: &str) -> bool {
    dotenvy::from_read_iter(whole(entry).as_bytes()).all(|line| line.is_ok())
}

/// dotenvy stumbles over a space at the end of a file; within one it does not.
fn whole(entry: &str) -> String {
    format!(
        "{}\n",
        entry
            .trim_start_matches('\u{feff}')
            .trim_end_matches(['\r', '\n'])
    )
}
