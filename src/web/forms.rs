//! Forms: what was typed stays, and each mistake stands beside its field.
use std::collections::BTreeMap;

use serde::Serialize;

use crate::text::Refusal;

/// What is wrong with a form: a message for each field that has one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct FormErrors(BTreeMap<&'static str, String>);

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
        self.0.entry(field).or_insert_with(|| message.into());
    }

    /// Is nothing wrong?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The message of a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
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
}
