//! Headings of columns: what they are called in the languages of spreadsheets.
use std::collections::HashMap;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Which columns hold which fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns<F> {
    /// For each column its field, if any.
    pub fields: Vec<Option<F>>,
    /// The headings of the others.
    pub ignored: Vec<String>,
}

/// Reads a row as headings; none when it names no field.
pub fn read<F: Copy + PartialEq>(cells: &[String], names: &[(F, &[&str])]) -> Option<Columns<F>> {
    let mut fields: Vec<Option<F>> = Vec::new();
    let mut ignored = Vec::new();
    let (names, mut seen) = (Names::of(names), Vec::new());
    for cell in cells {
        // Of two columns for one field the first counts.
        let field = names.field(cell).filter(|field| !seen.contains(field));
        seen.extend(field);
        if field.is_none() && !cell.is_empty() {
            ignored.push(super::label(cell));
        }
        fields.push(field);
    }
    (!seen.is_empty()).then_some(Columns { fields, ignored })
}

/// What fields are called, folded once: a row may have very many cells.
struct Names<F>(HashMap<String, F>);

impl<F: Copy> Names<F> {
    fn of(names: &[(F, &[&str])]) -> Self {
        let mut folded_names = HashMap::new();
        for (field, names) in names {
            for name in *names {
                folded_names.entry(folded(name)).or_insert(*field);
            }
        }
        Self(folded_names)
    }

    fn field(&self, heading: &str) -> Option<F> {
        self.0.get(&folded(heading)).copied()
    }
}

/// `E-Mail-Adresse *` and `emailadresse` are the same.
fn folded(text: &str) -> String {
    let letters = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c) && c.is_alphanumeric());
    letters.collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &[(u8, &[&str])] = &[(1, &["email", "メールアドレス"]), (2, &["prénom"])];

    #[test]
    fn headings_are_known_however_they_are_written() {
        let cells = |texts: &[&str]| {
            texts
                .iter()
                .map(|text| text.to_string())
                .collect::<Vec<_>>()
        };
        let columns = read(
            &cells(&["E-Mail *", "PRENOM", "LinkedIn", "", "email"]),
            NAMES,
        );
        let columns = columns.expect("headings");
        assert_eq!(columns.fields, [Some(1), Some(2), None, None, None]);
        assert_eq!(columns.ignored, ["LinkedIn", "email"]);
        assert!(read(&cells(&["メールアドレス"]), NAMES).is_some());
        assert_eq!(read(&cells(&["Ada", "ada@example.com"]), NAMES), None);
    }
}
