//! The languages of mails and of candidates' pages: one file of words each, in `templates/messages/words/`.
mod amounts;
mod check;

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, Utc};
use rust_embed::RustEmbed;
use serde::{Deserialize, Serialize};
use tera::Value;

use self::amounts::Plurals;
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

/// Groups of phrases that candidates' pages read are called so, each with its own name behind it.
const PAGES: &str = "page_";

#[derive(RustEmbed)]
#[folder = "templates/messages/words/"]
struct Files;

/// All languages, by their tags (BCP 47).
#[derive(Clone, Debug)]
pub struct Languages(BTreeMap<String, Language>);

/// All that depends on the language of a mail or a page.
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
    /// The day of a moment, and the time of that day.
    day: Pattern,
    clock: Pattern,
    plurals: Plurals,
    phrases: Groups,
    /// The phrases of pages, as templates read them.
    #[serde(skip, default = "Value::none")]
    page_words: Value,
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
            language.page_words = language.words_of_pages();
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
        self.nearest(tag).map_or_else(|| self.fallback(), Ok)
    }

    /// The same without a fallback.
    pub fn nearest(&self, tag: &str) -> Option<&Language> {
        let wanted = tag.to_ascii_lowercase();
        let mut range = wanted.as_str();
        loop {
            if let Some(language) = self.0.get(range) {
                return Some(language);
            }
            range = range.rsplit_once('-')?.0;
        }
    }

    /// The one with exactly this tag.
    pub fn known(&self, tag: &str) -> Option<&Language> {
        self.all().find(|language| language.tag == tag)
    }

    /// All, by the alphabet of their tags.
    pub fn all(&self) -> impl Iterator<Item = &Language> {
        self.0.values()
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

    /// `Wednesday, October 15, 2025`.
    pub fn day(&self, at: DateTime<Utc>, zone: Tz) -> String {
        self.filled(&self.day, LocalTime::of(at, &zone))
    }

    /// `10:00 AM`.
    pub fn clock(&self, at: DateTime<Utc>, zone: Tz) -> String {
        self.filled(&self.clock, LocalTime::of(at, &zone))
    }

    /// From a moment to another, the second one without its day where that is the same.
    pub fn span(&self, from: DateTime<Utc>, until: DateTime<Utc>, zone: Tz) -> Result<String> {
        let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
        let offset = times::offset(from, zone);
        let is_plain = day(from) == day(until) && offset == times::offset(until, zone);
        let (from, until) = match is_plain {
            true => {
                let local = self.filled(&self.moment, LocalTime::of(from, &zone));
                (local, format!("{} ({offset})", self.clock(until, zone)))
            }
            false => (self.moment(from, zone), self.moment(until, zone)),
        };
        self.say("amounts", "span", &[("from", &from), ("until", &until)])
    }

    /// The phrases of pages: maps by the names of their groups, without what these begin with.
    pub fn page_words(&self) -> &Value {
        &self.page_words
    }

    fn words_of_pages(&self) -> Value {
        let groups = self.phrases.iter().filter_map(|(group, phrases)| {
            let texts = phrases.iter();
            let texts = texts.map(|(name, phrase)| (name.as_str(), phrase.to_string()));
            Some((group.strip_prefix(PAGES)?, texts.collect()))
        });
        Value::from_serializable(&groups.collect::<BTreeMap<_, BTreeMap<_, _>>>())
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
}

fn wrong(file: &str, why: impl std::fmt::Display) -> Error {
    Error::Mail(format!("the words of {file}: {why}"))
}

#[cfg(test)]
mod tests;
