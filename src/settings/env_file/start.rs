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
mod tests {
    use super::*;

    fn start(text: &str) -> Start {
        look_through(text.as_bytes(), |name| name == "HOME")
    }

    fn read(start: &Start) -> Vec<(String, String)> {
        dotenvy::from_read_iter(start.readable.as_bytes())
            .collect::<Result<_, _>>()
            .expect("readable")
    }

    #[test]
    fn a_value_that_is_read_otherwise_is_told_with_its_line_and_name() {
        for (line, why) in [
            ("EMAIL_HOST_PASSWORD=pa$word", "has a $ outside"),
            ("EMAIL_HOST_PASSWORD=\"pa$word9 x\"", "has a $ outside"),
            ("EMAIL_HOST_PASSWORD=pa$HOME", "has a $ outside"),
            ("EMAIL_HOST_PASSWORD=word$", "has a $ outside"),
            ("EMAIL_HOST=${NOWHERE}", "has a $ outside"),
            (
                "EMAIL_HOST_PASSWORD=abcd efgh ijkl mnop",
                "in 'single quotes'",
            ),
            (
                "DEFAULT_FROM_EMAIL=Acme <jobs@acme.io>",
                "in 'single quotes'",
            ),
            ("EMAIL_HOST_PASSWORD=it's", "has a quote"),
            ("EMAIL_HOST_PASSWORD='open", "doesn't end"),
            ("EMAIL_HOST_PASSWORD=a\\b", "has a quote or a \\"),
            ("EMAIL_HOST_PASSWORD=#abc", "starts with #"),
            ("EMAIL_HOST smtp.acme.io", "needs an ="),
            ("EMAIL_HOST: smtp.acme.io", "needs an ="),
            ("export EMAIL_HOST", "needs an ="),
            ("EMAIL_HOST=a\0b", "NUL"),
        ] {
            let found = start(&format!("A=1\n\n{line}\nB=2\n"));
            let [mistake] = found.mistakes.as_slice() else {
                panic!("{line} {found:?}")
            };
            let name = line.trim_start_matches("export ");
            let name = name.split(['=', ' ', ':']).next().expect("a name");
            let expected = format!("{name} (line 3 of .env) ");
            assert!(mistake.starts_with(&expected), "{mistake}");
            assert!(mistake.contains(why), "{line} {mistake}");
            for secret in ["word", "abcd", "abc", "it's"] {
                let said = mistake.to_lowercase().replace("password", "");
                assert!(!said.contains(secret), "{mistake}");
            }
        }
        let latin = look_through(b"EMAIL_HOST_PASSWORD=gr\xfc\xdfe\n", |_| false);
        assert!(latin.mistakes[0].contains("not UTF-8"), "{latin:?}");
        let wide = look_through(b"\xff\xfeE\0M\0", |_| false);
        assert!(wide.mistakes[0].contains("UTF-16"), "{wide:?}");
    }

    #[test]
    fn what_is_meant_so_is_no_mistake() {
        for line in [
            "EMAIL_HOST_PASSWORD='pa$word'",
            "EMAIL_HOST_PASSWORD=pa\\$word",
            "EMAIL_HOST_PASSWORD=\"pa\\$word\"",
            "EMAIL_HOST_PASSWORD=\"two words\"",
            "EMAIL_HOST_PASSWORD=a#b",
            "EMAIL_HOST_PASSWORD=${HOME}",
            "BASE_URL=https://$HOME/",
            "BASE_URL=https://${EARLIER}/",
            "EMAIL_HOST=mail.acme.io # it's the $new one",
            "EMAIL_HOST = mail.acme.io",
            "export EMAIL_HOST=mail.acme.io",
            "EMAIL_HOST=",
            "# EMAIL_HOST=two words",
        ] {
            let found = start(&format!("EARLIER=1\n{line}\n"));
            assert!(found.mistakes.is_empty(), "{line} {found:?}");
            assert!(found.remarks.is_empty(), "{line} {found:?}");
        }
    }

    #[test]
    fn lines_of_other_programs_never_stop_a_start() {
        let found = start(
            "\u{feff}EMAIL_HOST=mail.acme.io\r\nexport COMPOSE_FILE\r\nGREETING=two words\r\n\
             correct horse battery\r\nCOST=$5\r\n2nd=x\r\nLAST='open\r\nEMAIL_PORT=25",
        );
        assert_eq!(found.mistakes, Vec::<String>::new());
        assert_eq!(
            found.remarks,
            [
                "Line 2 of .env can't be read and is ignored",
                "Line 3 of .env can't be read and is ignored",
                "Line 4 of .env can't be read and is ignored",
                "Line 6 of .env can't be read and is ignored",
                "Line 7 of .env can't be read and is ignored",
            ]
        );
        let names: Vec<_> = read(&found).into_iter().collect();
        assert_eq!(names[0], ("EMAIL_HOST".into(), "mail.acme.io".into()));
        assert_eq!(names[2], ("EMAIL_PORT".into(), "25".into()));
        let named = start("OTHER_THING=two words\n");
        assert!(named.remarks[0].contains("(OTHER_THING)"), "{named:?}");
        let foreign = look_through(b"NAME=gr\xfc\xdfe\nEMAIL_PORT=25\n", |_| false);
        assert!(foreign.mistakes.is_empty(), "{foreign:?}");
    }

    #[test]
    fn of_two_lines_for_one_name_the_second_is_told() {
        let found = start("EMAIL_HOST=a\nEMAIL_HOST=b c\nEMAIL_PORT=1\nEMAIL_PORT=2\n");
        assert_eq!(found.mistakes.len(), 1, "{found:?}");
        assert!(found.remarks[0].contains("line 4 is ignored"), "{found:?}");
    }

    #[test]
    fn what_the_environment_sets_is_not_looked_for_in_the_file() {
        let found = look_through(b"EMAIL_HOST=two words\nEMAIL_PORT=$x\n", |_| true);
        assert_eq!((found.mistakes, found.remarks), (vec![], vec![]));
    }
}
