//! What came of interviews: those of a period, by job, recruiter, interviewer or time, counted in one statement.
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{
    action, candidate,
    email::{self, Audience},
    interview::{self, Status},
    job, slot, slot_interviewer, user,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
    QuerySelect,
    sea_query::{
        Alias, CaseStatement, CommonTableExpression, Expr, ExprTrait, JoinType, Order, Query,
        SelectStatement, UnionType, WindowStatement, WithClause,
    },
};

use crate::{
    db::Db,
    domain::{events::Verb, interviews::job_in_force},
    error::Result,
};

/// How long one of the cells is in which reports measure.
const CELL_MINUTES: i64 = 5;

/// By what the interviews are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// Not at all.
    All,
    /// The job in force.
    Job,
    /// Whoever booked it last.
    Recruiter,
    /// Each of those who hold it.
    Interviewer,
    /// The spans that begin at these instants, the earliest first; the last one ends with the period.
    Time(Vec<DateTime<Utc>>),
}

/// Which interviews are counted: those whose time, the last one they had, begins in a period.
#[derive(Clone, Debug)]
pub struct Filter {
    /// At this instant or later.
    pub from: DateTime<Utc>,
    /// Before this one.
    pub until: DateTime<Utc>,
    /// Only for this job.
    pub job_id: Option<i64>,
}

/// The numbers of a group of interviews.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Had a time, whatever became of them.
    pub booked: i64,
    /// Took place.
    pub completed: i64,
    /// Were missed by their candidates.
    pub no_shows: i64,
    /// Were cancelled.
    pub cancelled: i64,
    /// How many of those each user cancelled last; nobody for what no user did.
    pub cancelled_by: BTreeMap<Option<i64>, i64>,
    /// How often they were moved.
    pub moved: i64,
    /// Emails to their candidates that no mail server took, or may not have.
    pub mails_not_taken: i64,
    /// The median of the time from being added to being booked first.
    pub minutes_to_booking: Option<i64>,
    /// The median of the time from being added to taking place.
    pub minutes_to_interview: Option<i64>,
}

impl Numbers {
    /// Of those of whom somebody said whether they came, so many of a thousand did not.
    pub fn no_show_permille(&self) -> Option<i64> {
        let known = self.completed + self.no_shows;
        (known > 0).then(|| (self.no_shows * 1000 + known / 2) / known)
    }

    /// Neither cancelled nor closed.
    pub fn open(&self) -> i64 {
        self.booked - self.completed - self.no_shows - self.cancelled
    }
}

/// The numbers of each group by its key, which is that of a job or a user or the place of a span; none for interviews that
/// have none.
pub async fn numbers(
    db: &Db,
    company_id: i64,
    by: &By,
    filter: &Filter,
) -> Result<BTreeMap<Option<i64>, Numbers>> {
    let cohort = CommonTableExpression::new()
        .query(cohort(company_id, by, filter))
        .table_name(COHORT)
        .to_owned();
    let counting = counted_by_status()
        .union(UnionType::All, moves(company_id))
        .union(UnionType::All, cancelled_by(company_id))
        .union(UnionType::All, mails_not_taken(company_id))
        .union(UnionType::All, median(BOOKING, "booked_cell", None))
        .union(
            UnionType::All,
            median(INTERVIEW, "first_cell", Some(Status::Completed)),
        )
        .to_owned();
    let whole = counting.with(WithClause::new().cte(cohort).to_owned());
    let mut groups: BTreeMap<Option<i64>, Numbers> = BTreeMap::new();
    for row in db.read().query_all(&whole).await? {
        let counted = Counted::from_query_result(&row, "")?;
        groups.entry(counted.grp).or_default().add(counted);
    }
    Ok(groups)
}

/// The names of the jobs or users that have these keys.
pub async fn names(
    db: &Db,
    company_id: i64,
    (jobs, users): (Vec<i64>, Vec<i64>),
) -> Result<(BTreeMap<i64, String>, BTreeMap<i64, String>)> {
    let titles: Vec<(i64, String)> = match jobs.is_empty() {
        true => Vec::new(),
        false => {
            job::Entity::find()
                .select_only()
                .columns([job::Column::Id, job::Column::Title])
                .filter(job::COLUMN.company_id.eq(company_id))
                .filter(job::Column::Id.is_in(jobs))
                .into_tuple()
                .all(db.read())
                .await?
        }
    };
    let names: Vec<(i64, String)> = match users.is_empty() {
        true => Vec::new(),
        false => {
            user::Entity::find()
                .select_only()
                .columns([user::Column::Id, user::Column::Name])
                .filter(user::COLUMN.company_id.eq(company_id))
                .filter(user::Column::Id.is_in(users))
                .into_tuple()
                .all(db.read())
                .await?
        }
    };
    Ok((titles.into_iter().collect(), names.into_iter().collect()))
}

/// So much of one kind was counted in a group.
#[derive(FromQueryResult)]
struct Counted {
    what: String,
    grp: Option<i64>,
    who: Option<i64>,
    n: Option<i64>,
}

impl Numbers {
    fn add(&mut self, counted: Counted) {
        let n = counted.n.unwrap_or_default();
        let minutes = counted.n.map(|cells| cells * CELL_MINUTES);
        match counted.what.as_str() {
            MOVED => self.moved += n,
            CANCELLED => *self.cancelled_by.entry(counted.who).or_default() += n,
            NOT_TAKEN => self.mails_not_taken += n,
            BOOKING => self.minutes_to_booking = minutes,
            INTERVIEW => self.minutes_to_interview = minutes,
            status => {
                self.booked += n;
                match Status::try_from_value(&status.to_owned()) {
                    Ok(Status::Completed) => self.completed += n,
                    Ok(Status::NoShow) => self.no_shows += n,
                    Ok(Status::Cancelled) => self.cancelled += n,
                    // Booked still, or a newer version knows.
                    Ok(Status::Scheduled | Status::Unscheduled) | Err(_) => {}
                }
            }
        }
    }
}

const COHORT: &str = "cohort";
// What is counted; all else is a status.
const MOVED: &str = "moved";
const CANCELLED: &str = "cancelled_by";
const NOT_TAKEN: &str = "mails_not_taken";
const BOOKING: &str = "minutes_to_booking";
const INTERVIEW: &str = "minutes_to_interview";

/// The interviews, each with its group; more than once where it is in several.
fn cohort(company_id: i64, by: &By, filter: &Filter) -> SelectStatement {
    let of = |column| Expr::col((interview::Entity, column));
    let slot_is = Expr::col((slot::Entity, slot::Column::Id))
        .equals((interview::Entity, interview::Column::SlotId));
    let candidate_is = Expr::col((candidate::Entity, candidate::Column::Id))
        .equals((interview::Entity, interview::Column::CandidateId));
    let mut query = Query::select();
    query
        .expr_as(of(interview::Column::Id), "id")
        .expr_as(of(interview::Column::Status), "status")
        .expr_as(group(by), "grp")
        .from(slot::Entity)
        .join(JoinType::InnerJoin, interview::Entity, slot_is)
        .join(JoinType::InnerJoin, candidate::Entity, candidate_is)
        .and_where(slot::COLUMN.company_id.eq(company_id))
        .and_where(interview::COLUMN.company_id.eq(company_id))
        .and_where(slot::COLUMN.starts_at.gte(filter.from))
        .and_where(slot::COLUMN.starts_at.lt(filter.until));
    for (table, cell) in [
        ("interviews", "created_cell"),
        ("interviews", "booked_cell"),
        ("slots", "first_cell"),
    ] {
        query.expr_as(Expr::col((Alias::new(table), Alias::new(cell))), cell);
    }
    if let Some(job_id) = filter.job_id {
        query.and_where(job_in_force().eq(job_id));
    }
    if *by == By::Interviewer {
        let holds = Expr::col((slot_interviewer::Entity, slot_interviewer::Column::SlotId))
            .equals((slot::Entity, slot::Column::Id));
        query.join(JoinType::LeftJoin, slot_interviewer::Entity, holds);
    }
    query
}

fn group(by: &By) -> Expr {
    match by {
        By::All => Expr::Constant(0_i64.into()),
        By::Job => job_in_force(),
        By::Recruiter => Expr::col((interview::Entity, interview::Column::BookedBy)),
        By::Interviewer => Expr::col((slot_interviewer::Entity, slot_interviewer::Column::UserId)),
        By::Time(begins) => {
            let numbered: Vec<_> = (0_i64..).zip(begins).skip(1).collect();
            let latest_first = numbered.into_iter().rev();
            let span = latest_first.fold(CaseStatement::new(), |case, (number, begins_at)| {
                let has_begun = slot::COLUMN.starts_at.gte(*begins_at);
                case.case(has_begun, Expr::Constant(number.into()))
            });
            match begins.len() {
                0 | 1 => Expr::Constant(0_i64.into()),
                _ => span.finally(Expr::Constant(0_i64.into())).into(),
            }
        }
    }
}

fn col(name: &'static str) -> Expr {
    Expr::col((Alias::new(COHORT), Alias::new(name)))
}

fn text(word: &str) -> Expr {
    Expr::Constant(word.to_owned().into()).cast_as("text")
}

fn nobody() -> Expr {
    Expr::Constant(0_i64.into()).cast_as("bigint")
}

fn number(n: Expr) -> Expr {
    n.cast_as("bigint")
}

fn count() -> Expr {
    number(Expr::cust("COUNT(*)"))
}

fn counted_by_status() -> SelectStatement {
    Query::select()
        .expr_as(col("status").cast_as("text"), "what")
        .expr_as(number(col("grp")), "grp")
        .expr_as(nobody(), "who")
        .expr_as(count(), "n")
        .from(COHORT)
        .add_group_by([col("grp"), col("status")])
        .to_owned()
}

/// Events of the interviews.
fn events(company_id: i64, verb: Verb) -> SelectStatement {
    let of = |column| Expr::col((action::Entity, column));
    let constant = |word: &str| Expr::Constant(word.to_owned().into());
    let is_about = of(action::Column::ObjectId).eq(col("id"));
    Query::select()
        .from(COHORT)
        .join(JoinType::InnerJoin, action::Entity, is_about)
        .and_where(action::COLUMN.company_id.eq(company_id))
        .and_where(of(action::Column::ObjectType).eq(constant(verb.object().as_str())))
        .and_where(of(action::Column::Verb).eq(constant(verb.as_str())))
        .to_owned()
}

fn moves(company_id: i64) -> SelectStatement {
    events(company_id, Verb::InterviewRescheduled)
        .expr_as(text(MOVED), "what")
        .expr_as(number(col("grp")), "grp")
        .expr_as(nobody(), "who")
        .expr_as(count(), "n")
        .add_group_by([col("grp")])
        .to_owned()
}

/// Of those that are cancelled, by whoever did so last.
fn cancelled_by(company_id: i64) -> SelectStatement {
    let older = Alias::new("older");
    let of = |column| Expr::col((older.clone(), column));
    let is = |column| (action::Entity, column);
    let last = Query::select()
        .expr(of(action::Column::Id).max())
        .from_as(action::Entity, older.clone())
        .and_where(of(action::Column::CompanyId).equals(is(action::Column::CompanyId)))
        .and_where(of(action::Column::ObjectType).equals(is(action::Column::ObjectType)))
        .and_where(of(action::Column::ObjectId).equals(is(action::Column::ObjectId)))
        .and_where(of(action::Column::Verb).equals(is(action::Column::Verb)))
        .to_owned();
    let cancelled = Expr::Constant(Status::Cancelled.to_value().into());
    events(company_id, Verb::InterviewCancelled)
        .and_where(col("status").eq(cancelled))
        .and_where(
            Expr::col(is(action::Column::Id)).eq(Expr::SubQuery(None, Box::new(last.into()))),
        )
        .expr_as(text(CANCELLED), "what")
        .expr_as(number(col("grp")), "grp")
        .expr_as(number(Expr::col(is(action::Column::UserId))), "who")
        .expr_as(count(), "n")
        .add_group_by([col("grp"), Expr::col(is(action::Column::UserId))])
        .to_owned()
}

/// What a mail server did not take, or may not have.
const LOST: [email::Status; 5] = [
    email::Status::Uncertain,
    email::Status::Printed,
    email::Status::Failed,
    email::Status::Expired,
    email::Status::Bounced,
];

fn mails_not_taken(company_id: i64) -> SelectStatement {
    let of = |column| Expr::col((email::Entity, column));
    let constant = |word: String| Expr::Constant(word.into());
    let is_about = of(email::Column::InterviewId).eq(col("id"));
    Query::select()
        .expr_as(text(NOT_TAKEN), "what")
        .expr_as(number(col("grp")), "grp")
        .expr_as(nobody(), "who")
        .expr_as(count(), "n")
        .from(COHORT)
        .join(JoinType::InnerJoin, email::Entity, is_about)
        .and_where(email::COLUMN.company_id.eq(company_id))
        .and_where(of(email::Column::Status).is_in(LOST.map(|it| constant(it.to_value()))))
        .and_where(of(email::Column::Audience).eq(constant(Audience::Candidate.to_value())))
        .add_group_by([col("grp")])
        .to_owned()
}

/// The median of the cells from being added until another one, of those that stand so: of an even number the mean of the
/// two in the middle, in whole cells on both databases.
fn median(what: &str, until: &'static str, status: Option<Status>) -> SelectStatement {
    let of = |name: &'static str| Expr::col((Alias::new("ranked"), Alias::new(name)));
    let in_group = || WindowStatement::partition_by(Alias::new("grp"));
    let waited = || col(until).sub(col("created_cell"));
    let mut ranked = Query::select();
    ranked
        .expr_as(col("grp"), "grp")
        .expr_as(waited(), "waited")
        .expr_window_as(
            Expr::cust("ROW_NUMBER()"),
            in_group().order_by_expr(waited(), Order::Asc).to_owned(),
            "place",
        )
        .expr_window_as(Expr::cust("COUNT(*)"), in_group(), "places")
        .from(COHORT)
        .and_where(col(until).is_not_null())
        .and_where(col("created_cell").is_not_null());
    if let Some(status) = status {
        ranked.and_where(col("status").eq(Expr::Constant(status.to_value().into())));
    }
    let half = |more: i64| of("places").add(more).div(2_i64);
    let sum = of("waited").sum().cast_as("bigint");
    Query::select()
        .expr_as(text(what), "what")
        .expr_as(number(of("grp")), "grp")
        .expr_as(nobody(), "who")
        .expr_as(sum.div(count()), "n")
        .from_subquery(ranked, "ranked")
        .and_where(of("place").eq(half(1)).or(of("place").eq(half(2))))
        .add_group_by([of("grp")])
        .to_owned()
}
