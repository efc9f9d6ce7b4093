//! What the audit log is asked for.
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        actions::{Author, Filter},
        page::Seek,
    },
    web::{
        forms::FormErrors,
        lists::{self, At},
    },
    zones::Tz,
};

/// What `who` says of lines that no user wrote.
pub const NOBODY: &str = "none";
const LONGEST_NAME: usize = 100;

/// Which lines to list.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Filters {
    #[serde(skip_serializing_if = "String::is_empty")]
    who: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    what: String,
    /// A thing by its kind and number: `interview:12`.
    #[serde(skip_serializing_if = "String::is_empty")]
    on: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    to: String,
}

impl Filters {
    /// The address of everything that was done to one thing.
    pub fn about(object_type: &str, object_id: i64) -> String {
        let on = format!("{object_type}:{object_id}");
        let only = Self {
            on,
            ..Self::default()
        };
        lists::address("/actions", &only)
    }

    /// What was asked to be done, as stored.
    pub fn what(&self) -> &str {
        self.what.trim()
    }

    /// The address of the same lines as a table to download.
    pub fn export(&self) -> String {
        lists::address("/actions.csv", self)
    }

    /// What the list is asked for; the last day is part of it.
    pub fn parse(&self, zone: Tz, at: &At) -> Result<(Filter, Option<Seek>), FormErrors> {
        let mut errors = FormErrors::new();
        let author = errors.optional(&self.who, |e, text| match text {
            NOBODY => Some(Author::Nobody),
            id => e.number("who", id, 1, i64::MAX).map(Author::User),
        });
        let verb = errors.optional(&self.what, |e, text| {
            e.check("what", name(text).ok_or("Choose an action from the list."))
        });
        let object = errors.optional(&self.on, |e, text| {
            e.check(
                "on",
                thing(text).ok_or("Write a kind and a number, such as interview:12."),
            )
        });
        let (from, until) = errors.days((&self.from, &self.to), zone);
        let seek = at.seek(&mut errors);
        let filter = Filter {
            author,
            verb,
            object,
            from,
            until,
        };
        errors.or(Some((filter, seek)))
    }
}

fn thing(text: &str) -> Option<(String, i64)> {
    let (kind, id) = text.split_once(':')?;
    let id = id.trim().parse().ok().filter(|id| *id > 0)?;
    Some((name(kind.trim())?, id))
}

/// What the log calls something: `interview.booked`, `slot`.
fn name(text: &str) -> Option<String> {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._".contains(c);
    let is_name = !text.is_empty() && text.len() <= LONGEST_NAME && text.chars().all(is_part);
    is_name.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_a_kind_and_a_number() {
        assert_eq!(thing("interview:12"), Some(("interview".into(), 12)));
        for text in [
            "",
            "interview",
            "interview:",
            ":1",
            "interview:0",
            "interview:-1",
            "Ü:1",
            "a\0:1",
        ] {
            assert_eq!(thing(text), None, "{text:?}");
        }
    }
}
