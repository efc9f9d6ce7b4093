//! The log: which messages it shows, a page at a time.
use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use entity::{
    email::{self, Kind, Status},
    interview,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, Func, SimpleExpr},
};

use super::line::Line;
use crate::{
    db::Db,
    domain::{
        interviews,
        page::{self, Cursor, Page},
    },
    error::Result,
};

/// So many messages are sorted by us.
const FEW: u64 = 2000;

/// Which messages the log shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only in this status.
    pub status: Option<Status>,
    /// Only of this kind.
    pub kind: Option<Kind>,
    /// Only to addresses that begin with this.
    pub recipient: Option<String>,
    /// Only those about interviews for this job.
    pub job_id: Option<i64>,
    /// Only those queued at this instant or later.
    pub from: Option<DateTime<Utc>>,
    /// Only those queued before this instant.
    pub until: Option<DateTime<Utc>>,
}

/// Newest first.
pub async fn list(
    db: &Db,
    company_id: i64,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Page<Line>> {
    let mut lines = email::Entity::find()
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(matching(company_id, filter));
    if let Some(cursor) = cursor {
        lines = lines.filter(page::before(
            email::Column::CreatedAt,
            email::Column::Id,
            cursor,
        ));
    }
    let to = match &filter.recipient {
        Some(beginning) => to(db, company_id, beginning).await?,
        None => To::Many(Condition::all()),
    };
    let lines = match to {
        To::Few(ids) => {
            let few = lines.filter(email::Column::Id.is_in(ids));
            let mut few = few.into_partial_model::<Line>().all(db.read()).await?;
            few.sort_by_key(|line| Reverse((line.created_at, line.id)));
            few.truncate(usize::try_from(limit + 1).unwrap_or(usize::MAX));
            few
        }
        To::Many(in_passing) => {
            lines
                .filter(in_passing)
                .order_by_desc(email::Column::CreatedAt)
                .order_by_desc(email::Column::Id)
                .limit(limit + 1)
                .into_partial_model::<Line>()
                .all(db.read())
                .await?
        }
    };
    Ok(Page::cut(lines, limit, |line| Cursor {
        at: line.created_at,
        id: line.id,
    }))
}

fn matching(company_id: i64, filter: &Filter) -> Condition {
    Condition::all()
        .add_option(filter.status.map(|status| email::Column::Status.eq(status)))
        .add_option(filter.kind.map(|kind| email::Column::Kind.eq(kind)))
        .add_option(filter.job_id.map(|id| about_job(company_id, id)))
        .add_option(filter.from.map(|from| email::COLUMN.created_at.gte(from)))
        .add_option(filter.until.map(|until| email::COLUMN.created_at.lt(until)))
}

/// Messages to addresses that begin in one way.
enum To {
    /// These are all: quickly looked up and sorted.
    Few(Vec<i64>),
    /// So many that they are soon met on the way through the log, by this condition.
    Many(Condition),
}

/// Chooses the way, which a database would do by guessing: some sort all messages, others read the
/// whole log for a few.
async fn to(db: &Db, company_id: i64, beginning: &str) -> Result<To> {
    let ids: Vec<i64> = email::Entity::find()
        .select_only()
        .column(email::Column::Id)
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::COLUMN.recipient.gte(beginning))
        .filter(email::COLUMN.recipient.lt(format!("{beginning}\u{10FFFF}")))
        .limit(FEW + 1)
        .into_tuple()
        .all(db.read())
        .await?;
    if ids.len() as u64 <= FEW {
        return Ok(To::Few(ids));
    }
    let length = i32::try_from(beginning.chars().count()).unwrap_or(i32::MAX);
    let its_beginning = Func::cust("SUBSTR").args([
        Expr::col(email::Column::Recipient),
        Expr::value(1),
        Expr::value(length),
    ]);
    let in_passing = Expr::expr(its_beginning).eq(beginning);
    Ok(To::Many(Condition::all().add(in_passing)))
}

fn about_job(company_id: i64, job_id: i64) -> SimpleExpr {
    let interviews = interview::Entity::find()
        .select_only()
        .column(interview::Column::Id)
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interviews::of_job(company_id, job_id));
    email::Column::InterviewId.in_subquery(interviews.into_query())
}
