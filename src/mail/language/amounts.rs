//! Phrases that count, in the forms that a language has for numbers.
use std::collections::BTreeMap;

use serde::Deserialize;

use super::Language;
use crate::error::Result;

/// Forms beside the one for all other numbers, as the Unicode CLDR calls them; browsers do, too.
pub(super) const CATEGORIES: [&str; 5] = ["zero", "one", "two", "few", "many"];
/// As it calls that one.
const OTHER: &str = "other";

/// Which numbers have a form of their own.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Plurals(BTreeMap<String, Numbers>);

/// Some numbers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Numbers {
    /// These.
    #[serde(default)]
    numbers: Vec<i64>,
    /// And those whose last two digits are one of these: from, to.
    #[serde(default)]
    last_two_digits: Vec<(i64, i64)>,
}

impl Plurals {
    /// The names of the forms.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub fn check(&self) -> Result<(), String> {
        match self.names().find(|name| !CATEGORIES.contains(name)) {
            Some(unknown) => Err(format!("{unknown} is no plural")),
            None => Ok(()),
        }
    }

    fn of(&self, count: i64) -> Option<&str> {
        let mut all = self.0.iter();
        let found = all.find(|(_, of)| {
            let digits = count.rem_euclid(100);
            let mut ranges = of.last_two_digits.iter();
            of.numbers.contains(&count) || ranges.any(|(from, to)| (*from..=*to).contains(&digits))
        });
        found.map(|(name, _)| name.as_str())
    }
}

impl Language {
    /// `60 minutes`.
    pub fn minutes(&self, count: i32) -> Result<String> {
        self.counted("minutes", count.into())
    }

    /// `3 days`.
    pub fn days(&self, count: i64) -> Result<String> {
        self.counted("days", count)
    }

    /// All forms of a counted phrase by their names, with `{count}` in them: for scripts, as JSON.
    pub fn forms(&self, name: &str) -> Result<String> {
        let own = self.plurals.names();
        let own = own.map(|category| (category, format!("{name}_{category}")));
        let all = own.chain([(OTHER, name.to_owned())]);
        let texts = all.map(|(category, name)| {
            let text = self.phrase("amounts", &name)?.to_string();
            Ok((category, text))
        });
        let texts = texts.collect::<Result<BTreeMap<_, _>>>()?;
        Ok(serde_json::json!(texts).to_string())
    }

    fn counted(&self, name: &str, count: i64) -> Result<String> {
        let name = match self.plurals.of(count) {
            Some(category) => format!("{name}_{category}"),
            None => name.to_owned(),
        };
        self.say("amounts", &name, &[("count", &count.to_string())])
    }
}
