//! Rows as lines of a text: thousands of them in one row of an answer.
use std::str::Split;

use sea_orm::{
    ConnectionTrait, EntityTrait, FromQueryResult, QuerySelect, Select,
    sea_query::{Expr, Func, SelectStatement},
};

use crate::{
    db::Db,
    error::{Error, Result},
};

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Slot,
    Interview,
    Interviewer,
    Change,
    MailNotTaken,
}

/// A query that answers with one row, which has all rows of another as lines.
pub(super) fn of<E: EntityTrait>(
    rows: Select<E>,
    kind: Kind,
    columns: impl IntoIterator<Item = Expr>,
) -> Select<E> {
    let constant = |word: &str| Expr::Constant(word.to_owned().into());
    let fields = columns.into_iter();
    let fields = fields.flat_map(|column| [constant(" "), column]).skip(1);
    // Both databases know these; columns without a value are empty.
    let line = Func::cust("CONCAT").args(fields);
    let lines = Func::cust("STRING_AGG").args([line.into(), constant("\n")]);
    rows.select_only()
        .column_as(Expr::Constant((kind as i32).into()), "kind")
        .column_as(Expr::from(lines), "lines")
}

/// Reads every line of the answer.
pub(super) async fn read(
    db: &Db,
    query: &SelectStatement,
    mut read: impl FnMut(Kind, &mut Line) -> Result<()>,
) -> Result<()> {
    for row in db.read().query_all(query).await? {
        let Lines { kind, lines } = Lines::from_query_result(&row, "")?;
        let kinds = [
            Kind::Slot,
            Kind::Interview,
            Kind::Interviewer,
            Kind::Change,
            Kind::MailNotTaken,
        ];
        let kind = kinds.into_iter().find(|known| *known as i32 == kind);
        let kind = kind.ok_or_else(|| Error::Stored("a kind of lines".into()))?;
        for line in lines.unwrap_or_default().lines() {
            read(kind, &mut Line(line.split(' ')))?;
        }
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Lines {
    kind: i32,
    lines: Option<String>,
}

/// The fields of a line that are still to be read.
pub(super) struct Line<'a>(Split<'a, char>);

impl<'a> Line<'a> {
    /// A word.
    pub(super) fn word(&mut self) -> Result<&'a str> {
        self.0
            .next()
            .ok_or_else(|| Error::Stored("a line without a field".into()))
    }

    /// A number that may be missing.
    pub(super) fn number(&mut self) -> Result<Option<i64>> {
        match self.word()? {
            "" => Ok(None),
            word => word
                .parse()
                .map(Some)
                .map_err(|_| Error::Stored(format!("{word} is no number"))),
        }
    }

    /// A number.
    pub(super) fn key(&mut self) -> Result<i64> {
        self.number()?
            .ok_or_else(|| Error::Stored("a line without a number".into()))
    }
}
