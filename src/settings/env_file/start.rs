//! What a start finds in a `.env`: what may be used, and which lines do not say what they seem to.
use std::collections::HashSet;

use super::lines;
use crate::settings::names;

/// A file, looked through.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// The lines that can be read, for dotenvy.
    pub(super) readable: String,
    /// Because of these nothing starts; each begins with the name of a setting.
    pub mistakes: Vec<String>,
    /// These are said, and harm nobody.
    pub remarks: Vec<String>,
}

/// Looks through the bytes of a file. `is_set` says which variables the environment has already; lines
/// for those do not count.
pub(super) fn look_through(bytes: &[u8], is_set: impl Fn(&str) -> bool) -> Start {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Start {
            mistakes: vec![".env can't be read because it is UTF-16; save it as UTF-8".into()],
            ..Start::default()
        };
    }
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let text = text.trim_start_matches('\u{feff}');
    let mut start = Start::default();
    let mut defined = HashSet::new();
    let mut number = 1;
    for entry in lines::entries(text) {
        let line = Line {
            entry,
            number,
            name: lines::key(entry),
        };
        number += entry.matches('\n').count();
        line.examine(&is_set, &mut defined, &mut start);
    }
    start
}

struct Line<'a> {
    entry: &'a str,
    number: usize,
    name: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn examine(
        &self,
        is_set: &impl Fn(&str) -> bool,
        defined: &mut HashSet<&'a str>,
        start: &mut Start,
    ) {
        let Line { entry, number, .. } = *self;
        let setting = self.setting();
        if !lines::is_readable(entry) || entry.contains('\0') {
            match setting {
                Some(name) if !is_set(name) => start.mistakes.push(self.mistake(name, self.why())),
                Some(_) => {}
                None => start.remarks.push(match self.telling_name() {
                    Some(name) => {
                        format!("Line {number} of .env ({name}) can't be read and is ignored")
                    }
                    None => format!("Line {number} of .env can't be read and is ignored"),
                }),
            }
            return;
        }
        start.readable.push_str(entry);
        let Some(name) = self.name else { return };
        if !start.readable.ends_with('\n') {
            start.readable.push('\n');
        }
        let is_first = defined.insert(name);
        if let Some(name) = setting.filter(|name| !is_set(name)) {
            if !is_first {
                start.remarks.push(format!(
                    "{name} is set more than once in .env: line {number} is ignored, only the first one counts"
                ));
            } else if let Some(why) =
                self.is_changed(name, |other| is_set(other) || defined.contains(other))
            {
                start.mistakes.push(self.mistake(name, why));
            }
        }
    }

    /// The setting that the line is about, also where it does not say so properly.
    fn setting(&self) -> Option<&'a str> {
        if let Some(name) = self.name {
            return names::is_setting(name).then_some(name);
        }
        let entry = self.entry.trim_start();
        let entry = entry.strip_prefix("export ").unwrap_or(entry).trim_start();
        let end = entry.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let name = &entry[..end.unwrap_or(entry.len())];
        names::is_setting(name).then_some(name)
    }

    /// A line may be the rest of somebody's password: only what looks like a name is repeated.
    fn telling_name(&self) -> Option<&'a str> {
        let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        self.name
            .filter(|name| name.contains('_') && name.chars().all(is_name))
    }

    fn mistake(&self, name: &str, why: &str) -> String {
        format!("{name} (line {} of .env) {why}", self.number)
    }

    /// As it is written, after the first `=`.
    fn value(&self) -> &'a str {
        self.entry
            .split_once('=')
            .map_or("", |(_, value)| value.trim())
    }

    fn why(&self) -> &'static str {
        let value = self.value();
        let is_quoted = value.starts_with(['\'', '"']);
        if self.name.is_none() {
            "needs an = right after its name"
        } else if value.contains('\0') {
            "has a NUL character in its value"
        } else if is_quoted {
            "has a quote that doesn't end where the value ends. Put the whole value in 'single quotes' (or, if it contains single quotes, in \"double quotes\" with a \\ before each \", $ and \\)"
        } else if value.contains([' ', '\t']) {
            "has a space in its value. Put the whole value in 'single quotes'"
        } else {
            "has a quote or a \\ in its value. Put the whole value in 'single quotes' (or, if it contains single quotes, in \"double quotes\" with a \\ before each \", $ and \\)"
        }
    }

    /// Is the value read as another one than stands there? Why.
    fn is_changed(&self, name: &str, is_defined: impl Fn(&str) -> bool) -> Option<&'static str> {
        let value = self.value();
        if self.entry.contains(char::REPLACEMENT_CHARACTER) {
            return Some("has characters that are not UTF-8. Save the file as UTF-8");
        }
        if value.starts_with('#') && names::is_secret(name) {
            return Some(
                "starts with #, which starts a comment. Put the whole value in 'single quotes'",
            );
        }
        let is_meant = |found: &Substitution| {
            is_defined(&found.name) && (found.is_braced || !names::is_secret(name))
        };
        let substitutions = substitutions(value);
        (!substitutions.iter().all(is_meant)).then_some(
            "has a $ outside single quotes, where it means another variable. Put the whole value in 'single quotes'",
        )
    }
}

/// A place where dotenvy puts another variable.
struct Substitution {
    name: String,
    is_braced: bool,
}

/// As dotenvy sees them: not in single quotes, not after a backslash.
fn substitutions(value: &str) -> Vec<Substitution> {
    let mut found = Vec::new();
    let mut chars = value.chars().peekable();
    let (mut is_literal, mut is_weak, mut after_space) = (false, false, true);
    while let Some(c) = chars.next() {
        match c {
            '\'' if !is_weak => is_literal = !is_literal,
            _ if is_literal => {}
            '"' => is_weak = !is_weak,
            '\\' => {
                chars.next();
            }
            '#' if after_space && !is_weak => break,
            '$' => {
                let is_braced = chars.next_if_eq(&'{').is_some();
                let mut name = String::new();
                while let Some(c) = chars.next_if(|c| match is_braced {
                    true => *c != '}',
                    false => c.is_alphanumeric(),
                }) {
                    name.push(c);
                }
                found.push(Substitution { name, is_braced });
            }
            _ => {}
        }
        after_space = c == ' ' || c == '\t';
    }
    found
}

#[cfg(test)]
mod tests;
