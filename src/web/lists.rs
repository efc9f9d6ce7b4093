//! Where one is in a list: the cursor in its address, and the addresses of other pages.
use serde::{Deserialize, Serialize};

use super::forms::FormErrors;
use crate::domain::page::Cursor;

/// The part of a list's address that says after which row the page begins.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct At {
    #[serde(default)]
    cursor: String,
}

impl At {
    /// The row; none for the first page, none with a mistake noted for what is no cursor.
    pub fn cursor(&self, errors: &mut FormErrors) -> Option<Cursor> {
        errors.optional(&self.cursor, |errors, text| {
            errors.check(
                "form",
                text.parse().map_err(
                    |()| "This page of the list no longer exists. Start from the first page.",
                ),
            )
        })
    }
}

/// What a list is asked for by its address.
#[derive(Debug, Deserialize)]
pub struct Asked<F> {
    /// Which rows.
    #[serde(flatten)]
    pub filters: F,
    /// From where on.
    #[serde(flatten)]
    pub at: At,
}

/// The addresses of other pages of a list, filters kept.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Pager {
    first: Option<String>,
    next: Option<String>,
    /// What is to be said of rows that stand on this page and cannot be read; empty without any.
    unreadable: String,
}

impl Pager {
    /// Of the list at `path`. Filters that are left empty must not be serialised.
    pub fn new(path: &str, filters: &impl Serialize, at: &At, next: Option<Cursor>) -> Self {
        let first = address(path, filters);
        let separator = if first.contains('?') { '&' } else { '?' };
        Self {
            next: next.map(|next| format!("{first}{separator}cursor={next}")),
            first: (!at.cursor.is_empty()).then_some(first),
            unreadable: String::new(),
        }
    }

    /// With what stands on this page as well, and cannot be read.
    pub fn with_unreadable(self, ids: &[i64]) -> Self {
        Self {
            unreadable: unreadable(ids),
            ..self
        }
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            first: Some("/jobs".into()),
            next: Some("/jobs?cursor=1_1".into()),
            unreadable: unreadable(&[5]),
        }
    }
}

/// What is said of rows that cannot be read.
pub fn unreadable(ids: &[i64]) -> String {
    let numbers: Vec<String> = ids.iter().map(i64::to_string).collect();
    let entries = match ids.len() {
        0 => return String::new(),
        1 => "1 more entry".to_owned(),
        many => format!("{many} more entries"),
    };
    format!(
        "Greenroom can't read {entries} in this list (number {}). The rest of the list is complete. Ask an admin to check the server log.",
        numbers.join(", ")
    )
}

/// A path with a query made of plain fields.
pub fn address(path: &str, query: &impl Serialize) -> String {
    match serde_urlencoded::to_string(query) {
        Ok(query) if !query.is_empty() => format!("{path}?{query}"),
        // Only a query that is no map of plain fields fails: then the address is the list's own.
        _ => path.into(),
    }
}

/// Do these filters say anything? Those that are left empty must not be serialised, and blanks are nothing.
pub fn is_narrowed(filters: &impl Serialize) -> bool {
    let query = serde_urlencoded::to_string(filters).unwrap_or_default();
    let values = query.split('&').filter_map(|pair| pair.split_once('='));
    values
        .into_iter()
        .any(|(_, value)| value.contains(|c| c != '+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Filters {
        #[serde(skip_serializing_if = "str::is_empty")]
        q: &'static str,
    }

    #[test]
    fn the_next_page_keeps_the_filters() {
        let next = "5_7".parse().ok();
        let pager = |q, cursor: &str| {
            let at = At {
                cursor: cursor.into(),
            };
            Pager::new("/jobs", &Filters { q }, &at, next)
        };
        assert_eq!(pager("a&b=ü", "").first, None);
        assert_eq!(
            pager("a&b=ü", "").next.as_deref(),
            Some("/jobs?q=a%26b%3D%C3%BC&cursor=5_7")
        );
        assert_eq!(pager("", "1_1").first.as_deref(), Some("/jobs"));
        assert_eq!(pager("", "1_1").next.as_deref(), Some("/jobs?cursor=5_7"));
    }

    #[test]
    fn blanks_narrow_no_list() {
        for (q, is_narrowed) in [("", false), ("  ", false), (" a ", true), ("+", true)] {
            assert_eq!(super::is_narrowed(&Filters { q }), is_narrowed, "{q:?}");
        }
    }

    #[test]
    fn a_cursor_that_is_none_is_a_mistake() {
        let mut errors = FormErrors::new();
        assert_eq!(At::default().cursor(&mut errors), None);
        assert!(errors.is_empty());
        let at = At {
            cursor: "'; DROP TABLE".into(),
        };
        assert_eq!(at.cursor(&mut errors), None);
        assert!(!errors.is_empty());
    }
}
