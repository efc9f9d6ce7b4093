//! Interviews that are over and of which nobody has said how they ended.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    interview::{self, Status},
    slot,
};
use sea_orm::{
    Condition,
    sea_query::{Alias, Expr, ExprTrait},
};

use super::{
    line::Line,
    list::{self, Filter},
};
use crate::{
    db::{Db, constant::Constant},
    domain::{
        busy,
        page::{Page, Sort},
    },
    error::Result,
    times,
    zones::Tz,
};

/// What is older than this is not asked about any more: whoever wanted to say how it ended has done so. It is in the list
/// still.
const ASKED_ABOUT: TimeDelta = TimeDelta::days(14);

/// The company's interviews that were over when the day began in its zone and that nobody has closed: somebody is asked
/// about these. The latest first.
pub async fn unclosed(
    db: &Db,
    (company_id, zone): (i64, Tz),
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Page<Line>> {
    let (morning, _) = times::bounds_of_day(now.with_timezone(&zone).date_naive(), zone);
    let filter = Filter {
        unclosed_by: Some(morning),
        from: Some(morning - ASKED_ABOUT),
        sort: Sort::Descending,
        ..Filter::default()
    };
    list::lines(db, company_id, &filter, None, limit).await
}

/// Holds for interviews that were over at an instant and that nobody has closed. To five minutes: the last of the cells that
/// a slot touches is past, which the database knows of each slot.
pub(super) fn is_unclosed(by: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(interview::Column::Status.eq_const(Status::Scheduled))
        .add(slot::COLUMN.starts_at.lt(by))
        .add(last_cell().lt(busy::cell_of(by)))
}

/// Holds for slots that last at an instant or will; and, to five minutes, for those that have just ended.
pub(super) fn is_not_over(at: DateTime<Utc>) -> Expr {
    last_cell().gte(busy::cell_of(at))
}

fn last_cell() -> Expr {
    Expr::col((slot::Entity, Alias::new("last_cell")))
}
