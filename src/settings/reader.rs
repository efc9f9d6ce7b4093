//! Variables as text, and the mistakes found in them.
use std::collections::HashMap;

/// In place of a name: nothing that `.env` sets could be read.
const WHOLE_FILE: &str = ".env";

/// Reads variables and keeps every mistake.
pub(super) struct Reader {
    vars: HashMap<String, String>,
    /// The names of those that somebody set to what nobody can read.
    unread: Vec<String>,
    pub(super) mistakes: Vec<String>,
    /// What is to be said that stops nothing.
    pub(super) remarks: Vec<String>,
}

impl Reader {
    /// With what was found in `.env` already, each line beginning with the name that it is about.
    pub(super) fn new(vars: HashMap<String, String>, mistakes: Vec<String>) -> Self {
        let name = |line: &String| line.split(' ').next().unwrap_or_default().to_owned();
        Self {
            vars,
            unread: mistakes.iter().map(name).collect(),
            mistakes,
            remarks: Vec::new(),
        }
    }

    /// Is it known what a variable says, or that nobody set it?
    pub(super) fn is_known(&self, name: &str) -> bool {
        let is_unread = |name: &str| self.unread.iter().any(|it| it == name);
        !is_unread(name) && (self.vars.contains_key(name) || !is_unread(WHOLE_FILE))
    }

    fn raw(&self, name: &str) -> Option<&str> {
        let text = self.vars.get(name).map(String::as_str);
        text.filter(|_| self.is_known(name))
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        let text = self.raw(name)?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// Blanks at its ends belong to a password: whoever quotes them means them.
    pub(super) fn password(&self, name: &str) -> Option<String> {
        let text = self.raw(name)?;
        (!text.trim().is_empty()).then(|| text.trim_end_matches(['\r', '\n']).to_owned())
    }

    pub(super) fn parse<T>(
        &mut self,
        name: &str,
        default: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        if !self.is_known(name) {
            return None;
        }
        let text = self.text(name).unwrap_or_else(|| default.to_owned());
        match parse(&text) {
            Ok(value) => Some(value),
            Err(mistake) => {
                self.mistake(name, &mistake);
                None
            }
        }
    }

    pub(super) fn list<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        let text = self.text(name).unwrap_or_default();
        let items = text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty());
        let mut parsed = Vec::new();
        for item in items {
            match parse(item) {
                Ok(value) => parsed.push(value),
                Err(mistake) => self.mistake(name, &mistake),
            }
        }
        parsed
    }

    pub(super) fn flag(&mut self, name: &str, default: bool) -> bool {
        match self.text(name).as_deref().map(str::to_lowercase).as_deref() {
            None => default,
            Some("true" | "1" | "yes" | "on") => true,
            Some("false" | "0" | "no" | "off") => false,
            Some(other) => {
                self.mistake(name, &format!("is {other:?}; it must be true or false"));
                default
            }
        }
    }

    /// `ALLOW_INSECURE`: a comma-separated list of what is meant as it is. Where nobody can read it nothing starts,
    /// and what it may have allowed is not complained of.
    pub(super) fn allows(&self, what: &str) -> bool {
        let list = self.text("ALLOW_INSECURE").unwrap_or_default();
        !self.is_known("ALLOW_INSECURE") || list.split(',').any(|item| item.trim() == what)
    }

    /// What a variable says cannot be read.
    pub(super) fn mistake(&mut self, name: &str, mistake: &str) {
        self.mistakes.push(format!("{name} {mistake}"));
        self.unread.push(name.to_owned());
    }

    /// It can be read, and stops nothing.
    pub(super) fn remark(&mut self, name: &str, remark: &str) {
        self.remarks.push(format!("{name} {remark}"));
    }

    /// It can be read, but not together with what others say. Nothing is said of what rests on one that cannot be
    /// read: it would be a second mistake, and maybe a wrong one.
    pub(super) fn contradiction(&mut self, name: &str, others: &[&str], mistake: &str) {
        if self.is_known(name) && others.iter().all(|other| self.is_known(other)) {
            self.mistakes.push(format!("{name} {mistake}"));
        }
    }
}
