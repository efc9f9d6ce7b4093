//! Bookings whose message cannot be delivered: a line each in the audit log, at the failure that decides.
use chrono::{DateTime, Utc};
use entity::{
    email::{self, Kind, Status},
    interview,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, Iterable, JoinType, QueryFilter, QuerySelect,
    RelationTrait,
};

use crate::{
    db::constant::Constant,
    domain::{
        actions::Actor,
        events::{self, Event},
    },
    error::Result,
};

/// Where a message stands that has told nobody.
const TOLD_NOBODY: [Status; 3] = [Status::Failed, Status::Expired, Status::Bounced];

/// A booking's message that has failed: key, company, interview, who booked, why it failed, and the slot.
type Failed = (i64, i64, Option<i64>, Option<i64>, String, Option<i64>);

/// Writes a line for each of these messages, which have just come to this status, that tells of a booking and has told
/// nobody. A message fails once, so nobody is told twice; to be called where that is written, in the same transaction.
pub(super) async fn note(
    txn: &impl ConnectionTrait,
    email_ids: Vec<i64>,
    status: Status,
    now: DateTime<Utc>,
) -> Result<()> {
    if email_ids.is_empty() || !TOLD_NOBODY.contains(&status) {
        return Ok(());
    }
    for (email_id, company_id, interview_id, user_id, error, slot_id) in
        failed(txn, email_ids).await?
    {
        let Some(interview_id) = interview_id else {
            continue;
        };
        let actor = Actor {
            user_id,
            ..Actor::system(company_id)
        };
        let event = Event::NotificationFailed {
            interview_id,
            slot_id,
            email_id,
            error,
        };
        events::record(txn, &actor, event, now).await?;
    }
    Ok(())
}

/// Those of the messages that tell of a booking.
async fn failed(txn: &impl ConnectionTrait, email_ids: Vec<i64>) -> Result<Vec<Failed>> {
    Ok(email::Entity::find()
        .select_only()
        .columns([
            email::Column::Id,
            email::Column::CompanyId,
            email::Column::InterviewId,
            email::Column::CreatedBy,
            email::Column::Reason,
        ])
        .column(interview::Column::SlotId)
        .join(JoinType::LeftJoin, email::Relation::Interview.def())
        .filter(email::Column::Id.is_in(email_ids))
        .filter(email::Column::Kind.in_const(Kind::iter().filter(|kind| kind.tells_of_time())))
        .filter(email::Column::Status.in_const(TOLD_NOBODY))
        .into_tuple()
        .all(txn)
        .await?)
}
