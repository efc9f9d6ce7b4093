//! How far the candidates of a job are who were asked to choose a time.
use entity::{interview, offer};
use sea_orm::{
    EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect,
    sea_query::{Expr, Func},
};

use super::list::of_job;
use crate::{db::Db, error::Result};

/// So many were asked, had the times open, and chose one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct Progress {
    /// All of them.
    pub asked: i64,
    /// Those of them who had the times open.
    pub opened: i64,
    /// Those who chose one.
    pub chosen: i64,
}

/// Of the company's job.
pub async fn of(db: &Db, company_id: i64, job_id: i64) -> Result<Progress> {
    let count = |column: offer::Column| Func::count(Expr::col((offer::Entity, column)));
    let of_interview = offer::Entity::belongs_to(interview::Entity)
        .from(offer::Column::InterviewId)
        .to(interview::Column::Id)
        .into();
    let counted = offer::Entity::find()
        .select_only()
        .expr_as(count(offer::Column::InterviewId), "asked")
        .expr_as(count(offer::Column::OpenedAt), "opened")
        .expr_as(count(offer::Column::ChosenAt), "chosen")
        .join(JoinType::InnerJoin, of_interview)
        .filter(offer::COLUMN.company_id.eq(company_id))
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(of_job(company_id, job_id))
        .into_model::<Progress>()
        .one(db.read())
        .await?;
    Ok(counted.unwrap_or_default())
}
