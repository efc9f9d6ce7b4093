//! Headings of columns: what they are called in the languages of spreadsheets.
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
    for cell in cells {
        // Of two columns for one field the first counts.
        let field = field(cell, names).filter(|field| !fields.contains(&Some(*field)));
        if field.is_none() && !cell.is_empty() {
            ignored.push(super::label(cell));
        }
        fields.push(field);
    }
    let is_heading = fields.iter().any(Option::is_some);
    is_heading.then_some(Columns { fields, ignored })
}

fn field<F: Copy>(heading: &str, names: &[(F, &[&str])]) -> Option<F> {
    let heading = folded(heading);
    let found = names
        .iter()
        .find(|(_, names)| names.iter().any(|name| folded(name) == heading));
    found.map(|(field, _)| *field)
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
