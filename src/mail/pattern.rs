//! Phrases with named places: `Dear {candidate_name},`.
use std::{collections::BTreeSet, fmt};

use serde::Deserialize;

/// A phrase, taken apart once.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Words(String),
    Place(String),
}

impl Pattern {
    /// Takes a phrase apart; the mistake in one that cannot be.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (words, place) = rest.split_at(at);
            if !words.is_empty() {
                pieces.push(Piece::Words(words.into()));
            }
            let name = place.strip_prefix('{').and_then(|inside| {
                let (name, after) = inside.split_once('}')?;
                rest = after;
                is_name(name).then_some(name)
            });
            match name {
                Some(name) => pieces.push(Piece::Place(name.into())),
                None => return Err(format!("a brace in {text:?} is not around a name")),
            }
        }
        if !rest.is_empty() {
            pieces.push(Piece::Words(rest.into()));
        }
        Ok(Self(pieces))
    }

    /// The names of its places.
    pub fn places(&self) -> BTreeSet<&str> {
        self.0
            .iter()
            .filter_map(|piece| match piece {
                Piece::Place(name) => Some(name.as_str()),
                Piece::Words(_) => None,
            })
            .collect()
    }

    /// How many places there are, each time that a name comes up counted.
    pub fn count_places(&self) -> usize {
        let is_place = |piece: &&Piece| matches!(piece, Piece::Place(_));
        self.0.iter().filter(is_place).count()
    }

    /// The phrase: `words` writes what stands in the pattern, `place` what its names stand for.
    pub fn fill(
        &self,
        words: impl Fn(&str) -> String,
        mut place: impl FnMut(&str) -> String,
    ) -> String {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Words(text) => words(text),
                Piece::Place(name) => place(name),
            })
            .collect()
    }
}

/// As it was written.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Words(text) => f.write_str(text),
            Piece::Place(name) => write!(f, "{{{name}}}"),
        })
    }
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_and_what_fills_them_is_not_read_again() {
        let pattern = Pattern::parse("{a}, {b2}: {a}!").expect("a pattern");
        assert_eq!(pattern.places(), BTreeSet::from(["a", "b2"]));
        let filled = pattern.fill(str::to_uppercase, |name| format!("<{{{name}}}>"));
        assert_eq!(filled, "<{a}>, <{b2}>: <{a}>!");
        assert_eq!(pattern.to_string(), "{a}, {b2}: {a}!");
        assert_eq!(pattern.count_places(), 3);
    }

    #[test]
    fn a_brace_that_holds_no_name_is_a_mistake() {
        for wrong in ["{", "}", "{}", "{a", "a}", "{A}", "{a b}", "{{a}}", "{a}}"] {
            assert!(Pattern::parse(wrong).is_err(), "{wrong}");
        }
    }
}
