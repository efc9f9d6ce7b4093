//! How alerts are found among all messages.
use chrono::{DateTime, Utc};
use entity::{
    email::{self, Kind, Status},
    interview, slot, slot_interviewer, user,
};
use sea_orm::{
    ActiveEnum, Condition, DbErr, EntityTrait, FromQueryResult, Iterable, JoinType, QueryFilter,
    QueryOrder, QueryResult, QuerySelect, QueryTrait, RelationTrait, Select,
    sea_query::{Alias, Expr, ExprTrait, Func, IntoIden, Query, SelectStatement},
};

use super::rule::{FIRST_ATTEMPT, LATE, NEAR, Reachability, reachability};
use crate::{
    db::{Db, constant::Constant},
    domain::{emails, rows::Stored},
    error::Result,
};

/// Holds for messages that may be a reason to tell a candidate another way, whenever.
pub(in crate::domain) fn may_alert() -> Condition {
    // What tells of no change says nothing of what the candidate knows.
    is_unsettled().add(emails::of_kinds(Kind::tells_of_change))
}

/// The same of a candidate or an interviewer.
fn may_alert_of_anybody() -> Condition {
    is_unsettled().add(emails::of_kinds(tells_anybody_of_change))
}

fn tells_anybody_of_change(kind: Kind) -> bool {
    kind.tells_of_change() || kind.tells_interviewers_of_change()
}

/// In constants: else SQLite does not see that the index of such messages is the one, and reads the whole log.
fn is_unsettled() -> Condition {
    let settled = [
        Status::Accepted,
        Status::Superseded,
        Status::Cancelled,
        Status::Delivered,
    ];
    let constant = |text: String| Expr::Constant(text.into());
    let col = |column| Expr::col((email::Entity, column));
    Condition::all()
        .add(
            col(email::Column::Status).is_not_in(settled.map(|status| constant(status.to_value()))),
        )
        .add(col(email::Column::ToldAt).is_null())
}

/// Holds for the message that decides what somebody knows of an interview: none came to them after it but
/// reminders, and such as were made needless. A candidate is no user, so their messages are told from interviewers' by that.
pub(in crate::domain) fn decides() -> Expr {
    let newer = Alias::new("newer");
    let col = |column| Expr::col((newer.clone(), column));
    let outer = |column| (email::Entity, column);
    let later: SelectStatement = Query::select()
        .expr(Expr::value(1))
        .from_as(email::Entity, newer.clone())
        .and_where(col(email::Column::CompanyId).equals(outer(email::Column::CompanyId)))
        .and_where(col(email::Column::InterviewId).equals(outer(email::Column::InterviewId)))
        .and_where(col(email::Column::Id).gt(Expr::col(outer(email::Column::Id))))
        .and_where(
            Func::coalesce([col(email::Column::UserId), nobody()]).eq(Func::coalesce([
                Expr::col(outer(email::Column::UserId)),
                nobody(),
            ])),
        )
        .and_where(col(email::Column::Status).ne(Status::Superseded.to_value()))
        .cond_where(emails::of_kinds_in(
            newer.into_iden(),
            tells_anybody_of_change,
        ))
        .to_owned();
    Expr::exists(later).not()
}

fn nobody() -> Expr {
    Expr::Constant(0.into())
}

/// A message that is an alert, without its texts.
#[derive(Clone, Debug, FromQueryResult)]
pub(in crate::domain) struct Found {
    pub(in crate::domain) id: i64,
}

/// A message that is an alert, with all that it has.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) id: i64,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) email: Stored<email::Model>,
}

impl FromQueryResult for Whole {
    fn from_query_result(row: &QueryResult, pre: &str) -> std::result::Result<Self, DbErr> {
        Ok(Self {
            id: row.try_get(pre, "id")?,
            expires_at: row.try_get(pre, "expires_at")?,
            email: Stored::from_query_result(row, pre)?,
        })
    }
}

/// The messages for which [`is_due`](super::is_due) holds, the first to be of no more use first.
pub(in crate::domain) fn open(company_id: i64, now: DateTime<Utc>) -> Select<email::Entity> {
    unsorted(company_id, now)
        .order_by_asc(email::Column::ExpiresAt)
        .order_by_asc(email::Column::Id)
}

/// The same in no order.
pub(super) fn unsorted(company_id: i64, now: DateTime<Utc>) -> Select<email::Entity> {
    let in_status = |of: Reachability| {
        email::Column::Status.in_const(Status::iter().filter(move |s| reachability(*s) == of))
    };
    let had_its_attempt = Condition::any()
        .add(in_status(Reachability::Delayed).and(email::COLUMN.first_due_at.lte(now)))
        .add(email::COLUMN.first_due_at.lte(now - FIRST_ATTEMPT));
    let is_near = Condition::all()
        .add(slot::COLUMN.starts_at.lte(now + NEAR))
        .add(had_its_attempt);
    let may_be_due = in_status(Reachability::Lost).or(email::COLUMN.first_due_at.lte(now));
    let is_due = Condition::any()
        .add(in_status(Reachability::Lost))
        .add(email::COLUMN.first_due_at.lte(now - LATE))
        .add(is_near);
    email::Entity::find()
        .join(JoinType::InnerJoin, email::Relation::Interview.def())
        .join(JoinType::InnerJoin, interview::Relation::Slot.def())
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(may_alert_of_anybody())
        .filter(email::COLUMN.expires_at.gt(now))
        // Follows from the next, and needs no look at the interview.
        .filter(only_tested(may_be_due))
        .filter(only_tested(is_due))
        .filter(only_tested(tells_the_present()))
        .filter(decides())
}

/// Holds for what is so still: to candidates, and to interviewers.
fn tells_the_present() -> Condition {
    let is_to_interviewer = email::COLUMN.user_id.is_not_null();
    Condition::any()
        .add(is_so().add(is_to_interviewer.clone().not()))
        .add(is_so_for_interviewer().add(is_to_interviewer))
}

fn has_last_word() -> Expr {
    email::Column::Kind.in_const(Kind::iter().filter(|kind| kind.has_last_word()))
}

/// Holds for what tells somebody who can sign in that they hold an interview that is booked, or that they do not hold it or it
/// is cancelled.
fn is_so_for_interviewer() -> Condition {
    let col = |column| Expr::col((email::Entity, column));
    let can_sign_in = Query::select()
        .expr(Expr::value(1))
        .from(user::Entity)
        .and_where(user::COLUMN.disabled_at.is_null())
        .and_where(
            Expr::col((user::Entity, user::Column::CompanyId))
                .equals((email::Entity, email::Column::CompanyId)),
        )
        .and_where(
            Expr::col((user::Entity, user::Column::Id))
                .equals((email::Entity, email::Column::UserId)),
        )
        .to_owned();
    let on_slot = |column| Expr::col((slot_interviewer::Entity, column));
    let holds_it = Query::select()
        .expr(Expr::value(1))
        .from(slot_interviewer::Entity)
        .and_where(on_slot(slot_interviewer::Column::CompanyId).eq(col(email::Column::CompanyId)))
        .and_where(
            on_slot(slot_interviewer::Column::SlotId)
                .equals((interview::Entity, interview::Column::SlotId)),
        )
        .and_where(on_slot(slot_interviewer::Column::UserId).eq(col(email::Column::UserId)))
        .to_owned();
    let is_on = interview::Column::Status.eq_const(interview::Status::Scheduled);
    let holds_it = is_on.and(Expr::exists(holds_it));
    Condition::all().add(Expr::exists(can_sign_in)).add(
        Condition::any()
            .add(has_last_word().and(holds_it.clone().not()))
            .add(has_last_word().not().and(holds_it))
            .add(is_unknown()),
    )
}

/// Holds for cancellations of what is cancelled, and for the others of what is booked.
fn is_so() -> Condition {
    let has_last_word = has_last_word();
    let is_so = Condition::any()
        .add(
            has_last_word
                .clone()
                .and(interview::Column::Status.eq_const(interview::Status::Cancelled)),
        )
        .add(
            has_last_word
                .not()
                .and(interview::Column::Status.eq_const(interview::Status::Scheduled)),
        )
        .add(is_unknown());
    Condition::all().add(is_so)
}

/// Nobody knows how the interview stands, and somebody has to.
fn is_unknown() -> Expr {
    interview::Column::Status.not_in_const(interview::Status::iter())
}

/// Keeps PostgreSQL from looking for an index for each branch of an OR, when none is of use: it weighed every pair of a
/// branch and an index of `emails` before each page, and that took thirty times as long as the query itself.
fn only_tested(condition: impl Into<Expr>) -> Expr {
    condition.into().is(Expr::Constant(true.into()))
}

/// Whom the first so many of them were to reach: a candidate, or a user.
pub(in crate::domain) fn unreached(
    company_id: i64,
    limit: u64,
    now: DateTime<Utc>,
) -> SelectStatement {
    open(company_id, now)
        .select_only()
        .column(interview::Column::CandidateId)
        .column(email::Column::UserId)
        .limit(limit)
        .into_query()
}

/// The first so many of them, with all that they have.
pub(super) async fn whole(
    db: &Db,
    alerts: Select<email::Entity>,
    limit: u64,
) -> Result<Vec<Stored<Whole>>> {
    let alerts = alerts.limit(limit).into_model::<Stored<Whole>>();
    Ok(alerts.all(db.read()).await?)
}

/// The keys of the first so many of them.
pub(in crate::domain) async fn find(
    db: &Db,
    alerts: Select<email::Entity>,
    limit: u64,
) -> Result<Vec<Stored<Found>>> {
    Ok(alerts
        .select_only()
        .column(email::Column::Id)
        .limit(limit)
        .into_model::<Stored<Found>>()
        .all(db.read())
        .await?)
}

#[cfg(test)]
mod tests {
    use sea_orm::{ConnectionTrait, DbBackend, QueryTrait};

    use super::*;
    use crate::db;

    #[actix_web::test]
    async fn alerts_are_found_by_an_index_however_long_the_log_is() {
        let dir = tempfile::tempdir().expect("a directory");
        let url = format!("sqlite://{}", dir.path().join("test.db").display());
        db::migrate(&url).await.expect("migrated");
        let db = db::connect(&url).await.expect("a database");
        let mut query = open(1, DateTime::UNIX_EPOCH)
            .limit(1)
            .build(DbBackend::Sqlite);
        query.sql = format!("EXPLAIN QUERY PLAN {}", query.sql);
        let plan: Vec<String> = db
            .read()
            .query_all_raw(query)
            .await
            .expect("a plan")
            .iter()
            .map(|step| step.try_get("", "detail").expect("a step"))
            .collect();
        assert!(
            plan[0].contains("ix_emails_alerts (company_id=? AND expires_at>?)"),
            "{plan:?}"
        );
        assert!(
            !plan.iter().any(|step| step.contains("ORDER BY")),
            "{plan:?}"
        );
        assert!(
            !plan.iter().any(|step| step.starts_with("SCAN")),
            "{plan:?}"
        );
    }
}
