//! The log: which messages it shows, a page at a time.
use std::{cmp::Reverse, collections::HashSet};

use chrono::{DateTime, Utc};
use entity::{
    email::{self, Kind, Status},
    interview,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, EntityTrait, PartialModelTrait, QueryFilter, QuerySelect,
    QueryTrait, Select,
    sea_query::{Expr, ExprTrait, Func, SimpleExpr},
};

use super::{
    line::{Line, Shown, each},
    recipient,
};
use crate::{
    db::{Db, constant::Constant},
    domain::{
        interviews,
        page::{self, Cursor, Page, Seek, Sort},
        rows::Stored,
    },
    error::Result,
};

/// What the log is ordered by.
const BY: (email::Column, email::Column) = (email::Column::CreatedAt, email::Column::Id);
/// So many messages are sorted by us.
const FEW: u64 = 2000;

/// Which messages the log shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only in this status.
    pub status: Option<Status>,
    /// Only of this kind.
    pub kind: Option<Kind>,
    /// Only those to whom these words find, by name or address, or whose address begins like this.
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
    seek: Option<Seek>,
    limit: u64,
) -> Result<Page<Line>> {
    let place = |line: &Line| (line.created_at, line.id);
    found(db, company_id, filter, (seek, limit), place).await
}

/// The same, of which the log shows less.
pub async fn log(
    db: &Db,
    company_id: i64,
    filter: &Filter,
    seek: Option<Seek>,
    limit: u64,
) -> Result<Page<Shown>> {
    let place = |line: &Shown| (line.created_at, line.id);
    found(db, company_id, filter, (seek, limit), place).await
}

async fn found<L: PartialModelTrait + Send + Sync>(
    db: &Db,
    company_id: i64,
    filter: &Filter,
    (seek, limit): (Option<Seek>, u64),
    place: fn(&L) -> (DateTime<Utc>, i64),
) -> Result<Page<L>> {
    let lines = of_company(company_id).filter(matching(filter));
    let lines = match way(db, company_id, filter).await? {
        Way::Few(ids, as_well) => {
            let few = lines.filter(email::Column::Id.is_in(ids)).filter(as_well);
            // Sorted below: the database would rather read the whole log in this order.
            let few = page::unsorted(few, Sort::Descending, BY, seek);
            let mut few = each::<L>(few).all(db.read()).await?;
            // What cannot be read comes first: it needs somebody.
            few.sort_by_key(|line| match line {
                Stored::Read(line) => (1, Reverse(place(line))),
                Stored::Unreadable(row) => {
                    let id = row.id.unwrap_or_default();
                    (0, Reverse((DateTime::UNIX_EPOCH, id)))
                }
            });
            if matches!(seek, Some(Seek::Before(_))) {
                few.reverse();
            }
            few.truncate(usize::try_from(limit + 1).unwrap_or(usize::MAX));
            few
        }
        Way::Many(in_passing) => {
            let lines = newest(lines.filter(in_passing), seek).limit(limit + 1);
            each::<L>(lines).all(db.read()).await?
        }
    };
    Ok(Page::of_stored(lines, (seek, limit), "email", |line| {
        let (at, id) = place(line);
        Cursor { at, id }
    }))
}

fn newest(lines: Select<email::Entity>, seek: Option<Seek>) -> Select<email::Entity> {
    page::seek(lines, Sort::Descending, BY, seek)
}

pub(super) fn of_company(company_id: i64) -> Select<email::Entity> {
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
        None | Some(Status::Accepted | Status::Delivered | Status::Superseded) => {
            email::Column::Kind.eq_const(kind)
        }
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
    let recipients = match &filter.recipient {
        Some(text) => Some(recipient::found_by(db, company_id, text).await?),
        None => None,
    };
    let places = [
        recipients,
        filter
            .interview_id
            .map(about_interview(company_id))
            .map(Place::one),
        filter.job_id.map(about_job(company_id)).map(Place::one),
    ];
    let mut few: Option<HashSet<i64>> = None;
    let mut in_passing = Condition::all();
    for place in places.into_iter().flatten() {
        let Some(ids) = place.keys(db).await? else {
            in_passing = in_passing.add(place.in_passing);
            continue;
        };
        few = Some(match few {
            Some(few) => few.intersection(&ids).copied().collect(),
            None => ids,
        });
    }
    Ok(match few {
        Some(few) => Way::Few(few, in_passing),
        None => Way::Many(in_passing),
    })
}

/// Their keys, one more than few.
fn keys(all: Select<email::Entity>) -> Select<email::Entity> {
    all.select_only().column(email::Column::Id).limit(FEW + 1)
}

/// Messages that the log does not keep together.
pub(super) struct Place {
    /// Where they are quickly looked up: each of them is in one of these. None when there are too many.
    by_index: Option<Vec<Select<email::Entity>>>,
    /// What holds for them.
    in_passing: Condition,
}

impl Place {
    pub(super) fn new(by_index: Option<Vec<Select<email::Entity>>>, in_passing: Condition) -> Self {
        Self {
            by_index,
            in_passing,
        }
    }

    fn one((by_index, condition): (Select<email::Entity>, SimpleExpr)) -> Self {
        Self::new(Some(vec![by_index]), Condition::all().add(condition))
    }

    /// The keys of the messages; none when they are more than few.
    async fn keys(&self, db: &Db) -> Result<Option<HashSet<i64>>> {
        let Some(by_index) = &self.by_index else {
            return Ok(None);
        };
        let mut found = HashSet::new();
        for query in by_index {
            let ids: Vec<i64> = keys(query.clone()).into_tuple().all(db.read()).await?;
            found.extend(ids);
            if found.len() as u64 > FEW {
                return Ok(None);
            }
        }
        Ok(Some(found))
    }
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
        let in_order = |filter: Filter| newest(of_company(1).filter(matching(&filter)), None);
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
            (keys(recipient::at(1, "jane@")), "ix_emails_log_recipient"),
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
