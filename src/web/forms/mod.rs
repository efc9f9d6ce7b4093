//! Forms: what was typed stays, and each mistake stands beside its field.
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize, Serializer};

use crate::{
    crypto,
    domain::{
        one_time_keys::Once,
        versions::{NEWEST, Target},
    },
    text::{self, Refusal},
    times,
    zones::Tz,
};

/// Beside a form whose one-time key stands for something else already.
pub const SENT_BEFORE: Refusal =
    "This form was sent before, with something else in it. Check it and send it again.";

/// Beside a form that does not say which version it shows: what it would overwrite is not known.
pub const NO_VERSION: Refusal = "This form does not say which version it shows, so nothing was saved. \
    Open the page again and repeat your changes there.";

/// A form that is one button, and the version of the row as its page showed it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Button {
    version: String,
}

impl Button {
    /// The row that it is meant for; none when it does not say in which version.
    pub fn target(&self, id: i64) -> Option<Target> {
        let (version, once) = (version(&self.version)?, None);
        Some(Target { id, version, once })
    }

    /// The version as it came.
    pub fn version(&self) -> &str {
        &self.version
    }
}

/// The version of a row that came with a form; none for what is no version.
pub fn version(text: &str) -> Option<i32> {
    let version = text.trim().parse().ok();
    version.filter(|version| (0..=NEWEST).contains(version))
}

/// A fresh one-time key, for the hidden field of a form.
pub fn new_key() -> String {
    crypto::random_id()
}

/// The one-time key that came with a form. `wish` is all that the form asks for; without a key the
/// form is carried out as often as it comes.
pub fn once(scope: &'static str, key: &str, wish: &impl Serialize) -> Option<Once> {
    let key = own_key(key)?;
    let wish = serde_json::to_string(wish).ok()?;
    Some(Once::new(scope, key, &wish))
}

/// The one-time key in a form's hidden field, if it can be one that we put there.
pub fn own_key(key: &str) -> Option<&str> {
    let key = key.trim();
    let is_key = (1..=64).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    is_key.then_some(key)
}

/// What is wrong with a form: a message for each field that has one, in the order of parsing. Parse
/// in the order of the page: the first field with a mistake gets the focus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormErrors(Vec<(&'static str, String)>);

impl Serialize for FormErrors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(field, message)| (field, message)))
    }
}

impl FormErrors {
    /// Nothing is wrong.
    pub fn new() -> Self {
        Self::default()
    }

    /// One field is wrong.
    pub fn one(field: &'static str, message: impl Into<String>) -> Self {
        let mut errors = Self::new();
        errors.add(field, message);
        errors
    }

    /// Notes a mistake; the first of a field is kept.
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        if self.of(field).is_none() {
            self.0.push((field, message.into()));
        }
    }

    /// Is nothing wrong?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The message of a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        let found = self.0.iter().find(|(name, _)| *name == field);
        found.map(|(_, message)| message.as_str())
    }

    /// The version of the row that a form shows; without one the form as a whole is refused.
    pub fn version(&mut self, text: &str) -> Option<i32> {
        self.check("form", version(text).ok_or(NO_VERSION))
    }

    /// The value of a field, or none with its mistake noted.
    pub fn check<T, M: Into<String>>(
        &mut self,
        field: &'static str,
        parsed: Result<T, M>,
    ) -> Option<T> {
        parsed.map_err(|message| self.add(field, message)).ok()
    }

    /// A whole number within bounds.
    pub fn number<T>(&mut self, field: &'static str, text: &str, least: T, most: T) -> Option<T>
    where
        T: std::str::FromStr + PartialOrd + std::fmt::Display,
    {
        match text.trim().parse::<T>() {
            Ok(number) if number >= least && number <= most => Some(number),
            _ => {
                self.add(
                    field,
                    format!("Please give a whole number from {least} to {most}."),
                );
                None
            }
        }
    }

    /// What a field chooses from names that we know.
    pub fn choice<T: serde::de::DeserializeOwned>(
        &mut self,
        field: &'static str,
        text: &str,
    ) -> Option<T> {
        let name = serde_json::Value::String(text.to_owned());
        self.check(
            field,
            serde_json::from_value(name)
                .map_err(|_| -> Refusal { "Please choose one of the list." }),
        )
    }

    /// A field that may be left empty: none without complaint.
    pub fn optional<T>(
        &mut self,
        text: &str,
        parse: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Option<T> {
        match text.trim() {
            "" => None,
            text => parse(self, text),
        }
    }

    /// A day, as `<input type="date">` sends it.
    pub fn date(&mut self, field: &'static str, text: &str) -> Option<NaiveDate> {
        self.check(field, text::date(text))
    }

    /// The instants from the beginning of one day until the end of another, in a zone; either may be left open.
    pub fn days(
        &mut self,
        (from, to): (&str, &str),
        zone: Tz,
    ) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        let from = self.optional(from, |e, text| e.date("from", text));
        let to = self.optional(to, |e, text| e.date("to", text));
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            self.add("to", "This is before the first day.");
        }
        (
            from.map(|day| times::bounds_of_day(day, zone).0),
            to.map(|day| times::bounds_of_day(day, zone).1),
        )
    }

    /// A time of day, as `<input type="time">` sends it.
    pub fn time(&mut self, field: &'static str, text: &str) -> Option<NaiveTime> {
        self.check(field, text::time(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_may_be_empty_but_not_wrong() {
        let mut errors = FormErrors::new();
        assert_eq!(errors.optional(" ", |e, t| e.date("from", t)), None);
        assert!(errors.is_empty());
        assert_eq!(errors.optional("soon", |e, t| e.date("from", t)), None);
        assert!(errors.of("from").is_some());
    }
}
