//! Tables as text (RFC 4180), safe to open in a program that calculates.
use std::future::Future;

use actix_web::{HttpResponse, http::header, web::Bytes};
use futures_util::stream;

use crate::{
    domain::page::{Page, Seek},
    error,
};

/// So many rows are worth asking for at a time: a whole table is never in memory.
pub const PIECE: u64 = 500;

/// Without it, Excel takes UTF-8 for the encoding that is usual in its country.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A table to download as `{name}.csv`: the headings first, then piece by piece the lines that `read` finds after a
/// row; each piece is read when the one before has left.
pub fn download<R, F>(
    name: &'static str,
    headings: &'static [&'static str],
    read: R,
) -> HttpResponse
where
    R: Fn(Option<Seek>) -> F + 'static,
    F: Future<Output = error::Result<Page<String>>>,
{
    let lines = stream::try_unfold((Next::Headings, read), move |(next, read)| async move {
        let seek = match next {
            Next::Headings => {
                let headings = Bytes::from(format!("{BYTE_ORDER_MARK}{}", line(headings)));
                return Ok(Some((headings, (Next::Piece(None), read))));
            }
            Next::Piece(seek) => seek,
            Next::Nothing => return Ok(None),
        };
        // A table that breaks off is no table: the connection is cut, and the browser says so.
        let found = read(seek)
            .await
            .inspect_err(|error| tracing::error!(%error, name, "A download broke off"))?;
        let next = match found.next {
            Some(cursor) => Next::Piece(Some(Seek::After(cursor))),
            None => Next::Nothing,
        };
        Ok::<_, error::Error>(Some((found.rows.concat().into(), (next, read))))
    });
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}.csv\""),
        ))
        .streaming(lines)
}

/// What a download goes on with.
enum Next {
    Headings,
    /// What comes after this place, or from the beginning.
    Piece(Option<Seek>),
    Nothing,
}

/// A line of cells, ended as the RFC wants it.
pub fn line(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    format!("{}\r\n", cells.join(","))
}

/// What could be read as a formula begins with an apostrophe, which makes it text.
fn cell(text: &str) -> String {
    let mark = if may_calculate(text) { "'" } else { "" };
    let needs_quotes = |c| matches!(c, '"' | ',' | '\r' | '\n');
    match text.contains(needs_quotes) {
        true => format!("\"{mark}{}\"", text.replace('"', "\"\"")),
        false => format!("{mark}{text}"),
    }
}

/// Programs pass over blanks and what cannot be seen before they look whether it is a formula.
fn may_calculate(text: &str) -> bool {
    let begins_one = |c| "=+-@\t\r\n\0＝＋－＠".contains(c);
    let is_passed_over = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}')
    };
    text.starts_with(begins_one)
        || text
            .trim_start_matches(is_passed_over)
            .starts_with(begins_one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_only_where_they_must_be() {
        assert_eq!(line(&["a", "b c", ""]), "a,b c,\r\n");
        assert_eq!(line(&["a,b", "say \"x\""]), "\"a,b\",\"say \"\"x\"\"\"\r\n");
        assert_eq!(line(&["two\r\nlines"]), "\"two\r\nlines\"\r\n");
    }

    #[test]
    fn no_cell_is_read_as_a_formula() {
        for (typed, written) in [
            ("=1+1", "'=1+1"),
            ("+49 30 1234567", "'+49 30 1234567"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =1", "'  =1"),
            ("\u{feff}=1", "'\u{feff}=1"),
            ("\u{a0}\u{3000}@x", "'\u{a0}\u{3000}@x"),
            ("\tx", "'\tx"),
            ("\0x", "'\0x"),
            ("\0=x", "'\0=x"),
            ("＝1", "'＝1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠x", "'＠x"),
            ("\r=1", "\"'\r=1\""),
            ("\nx", "\"'\nx\""),
            (
                "=HYPERLINK(\"x\",\"y\")",
                "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"",
            ),
        ] {
            assert_eq!(cell(typed), written, "{typed:?}");
        }
    }

    #[test]
    fn what_is_harmless_stays_as_it_is() {
        for text in [
            "",
            " ",
            "jane@example.com",
            "a=b",
            "2027-01-04",
            "Zoë Núñez",
        ] {
            assert_eq!(cell(text), text);
        }
    }
}
