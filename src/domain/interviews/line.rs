//! An interview as pages list it: a few columns of each table, and its newest email.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    candidate,
    email::{self, Kind},
    interview::{self, Answer, Status},
    job,
    slot::{self, DifficultyLevel, InterviewType},
};
use sea_orm::{
    ActiveEnum, Condition, ConnectionTrait, DerivePartialModel, EntityTrait, FromQueryResult,
    JoinType, PartialModelTrait, QuerySelect, RelationTrait, Select,
    sea_query::{Expr, ExprTrait, Func, IntoIden, Query, SelectStatement},
};

use crate::{
    domain::{emails, rows::Stored},
    error::Result,
};

/// An interview as pages list it.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "interview::Entity")]
pub struct Line {
    /// Key.
    pub id: i64,
    /// Where it stands.
    pub status: Status,
    /// Why the candidate does not know how it stands, where somebody wanted it so.
    pub not_told_reason: Option<String>,
    /// What came of it.
    pub outcome: Option<String>,
    /// +1 at each write, for compare-and-set.
    pub version: i32,
    /// When the candidate first had the details open.
    pub opened_at: Option<DateTime<Utc>>,
    /// What the candidate says to the time.
    pub answer: Option<Answer>,
    /// When the candidate first joined.
    pub joined_at: Option<DateTime<Utc>>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// Who is interviewed, by name.
    #[sea_orm(from_expr = "candidate::Column::Name")]
    pub candidate: String,
    /// For which job, when there is one: its title.
    #[sea_orm(from_expr = "job_title()")]
    pub job: Option<String>,
    /// When; none until it is booked.
    #[sea_orm(nested)]
    pub slot: Option<Time>,
    /// Its newest email that tells of a change.
    #[sea_orm(nested)]
    pub mail: Option<Stored<Mail>>,
}

/// When an interview is, and what it is.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "slot::Entity")]
pub struct Time {
    /// The instant it starts.
    pub starts_at: DateTime<Utc>,
    /// How long it takes.
    pub duration_minutes: i32,
    /// What kind of talk it is.
    pub interview_type: InterviewType,
    /// How hard it will be.
    pub difficulty_level: Option<DifficultyLevel>,
    /// Where it takes place; the company's default when absent.
    pub meeting_url: Option<String>,
}

impl Time {
    /// The instant at which it ends.
    pub fn ends_at(&self) -> DateTime<Utc> {
        self.starts_at + TimeDelta::minutes(self.duration_minutes.into())
    }
}

/// What became of an email.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "email::Entity")]
pub struct Mail {
    /// Key.
    pub id: i64,
    /// Where it stands.
    pub status: email::Status,
    /// Why.
    pub reason: String,
    /// When it was to leave.
    pub first_due_at: DateTime<Utc>,
    /// When somebody told the candidate another way.
    pub told_at: Option<DateTime<Utc>>,
}

impl Line {
    /// Its newest email, when there is one that can be read.
    pub fn mail(&self) -> Option<&Mail> {
        match &self.mail {
            Some(Stored::Read(mail)) => Some(mail),
            Some(Stored::Unreadable(_)) | None => None,
        }
    }
}

/// Interviews to be read as lines.
pub(super) fn lines() -> Select<interview::Entity> {
    of_newest::<Line>(|| emails::of_kinds_in(NEWEST.into_iden(), Kind::tells_of_change))
}

/// The same, of which an email that was made needless says nothing.
pub(in crate::domain) fn lines_without_needless() -> Select<interview::Entity> {
    without_needless::<Line>()
}

/// The same for other columns of the interview, its slot, its candidate and, as the nested table of `email`, its email.
pub(super) fn without_needless<T: PartialModelTrait>() -> Select<interview::Entity> {
    of_newest::<T>(|| {
        let needless = Expr::Constant(email::Status::Superseded.to_value().into());
        emails::of_kinds_in(NEWEST.into_iden(), Kind::tells_of_change)
            .add(Expr::col((NEWEST, email::Column::Status)).ne(needless))
    })
}

const NEWEST: &str = "newest";

fn of_newest<T: PartialModelTrait>(counts: fn() -> Condition) -> Select<interview::Entity> {
    let about = email::Relation::Interview.def().rev();
    let newest = about.on_condition(move |_, emails| {
        let id = Expr::col((emails, email::Column::Id));
        Condition::all().add(id.eq(Expr::SubQuery(None, Box::new(newest_id(counts()).into()))))
    });
    let all = interview::Entity::find()
        .select_only()
        .join(JoinType::LeftJoin, interview::Relation::Slot.def())
        .join(JoinType::LeftJoin, interview::Relation::Candidate.def())
        .join(JoinType::LeftJoin, newest);
    T::select_cols(all)
}

/// Of the newest of the messages for which this holds, about the outer query's interview.
fn newest_id(counts: Condition) -> SelectStatement {
    let col = |column| Expr::col((NEWEST, column));
    Query::select()
        .expr(Func::max(col(email::Column::Id)))
        .from_as(email::Entity, NEWEST)
        .and_where(
            col(email::Column::CompanyId).equals((interview::Entity, interview::Column::CompanyId)),
        )
        .and_where(
            col(email::Column::InterviewId).equals((interview::Entity, interview::Column::Id)),
        )
        .cond_where(counts)
        .to_owned()
}

/// Of the job that the outer query's interview is for: its own, else its slot's, else its candidate's.
pub(super) fn job_title() -> Expr {
    let title = Query::select()
        .column(job::Column::Title)
        .from(job::Entity)
        .and_where(Expr::col((job::Entity, job::Column::Id)).eq(job_id()))
        .to_owned();
    Expr::SubQuery(None, Box::new(title.into()))
}

/// The key of that job. Needs the interview's slot and candidate to be joined.
pub(in crate::domain) fn job_id() -> Expr {
    let of = [
        Expr::col((interview::Entity, interview::Column::JobId)),
        Expr::col((slot::Entity, slot::Column::JobId)),
        Expr::col((candidate::Entity, candidate::Column::JobId)),
    ];
    Func::coalesce(of).into()
}

/// What a query for lines finds, each read by itself.
pub(in crate::domain) async fn each(
    query: &SelectStatement,
    db: &impl ConnectionTrait,
) -> Result<Vec<Stored<Line>>> {
    let rows = db.query_all(query).await?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        let line = Stored::<Line>::from_query_result(row, "")?;
        if let Stored::Read(Line {
            mail: Some(Stored::Unreadable(mail)),
            ..
        }) = &line
        {
            mail.log("email");
        }
        lines.push(line);
    }
    Ok(lines)
}
