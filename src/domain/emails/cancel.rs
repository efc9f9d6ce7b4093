//! Calling off a message that has not left.
use chrono::{DateTime, Utc};
use entity::email::{self, Status};
use sea_orm::Condition;

use super::{find, lifecycle};
use crate::{
    db::{self, Db},
    domain::{
        actions::Actor,
        events::{self, Event},
    },
    error::Result,
};

const BY_HAND: &str = "A recruiter cancelled sending.";

/// What became of the request to cancel a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// It does not leave, now or since an earlier request.
    Done,
    /// A mail server is being asked at this moment.
    Underway,
    /// It has left, or ended otherwise, meanwhile.
    Ended(Status),
}

/// Would [`cancel`] keep it from leaving?
pub fn can_be_cancelled(status: Status) -> bool {
    lifecycle::origins(Status::Cancelled).contains(&status)
}

/// Ends a message that has not left. What it was to tell is told by nothing else.
pub async fn cancel(db: &Db, actor: &Actor, id: i64, now: DateTime<Utc>) -> Result<Cancelled> {
    db::transaction(db, async |txn| {
        let it = Condition::all()
            .add(email::COLUMN.id.eq(id))
            .add(email::COLUMN.company_id.eq(actor.company_id));
        let cancelled = lifecycle::end(txn, Status::Cancelled, it, BY_HAND, now).await?;
        if cancelled.is_empty() {
            return Ok(match find(txn, actor.company_id, id).await?.status {
                Status::Cancelled => Cancelled::Done,
                status if status.is_final() => Cancelled::Ended(status),
                _ => Cancelled::Underway,
            });
        }
        let event = Event::EmailCancelled { email_id: id };
        events::record(txn, actor, event, now).await?;
        Ok(Cancelled::Done)
    })
    .await
}
