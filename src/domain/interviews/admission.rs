//! What a join link leads to: the token says who, the row says when.
use chrono::{DateTime, TimeDelta, Utc};
use entity::interview::{self, Status};
use sea_orm::{
    EntityTrait, QueryFilter,
    sea_query::{Expr, Func},
};

use super::{
    details::{Details, behind_link},
    join_link::Keys,
    join_window::{JoinWindow, Moment},
};
use crate::{
    db::{self, Db, constant::Constant},
    domain::{
        actions::Actor,
        events::{self, Event},
        rate_limits::{self, Limit, Turn},
    },
    error::{Error, Result},
};

/// Nobody changes an interview so often while its candidate joins.
pub(super) const MOST_LOOKS: usize = 5;
/// An office behind one address may hold many old links; somebody who guesses needs far more.
const WRONG_LINKS: Limit = Limit {
    name: "wrong-join-link",
    most: 100,
    window: TimeDelta::minutes(15),
};

/// What a link leads to, at one instant.
#[derive(Clone, Debug)]
pub struct Admission {
    /// What its link says.
    pub token: String,
    /// The interview.
    pub details: Details,
    /// Its window.
    pub window: JoinWindow,
    /// What the candidate may do.
    pub state: State,
    /// The time or place changed since the mail with this link was written.
    pub is_moved: bool,
}

/// What a candidate may do with a link that is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Wait.
    Early,
    /// Join.
    Open,
    /// Nothing more: the interview is over.
    Over,
    /// Nothing more: it was cancelled.
    Cancelled,
}

/// Where a link leads now. `NotFound` when it is wrong or was replaced: the two look the same.
pub async fn admit(db: &Db, keys: &Keys, token: &str, now: DateTime<Utc>) -> Result<Admission> {
    let claims = keys.read(token).ok_or(Error::NotFound)?;
    let details = behind_link(db.read(), &claims.sub).await?;
    if details.interview.link_version != claims.ver {
        return Err(Error::NotFound);
    }
    let window = details.join_window().ok_or(Error::NotFound)?;
    let state = match (details.interview.status, window.at(now)) {
        (Status::Unscheduled, _) => return Err(Error::NotFound),
        (Status::Cancelled, _) => State::Cancelled,
        (Status::Completed | Status::NoShow, _) | (_, Moment::Over) => State::Over,
        (Status::Scheduled, Moment::Early) => State::Early,
        (Status::Scheduled, Moment::Open) => State::Open,
    };
    let is_moved = details.interview.revision != claims.rev;
    Ok(Admission {
        token: token.to_owned(),
        details,
        window,
        state,
        is_moved,
    })
}

/// Is there an interview that somebody could still join?
pub(super) fn may_still_join(details: &Details, now: DateTime<Utc>) -> bool {
    let window = details.join_window();
    details.interview.status == Status::Scheduled
        && window.is_some_and(|window| window.at(now) != Moment::Over)
}

/// Lets the candidate in, as often as asked while the window is open; the first time is kept.
/// Anything else than [`State::Open`] in the answer means that nobody was let in.
pub async fn join(
    db: &Db,
    keys: &Keys,
    token: &str,
    ip: &str,
    now: DateTime<Utc>,
) -> Result<Admission> {
    for _ in 0..MOST_LOOKS {
        let mut admission = admit(db, keys, token, now).await?;
        let row = &admission.details.interview;
        if admission.state != State::Open || row.joined_at.is_some() {
            return Ok(admission);
        }
        if enter(db, row, ip, now).await? {
            admission.details.interview.joined_at = Some(now);
            return Ok(admission);
        }
        // Somebody changed the interview, or joined by another click, in between: look again.
    }
    Err(Error::Conflict("the interview is being changed"))
}

/// Keeps that the candidate joined; false when the interview is no longer as it was looked at.
async fn enter(db: &Db, row: &interview::Model, ip: &str, now: DateTime<Utc>) -> Result<bool> {
    let actor = candidate(row, ip);
    db::transaction(db, async |txn| {
        let opened_at = Func::coalesce([Expr::col(interview::Column::OpenedAt), Expr::value(now)]);
        let written = interview::Entity::update_many()
            .col_expr(interview::Column::JoinedAt, Expr::value(now))
            .col_expr(interview::Column::OpenedAt, opened_at.into())
            .filter(interview::COLUMN.id.eq(row.id))
            .filter(interview::COLUMN.company_id.eq(row.company_id))
            .filter(interview::COLUMN.version.eq(row.version))
            .filter(interview::Column::Status.eq_const(Status::Scheduled))
            .filter(interview::COLUMN.joined_at.is_null())
            .exec(txn)
            .await?
            .rows_affected;
        if written == 0 {
            return Ok(false);
        }
        let event = Event::CandidateJoined {
            interview_id: row.id,
        };
        events::record(txn, &actor, event, now).await?;
        Ok(true)
    })
    .await
}

/// Whoever has the link.
pub(super) fn candidate(row: &interview::Model, ip: &str) -> Actor {
    Actor {
        company_id: row.company_id,
        user_id: None,
        ip: ip.to_owned(),
    }
}

/// Keeps that the candidate had the details open; only the first time counts.
pub async fn opened(db: &Db, keys: &Keys, token: &str, ip: &str, now: DateTime<Utc>) -> Result<()> {
    let row = admit(db, keys, token, now).await?.details.interview;
    if row.opened_at.is_some() {
        return Ok(());
    }
    let actor = candidate(&row, ip);
    db::transaction(db, async |txn| {
        let written = interview::Entity::update_many()
            .col_expr(interview::Column::OpenedAt, Expr::value(now))
            .filter(interview::COLUMN.id.eq(row.id))
            .filter(interview::COLUMN.company_id.eq(row.company_id))
            // Moved since, it was read of at another time.
            .filter(interview::COLUMN.revision.eq(row.revision))
            .filter(interview::COLUMN.opened_at.is_null())
            .exec(txn)
            .await?
            .rows_affected;
        if written == 1 {
            let interview_id = row.id;
            events::record(txn, &actor, Event::CandidateOpened { interview_id }, now).await?;
        }
        Ok(())
    })
    .await
}

/// Counts a link that was wrong or replaced against whoever brought it.
pub async fn count_wrong(db: &Db, client: &str, now: DateTime<Utc>) -> Result<Turn> {
    rate_limits::take(db, WRONG_LINKS, client, now).await
}
