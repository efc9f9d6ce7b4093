//! Time zones: which there are and what their clocks show, by the rules of one dated database.
//!
//! Nothing else asks for an offset: pages, mails, calendars and the API agree because they ask here.
mod database;
pub mod local_time;
mod offset;

use std::{fmt, str::FromStr};

pub use self::{
    database::{choices, names, version},
    offset::ZoneOffset,
};

/// A time zone by its IANA name; [`chrono::TimeZone`] gives the offset at an instant.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tz(u16);

/// There is no zone of this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a time zone like Europe/Berlin")]
pub struct Unknown;

impl Tz {
    /// Coordinated universal time.
    pub const UTC: Self = Self(0);
    const UTC_NAME: &str = "UTC";

    /// Its name, as stored and as read by people.
    pub fn name(self) -> &'static str {
        database::entry(self).name
    }

    /// One that is in every edition of the database: for samples, demo data and tests.
    pub fn known(name: &str) -> Self {
        name.parse()
            .expect("a zone that has been in the database from its beginning")
    }
}

/// The zones that somebody may mean who typed this: the one of that name, else the places that are called so, whatever
/// the case and however the words are joined.
pub fn search(typed: &str) -> Vec<Tz> {
    let typed = typed.trim();
    if let Ok(zone) = typed.parse() {
        return vec![zone];
    }
    let plain = |name: &str| name.to_lowercase().replace(' ', "_");
    let typed = plain(typed);
    let is_meant = |name: &&str| {
        let name = plain(name);
        name == typed || name.rsplit('/').next() == Some(&typed)
    };
    let found = choices().filter(is_meant);
    found.filter_map(|name| name.parse().ok()).collect()
}

impl FromStr for Tz {
    type Err = Unknown;

    fn from_str(name: &str) -> Result<Self, Unknown> {
        database::find(name).ok_or(Unknown)
    }
}

impl fmt::Display for Tz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for Tz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_has_one_spelling() {
        for name in [
            "Europe/Berlin",
            "America/Port-au-Prince",
            "US/Pacific",
            "Asia/Calcutta",
            "Etc/GMT+3",
        ] {
            assert_eq!(name.parse::<Tz>().map(Tz::name), Ok(name));
        }
        assert_eq!("UTC".parse(), Ok(Tz::UTC));
        assert_eq!(Tz::UTC.name(), "UTC");
        for wrong in [
            "",
            "europe/berlin",
            " UTC",
            "Europe/Bonn",
            "Factory",
            "CEST",
            "+01:00",
            "../etc/passwd",
        ] {
            assert_eq!(wrong.parse::<Tz>(), Err(Unknown), "{wrong}");
        }
    }

    #[test]
    fn a_zone_is_chosen_by_its_place() {
        let choices: Vec<_> = choices().collect();
        assert!(choices.contains(&"UTC") && choices.contains(&"Europe/Oslo"));
        for no_place in [
            "US/Pacific",
            "GB",
            "Etc/GMT+3",
            "EST5EDT",
            "Factory",
            "Zulu",
        ] {
            assert!(!choices.contains(&no_place), "{no_place}");
        }
        assert!(choices.iter().all(|name| name.parse::<Tz>().is_ok()));
    }

    #[test]
    fn a_zone_is_found_by_its_place() {
        let found = |typed| -> Vec<&str> { search(typed).into_iter().map(Tz::name).collect() };
        for (typed, name) in [
            ("berlin", "Europe/Berlin"),
            (" BERLIN ", "Europe/Berlin"),
            ("europe/berlin", "Europe/Berlin"),
            ("new york", "America/New_York"),
            ("New_York", "America/New_York"),
            ("utc", "UTC"),
            ("US/Pacific", "US/Pacific"),
        ] {
            assert_eq!(found(typed), [name], "{typed}");
        }
        assert_eq!(
            found("louisville"),
            ["America/Kentucky/Louisville", "America/Louisville"]
        );
        for typed in ["", "/", "europe", "ber", "us/pacific", "Mars/Olympus"] {
            assert_eq!(found(typed), [""; 0], "{typed}");
        }
    }

    #[test]
    fn every_zone_can_be_read() {
        let now = chrono::DateTime::UNIX_EPOCH.naive_utc();
        for name in names() {
            let zone: Tz = name.parse().expect("a zone");
            assert_eq!(zone.name(), name);
            chrono::TimeZone::offset_from_utc_datetime(&zone, &now);
        }
    }
}
