//! What makes a language whole: the phrases of the model, with their places, and all forms of what is counted.
use std::collections::{BTreeMap, BTreeSet};

use entity::{InstructionLine, email::Kind, slot::InterviewType};
use sea_orm::{ActiveEnum, Iterable};

use super::{Language, amounts::CATEGORIES};

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

/// The places of phrases, by `group.name`.
type Places<'a> = BTreeMap<String, BTreeSet<&'a str>>;

impl Language {
    /// Is there a phrase for everything that has a name?
    pub(super) fn check_names(&self) -> Result<(), String> {
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

    /// Has it the same phrases with the same places as another, but for the plurals of its own?
    pub(super) fn check_against(&self, model: &Self) -> Result<(), String> {
        for pattern in [&self.moment, &self.moment_in_utc, &self.day, &self.clock] {
            let places = pattern.places();
            if let Some(unknown) = places.iter().find(|name| !PARTS_OF_A_DATE.contains(name)) {
                return Err(format!("{unknown} is no part of a date"));
            }
        }
        self.plurals.check()?;
        let (ours, theirs) = (self.places(), model.places());
        let counted: Vec<&str> = theirs.keys().filter_map(|name| base(name)).collect();
        let same = theirs.keys().filter(|name| base(name).is_none()).cloned();
        let forms = counted.iter().flat_map(|base| {
            let own = self.plurals.names();
            own.map(move |category| format!("{base}_{category}"))
        });
        let expected: BTreeSet<String> = same.chain(forms).collect();
        if let Some(missing) = expected.iter().find(|name| !ours.contains_key(*name)) {
            return Err(format!("there is no {missing}"));
        }
        for (name, places) in &ours {
            if !expected.contains(name) {
                return Err(format!("nothing is called {name}"));
            }
            let base = base(name);
            let model = theirs.get(base.unwrap_or(name));
            let model = model.ok_or_else(|| format!("{name} is a form of nothing"))?;
            // `two minutes` may be one word.
            let is_form = base.is_some() && places.is_subset(model);
            if places != model && !is_form {
                return Err(format!(
                    "{name} has the places {places:?} instead of {model:?}"
                ));
            }
        }
        Ok(())
    }

    fn places(&self) -> Places<'_> {
        let phrases = self.phrases.iter().flat_map(|(group, patterns)| {
            let patterns = patterns.iter();
            patterns.map(move |(name, pattern)| (format!("{group}.{name}"), pattern.places()))
        });
        phrases.collect()
    }
}

/// What a form of a counted phrase is a form of.
fn base(name: &str) -> Option<&str> {
    let (base, category) = name.rsplit_once('_')?;
    CATEGORIES.contains(&category).then_some(base)
}
