//! Reports that were quicker than our own record of the message, and what they change once it is there.
use chrono::{DateTime, Utc};
use entity::{
    bounce,
    email::{self, Status},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, sea_query::Expr,
};

use super::{effect::change, lock};
use crate::{db::constant::Constant, domain::rows, error::Result};

/// Where these messages stand has been recorded: what was reported of them before counts now. Each report once.
pub(in crate::domain) async fn apply(
    txn: &impl ConnectionTrait,
    email_ids: &[i64],
    now: DateTime<Utc>,
) -> Result<()> {
    if email_ids.is_empty() {
        return Ok(());
    }
    let of_them = bounce::Column::EmailId.is_in(email_ids.iter().copied());
    apply_which(txn, of_them.into(), now).await
}

/// The same for messages whose record somebody else has written, who knew nothing of reports that wait for it.
pub async fn apply_left(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    let underway = email::Entity::find()
        .select_only()
        .column(email::Column::Id)
        .filter(email::Column::Status.eq_const(Status::Sending))
        .into_query();
    let is_recorded = bounce::Column::EmailId.not_in_subquery(underway);
    apply_which(txn, is_recorded.into(), now).await
}

async fn apply_which(
    txn: &impl ConnectionTrait,
    which: Condition,
    now: DateTime<Utc>,
) -> Result<()> {
    let pending = bounce::Entity::find()
        .filter(Expr::col((bounce::Entity, bounce::Column::IsPending)))
        .filter(which)
        .order_by_asc(bounce::Column::Id);
    for report in rows::readable(pending, txn, "report").await? {
        let email = lock(txn, report.email_id).await?;
        if email.status == Status::Sending {
            continue;
        }
        change(
            txn,
            &email,
            report.action,
            &report.hint,
            report.is_dead,
            now,
        )
        .await?;
        bounce::Entity::update_many()
            .col_expr(bounce::Column::IsPending, Expr::value(false))
            .filter(bounce::COLUMN.id.eq(report.id))
            .exec(txn)
            .await?;
    }
    Ok(())
}
