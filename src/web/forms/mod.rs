//! Forms: what was typed stays, and each mistake stands beside its field.
mod sheet;
mod ticket;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Serialize, Serializer};

pub use self::{
    sheet::{Sheet, status},
    ticket::{NO_VERSION, SENT_BEFORE, Ticket},
};
use crate::{
    text::{self, Refusal},
    times,
    zones::{self, Tz},
};

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

    /// What was parsed, if nothing is wrong.
    pub fn or<T>(self, parsed: Option<T>) -> Result<T, Self> {
        parsed.filter(|_| self.is_empty()).ok_or(self)
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
                self.add(field, format!("Use a whole number from {least} to {most}."));
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
            serde_json::from_value(name).map_err(|_| -> Refusal { "Choose one from the list." }),
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

    /// A time zone by its name or its place: `berlin` is Europe/Berlin.
    pub fn zone(&mut self, field: &'static str, text: &str) -> Option<Tz> {
        let found = zones::search(text);
        match found[..] {
            [zone] => return Some(zone),
            [] => self.add(field, text::NO_ZONE),
            _ => {
                let names: Vec<&str> = found.iter().map(|zone| zone.name()).collect();
                let names = names.join(" or ");
                self.add(
                    field,
                    format!("Several time zones are called that. Choose {names}."),
                );
            }
        }
        None
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
            self.add("to", "Choose a date on or after the start date.");
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
    fn a_zone_that_is_not_clear_is_a_mistake_that_names_the_candidates() {
        let mut errors = FormErrors::new();
        assert_eq!(
            errors.zone("zone", "berlin"),
            Some(Tz::known("Europe/Berlin"))
        );
        assert!(errors.is_empty());
        assert_eq!(errors.zone("zone", "louisville"), None);
        assert_eq!(
            errors.of("zone"),
            Some(
                "Several time zones are called that. Choose America/Kentucky/Louisville or America/Louisville."
            )
        );
    }

    #[test]
    fn a_field_may_be_empty_but_not_wrong() {
        let mut errors = FormErrors::new();
        assert_eq!(errors.optional(" ", |e, t| e.date("from", t)), None);
        assert!(errors.is_empty());
        assert_eq!(errors.optional("soon", |e, t| e.date("from", t)), None);
        assert!(errors.of("from").is_some());
    }
}
