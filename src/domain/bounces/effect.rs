//! What follows from a report: how its message stands, and whether its address gets more.
use chrono::{DateTime, Utc};
use entity::{
    bounce::Action,
    email::{self, Status},
};
use sea_orm::{Condition, ConnectionTrait, sea_query::Expr};

use super::Taken;
use crate::{
    db::constant::Constant,
    domain::{
        actions::Actor,
        delivery,
        emails::lifecycle,
        events::{self, Event},
        suppressions::{self, Cause},
    },
    error::Result,
};

/// Changes what follows from what was told; none when nothing does.
pub(super) async fn change(
    txn: &impl ConnectionTrait,
    email: &email::Model,
    action: Action,
    hint: &str,
    is_dead: bool,
    now: DateTime<Utc>,
) -> Result<Option<Taken>> {
    Ok(match action {
        // Of a copy that nobody tried: it says nothing against the one that arrived.
        Action::Dropped if email.status == Status::Delivered => None,
        Action::Failed | Action::Dropped => {
            let has_bounced = bounce(txn, email, hint, now).await?;
            if is_dead {
                suppressions::add(txn, email, Cause::Dead(hint), now).await?;
            }
            has_bounced.then_some(Taken::Bounced(email.id))
        }
        Action::Complained => {
            let is_news = complain(txn, email, hint, now).await?;
            suppressions::add(txn, email, Cause::Complaint, now).await?;
            is_news.then_some(Taken::Complained(email.id))
        }
        Action::Delivered => {
            let is_news = deliver(txn, email, hint, now).await?;
            is_news.then_some(Taken::Delivered(email.id))
        }
        Action::Delayed
        | Action::Relayed
        | Action::Noted
        | Action::Answered
        | Action::Forwarded => None,
    })
}

/// Notes that the recipient's own server has a message.
async fn deliver(
    txn: &impl ConnectionTrait,
    email: &email::Model,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    lifecycle::deliver(txn, it(email).add(may_have_left()), reason, now).await
}

/// Notes that its recipient marked a message as spam.
async fn complain(
    txn: &impl ConnectionTrait,
    email: &email::Model,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let which = it(email).add(may_have_left());
    let complained = lifecycle::end(txn, Status::Complained, which, reason, now).await?;
    if complained.is_empty() {
        return Ok(false);
    }
    let event = Event::EmailComplained {
        email_id: email.id,
        before: email.status,
    };
    events::record(txn, &Actor::system(email.company_id), event, now).await?;
    Ok(true)
}

/// Ends a message that a mail server may have had. One that was made needless stays so.
async fn bounce(
    txn: &impl ConnectionTrait,
    email: &email::Model,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let bounced = lifecycle::end(txn, Status::Bounced, it(email), reason, now).await?;
    if bounced.is_empty() {
        return Ok(false);
    }
    let event = Event::EmailBounced {
        email_id: email.id,
        before: email.status,
    };
    events::record(txn, &Actor::system(email.company_id), event, now).await?;
    Ok(true)
}

/// Holds for the message as it was when it was locked.
fn it(email: &email::Model) -> Condition {
    Condition::all()
        .add(email::COLUMN.id.eq(email.id))
        .add(email::COLUMN.fence.eq(email.fence))
}

/// What waits for another attempt must have been in doubt: else no server can have it.
fn may_have_left() -> Condition {
    Condition::any()
        .add(email::Column::Status.ne_const(Status::Retrying))
        .add(Expr::exists(delivery::in_doubt()))
}
