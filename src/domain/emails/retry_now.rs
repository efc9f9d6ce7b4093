//! Trying a message now instead of at its time.
use chrono::{DateTime, Utc};
use entity::email::{self, Status};
use sea_orm::{EntityTrait, QueryFilter, sea_query::Expr};

use super::find;
use crate::{
    db::{self, Db, constant::Constant},
    domain::{
        actions::Actor,
        events::{self, Event},
        mail_servers,
    },
    error::Result,
};

/// What became of the request to try a message now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryNow {
    /// It is due now, or was already.
    Due,
    /// It waits for an hour of its own, which has not come.
    TooEarly,
    /// Its address has had as many messages within an hour as the company allows.
    PutOff,
    /// A mail server is being asked at this moment.
    Underway,
    /// It is kept back: it must be released first.
    Held,
    /// It has ended meanwhile.
    Ended(Status),
}

/// Would [`retry_now`] make it leave earlier? What is due and was tried waits for a circuit breaker that is open.
pub fn can_retry_now(email: &email::Model, now: DateTime<Utc>) -> bool {
    let waits = email.due_at > now || email.status == Status::Retrying;
    waits && !is_put_off(email) && may_leave(email, email.status)
}

/// Does it wait for its address? Nothing else is due later than it was to leave before it was tried. The next claim would
/// only put it off again.
fn is_put_off(email: &email::Model) -> bool {
    email.status == Status::Queued && email.due_at > email.first_due_at
}

/// What waits for its hour and was not tried goes on waiting; everything else may leave now.
fn may_leave(email: &email::Model, status: Status) -> bool {
    match status {
        Status::Retrying => true,
        Status::Queued => !email.kind.waits_for_its_hour() && email.lead_minutes.is_none(),
        _ => false,
    }
}

/// Makes a message that waits due now, and has every mail server tried whose circuit breaker is open.
pub async fn retry_now(db: &Db, actor: &Actor, id: i64, now: DateTime<Utc>) -> Result<RetryNow> {
    let now = db.shared_now(now).await?;
    db::transaction(db, async |txn| {
        let email = find(txn, actor.company_id, id).await?;
        if is_put_off(&email) && email.due_at > now {
            return Ok(RetryNow::PutOff);
        }
        let waiting = [Status::Queued, Status::Retrying].into_iter();
        let may_leave = waiting.filter(|status| may_leave(&email, *status));
        if can_retry_now(&email, now) {
            mail_servers::end_waits(txn).await?;
        }
        let made_due = email::Entity::update_many()
            .col_expr(email::Column::DueAt, Expr::value(now))
            .filter(email::COLUMN.id.eq(id))
            .filter(email::COLUMN.company_id.eq(actor.company_id))
            .filter(email::COLUMN.due_at.gt(now))
            .filter(email::Column::Status.in_const(may_leave))
            .exec(txn)
            .await?
            .rows_affected;
        if made_due == 0 {
            // A worker may have had it since it was looked at.
            return Ok(standing(&find(txn, actor.company_id, id).await?, now));
        }
        let event = Event::EmailRetriedNow {
            email_id: id,
            was_due_at: email.due_at,
        };
        events::record(txn, actor, event, now).await?;
        Ok(RetryNow::Due)
    })
    .await
}

fn standing(email: &email::Model, now: DateTime<Utc>) -> RetryNow {
    match email.status {
        Status::Queued | Status::Retrying if email.due_at <= now => RetryNow::Due,
        Status::Queued | Status::Retrying => RetryNow::TooEarly,
        Status::Sending => RetryNow::Underway,
        Status::Held => RetryNow::Held,
        status => RetryNow::Ended(status),
    }
}
