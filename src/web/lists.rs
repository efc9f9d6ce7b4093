//! Where one is in a list: the cursor in its address, and the addresses of other pages.
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::forms::FormErrors;
use crate::domain::page::{Cursor, Page, Seek, Sort};

/// The part of a list's address that says where the page lies: after a row, or before one.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct At {
    #[serde(default)]
    cursor: String,
    #[serde(default)]
    before: String,
}

impl At {
    /// The place; none for the first page, none with a mistake noted for what is no place.
    pub fn seek(&self, errors: &mut FormErrors) -> Option<Seek> {
        let mut place = |text: &str| {
            errors.optional(text, |errors, text| {
                errors.check(
                    "form",
                    text.parse().map_err(
                        |()| "This page of the list no longer exists. Start from the first page.",
                    ),
                )
            })
        };
        match (place(&self.cursor), place(&self.before)) {
            (after, None) => after.map(Seek::After),
            (_, before) => before.map(Seek::Before),
        }
    }

    /// The address of this very page of the list.
    pub fn address(&self, path: &str, filters: &impl Serialize) -> String {
        let first = address(path, filters);
        let separator = if first.contains('?') { '&' } else { '?' };
        match (self.cursor.as_str(), self.before.as_str()) {
            ("", "") => first,
            (cursor, "") => format!("{first}{separator}cursor={cursor}"),
            (_, before) => format!("{first}{separator}before={before}"),
        }
    }

    /// Is it the first page?
    pub fn is_first(&self) -> bool {
        self.cursor.is_empty() && self.before.is_empty()
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
    previous: Option<String>,
    next: Option<String>,
    /// What is to be said of rows that stand on this page and cannot be read; empty without any.
    unreadable: String,
}

impl Pager {
    /// Around a page of the list at `path`. Filters that are left empty must not be serialised.
    pub fn new<T>(path: &str, filters: &impl Serialize, at: &At, page: &Page<T>) -> Self {
        let first = address(path, filters);
        let separator = if first.contains('?') { '&' } else { '?' };
        let other = |way, cursor: Option<Cursor>| {
            cursor.map(|cursor| format!("{first}{separator}{way}={cursor}"))
        };
        Self {
            previous: other("before", page.previous),
            next: other("cursor", page.next),
            unreadable: unreadable(&page.unreadable),
            first: (!at.is_first()).then_some(first),
        }
    }

    /// Of a list that begins at a day: before its first page comes what is earlier, in the list that begins nowhere. Its
    /// filters are these.
    pub fn with_earlier(
        self,
        path: &str,
        filters: &impl Serialize,
        (sort, begins_at): (Sort, Option<DateTime<Utc>>),
    ) -> Self {
        let way = match sort {
            Sort::Ascending => "before",
            Sort::Descending => "cursor",
        };
        let all = address(path, filters);
        let separator = if all.contains('?') { '&' } else { '?' };
        // No row has this key, so that those of the first instant are not among them.
        let earlier = begins_at.map(|at| format!("{all}{separator}{way}={}", Cursor { at, id: 0 }));
        Self {
            previous: self.previous.or(earlier),
            ..self
        }
    }

    /// Of a list that has the newest first and begins at a day: before its first page comes what is newer, in the list that
    /// begins nowhere, whose filters are these. `newest` is the first row of the page.
    pub fn with_newer(self, path: &str, filters: &impl Serialize, newest: Option<Cursor>) -> Self {
        let all = address(path, filters);
        let separator = if all.contains('?') { '&' } else { '?' };
        let newer = match newest {
            Some(row) => format!("{all}{separator}before={row}"),
            None => all,
        };
        Self {
            previous: self.previous.or(Some(newer)),
            ..self
        }
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            first: Some("/jobs".into()),
            previous: Some("/jobs?before=3_3".into()),
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

    fn page() -> Page<()> {
        Page {
            rows: Vec::new(),
            previous: "3_3".parse().ok(),
            next: "5_7".parse().ok(),
            unreadable: Vec::new(),
        }
    }

    #[test]
    fn other_pages_keep_the_filters() {
        let pager = |q, cursor: &str| {
            let at = At {
                cursor: cursor.into(),
                ..Default::default()
            };
            Pager::new("/jobs", &Filters { q }, &at, &page())
        };
        assert_eq!(pager("a&b=ü", "").first, None);
        assert_eq!(
            pager("a&b=ü", "").next.as_deref(),
            Some("/jobs?q=a%26b%3D%C3%BC&cursor=5_7")
        );
        assert_eq!(pager("", "1_1").first.as_deref(), Some("/jobs"));
        assert_eq!(pager("", "1_1").next.as_deref(), Some("/jobs?cursor=5_7"));
        assert_eq!(
            pager("a", "1_1").previous.as_deref(),
            Some("/jobs?q=a&before=3_3")
        );
    }

    #[test]
    fn before_a_list_that_begins_at_a_day_comes_what_is_earlier() {
        let nowhere = Page::<()> {
            previous: None,
            next: None,
            ..page()
        };
        let pager = |sort, begins_at| {
            let filters = Filters { q: "a" };
            let pager = Pager::new("/slots", &filters, &At::default(), &nowhere);
            pager
                .with_earlier("/slots", &filters, (sort, begins_at))
                .previous
        };
        let day = DateTime::from_timestamp_micros(7);
        assert_eq!(
            pager(Sort::Ascending, day).as_deref(),
            Some("/slots?q=a&before=7_0")
        );
        assert_eq!(
            pager(Sort::Descending, day).as_deref(),
            Some("/slots?q=a&cursor=7_0")
        );
        assert_eq!(pager(Sort::Ascending, None), None);
    }

    #[test]
    fn before_a_list_of_the_newest_comes_what_is_newer() {
        let nowhere = Page::<()> {
            previous: None,
            ..page()
        };
        let previous = |newest| {
            let filters = Filters { q: "a" };
            let pager = Pager::new("/jobs", &filters, &At::default(), &nowhere);
            pager.with_newer("/jobs", &filters, newest).previous
        };
        let row = "7_3".parse().ok();
        assert_eq!(previous(row).as_deref(), Some("/jobs?q=a&before=7_3"));
        assert_eq!(previous(None).as_deref(), Some("/jobs?q=a"));
    }

    #[test]
    fn blanks_narrow_no_list() {
        for (q, is_narrowed) in [("", false), ("  ", false), (" a ", true), ("+", true)] {
            assert_eq!(super::is_narrowed(&Filters { q }), is_narrowed, "{q:?}");
        }
    }

    #[test]
    fn a_cursor_that_is_none_is_a_mistake() {
        let seek = |cursor: &str, before: &str| {
            let at = At {
                cursor: cursor.into(),
                before: before.into(),
            };
            let mut errors = FormErrors::new();
            (at.seek(&mut errors), errors.is_empty())
        };
        let row = "5_7".parse().expect("a cursor");
        assert_eq!(seek("", ""), (None, true));
        assert_eq!(seek("5_7", ""), (Some(Seek::After(row)), true));
        assert_eq!(seek("", "5_7"), (Some(Seek::Before(row)), true));
        for (cursor, before) in [
            ("'; DROP TABLE", ""),
            ("", "-1_1"),
            ("5_7", "x"),
            ("x", "5_7"),
        ] {
            assert!(!seek(cursor, before).1, "{cursor} {before}");
        }
    }
}
