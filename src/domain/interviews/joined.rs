//! Interviews with the rows that they point at, in one statement.
use entity::{candidate, company, interview, job, mail_text, slot, user};
use sea_orm::{
    ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IdenStatic, Iterable, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, Func, IntoCondition, JoinType, Query, SelectStatement},
};

use super::Details;
use crate::{
    domain::{mail_texts::Own, rows::Stored},
    error::{Error, Result},
};

/// An interview and what it points at.
pub(super) struct Joined {
    pub(super) interview: interview::Model,
    pub(super) company: company::Model,
    /// Has the company words of its own for its mails?
    pub(super) has_texts: bool,
    candidate: candidate::Model,
    slot: Option<slot::Model>,
    job: Option<job::Model>,
    recruiter: Option<user::Model>,
}

impl Joined {
    /// Together with what the company gives its mails of its own.
    pub(super) fn into_details(self, own: Own) -> Result<Details> {
        let slot_job = self.slot.as_ref().map(|slot| slot.job_id);
        let job_id = self.interview.job_id.or(slot_job).or(self.candidate.job_id);
        if job_id.is_some() && self.job.is_none() {
            return Err(Error::NotFound);
        }
        Ok(Details {
            interview: self.interview,
            candidate: self.candidate,
            company: self.company,
            slot: self.slot,
            job: self.job,
            recruiter: self.recruiter,
            own,
        })
    }
}

/// Those for which a condition holds; an error if one of them cannot be read.
pub(super) async fn find(
    db: &impl ConnectionTrait,
    which: impl IntoCondition,
) -> Result<Vec<Joined>> {
    let query = query().cond_where(which).to_owned();
    let rows = db.query_all(&query).await?;
    let read = |row| Stored::from_query_result(row, INTERVIEW)?.into_result();
    rows.iter().map(read).collect()
}

impl FromQueryResult for Joined {
    fn from_query_result(row: &QueryResult, pre: &str) -> std::result::Result<Self, DbErr> {
        Ok(Self {
            interview: interview::Model::from_query_result(row, pre)?,
            company: company::Model::from_query_result(row, COMPANY)?,
            has_texts: row.try_get("", HAS_TEXTS)?,
            candidate: candidate::Model::from_query_result(row, CANDIDATE)?,
            slot: optional(row, SLOT)?,
            job: optional(row, JOB)?,
            // Whoever cannot be read is nobody to write to: then the company is.
            recruiter: optional::<Stored<user::Model>>(row, USER)?
                .and_then(|user| user.or_log("user")),
        })
    }
}

/// A row that may not be there.
fn optional<T: FromQueryResult>(
    row: &QueryResult,
    pre: &str,
) -> std::result::Result<Option<T>, DbErr> {
    match row.try_get::<Option<i64>>(pre, "id")? {
        Some(_) => T::from_query_result(row, pre).map(Some),
        None => Ok(None),
    }
}

// What the names of their columns begin with.
const INTERVIEW: &str = "interview_";
const COMPANY: &str = "company_";
const CANDIDATE: &str = "candidate_";
const SLOT: &str = "slot_";
const JOB: &str = "job_";
const USER: &str = "user_";

const HAS_TEXTS: &str = "has_texts";

fn query() -> SelectStatement {
    let own = |column| Expr::col((interview::Entity, column));
    let job_id = Func::coalesce([
        own(interview::Column::JobId),
        Expr::col((slot::Entity, slot::Column::JobId)),
        Expr::col((candidate::Entity, candidate::Column::JobId)),
    ]);
    let mut query = Query::select();
    query.from(interview::Entity);
    select::<interview::Entity>(&mut query, INTERVIEW);
    query.join(
        JoinType::InnerJoin,
        company::Entity,
        Expr::col((company::Entity, company::Column::Id)).eq(own(interview::Column::CompanyId)),
    );
    select::<company::Entity>(&mut query, COMPANY);
    let texts = Query::select()
        .expr(Expr::value(1))
        .from(mail_text::Entity)
        .and_where(
            Expr::col((mail_text::Entity, mail_text::Column::CompanyId))
                .equals((company::Entity, company::Column::Id)),
        )
        .to_owned();
    query.expr_as(Expr::exists(texts), Alias::new(HAS_TEXTS));
    join::<candidate::Entity>(
        &mut query,
        (JoinType::InnerJoin, CANDIDATE),
        (candidate::Column::Id, candidate::Column::CompanyId),
        own(interview::Column::CandidateId),
    );
    join::<slot::Entity>(
        &mut query,
        (JoinType::LeftJoin, SLOT),
        (slot::Column::Id, slot::Column::CompanyId),
        own(interview::Column::SlotId),
    );
    join::<job::Entity>(
        &mut query,
        (JoinType::LeftJoin, JOB),
        (job::Column::Id, job::Column::CompanyId),
        job_id.into(),
    );
    join::<user::Entity>(
        &mut query,
        (JoinType::LeftJoin, USER),
        (user::Column::Id, user::Column::CompanyId),
        own(interview::Column::BookedBy),
    );
    query
}

/// The row of a table whose key this is, if it is the same company's.
fn join<E: EntityTrait>(
    query: &mut SelectStatement,
    (way, pre): (JoinType, &str),
    (id, company_id): (E::Column, E::Column),
    key: Expr,
) {
    let of = |column| Expr::col((E::default(), column));
    let is_it = of(id).eq(key);
    let is_ours = of(company_id).equals((interview::Entity, interview::Column::CompanyId));
    query.join(way, E::default(), is_it.and(is_ours));
    select::<E>(query, pre);
}

/// Every column of a table, named with its beginning.
fn select<E: EntityTrait>(query: &mut SelectStatement, pre: &str) {
    for column in E::Column::iter() {
        let name = Alias::new(format!("{pre}{}", column.as_str()));
        query.expr_as(Expr::col((E::default(), column)), name);
    }
}
