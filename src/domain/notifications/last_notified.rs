//! What somebody was told last of an interview, as far as is known.
use std::collections::HashSet;

use entity::email::{self, InterviewSnapshot, Kind, Status};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};

use crate::{
    db::constant::Constant,
    domain::{delivery, emails, rows},
    error::Result,
};

/// What an address was told last of an interview.
pub(super) enum LastNotified {
    Never,
    With(InterviewSnapshot),
    /// Something, and nobody can read what.
    Unreadable,
}

impl LastNotified {
    /// What a message of this kind tells as it was before.
    pub(super) fn before(self, kind: Kind) -> Option<InterviewSnapshot> {
        match self {
            Self::With(told) if kind.follows() => Some(told),
            _ => None,
        }
    }
}

/// What an address was told last of an interview, or is being told. What is in doubt may have been read.
pub(super) async fn last_notified(
    db: &impl ConnectionTrait,
    company_id: i64,
    interview_id: i64,
    recipient: &str,
) -> Result<LastNotified> {
    let last = email::Entity::find()
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::COLUMN.interview_id.eq(interview_id))
        .filter(email::COLUMN.recipient.eq(recipient))
        .filter(may_be_known())
        .order_by_desc(email::Column::Id);
    let Some(last) = rows::one(last, db).await? else {
        return Ok(LastNotified::Never);
    };
    let Some(email) = last.or_log("email") else {
        return Ok(LastNotified::Unreadable);
    };
    Ok(match emails::snapshot_of(&email) {
        Ok(snapshot) => LastNotified::With(snapshot),
        Err(error) => {
            tracing::error!(email.id = email.id, %error, "What a candidate was told cannot be read");
            LastNotified::Unreadable
        }
    })
}

/// Those of these interviews of which anybody was told anything, or is being told.
pub(in crate::domain) async fn some_notified(
    db: &impl ConnectionTrait,
    company_id: i64,
    interview_ids: &HashSet<i64>,
) -> Result<HashSet<i64>> {
    let told: Vec<i64> = email::Entity::find()
        .select_only()
        .column(email::Column::InterviewId)
        .distinct()
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::Column::InterviewId.is_in(interview_ids.iter().copied()))
        .filter(may_be_known())
        .into_tuple()
        .all(db)
        .await?;
    Ok(told.into_iter().collect())
}

/// Holds for messages that told something, or may have: what is in doubt may have been read.
fn may_be_known() -> Condition {
    let may_be_known = Condition::any()
        .add(email::Column::Status.in_const([
            Status::Sending,
            Status::Accepted,
            Status::Delivered,
            Status::Complained,
            Status::Uncertain,
            Status::Printed,
        ]))
        .add(Expr::exists(delivery::in_doubt()));
    Condition::all()
        .add(emails::of_kinds(Kind::tells_of_change))
        // What came back has told nobody, however doubtful its attempts were.
        .add(email::Column::Status.ne_const(Status::Bounced))
        .add(may_be_known)
}
