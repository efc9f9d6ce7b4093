//! How many messages stand where: what is on its way now, and what became of those of the last days.
use chrono::{DateTime, Utc};
use entity::email::{self, Status};
use sea_orm::{
    ColumnTrait, EntityTrait, Iterable, QueryFilter, QuerySelect,
    sea_query::{Alias, CaseStatement, Expr},
};

use super::line::count_by_status;
use crate::{
    db::{Db, constant::Constant},
    error::Result,
};

/// So many messages of one day stand in one status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The day's place among those that were asked for.
    pub day: usize,
    /// Where they stand.
    pub status: Status,
    /// How many.
    pub count: i64,
}

/// How many messages have not ended, by status, however old they are.
pub async fn waiting(db: &Db, company_id: i64) -> Result<Vec<(Status, i64)>> {
    let open: Vec<Status> = Status::iter().filter(|it| !it.is_final()).collect();
    count_by_status(db, company_id, &open, DateTime::UNIX_EPOCH).await
}

/// How many messages were queued on each of these days, by status. A day is told by its first
/// instant; the last one has no end.
pub async fn by_day(db: &Db, company_id: i64, days: &[DateTime<Utc>]) -> Result<Vec<Count>> {
    let Some(since) = days.first() else {
        return Ok(Vec::new());
    };
    // The latest day that has begun; in one pass through the index of the log by status.
    let numbered = (0_i32..)
        .zip(days)
        .skip(1)
        .collect::<Vec<_>>()
        .into_iter()
        .rev();
    let day = numbered.fold(CaseStatement::new(), |case, (number, begins_at)| {
        case.case(
            email::COLUMN.created_at.gte(*begins_at),
            Expr::value(number),
        )
    });
    let rows: Vec<(i32, Status, i64)> = email::Entity::find()
        .select_only()
        .expr_as(day.finally(0), "day")
        .column(email::Column::Status)
        .column_as(email::Column::Id.count(), "count")
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::Column::Status.in_const(Status::iter()))
        .filter(email::COLUMN.created_at.gte(*since))
        .group_by(Expr::col(Alias::new("day")))
        .group_by(email::Column::Status)
        .into_tuple()
        .all(db.read())
        .await?;
    let counts = rows.into_iter().map(|(day, status, count)| Count {
        day: usize::try_from(day).unwrap_or_default(),
        status,
        count,
    });
    Ok(counts.collect())
}
