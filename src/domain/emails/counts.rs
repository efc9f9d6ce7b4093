//! How many messages stand where: what is on its way now, and what became of those of the last days.
use chrono::{DateTime, Utc};
use entity::email::{self, Status};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, Iterable, QueryFilter, QuerySelect, QueryTrait,
    Select,
    sea_query::{Alias, CaseStatement, Expr, UnionType},
};

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

/// How many messages stand where.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Those that were queued on each of the days, by status.
    pub by_day: Vec<Count>,
    /// Those that have not ended, however old they are, by status.
    pub waiting: Vec<(Status, i64)>,
}

/// Stands for a day with those that have not ended.
const WAITING: i32 = -1;

/// Counts them, in one statement. A day is told by its first instant; the last one has no end.
pub async fn counts(db: &Db, company_id: i64, days: &[DateTime<Utc>]) -> Result<Counts> {
    let open = Status::iter().filter(|it| !it.is_final());
    let waiting = counted(company_id, Expr::value(WAITING), open);
    let counting = match days.first() {
        Some(since) => counted(company_id, day(days), Status::iter())
            .filter(email::COLUMN.created_at.gte(*since))
            .into_query()
            .union(UnionType::All, waiting.into_query())
            .to_owned(),
        None => waiting.into_query(),
    };
    let mut counts = Counts::default();
    for row in db.read().query_all(&counting).await? {
        let (day, status, count) = (
            row.try_get_by_index::<i32>(0)?,
            row.try_get_by_index(1)?,
            row.try_get_by_index(2)?,
        );
        match usize::try_from(day) {
            Ok(day) => counts.by_day.push(Count { day, status, count }),
            Err(_) => counts.waiting.push((status, count)),
        }
    }
    Ok(counts)
}

fn counted(
    company_id: i64,
    day: Expr,
    statuses: impl Iterator<Item = Status>,
) -> Select<email::Entity> {
    email::Entity::find()
        .select_only()
        .expr_as(day, "day")
        .column(email::Column::Status)
        .column_as(email::Column::Id.count(), "count")
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::Column::Status.in_const(statuses))
        .group_by(Expr::col(Alias::new("day")))
        .group_by(email::Column::Status)
}

/// The latest day that has begun; in one pass through the index of the log by status.
fn day(days: &[DateTime<Utc>]) -> Expr {
    let numbered: Vec<_> = (0_i32..).zip(days).skip(1).collect();
    let latest_first = numbered.into_iter().rev();
    let day = latest_first.fold(CaseStatement::new(), |case, (number, begins_at)| {
        case.case(
            email::COLUMN.created_at.gte(*begins_at),
            Expr::value(number),
        )
    });
    day.finally(0).into()
}
