//! In which language a candidate reads a page, and in which others they could.
use serde::Serialize;
use tera::Value;

use crate::mail::language::{Direction, Language, Languages};

/// The language of a page.
#[derive(Clone, Debug, Serialize)]
pub struct Reading {
    lang: String,
    dir: Direction,
    /// Where the choice is kept; none where nobody knows whose it is.
    kept_at: Option<String>,
    /// All there are to choose from.
    languages: Vec<Offer>,
    #[serde(skip)]
    words: Value,
}

/// A language, by its own name.
#[derive(Clone, Debug, Serialize)]
struct Offer {
    tag: String,
    name: String,
    dir: Direction,
    is_chosen: bool,
}

impl Reading {
    /// In one of them.
    pub fn new(language: &Language, languages: &Languages, kept_at: Option<String>) -> Self {
        let offer = |other: &Language| Offer {
            tag: other.tag().to_owned(),
            name: other.name().to_owned(),
            dir: other.direction(),
            is_chosen: other.tag() == language.tag(),
        };
        Self {
            lang: language.tag().to_owned(),
            dir: language.direction(),
            kept_at,
            languages: languages.all().map(offer).collect(),
            words: language.page_words().clone(),
        }
    }

    pub(super) fn words(&self) -> &Value {
        &self.words
    }
}
