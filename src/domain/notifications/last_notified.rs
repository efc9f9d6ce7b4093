//! What somebody was told last of an interview, as far as is known.
use std::collections::{HashMap, HashSet};

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
        .filter(may_be_known(Kind::tells_of_change))
        .order_by_desc(email::Column::Id);
    let Some(last) = rows::one(last, db).await? else {
        return Ok(LastNotified::Never);
    };
    let Some(email) = last.or_log("email") else {
        return Ok(LastNotified::Unreadable);
    };
    Ok(told_by(&email))
}

fn told_by(email: &email::Model) -> LastNotified {
    match emails::snapshot_of(email) {
        Ok(snapshot) => LastNotified::With(snapshot),
        Err(error) => {
            tracing::error!(email.id = email.id, %error, "What somebody was told of an interview cannot be read");
            LastNotified::Unreadable
        }
    }
}

/// What each user was told last of an interview that they hold or held, or is being told.
pub(super) async fn last_notified_interviewers(
    db: &impl ConnectionTrait,
    company_id: i64,
    interview_id: i64,
) -> Result<HashMap<i64, LastNotified>> {
    let told = email::Entity::find()
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::COLUMN.interview_id.eq(interview_id))
        .filter(may_be_known(Kind::tells_interviewers_of_change))
        .order_by_asc(email::Column::Id);
    // Of what cannot be read it is not known whom it told: they are told from the beginning.
    let told = rows::readable(told, db, "email").await?;
    let by_user = told
        .iter()
        .filter_map(|email| Some((email.user_id?, told_by(email))));
    Ok(by_user.collect())
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
        .filter(may_be_known(Kind::tells_of_change))
        .into_tuple()
        .all(db)
        .await?;
    Ok(told.into_iter().collect())
}

/// Was anybody told anything of this interview, or is being told; the candidate or an interviewer?
pub(in crate::domain) async fn is_anybody_notified(
    db: &impl ConnectionTrait,
    company_id: i64,
    interview_id: i64,
) -> Result<bool> {
    let tells = |kind: Kind| kind.tells_of_change() || kind.tells_interviewers_of_change();
    let told: Option<i64> = email::Entity::find()
        .select_only()
        .column(email::Column::Id)
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::COLUMN.interview_id.eq(interview_id))
        .filter(may_be_known(tells))
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(told.is_some())
}

/// Holds for messages of such kinds that told something, or may have: what is in doubt may have been read.
fn may_be_known(is_such: fn(Kind) -> bool) -> Condition {
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
        .add(emails::of_kinds(is_such))
        // What came back has told nobody, however doubtful its attempts were.
        .add(email::Column::Status.ne_const(Status::Bounced))
        .add(may_be_known)
}
