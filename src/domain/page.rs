//! Lists by cursor: a page costs the same wherever it lies in the list.
use std::{fmt, ops::RangeInclusive, str::FromStr};

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, Order, QueryFilter, QueryOrder};

use super::rows::Stored;

/// How many rows a page of a list shows.
pub const PAGE_SIZE: u64 = 50;

/// No row is older than 1970 or younger than 9999, in microseconds: other instants cannot be compared with those
/// that are stored (SQLite), or not even sent (PostgreSQL).
const INSTANTS: RangeInclusive<i64> = 0..=253_402_300_799_999_999;

/// From which row on a list is read, and which way. The row itself is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seek {
    /// What comes after this row.
    After(Cursor),
    /// What comes before it: read backwards, shown in the list's order.
    Before(Cursor),
}

/// How a list is ordered: by an instant, then by key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The earliest first.
    #[default]
    Ascending,
    /// The latest first.
    Descending,
}

/// Rows of a list, and where to go on.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows, in order.
    pub rows: Vec<T>,
    /// The first row, when there are rows before it.
    pub previous: Option<Cursor>,
    /// The last row, when there are more.
    pub next: Option<Cursor>,
    /// The keys of rows that stand here as well, and that cannot be read.
    pub unreadable: Vec<i64>,
}

impl<T> Page<T> {
    /// From rows that were read each by itself, of which one more than `limit` was asked for with [`seek`]. The log is
    /// told of those that cannot be read.
    pub fn of_stored(
        mut rows: Vec<Stored<T>>,
        (seek, limit): (Option<Seek>, u64),
        what: &'static str,
        cursor: impl Fn(&T) -> Cursor,
    ) -> Self {
        let has_more = cut(&mut rows, seek, limit);
        let mut page = Self {
            rows: Vec::with_capacity(rows.len()),
            previous: None,
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
        // Where a row stands that cannot be read nobody knows: other pages begin at one that can.
        let ends = (
            page.rows.first().map(&cursor),
            page.rows.last().map(&cursor),
        );
        (page.previous, page.next) = neighbours(ends, seek, has_more);
        page
    }

    /// The same page with other rows.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            rows: self.rows.into_iter().map(change).collect(),
            previous: self.previous,
            next: self.next,
            unreadable: self.unreadable,
        }
    }

    /// The same page with these rows.
    pub fn with<U>(self, rows: Vec<U>) -> Page<U> {
        Page {
            rows,
            previous: self.previous,
            next: self.next,
            unreadable: self.unreadable,
        }
    }
}

/// Of rows that were read in the order of seeking, those of the page in the list's order: are there more that way?
pub fn cut<T>(rows: &mut Vec<T>, seek: Option<Seek>, limit: u64) -> bool {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    if matches!(seek, Some(Seek::Before(_))) {
        rows.reverse();
    }
    has_more
}

/// Where the pages before and after one go on, whose first and last rows these are. Where one came from there are rows.
pub fn neighbours(
    (first, last): (Option<Cursor>, Option<Cursor>),
    seek: Option<Seek>,
    has_more: bool,
) -> (Option<Cursor>, Option<Cursor>) {
    let (has_previous, has_next) = match seek {
        None => (false, has_more),
        Some(Seek::After(_)) => (true, has_more),
        Some(Seek::Before(_)) => (has_more, true),
    };
    (first.filter(|_| has_previous), last.filter(|_| has_next))
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

/// The rows from a place on, in the order of seeking: backwards the nearest come first.
pub fn seek<Q: QueryFilter + QueryOrder>(
    query: Q,
    sort: Sort,
    (at, id): (impl ColumnTrait, impl ColumnTrait),
    seek: Option<Seek>,
) -> Q {
    let order = match ascends(sort, seek) {
        true => Order::Asc,
        false => Order::Desc,
    };
    unsorted(query, sort, (at, id), seek)
        .order_by(at, order.clone())
        .order_by(id, order)
}

/// The rows from a place on, in no order.
pub fn unsorted<Q: QueryFilter>(
    query: Q,
    sort: Sort,
    (at, id): (impl ColumnTrait, impl ColumnTrait),
    seek: Option<Seek>,
) -> Q {
    match seek {
        None => query,
        Some(Seek::After(cursor) | Seek::Before(cursor)) if ascends(sort, seek) => {
            query.filter(later(at, id, cursor))
        }
        Some(Seek::After(cursor) | Seek::Before(cursor)) => query.filter(earlier(at, id, cursor)),
    }
}

fn ascends(sort: Sort, seek: Option<Seek>) -> bool {
    (sort == Sort::Ascending) != matches!(seek, Some(Seek::Before(_)))
}

/// The same for a list in which the newest key comes first.
pub fn seek_newest<Q: QueryFilter + QueryOrder>(
    query: Q,
    id: impl ColumnTrait,
    seek: Option<Seek>,
) -> Q {
    match seek {
        None => query.order_by_desc(id),
        Some(Seek::After(cursor)) => query.filter(id.lt(cursor.id)).order_by_desc(id),
        Some(Seek::Before(cursor)) => query.filter(id.gt(cursor.id)).order_by_asc(id),
    }
}

/// Rows that are later than the cursor. The first half is redundant; with it PostgreSQL starts reading at the cursor
/// instead of at the end of the list.
fn later(at: impl ColumnTrait, id: impl ColumnTrait, cursor: Cursor) -> Condition {
    Condition::all()
        .add(at.gte(cursor.at))
        .add(Condition::any().add(at.gt(cursor.at)).add(id.gt(cursor.id)))
}

/// Rows that are earlier.
fn earlier(at: impl ColumnTrait, id: impl ColumnTrait, cursor: Cursor) -> Condition {
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

    #[test]
    fn pages_lead_back_and_forth() {
        let cursor = |id| Cursor {
            at: DateTime::UNIX_EPOCH,
            id,
        };
        let page = |rows: &[i64], seek| {
            let rows = rows.iter().map(|id| Stored::Read(*id)).collect();
            Page::of_stored(rows, (seek, 2), "row", |id| cursor(*id))
        };
        for (read, seek, shown, (previous, next)) in [
            (&[1, 2, 3][..], None, &[1, 2][..], (None, Some(2))),
            (&[1, 2], None, &[1, 2], (None, None)),
            (
                &[3, 4, 5],
                Some(Seek::After(cursor(2))),
                &[3, 4],
                (Some(3), Some(4)),
            ),
            (&[5], Some(Seek::After(cursor(4))), &[5], (Some(5), None)),
            (
                &[4, 3, 2],
                Some(Seek::Before(cursor(5))),
                &[3, 4],
                (Some(3), Some(4)),
            ),
            (
                &[2, 1],
                Some(Seek::Before(cursor(3))),
                &[1, 2],
                (None, Some(2)),
            ),
            (&[], Some(Seek::Before(cursor(1))), &[], (None, None)),
        ] {
            let page = page(read, seek);
            assert_eq!(page.rows, shown, "{seek:?}");
            assert_eq!(page.previous, previous.map(cursor), "{seek:?}");
            assert_eq!(page.next, next.map(cursor), "{seek:?}");
        }
    }
}
