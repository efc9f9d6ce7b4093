//! What every page of a user may have to tell: how many people were not notified, whether mail can be sent, whether
//! slots wait for a confirmation.
use chrono::{DateTime, Utc};
use entity::{
    mail_check::{self, Health},
    transport::{self, Name},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
    sea_query::{Expr, ExprTrait, Query},
};

use super::{
    alerts,
    interviews::{accommodation, answer, moved},
    rows, zone_changes,
};
use crate::{
    db::Db,
    error::{Error, Result},
};

/// So many alerts are counted.
const MOST: u64 = 100;

/// What needs somebody's attention in a company.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attention {
    /// So many candidates were not notified.
    pub candidates: u64,
    /// So many interviewers were not.
    pub interviewers: u64,
    /// Are there more than were counted?
    pub has_more: bool,
    /// So many candidates cannot come, or asked for another time.
    pub answers: u64,
    /// So many candidates asked for something in private, and nobody has answered.
    pub requests: u64,
    /// So many candidates moved their interview, and nobody has seen it.
    pub moves: u64,
    /// Can mail not be sent: did the last examination find so, or is the circuit breaker of a mail server open?
    pub is_mail_unwell: bool,
    /// Do slots start at another instant than their local time means?
    pub has_zone_changes: bool,
}

#[derive(FromQueryResult)]
struct Counts {
    alerts: i64,
    candidates: i64,
    interviewers: i64,
    troubles: i64,
    answers: i64,
    requests: i64,
    moves: i64,
    zone_changes: i64,
}

/// What needs attention in a company now, in one statement. `servers` are the mail servers in use.
pub async fn look(
    db: &Db,
    company_id: i64,
    servers: impl IntoIterator<Item = Name>,
    now: DateTime<Utc>,
) -> Result<Attention> {
    let broken = mail_check::Entity::find()
        .filter(mail_check::COLUMN.company_id.eq(company_id))
        .filter(mail_check::Column::Health.eq(Health::Broken));
    let open = transport::Entity::find()
        .filter(transport::Column::Name.is_in(servers))
        .filter(transport::COLUMN.opened_at.is_not_null());
    let troubles = rows::count(broken).add(rows::count(open));
    let answers = answer::count_open(company_id, now);
    let counts = Query::select()
        .expr_as(Expr::cust("COUNT(*)"), "alerts")
        .expr_as(
            Expr::cust("COUNT(DISTINCT CASE WHEN user_id IS NULL THEN candidate_id END)"),
            "candidates",
        )
        .expr_as(Expr::cust("COUNT(DISTINCT user_id)"), "interviewers")
        .expr_as(troubles, "troubles")
        .expr_as(answers, "answers")
        .expr_as(accommodation::count_open(company_id, now), "requests")
        .expr_as(moved::count_unseen(company_id, now), "moves")
        .expr_as(
            rows::count(zone_changes::one(company_id, now)),
            "zone_changes",
        )
        .from_subquery(alerts::unreached(company_id, MOST + 1, now), "open_alerts")
        .to_owned();
    let row = db.read().query_one(&counts).await?;
    let row = row.ok_or_else(|| Error::System("nothing is counted".into()))?;
    let found = Counts::from_query_result(&row, "")?;
    let has_more = found.alerts.unsigned_abs() > MOST;
    Ok(Attention {
        // One more was looked at than is told.
        candidates: Ord::min(found.candidates.unsigned_abs(), MOST),
        interviewers: Ord::min(found.interviewers.unsigned_abs(), MOST),
        has_more,
        answers: found.answers.unsigned_abs(),
        requests: found.requests.unsigned_abs(),
        moves: found.moves.unsigned_abs(),
        is_mail_unwell: found.troubles > 0,
        has_zone_changes: found.zone_changes > 0,
    })
}
