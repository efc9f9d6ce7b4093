//! Variables as text, and the mistakes found in them.
use std::collections::HashMap;

/// Reads variables and keeps every mistake.
pub(super) struct Reader {
    pub(super) vars: HashMap<String, String>,
    pub(super) mistakes: Vec<String>,
}

impl Reader {
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.vars
            .get(name)
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    }

    /// Blanks at its ends belong to a password: whoever quotes them means them.
    pub(super) fn password(&self, name: &str) -> Option<String> {
        let text = self.vars.get(name)?;
        (!text.trim().is_empty()).then(|| text.trim_end_matches(['\r', '\n']).to_owned())
    }

    pub(super) fn parse<T>(
        &mut self,
        name: &str,
        default: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
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
                self.mistake(name, &format!("is {other:?}; it can be true or false"));
                default
            }
        }
    }

    /// `ALLOW_INSECURE`: a comma-separated list of what is meant as it is.
    pub(super) fn allows(&self, what: &str) -> bool {
        self.text("ALLOW_INSECURE")
            .is_some_and(|list| list.split(',').any(|item| item.trim() == what))
    }

    pub(super) fn mistake(&mut self, name: &str, mistake: &str) {
        self.mistakes.push(format!("{name} {mistake}"));
    }
}
