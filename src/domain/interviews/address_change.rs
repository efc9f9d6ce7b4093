//! What a candidate's new address does to their interviews.
use chrono::{DateTime, Utc};
use entity::{
    candidate, email,
    interview::{self, Status},
};
use sea_orm::{ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};

use super::{details::details, offer, telling::Telling};
use crate::{
    db::constant::Constant,
    domain::{
        actions::Actor,
        emails,
        events::{self, Event},
        notifications,
    },
    error::Result,
};

/// After a candidate's address changed: links in mails to the old address die, mails that have not
/// left it are dropped, and coming interviews are told to the new one, as is that a time may be chosen.
pub async fn notify(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    before: &candidate::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    let waiting = with_status(txn, actor, before.id, Status::Unscheduled).await?;
    for row in waiting {
        kill_link(txn, &row).await?;
        offer::ask_again(txn, actor, row.id, now).await?;
    }
    for row in with_status(txn, actor, before.id, Status::Scheduled).await? {
        kill_link(txn, &row).await?;
        let details = details(txn, actor.company_id, row.id).await?;
        let event = Event::AddressChanged {
            interview_id: row.id,
            version: Some(details.interview.version),
        };
        events::record(txn, actor, event, now).await?;
        if details.is_to_come(now) {
            let everybody = Telling::everybody();
            let kind = email::Kind::Scheduled;
            let told = notifications::notify(txn, actor, kind, &details, &everybody, now);
            if let Some(told) = told.await? {
                emails::link_correction(txn, actor.company_id, told.id, &before.email).await?;
            }
        }
    }
    Ok(())
}

async fn with_status(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    candidate_id: i64,
    status: Status,
) -> Result<Vec<interview::Model>> {
    Ok(interview::Entity::find()
        .filter(interview::COLUMN.company_id.eq(actor.company_id))
        .filter(interview::COLUMN.candidate_id.eq(candidate_id))
        .filter(interview::Column::Status.eq_const(status))
        .all(txn)
        .await?)
}

/// The next version of the link: the one in earlier mails is dead.
async fn kill_link(txn: &impl ConnectionTrait, row: &interview::Model) -> Result<()> {
    interview::Entity::update_many()
        .col_expr(
            interview::Column::LinkVersion,
            Expr::col(interview::Column::LinkVersion).add(1),
        )
        .col_expr(
            interview::Column::Version,
            Expr::col(interview::Column::Version).add(1),
        )
        .filter(interview::COLUMN.id.eq(row.id))
        .filter(interview::COLUMN.company_id.eq(row.company_id))
        .exec(txn)
        .await?;
    Ok(())
}
