//! Candidates who joined and cannot get into the meeting: they say so, and somebody of the company sees to it.
use chrono::{DateTime, Utc};
use entity::interview::{self, Status};
use sea_orm::{
    Condition, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait},
};

use super::{
    admission::{self, Admission, State},
    attendance::{self, Viewer},
    details::Details,
    held,
    join_link::Keys,
};
use crate::{
    db::{self, Db, constant::Constant},
    domain::{
        actions::Actor,
        events::{self, Event},
    },
    error::Result,
};

/// Keeps that the candidate cannot get in, once for each meeting link. Whoever says so has come, so it lets in first, with
/// the same answers.
pub async fn report(
    db: &Db,
    keys: &Keys,
    token: &str,
    ip: &str,
    now: DateTime<Utc>,
) -> Result<Admission> {
    let admission = admission::join(db, keys, token, ip, now).await?;
    if admission.state != State::Open || is_reported(&admission.details) {
        return Ok(admission);
    }
    let row = &admission.details.interview;
    let url = admission.details.meeting_url().unwrap_or_default();
    write(db, row, url, ip, now).await?;
    // As it is now: whose interview was moved meanwhile told nobody.
    admission::admit(db, keys, token, now).await
}

/// Nothing is written when the same was said by another click, or the interview was moved.
async fn write(
    db: &Db,
    row: &interview::Model,
    url: &str,
    ip: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let actor = admission::candidate(row, ip);
    db::transaction(db, async |txn| {
        let is_new = Condition::any()
            .add(interview::COLUMN.trouble_url.is_null())
            .add(interview::COLUMN.trouble_url.ne(url));
        let nobody_yet = Expr::value(None::<DateTime<Utc>>);
        let written = interview::Entity::update_many()
            .col_expr(interview::Column::TroubleAt, Expr::value(now))
            .col_expr(interview::Column::TroubleUrl, Expr::value(url))
            .col_expr(interview::Column::TroubleHandledAt, nobody_yet)
            .filter(interview::COLUMN.id.eq(row.id))
            .filter(interview::COLUMN.company_id.eq(row.company_id))
            // Moved since, nobody can have come yet.
            .filter(interview::COLUMN.revision.eq(row.revision))
            .filter(interview::Column::Status.eq_const(Status::Scheduled))
            .filter(is_new)
            .exec(txn)
            .await?
            .rows_affected;
        if written == 1 {
            let interview_id = row.id;
            events::record(txn, &actor, Event::CandidateStuck { interview_id }, now).await?;
        }
        Ok(())
    })
    .await
}

/// Has the candidate said that the meeting link of now does not let in?
pub fn is_reported(details: &Details) -> bool {
    let row = &details.interview;
    row.trouble_url.as_deref() == Some(details.meeting_url().unwrap_or_default())
}

/// For queries with slots and companies: has the candidate said so, and has nobody seen to it?
pub(super) fn is_unhandled() -> Condition {
    let url = Expr::col((interview::Entity, interview::Column::TroubleUrl));
    Condition::all()
        .add(interview::COLUMN.trouble_at.is_not_null())
        .add(interview::COLUMN.trouble_handled_at.is_null())
        .add(url.eq(held::meeting_url().if_null("")))
}

/// Keeps that somebody saw to it; only the first counts. `NotFound` for an interview that is not theirs to see.
pub async fn handle(
    db: &Db,
    actor: &Actor,
    viewer: Viewer,
    interview_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    attendance::visible(db, viewer, interview_id).await?;
    db::transaction(db, async |txn| {
        let written = interview::Entity::update_many()
            .col_expr(interview::Column::TroubleHandledAt, Expr::value(now))
            .filter(interview::COLUMN.id.eq(interview_id))
            .filter(interview::COLUMN.company_id.eq(viewer.company_id))
            .filter(interview::COLUMN.trouble_at.is_not_null())
            .filter(interview::COLUMN.trouble_handled_at.is_null())
            .exec(txn)
            .await?
            .rows_affected;
        if written == 1 {
            events::record(txn, actor, Event::TroubleHandled { interview_id }, now).await?;
        }
        Ok(())
    })
    .await
}
