//! The log: which messages it shows, a page at a time.
use std::{cmp::Reverse, collections::HashSet};

use chrono::{DateTime, Utc};
use entity::{
    email::{self, Kind, Status},
    interview,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
    sea_query::{Expr, ExprTrait, Func, SimpleExpr},
};

use super::line::{Line, each};
use crate::{
    db::{Db, constant::Constant},
    domain::{
        interviews,
        page::{self, Cursor, Page},
        rows::Stored,
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
    /// Only those about this interview.
    pub interview_id: Option<i64>,
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
    let mut lines = of_company(company_id).filter(matching(filter));
    if let Some(cursor) = cursor {
        lines = lines.filter(page::before(
            email::Column::CreatedAt,
            email::Column::Id,
            cursor,
        ));
    }
    let lines = match way(db, company_id, filter).await? {
        Way::Few(ids, as_well) => {
            let few = lines.filter(email::Column::Id.is_in(ids)).filter(as_well);
            let mut few = each(few).all(db.read()).await?;
            // What cannot be read comes first: it needs somebody.
            few.sort_by_key(|line| match line {
                Stored::Read(line) => (1, Reverse((line.created_at, line.id))),
                Stored::Unreadable(row) => {
                    let id = row.id.unwrap_or_default();
                    (0, Reverse((DateTime::UNIX_EPOCH, id)))
                }
            });
            few.truncate(usize::try_from(limit + 1).unwrap_or(usize::MAX));
            few
        }
        Way::Many(in_passing) => {
            let lines = newest_first(lines.filter(in_passing)).limit(limit + 1);
            each(lines).all(db.read()).await?
        }
    };
    Ok(Page::of_stored(lines, limit, "email", |line| Cursor {
        at: line.created_at,
        id: line.id,
    }))
}

fn newest_first(lines: Select<email::Entity>) -> Select<email::Entity> {
    lines
        .order_by_desc(email::Column::CreatedAt)
        .order_by_desc(email::Column::Id)
}

fn of_company(company_id: i64) -> Select<email::Entity> {
    email::Entity::find().filter(email::COLUMN.company_id.eq(company_id))
}

fn matching(filter: &Filter) -> Condition {
    Condition::all()
        .add_option(
            filter
                .status
                .map(|status| email::Column::Status.eq_const(status)),
        )
        .add_option(filter.kind.map(|kind| of_kind(kind, filter.status)))
        .add_option(filter.from.map(|from| email::COLUMN.created_at.gte(from)))
        .add_option(filter.until.map(|until| email::COLUMN.created_at.lt(until)))
}

/// Asked for both, SQLite takes the index of the kind. Of what did not end well there is less, so
/// that there the kind is told in a way that is in no index.
fn of_kind(kind: Kind, status: Option<Status>) -> SimpleExpr {
    match status {
        None | Some(Status::Accepted | Status::Superseded) => email::Column::Kind.eq_const(kind),
        Some(_) => Expr::expr(Func::lower(Expr::col(email::Column::Kind))).eq(kind.to_value()),
    }
}

/// How those that the log does not keep together are found in it.
enum Way {
    /// It is among these: quickly looked up and sorted.
    Few(HashSet<i64>, Condition),
    /// So many that they are soon met on the way through the log, by this condition.
    Many(Condition),
}

/// Chooses the way, which a database would do by guessing: some sort all messages, others read the
/// whole log for a few.
async fn way(db: &Db, company_id: i64, filter: &Filter) -> Result<Way> {
    let beginning = filter.recipient.as_deref();
    let places = [
        beginning.map(|text| (to(company_id, text), begins_with(text))),
        filter.interview_id.map(about_interview(company_id)),
        filter.job_id.map(about_job(company_id)),
    ];
    let mut few: Option<HashSet<i64>> = None;
    let mut in_passing = Condition::all();
    for (all, condition) in places.into_iter().flatten() {
        let ids: Vec<i64> = keys(all).into_tuple().all(db.read()).await?;
        if ids.len() as u64 > FEW {
            in_passing = in_passing.add(condition);
            continue;
        }
        let ids = ids.into_iter();
        few = Some(match few {
            Some(few) => ids.filter(|id| few.contains(id)).collect(),
            None => ids.collect(),
        });
    }
    Ok(match few {
        Some(few) => Way::Few(few, in_passing),
        None => Way::Many(in_passing),
    })
}

/// The keys of these messages, one more than few.
fn keys(all: Select<email::Entity>) -> Select<email::Entity> {
    all.select_only().column(email::Column::Id).limit(FEW + 1)
}

fn to(company_id: i64, beginning: &str) -> Select<email::Entity> {
    of_company(company_id)
        .filter(email::COLUMN.recipient.gte(beginning))
        .filter(email::COLUMN.recipient.lt(format!("{beginning}\u{10FFFF}")))
}

fn begins_with(beginning: &str) -> SimpleExpr {
    let length = i32::try_from(beginning.chars().count()).unwrap_or(i32::MAX);
    let its_beginning = Func::cust("SUBSTR").args([
        Expr::col(email::Column::Recipient),
        Expr::value(1),
        Expr::value(length),
    ]);
    Expr::expr(its_beginning).eq(beginning)
}

fn about_interview(company_id: i64) -> impl Fn(i64) -> (Select<email::Entity>, SimpleExpr) {
    move |id| {
        let it = email::COLUMN.interview_id.eq(id);
        (of_company(company_id).filter(it.clone()), it)
    }
}

fn about_job(company_id: i64) -> impl Fn(i64) -> (Select<email::Entity>, SimpleExpr) {
    move |id| {
        let interviews = interview::Entity::find()
            .select_only()
            .column(interview::Column::Id)
            .filter(interview::COLUMN.company_id.eq(company_id))
            .filter(interviews::of_job(company_id, id));
        let its = email::Column::InterviewId.in_subquery(interviews.into_query());
        (of_company(company_id).filter(its.clone()), its)
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{ConnectionTrait, DbBackend};

    use super::*;
    use crate::db;

    #[actix_web::test]
    async fn what_the_log_does_not_keep_together_is_found_by_an_index() {
        let dir = tempfile::tempdir().expect("a directory");
        let url = format!("sqlite://{}", dir.path().join("test.db").display());
        db::migrate(&url).await.expect("migrated");
        let db = db::connect(&url).await.expect("a database");
        let in_order = |filter: Filter| newest_first(of_company(1).filter(matching(&filter)));
        let filter = |kind, status| Filter {
            kind,
            status,
            ..Default::default()
        };
        let (kind, failed) = (Some(Kind::Scheduled), Some(Status::Failed));
        for (lines, index) in [
            (in_order(Filter::default()), "ix_emails_log "),
            (in_order(filter(kind, None)), "ix_emails_log_kind"),
            (in_order(filter(None, failed)), "ix_emails_log_status"),
            (in_order(filter(kind, failed)), "ix_emails_log_status"),
            (
                in_order(filter(kind, Some(Status::Accepted))),
                "ix_emails_log_kind",
            ),
            (keys(to(1, "jane@")), "ix_emails_log_recipient"),
            (keys(about_interview(1)(1).0), "ix_emails_about"),
            (keys(about_job(1)(1).0), "ix_emails_about"),
        ] {
            let plan = plan(&db, lines).await;
            assert!(plan[0].contains(index), "{plan:?}");
            let sorts = plan.iter().any(|step| step.contains("ORDER BY"));
            assert!(!sorts, "{plan:?}");
        }
    }

    async fn plan(db: &Db, lines: Select<email::Entity>) -> Vec<String> {
        let mut query = lines.limit(51).build(DbBackend::Sqlite);
        query.sql = format!("EXPLAIN QUERY PLAN {}", query.sql);
        let steps = db.read().query_all_raw(query).await.expect("a plan");
        let steps = steps.iter();
        steps
            .map(|step| step.try_get("", "detail").expect("a step"))
            .collect()
    }
}
