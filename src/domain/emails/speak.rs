//! The language of emails that are not written yet.
use entity::{
    email::{self, Audience},
    interview,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::Expr,
};

use crate::error::Result;

/// Has those that wait for a candidate written in another language than they wanted when they were queued. One that
/// a worker writes at this moment may still be in the old one.
pub async fn speak(
    txn: &impl ConnectionTrait,
    company_id: i64,
    candidate_id: i64,
    locale: &str,
) -> Result<()> {
    let theirs = interview::Entity::find()
        .select_only()
        .column(interview::Column::Id)
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interview::COLUMN.candidate_id.eq(candidate_id))
        .into_query();
    email::Entity::update_many()
        .col_expr(email::Column::Locale, Expr::value(locale))
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::Column::Audience.eq(Audience::Candidate))
        .filter(email::Column::InterviewId.in_subquery(theirs))
        .filter(email::COLUMN.text.is_null())
        .filter(email::COLUMN.finished_at.is_null())
        .exec(txn)
        .await?;
    Ok(())
}
