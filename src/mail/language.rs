//! The languages of mails: one file of words each, in `templates/messages/words/`.
use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, Utc};
use entity::{InstructionLine, email::Kind, slot::InterviewType};
use rust_embed::RustEmbed;
use sea_orm::{ActiveEnum, Iterable};
use serde::{Deserialize, Serialize};

use super::pattern::Pattern;
use crate::{
    error::{Error, Result},
    times::{self, LocalTime},
    zones::Tz,
};

/// The language of those whose own is not here; every other one is checked against it.
pub const FALLBACK: &str = "en";

/// The group of phrases that interviewers read instead of those of the same name in `mail`.
pub const INTERVIEWER: &str = "interviewer";

/// What stands in a pattern of a date, beside words.
const PARTS_OF_A_DATE: &[&str] = &[
    "weekday",
    "year",
    "month",
    "month_number",
    "day",
    "hour",
    "hour12",
    "day_half",
    "minute",
];

#[derive(RustEmbed)]
#[folder = "templates/messages/words/"]
struct Files;

/// All languages, by their tags (BCP 47).
#[derive(Clone, Debug)]
pub struct Languages(BTreeMap<String, Language>);

/// All that depends on the language of a mail.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    #[serde(skip)]
    tag: String,
    /// As those who speak it call it.
    name: String,
    direction: Direction,
    months: [String; 12],
    /// Monday first.
    weekdays: [String; 7],
    /// Before and after noon, where hours go to twelve.
    day_halves: [String; 2],
    moment: Pattern,
    moment_in_utc: Pattern,
    phrases: Groups,
}

type Groups = BTreeMap<String, BTreeMap<String, Pattern>>;

/// Which way it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From left to right.
    Ltr,
    /// From right to left.
    Rtl,
}

impl Languages {
    /// Reads and checks them all.
    pub fn new() -> Result<Self> {
        let files = Files::iter().map(|file| {
            let text = Files::get(&file)
                .and_then(|found| String::from_utf8(found.data.into_owned()).ok())
                .ok_or_else(|| wrong(&file, "it cannot be read"))?;
            Ok((file.into_owned(), text))
        });
        Self::of(&files.collect::<Result<Vec<_>>>()?)
    }

    /// From files by their names: `de.json`.
    pub fn of(files: &[(String, String)]) -> Result<Self> {
        let mut languages = BTreeMap::new();
        for (file, text) in files {
            let tag = file
                .strip_suffix(".json")
                .ok_or_else(|| wrong(file, "it is no JSON"))?;
            let mut language: Language =
                serde_json::from_str(text).map_err(|error| wrong(file, error))?;
            language.tag = tag.to_owned();
            languages.insert(tag.to_ascii_lowercase(), language);
        }
        let languages = Self(languages);
        let model = languages.fallback()?;
        model.check_names().map_err(|m| wrong(FALLBACK, m))?;
        for language in languages.0.values() {
            language
                .check_against(model)
                .map_err(|mistake| wrong(&language.tag, mistake))?;
        }
        Ok(languages)
    }

    /// The best there is for a tag (RFC 4647, lookup): itself, then what is left of it without its
    /// last part and so on, then [`FALLBACK`].
    pub fn choose(&self, tag: &str) -> Result<&Language> {
        let wanted = tag.to_ascii_lowercase();
        let mut range = wanted.as_str();
        loop {
            if let Some(language) = self.0.get(range) {
                return Ok(language);
            }
            match range.rsplit_once('-') {
                Some((less, _)) => range = less,
                None => return self.fallback(),
            }
        }
    }

    /// Tags and names, for a choice.
    pub fn list(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .values()
            .map(|language| (language.tag.as_str(), language.name.as_str()))
    }

    fn fallback(&self) -> Result<&Language> {
        self.0
            .get(FALLBACK)
            .ok_or_else(|| wrong(FALLBACK, "it is not there"))
    }
}

impl Language {
    /// BCP 47.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// As those who speak it call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which way it is written.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// All phrases of a group.
    pub fn group(&self, group: &str) -> Result<&BTreeMap<String, Pattern>> {
        self.phrases
            .get(group)
            .ok_or_else(|| wrong(&self.tag, format!("there is no {group}")))
    }

    /// One phrase, with what its places stand for by their names.
    pub fn say(&self, group: &str, name: &str, places: &[(&str, &str)]) -> Result<String> {
        let meaning = |place: &str| {
            let known = places.iter().find(|(name, _)| *name == place);
            known.map_or_else(String::new, |(_, text)| (*text).to_owned())
        };
        Ok(self.phrase(group, name)?.fill(str::to_owned, meaning))
    }

    /// One phrase.
    pub fn phrase(&self, group: &str, name: &str) -> Result<&Pattern> {
        self.group(group)?
            .get(name)
            .ok_or_else(|| wrong(&self.tag, format!("there is no {group}.{name}")))
    }

    /// `Wednesday, October 15, 2025 at 10:00 AM (UTC+02:00)`.
    pub fn moment(&self, at: DateTime<Utc>, zone: Tz) -> String {
        let local = self.filled(&self.moment, LocalTime::of(at, &zone));
        format!("{local} ({})", times::offset(at, zone))
    }

    /// The same by an offset that no zone has any more.
    pub fn moment_by(&self, at: DateTime<Utc>, offset: FixedOffset) -> String {
        let local = self.filled(&self.moment, LocalTime::of(at, &offset));
        format!("{local} (UTC{offset})")
    }

    /// `Wednesday, October 15, 2025 at 08:00 UTC`.
    pub fn moment_in_utc(&self, at: DateTime<Utc>) -> String {
        self.filled(&self.moment_in_utc, LocalTime::of(at, &Tz::UTC))
    }

    /// `60 minutes`.
    pub fn minutes(&self, count: i32) -> Result<String> {
        let name = if count == 1 { "one_minute" } else { "minutes" };
        let pattern = self.phrase("amounts", name)?;
        Ok(pattern.fill(str::to_owned, |_| count.to_string()))
    }

    fn filled(&self, pattern: &Pattern, at: LocalTime) -> String {
        let of = |names: &[String], number: usize| names.get(number).cloned().unwrap_or_default();
        pattern.fill(str::to_owned, |part| match part {
            "weekday" => of(&self.weekdays, at.weekday_from_monday),
            "year" => at.year.to_string(),
            "month" => of(&self.months, at.month_from_january),
            "month_number" => (at.month_from_january + 1).to_string(),
            "day" => at.day.to_string(),
            "hour" => format!("{:02}", at.hour),
            "hour12" => match at.hour % 12 {
                0 => "12".into(),
                hour => hour.to_string(),
            },
            "day_half" => of(&self.day_halves, usize::from(at.hour >= 12)),
            "minute" => format!("{:02}", at.minute),
            _ => String::new(),
        })
    }

    /// Is there a phrase for everything that has a name?
    fn check_names(&self) -> Result<(), String> {
        let kinds = Kind::iter()
            .filter(|kind| kind.is_written_when_tried())
            .map(|kind| (kind.to_value(), "subject".to_owned()));
        let types = InterviewType::iter().map(|kind| ("interview_types".into(), kind.to_value()));
        let lines = InstructionLine::ALL
            .into_iter()
            .map(|line| ("instructions".into(), line.name().into()));
        for (group, name) in kinds.chain(types).chain(lines) {
            if self.phrase(&group, &name).is_err() {
                return Err(format!("there is no {group}.{name}"));
            }
        }
        Ok(())
    }

    /// Has it the same phrases with the same places as another?
    fn check_against(&self, model: &Self) -> Result<(), String> {
        for pattern in [&self.moment, &self.moment_in_utc] {
            let places = pattern.places();
            if let Some(unknown) = places.iter().find(|name| !PARTS_OF_A_DATE.contains(name)) {
                return Err(format!("{unknown} is no part of a date"));
            }
        }
        let named = |groups: &Groups| -> BTreeMap<String, Vec<String>> {
            let patterns = groups.iter().flat_map(|(group, patterns)| {
                patterns.iter().map(move |(name, pattern)| {
                    let places = pattern.places().into_iter().map(str::to_owned).collect();
                    (format!("{group}.{name}"), places)
                })
            });
            patterns.collect()
        };
        let (ours, theirs) = (named(&self.phrases), named(&model.phrases));
        if let Some(missing) = theirs.keys().find(|name| !ours.contains_key(*name)) {
            return Err(format!("there is no {missing}"));
        }
        for (name, places) in &ours {
            match theirs.get(name) {
                None => return Err(format!("nothing is called {name}")),
                Some(expected) if expected != places => {
                    return Err(format!(
                        "{name} has the places {places:?} instead of {expected:?}"
                    ));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

fn wrong(file: &str, why: impl std::fmt::Display) -> Error {
    Error::Mail(format!("the words of {file}: {why}"))
}

#[cfg(test)]
mod tests;
