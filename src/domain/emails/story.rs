//! The whole story of one message.
use chrono::{DateTime, Utc};
use entity::{
    attempt::{self, Outcome},
    bounce,
    email::{self, Status},
    user,
};
use sea_orm::{
    ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QueryResult,
    QuerySelect, SelectModel, Selector,
    sea_query::{Expr, ExprTrait, Func, JoinType, Query, SelectStatement},
};

use super::{can_be_corrected, is_of_use};
use crate::{
    db::Db,
    domain::{
        actions::{self, Entry},
        bounces,
        interviews::{self, Details},
        rows::{self, Stored},
        suppressed,
    },
    error::{Error, Result},
};

/// A message with its story.
#[derive(Clone, Debug)]
pub struct Story {
    /// The message.
    pub email: email::Model,
    /// The attempts, first to last.
    pub attempts: Vec<attempt::Model>,
    /// What mail servers reported afterwards, first to last.
    pub bounces: Vec<bounce::Model>,
    /// What users did about it, first to last.
    pub acts: Vec<Entry>,
    /// The interview that it is about, if any.
    pub details: Option<Details>,
    /// The name of the user whose act queued it.
    pub queued_by: Option<String>,
    /// The name of the user who told the candidate another way.
    pub told_by: Option<String>,
    /// The message that showed the address to be dead, while this one is held back for it.
    pub held_by: Option<i64>,
    /// The message that repeats this one.
    pub repeated_by: Option<i64>,
    /// The message that told the right address, where this one's was wrong.
    pub corrected_by: Option<i64>,
}

impl Story {
    /// Would [`super::resend`] queue it once more?
    pub fn can_be_repeated(&self, now: DateTime<Utc>) -> bool {
        self.email.status.is_final()
            && self.repeated_by.is_none()
            && self
                .details
                .as_ref()
                .is_some_and(|details| is_of_use(&self.email, details, now))
    }

    /// Would [`super::correct`] tell another address?
    pub fn can_be_corrected(&self, now: DateTime<Utc>) -> bool {
        self.details
            .as_ref()
            .is_some_and(|details| can_be_corrected(&self.email, details, now))
    }

    /// May the candidate have it, whatever its status says? Who repeats it is asked first.
    pub fn may_have_arrived(&self) -> bool {
        may_have_arrived(&self.email, &self.attempts)
    }
}

/// The message, its attempts and its interview.
pub async fn story(db: &Db, company_id: i64, id: i64) -> Result<Story> {
    let found = told(company_id, id).one(db.read()).await?;
    let told = found.ok_or(Error::NotFound)?.into_result()?;
    let email = told.email;
    Ok(Story {
        attempts: attempts(db.read(), &email).await?,
        details: match email.interview_id {
            Some(id) => Some(interviews::shown(db.read(), company_id, id).await?),
            None => None,
        },
        held_by: match email.status {
            Status::Held => suppressed::shown_by(db.read(), company_id, &email.recipient).await?,
            _ => None,
        },
        bounces: bounces::of(db, company_id, id).await?,
        acts: actions::history(db, company_id, "email", id).await?,
        queued_by: told.queued_by,
        told_by: told.told_by,
        repeated_by: told.repeated_by,
        corrected_by: told.corrected_by,
        email,
    })
}

/// A message, and what other rows tell of it in a word.
struct Told {
    email: email::Model,
    queued_by: Option<String>,
    told_by: Option<String>,
    repeated_by: Option<i64>,
    corrected_by: Option<i64>,
}

impl FromQueryResult for Told {
    fn from_query_result(row: &QueryResult, pre: &str) -> std::result::Result<Self, DbErr> {
        // Whoever cannot be read has no name to show.
        let name = |column| row.try_get(pre, column).ok().flatten();
        Ok(Self {
            email: email::Model::from_query_result(row, pre)?,
            queued_by: name(QUEUED_BY),
            told_by: name(TOLD_BY),
            repeated_by: row.try_get(pre, REPEATED_BY)?,
            corrected_by: row.try_get(pre, CORRECTED_BY)?,
        })
    }
}

const QUEUED_BY: &str = "queued_by_name";
const TOLD_BY: &str = "told_by_name";
const REPEATED_BY: &str = "repeated_by";
const CORRECTED_BY: &str = "corrected_by";

fn told(company_id: i64, id: i64) -> Selector<SelectModel<Stored<Told>>> {
    email::Entity::find_by_id(id)
        .filter(email::COLUMN.company_id.eq(company_id))
        .expr_as(name_of(email::Column::CreatedBy), QUEUED_BY)
        .expr_as(name_of(email::Column::ToldBy), TOLD_BY)
        .expr_as(scalar(repeat()), REPEATED_BY)
        .expr_as(scalar(correction()), CORRECTED_BY)
        .into_model::<Stored<Told>>()
}

/// The name of the user in this column of the outer query's message.
fn name_of(user_id: email::Column) -> Expr {
    let col = |column| Expr::col((user::Entity, column));
    let name = Query::select()
        .column(user::Column::Name)
        .from(user::Entity)
        .and_where(col(user::Column::CompanyId).equals((email::Entity, email::Column::CompanyId)))
        .and_where(col(user::Column::Id).equals((email::Entity, user_id)))
        .to_owned();
    scalar(name)
}

const OTHER: &str = "other";
const WRONG: &str = "wrong";

/// The message that repeats the outer query's.
fn repeat() -> SelectStatement {
    let col = |column| Expr::col((OTHER, column));
    Query::select()
        .expr(Func::min(col(email::Column::Id)))
        .from_as(email::Entity, OTHER)
        .and_where(col(email::Column::CompanyId).equals((email::Entity, email::Column::CompanyId)))
        .and_where(col(email::Column::ResendOf).equals((email::Entity, email::Column::Id)))
        .to_owned()
}

/// The first message that corrects the address of the outer query's. A correction names one message to the wrong address
/// and stands for all of them.
fn correction() -> SelectStatement {
    let later = |column| Expr::col((OTHER, column));
    let wrong = |column| Expr::col((WRONG, column));
    let its = |column| (email::Entity, column);
    use email::Column::{CompanyId, Corrects, Id, InterviewId, Recipient};
    Query::select()
        .expr(Func::min(later(Id)))
        .from_as(email::Entity, OTHER)
        .join_as(
            JoinType::InnerJoin,
            email::Entity,
            WRONG,
            wrong(Id).equals((OTHER, Corrects)),
        )
        .and_where(later(CompanyId).equals(its(CompanyId)))
        .and_where(later(InterviewId).equals(its(InterviewId)))
        .and_where(later(Id).gt(Expr::col(its(Id))))
        .and_where(wrong(CompanyId).equals(its(CompanyId)))
        .and_where(wrong(InterviewId).equals(its(InterviewId)))
        .and_where(wrong(Recipient).equals(its(Recipient)))
        .to_owned()
}

fn scalar(query: SelectStatement) -> Expr {
    Expr::SubQuery(None, Box::new(query.into()))
}

pub(super) fn may_have_arrived(email: &email::Model, attempts: &[attempt::Model]) -> bool {
    let is_in_doubt = |attempt: &attempt::Model| attempt.outcome == Some(Outcome::Uncertain);
    let has_arrived = [Status::Accepted, Status::Delivered, Status::Complained];
    has_arrived.contains(&email.status) || attempts.iter().any(is_in_doubt)
}

pub(super) async fn attempts(
    db: &impl ConnectionTrait,
    email: &email::Model,
) -> Result<Vec<attempt::Model>> {
    let all = attempt::Entity::find()
        .filter(attempt::COLUMN.company_id.eq(email.company_id))
        .filter(attempt::COLUMN.email_id.eq(email.id))
        .order_by_asc(attempt::Column::Number);
    rows::readable(all, db, "attempt").await
}

pub(super) async fn repeated_by(
    db: &impl ConnectionTrait,
    email: &email::Model,
) -> Result<Option<i64>> {
    let repeat = email::Entity::find()
        .filter(email::COLUMN.company_id.eq(email.company_id))
        .filter(email::COLUMN.resend_of.eq(Some(email.id)))
        .one(db)
        .await?;
    Ok(repeat.map(|repeat| repeat.id))
}
