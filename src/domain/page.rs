//! Lists by cursor: a page costs the same wherever it lies in the list.
use std::{fmt, ops::RangeInclusive, str::FromStr};

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition};

use super::rows::Stored;

/// How many rows a page of a list shows.
pub const PAGE_SIZE: u64 = 50;

/// No row is older than 1970 or younger than 9999, in microseconds: other instants cannot be compared with those
/// that are stored (SQLite), or not even sent (PostgreSQL).
const INSTANTS: RangeInclusive<i64> = 0..=253_402_300_799_999_999;

/// Rows of a list, and where to go on.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows, in order.
    pub rows: Vec<T>,
    /// After the last row, when there are more.
    pub next: Option<Cursor>,
    /// The keys of rows that stand here as well, and that cannot be read.
    pub unreadable: Vec<i64>,
}

impl<T> Page<T> {
    /// From rows of which one more than `limit` was asked for.
    pub fn cut(mut rows: Vec<T>, limit: u64, cursor: impl Fn(&T) -> Cursor) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let next = if rows.len() > limit {
            rows.get(limit - 1).map(cursor)
        } else {
            None
        };
        rows.truncate(limit);
        Self {
            rows,
            next,
            unreadable: Vec::new(),
        }
    }

    /// The same from rows that were read each by itself. The log is told of those that cannot be.
    pub fn of_stored(
        mut rows: Vec<Stored<T>>,
        limit: u64,
        what: &'static str,
        cursor: impl Fn(&T) -> Cursor,
    ) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let mut page = Self {
            rows: Vec::with_capacity(rows.len()),
            next: None,
            unreadable: Vec::new(),
        };
        for row in rows {
            match row {
                Stored::Read(row) => page.rows.push(row),
                Stored::Unreadable(row) => {
                    row.log(what);
                    page.unreadable.extend(row.id);
                }
            }
        }
        // Where a row stands that cannot be read nobody knows: the next page begins after one that can.
        if has_more {
            page.next = page.rows.last().map(cursor);
        }
        page
    }

    /// The same page with other rows.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            rows: self.rows.into_iter().map(change).collect(),
            next: self.next,
            unreadable: self.unreadable,
        }
    }
}

/// The place of a row in a list that is ordered by an instant, then by key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The instant.
    pub at: DateTime<Utc>,
    /// The key.
    pub id: i64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.at.timestamp_micros(), self.id)
    }
}

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (micros, id) = text.split_once('_').ok_or(())?;
        let micros = micros.parse().map_err(|_| ())?;
        let id = id.parse().map_err(|_| ())?;
        if !INSTANTS.contains(&micros) || id < 0 {
            return Err(());
        }
        let at = DateTime::from_timestamp_micros(micros).ok_or(())?;
        Ok(Self { at, id })
    }
}

/// Rows after the cursor in ascending order. The first half is redundant; with it PostgreSQL
/// starts reading at the cursor instead of at the beginning.
pub fn after(at: impl ColumnTrait, id: impl ColumnTrait, cursor: Cursor) -> Condition {
    Condition::all()
        .add(at.gte(cursor.at))
        .add(Condition::any().add(at.gt(cursor.at)).add(id.gt(cursor.id)))
}

/// Rows after the cursor in descending order.
pub fn before(at: impl ColumnTrait, id: impl ColumnTrait, cursor: Cursor) -> Condition {
    Condition::all()
        .add(at.lte(cursor.at))
        .add(Condition::any().add(at.lt(cursor.at)).add(id.lt(cursor.id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text() {
        let cursor = Cursor {
            at: DateTime::from_timestamp_micros(1_790_000_000_123_456).expect("in range"),
            id: 42,
        };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }

    #[test]
    fn nonsense_is_no_cursor() {
        for text in [
            "",
            "_",
            "1_",
            "x_1",
            "1_x",
            "1",
            "99999999999999999999_1",
            "-1_1",
            "1_-1",
            "253402300800000000_1",
            "1_9223372036854775808",
            "1\0_1",
        ] {
            assert_eq!(text.parse::<Cursor>(), Err(()), "{text}");
        }
    }
}
