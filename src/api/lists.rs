//! Lists: what they are asked for and how they are answered.
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    auth::Caller,
    fields::{Fields, text},
    problem::Result,
};
use crate::{
    app::App,
    domain::page::{Cursor, PAGE_SIZE, Page, Seek},
    text as typed, times,
};

const MOST: u64 = 100;
const NO_ID: &str = "Must be an id (an integer).";
const NO_LIMIT: &str = "Must be an integer from 1 to 100.";
const NO_CURSOR: &str = "Not a valid cursor. Use the one in the `next` URL of the previous page.";
const NO_INSTANT: &str = "Must be a timestamp like 2027-01-05T09:00:00Z or a date like 2027-01-05.";

/// Which part of a list.
#[derive(Clone, Copy, Debug)]
pub struct Position {
    /// After which row.
    pub seek: Option<Seek>,
    /// How many rows.
    pub limit: u64,
}

/// From one instant to another, the second not included.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// The first instant.
    pub from: Option<DateTime<Utc>>,
    /// The first instant that is too late.
    pub until: Option<DateTime<Utc>>,
}

/// Where in the list: `cursor` and `limit`.
pub fn position(query: &mut Fields) -> Option<Position> {
    let cursor = query.optional("cursor", text(|t| t.parse().map_err(|()| NO_CURSOR)));
    let limit = query.optional("limit", text(limit));
    Some(Position {
        seek: cursor.map(Seek::After),
        limit: limit.unwrap_or(PAGE_SIZE),
    })
}

/// When: `from` and `to`. A date alone is the instant at which it begins in the company's zone.
pub fn span(query: &mut Fields, caller: &Caller) -> Span {
    Span {
        from: query.optional("from", text(|t| instant(t, caller))),
        until: query.optional("to", text(|t| instant(t, caller))),
    }
}

/// For which job: `job`.
pub fn job(query: &mut Fields) -> Option<i64> {
    query.optional("job", text(|t| t.parse().map_err(|_| NO_ID)))
}

fn limit(text: &str) -> Result<u64, &'static str> {
    let limit = text.parse().ok();
    limit
        .filter(|limit| (1..=MOST).contains(limit))
        .ok_or(NO_LIMIT)
}

fn instant(text: &str, caller: &Caller) -> Result<DateTime<Utc>, &'static str> {
    match DateTime::parse_from_rfc3339(text) {
        Ok(at) => Ok(times::capped(at.to_utc())),
        Err(_) => match typed::date(text) {
            Ok(date) => Ok(times::bounds_of_day(date, caller.zone).0),
            Err(_) => Err(NO_INSTANT),
        },
    }
}

/// A part of a list.
#[derive(Debug, Serialize)]
pub struct List<T> {
    results: Vec<T>,
    /// The address of the next part, when there is one.
    next: Option<String>,
    /// The ids of those that stand here as well and that Greenroom cannot read; left out without any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unreadable: Vec<i64>,
}

impl<T> List<T> {
    /// The rows of a page, as they go out.
    pub fn of<R>(
        page: Page<R>,
        (app, caller): (&App, &Caller),
        show: impl FnMut(R) -> Result<T>,
    ) -> Result<Self> {
        Ok(Self {
            next: page.next.map(|cursor| {
                let path = with_cursor(&caller.path, &caller.query, cursor);
                app.settings.base_url.join(&path)
            }),
            unreadable: page.unreadable,
            results: page.rows.into_iter().map(show).collect::<Result<_>>()?,
        })
    }
}

/// The same question from another place on.
fn with_cursor(path: &str, query: &str, cursor: Cursor) -> String {
    let kept = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let query: String = kept.map(|pair| format!("{pair}&")).collect();
    format!("{path}?{query}cursor={cursor}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_part_is_asked_for_like_this_one() {
        let cursor = Cursor {
            at: DateTime::UNIX_EPOCH,
            id: 7,
        };
        for (query, next) in [
            ("", "/api/jobs/?cursor=0_7"),
            ("cursor=1_1", "/api/jobs/?cursor=0_7"),
            (
                "status=open&cursor=1_1&limit=2",
                "/api/jobs/?status=open&limit=2&cursor=0_7",
            ),
            (
                "from=2027-01-05T09%3A00Z&",
                "/api/jobs/?from=2027-01-05T09%3A00Z&cursor=0_7",
            ),
        ] {
            assert_eq!(with_cursor("/api/jobs/", query, cursor), next);
        }
    }
}
