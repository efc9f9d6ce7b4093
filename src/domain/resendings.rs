//! Resendings: every message that was printed, once more, now that there is a mail server.
use chrono::{DateTime, Utc};
use entity::{
    email::{self, Kind, Status},
    interview,
};
use sea_orm::{
    Condition, QueryFilter,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    db::{Db, constant::Constant},
    domain::{
        actions::Actor,
        alerts,
        emails::{self, Again, Resent},
        idempotency_keys::IdempotencyKey,
    },
    error::Result,
};

/// So many leave at one press of the button.
pub const MOST: u64 = 200;

/// The messages that nobody received because they were printed, and that still tell what is so.
pub async fn printed(db: &Db, company_id: i64, now: DateTime<Utc>) -> Result<Vec<i64>> {
    let email = |column| Expr::col((email::Entity, column));
    let interview = |column| (interview::Entity, column);
    let is_still_so = Condition::all()
        .add(email(email::Column::Revision).equals(interview(interview::Column::Revision)))
        .add(email(email::Column::LinkVersion).equals(interview(interview::Column::LinkVersion)));
    // Interviewers have no link, and of what is no longer theirs the revision is nothing to them.
    let is_to_interviewer = email::COLUMN.user_id.is_not_null();
    let is_still_so = Condition::any().add(is_still_so).add(
        Condition::all().add(is_to_interviewer).add(
            Condition::any()
                .add(email(email::Column::Revision).equals(interview(interview::Column::Revision)))
                .add(email::Column::Kind.eq_const(Kind::InterviewerCancelled)),
        ),
    );
    let printed = alerts::open(company_id, now)
        .filter(email::Column::Status.eq_const(Status::Printed))
        .filter(is_still_so);
    let found = alerts::find(db, printed, MOST).await?;
    let found = found.into_iter();
    Ok(found
        .filter_map(|found| Some(found.or_log("alert")?.id))
        .collect())
}

/// Queues each of them once more; answers how many. The key of the form stands for each message alone,
/// so that a form that comes twice queues none twice.
pub async fn create(db: &Db, actor: &Actor, key: &str, now: DateTime<Utc>) -> Result<usize> {
    let mut queued = 0;
    for id in printed(db, actor.company_id, now).await? {
        let again = Again {
            idempotency_key: Some(IdempotencyKey::new(
                "resend",
                format!("{key}:{id}"),
                &id.to_string(),
            )),
            is_confirmed: false,
        };
        if let Resent::Queued(_) = emails::resend(db, actor, id, again, now).await? {
            queued += 1;
        }
    }
    Ok(queued)
}
