//! The list of mail texts.
use entity::email::Kind;
use sea_orm::{ActiveEnum, Iterable};
use serde::Serialize;

use crate::{
    domain::mail_texts::Own,
    mail::{language::Languages, wording::Wording},
    web::{labels, page::Page},
};

/// The list.
#[derive(Serialize)]
pub struct IndexPage {
    languages: Vec<String>,
    kinds: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    kind: &'static str,
    cells: Vec<Cell>,
}

#[derive(Serialize)]
struct Cell {
    href: String,
    language: String,
    tone: &'static str,
    state: String,
}

impl IndexPage {
    /// Every kind in every language.
    pub fn new(languages: &Languages, own: &Own) -> Self {
        let row = |kind: Kind| Row {
            kind: labels::email_kind(kind),
            cells: languages
                .list()
                .map(|(tag, name)| Cell::new(own, kind, tag, name))
                .collect(),
        };
        Self {
            languages: languages.list().map(|(_, name)| name.to_owned()).collect(),
            kinds: Kind::iter()
                .filter(|kind| kind.can_be_reworded())
                .map(row)
                .collect(),
        }
    }
}

impl Cell {
    fn new(own: &Own, kind: Kind, tag: &str, language: &str) -> Self {
        let (_, unusable) = Wording::of(own.words(kind, tag));
        let kept = own.words(kind, tag).count();
        let (tone, state) = match (unusable.is_empty(), kept) {
            (false, _) => ("bad", "Needs fixing".into()),
            (true, 0) => ("quiet", "Default text".into()),
            (true, 1) => ("good", "1 text changed".into()),
            (true, count) => ("good", format!("{count} texts changed")),
        };
        Self {
            href: format!("/company/texts/{}/{tag}", kind.to_value()),
            language: language.to_owned(),
            tone,
            state,
        }
    }
}

impl Page for IndexPage {
    const TEMPLATE: &'static str = "mail_texts/index.html";

    fn title(&self) -> String {
        "Email texts".into()
    }

    fn sample() -> Self {
        Self {
            languages: vec!["English".into()],
            kinds: vec![Row {
                kind: "Invitation",
                cells: vec![Cell {
                    href: "/company/texts/scheduled/en".into(),
                    language: "English".into(),
                    tone: "good",
                    state: "2 texts changed".into(),
                }],
            }],
        }
    }
}
