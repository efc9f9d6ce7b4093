//! Rows that are read each by itself: one that cannot be read keeps nobody from the others.
use std::panic::{self, AssertUnwindSafe};

use sea_orm::{
    ConnectionTrait, DbErr, EntityTrait, FromQueryResult, PartialModelTrait, QueryResult,
    QuerySelect, QueryTrait, Select, TryGetError,
    sea_query::{Expr, Query},
};

use crate::error::{Error, Result};

/// A row, or what is known of one that cannot be read.
#[derive(Clone, Debug)]
pub enum Stored<T> {
    /// The row.
    Read(T),
    /// One of its columns holds what no version of ours writes, or only a newer one.
    Unreadable(Unreadable),
}

/// A row that cannot be read.
#[derive(Clone, Debug)]
pub struct Unreadable {
    /// Its key, where rows of its kind have one.
    pub id: Option<i64>,
    /// What the database says of it: for the log.
    pub why: String,
}

impl<T> Stored<T> {
    /// The row; an error for one that cannot be read.
    pub fn into_result(self) -> Result<T> {
        match self {
            Self::Read(row) => Ok(row),
            Self::Unreadable(row) => Err(Error::Stored(row.why)),
        }
    }

    /// The row; one that cannot be read is told to the log and left out.
    pub fn or_log(self, what: &'static str) -> Option<T> {
        match self {
            Self::Read(row) => Some(row),
            Self::Unreadable(row) => {
                row.log(what);
                None
            }
        }
    }
}

impl Unreadable {
    /// Tells the log.
    pub fn log(&self, what: &'static str) {
        let Self { id, why } = self;
        tracing::error!(row.id = id, why, "A stored {what} cannot be read");
    }
}

impl<T: FromQueryResult> FromQueryResult for Stored<T> {
    fn from_query_result(row: &QueryResult, pre: &str) -> std::result::Result<Self, DbErr> {
        // Of an instant that PostgreSQL calls infinite, chrono makes no error but a panic.
        let read = panic::catch_unwind(AssertUnwindSafe(|| T::from_query_result(row, pre)));
        let why = match read {
            Ok(Ok(read)) => return Ok(Self::Read(read)),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "an instant is out of range".to_owned(),
        };
        let id = row.try_get(pre, "id").ok();
        Ok(Self::Unreadable(Unreadable { id, why }))
    }

    /// Of the second table of a join: none where nothing was joined.
    fn from_query_result_optional(
        row: &QueryResult,
        pre: &str,
    ) -> std::result::Result<Option<Self>, DbErr> {
        match row.try_get::<Option<i64>>(pre, "id") {
            Ok(None) => Ok(None),
            _ => Self::from_query_result(row, pre).map(Some),
        }
    }

    /// The same for a part of a row that may be missing.
    fn from_query_result_nullable(
        row: &QueryResult,
        pre: &str,
    ) -> std::result::Result<Self, TryGetError> {
        match row.try_get_nullable::<i64>(pre, "id") {
            Err(missing @ TryGetError::Null(_)) => Err(missing),
            _ => Ok(Self::from_query_result(row, pre)?),
        }
    }
}

impl<T: PartialModelTrait> PartialModelTrait for Stored<T> {
    fn select_cols_nested<S: QuerySelect>(
        select: S,
        prefix: Option<&str>,
        alias: Option<&'static str>,
    ) -> S {
        T::select_cols_nested(select, prefix, alias)
    }
}

/// How many rows a query finds: for a column of another one.
pub fn count<E: EntityTrait>(rows: Select<E>) -> Expr {
    let one = rows.select_only().expr(Expr::cust("1")).into_query();
    let count = Query::select()
        .expr(Expr::cust("COUNT(*)"))
        .from_subquery(one, "counted")
        .to_owned();
    Expr::SubQuery(None, Box::new(count.into()))
}

/// All that a query finds.
pub async fn all<E: EntityTrait>(
    query: Select<E>,
    db: &impl ConnectionTrait,
) -> Result<Vec<Stored<E::Model>>>
where
    E::Model: FromQueryResult,
{
    Ok(query.into_model::<Stored<E::Model>>().all(db).await?)
}

/// All that a query finds and that can be read; the log is told of the others.
pub async fn readable<E: EntityTrait>(
    query: Select<E>,
    db: &impl ConnectionTrait,
    what: &'static str,
) -> Result<Vec<E::Model>>
where
    E::Model: FromQueryResult,
{
    let rows = all(query, db).await?.into_iter();
    Ok(rows.filter_map(|row| row.or_log(what)).collect())
}

/// All that a query finds; an error if one of them cannot be read, whatever its driver makes of it.
pub async fn strictly<E: EntityTrait>(
    query: Select<E>,
    db: &impl ConnectionTrait,
) -> Result<Vec<E::Model>>
where
    E::Model: FromQueryResult,
{
    let rows = all(query, db).await?.into_iter();
    rows.map(Stored::into_result).collect()
}

/// The first that a query finds; an error if it cannot be read, whatever its driver makes of it.
pub async fn strictly_one<E: EntityTrait>(
    query: Select<E>,
    db: &impl ConnectionTrait,
) -> Result<Option<E::Model>>
where
    E::Model: FromQueryResult,
{
    let row = one(query, db).await?;
    row.map(Stored::into_result).transpose()
}

/// The first that a query finds.
pub async fn one<E: EntityTrait>(
    query: Select<E>,
    db: &impl ConnectionTrait,
) -> Result<Option<Stored<E::Model>>>
where
    E::Model: FromQueryResult,
{
    Ok(query.into_model::<Stored<E::Model>>().one(db).await?)
}
