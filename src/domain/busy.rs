//! Which interviewer is in an interview when. The database refuses overlaps: every five minutes of an interviewer are one
//! row, which can be there once. (A candidate may be meant to have two at once: that is [`overlap`](super::interviews::overlap).)
use chrono::{DateTime, TimeDelta, Utc};
use entity::{busy_cell, interview, slot, slot_interviewer, user};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
    sea_query::{Alias, Expr, ExprTrait, JoinType, LockType, OnConflict, Query, SelectStatement},
};

use super::{
    commands::{Abort, refuse},
    slots::LONGEST,
};
use crate::error::Result;

/// How long a cell is.
const CELL_SECONDS: i64 = 5 * 60;
/// How many other interviews a refusal names.
const NAMED: u64 = 5;

/// An interviewer who is in another interview at the time.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Clash {
    /// Who.
    pub user_id: i64,
    /// By name.
    pub name: String,
    /// In which interview.
    pub interview_id: i64,
    /// When it starts.
    pub starts_at: DateTime<Utc>,
    /// How long it takes.
    pub duration_minutes: i32,
}

impl Clash {
    /// When it ends.
    pub fn ends_at(&self) -> DateTime<Utc> {
        self.starts_at + TimeDelta::minutes(self.duration_minutes.into())
    }
}

/// Interviewers who are in other interviews at the time, the earliest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clashes(pub Vec<Clash>);

/// A time in which an interviewer can hold no other interview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Who.
    pub user_id: i64,
    /// When it begins.
    pub from: DateTime<Utc>,
    /// When it ends.
    pub until: DateTime<Utc>,
    /// Why.
    pub cause: Cause,
}

/// What keeps an interviewer busy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// This interview.
    Interview(i64),
}

/// When these users are busy between two instants; of whatever touches the time, all of it.
pub async fn spans(
    db: &impl ConnectionTrait,
    company_id: i64,
    user_ids: &[i64],
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Span>> {
    if user_ids.is_empty() {
        return Ok(Vec::new());
    }
    let cell = || Expr::col(busy_cell::Column::Cell);
    let rows: Vec<(i64, i64, i64, i64)> = busy_cell::Entity::find()
        .select_only()
        .column(busy_cell::Column::UserId)
        .column(busy_cell::Column::InterviewId)
        .expr_as(cell().min(), "first")
        .expr_as(cell().max(), "last")
        .filter(busy_cell::COLUMN.company_id.eq(company_id))
        .filter(busy_cell::Column::UserId.is_in(user_ids.iter().copied()))
        // What touches the time may begin before it and end after it.
        .filter(busy_cell::COLUMN.cell.gte(cell_of(from - LONGEST)))
        .filter(busy_cell::COLUMN.cell.lte(cell_of(until + LONGEST)))
        .group_by(busy_cell::Column::UserId)
        .group_by(busy_cell::Column::InterviewId)
        .into_tuple()
        .all(db)
        .await?;
    let spans = rows
        .into_iter()
        .filter_map(|(user_id, interview_id, first, last)| {
            Some(Span {
                user_id,
                from: DateTime::from_timestamp(first * CELL_SECONDS, 0)?,
                until: DateTime::from_timestamp((last + 1) * CELL_SECONDS, 0)?,
                cause: Cause::Interview(interview_id),
            })
        });
    let touches = |span: &Span| span.from < until && from < span.until;
    Ok(spans.filter(touches).collect())
}

/// Keeps the slot's interviewers busy while the interview lasts: refused when one of them is in another one then. Answers
/// with the interviewers.
pub(super) async fn take<R: From<Clashes>>(
    txn: &impl ConnectionTrait,
    row: &interview::Model,
    slot: &slot::Model,
) -> Result<Vec<i64>, Abort<R>> {
    let interviewers = lock_interviewers(txn, row, slot).await?;
    fill(txn, row, (slot, &interviewers)).await?;
    Ok(interviewers)
}

/// The same for an interview that kept them busy at another time.
pub(super) async fn retake<R: From<Clashes>>(
    txn: &impl ConnectionTrait,
    row: &interview::Model,
    slot: &slot::Model,
) -> Result<Vec<i64>, Abort<R>> {
    let interviewers = lock_interviewers(txn, row, slot).await?;
    give_back(txn, row).await?;
    fill(txn, row, (slot, &interviewers)).await?;
    Ok(interviewers)
}

async fn fill<R: From<Clashes>>(
    txn: &impl ConnectionTrait,
    row: &interview::Model,
    (slot, interviewers): (&slot::Model, &[i64]),
) -> Result<(), Abort<R>> {
    let each = |user_id| touched(slot).map(move |cell| (user_id, cell));
    let cells: Vec<_> = interviewers.iter().copied().flat_map(each).collect();
    let wanted = cells.len() as u64;
    if wanted == 0 {
        return Ok(());
    }
    let cells = cells
        .into_iter()
        .map(|(user_id, cell)| busy_cell::ActiveModel {
            company_id: Set(row.company_id),
            user_id: Set(user_id),
            cell: Set(cell),
            interview_id: Set(row.id),
        });
    let nothing = OnConflict::new().do_nothing().to_owned();
    let inserting = busy_cell::Entity::insert_many(cells)
        .on_conflict(nothing)
        .into_query();
    match txn.execute(&inserting).await?.rows_affected() == wanted {
        true => Ok(()),
        false => refuse(Clashes(clashes(txn, row, slot).await?)),
    }
}

/// Nobody is busy with the interview any more. Of one that was held, the rows stay: what forgot them by a clock that is
/// ahead would forget coming ones, too.
pub(super) async fn give_back(txn: &impl ConnectionTrait, row: &interview::Model) -> Result<()> {
    busy_cell::Entity::delete_many()
        .filter(busy_cell::COLUMN.company_id.eq(row.company_id))
        .filter(busy_cell::COLUMN.interview_id.eq(row.id))
        .exec(txn)
        .await?;
    Ok(())
}

/// Holds for slots of the outer query one of whose interviewers is in an interview at the time.
pub(super) fn is_blocked() -> Expr {
    Expr::exists(blocking().expr(Expr::value(1)).to_owned())
}

/// The first interview that blocks the outer query's slot.
pub(super) fn blocked_by() -> Expr {
    let id = Expr::col((busy_cell::Entity, busy_cell::Column::InterviewId));
    let first = blocking().expr(id.min()).to_owned();
    Expr::SubQuery(None, Box::new(first.into()))
}

/// The cells of the outer query's slot in which one of its interviewers is in an interview.
fn blocking() -> SelectStatement {
    let slot = |column: slot::Column| Expr::col((slot::Entity, column));
    Query::select()
        .from(slot_interviewer::Entity)
        .join(JoinType::InnerJoin, busy_cell::Entity, is_theirs())
        .and_where(
            Expr::col((
                slot_interviewer::Entity,
                slot_interviewer::Column::CompanyId,
            ))
            .equals((slot::Entity, slot::Column::CompanyId)),
        )
        .and_where(
            slot(slot::Column::Id)
                .equals((slot_interviewer::Entity, slot_interviewer::Column::SlotId)),
        )
        .cond_where(is_within())
        .to_owned()
}

/// Joins interviewers with the cells in which they are in an interview.
fn is_theirs() -> Condition {
    let theirs = |column| Expr::col((busy_cell::Entity, column));
    Condition::all()
        .add(theirs(busy_cell::Column::CompanyId).equals((
            slot_interviewer::Entity,
            slot_interviewer::Column::CompanyId,
        )))
        .add(
            theirs(busy_cell::Column::UserId)
                .equals((slot_interviewer::Entity, slot_interviewer::Column::UserId)),
        )
}

/// Holds for the cells that a slot touches. The database makes a slot's first and last one itself.
fn is_within() -> Condition {
    let cell = || Expr::col((busy_cell::Entity, busy_cell::Column::Cell));
    let of_slot = |name: &'static str| Expr::col((slot::Entity, Alias::new(name)));
    Condition::all()
        .add(cell().gte(of_slot("first_cell")))
        .add(cell().lte(of_slot("last_cell")))
}

/// What else the slot's interviewers are in while it lasts.
async fn clashes(
    txn: &impl ConnectionTrait,
    row: &interview::Model,
    wanted: &slot::Model,
) -> Result<Vec<Clash>> {
    let other = Alias::new("other");
    let other_col = |column: slot::Column| Expr::col((other.clone(), column));
    let interview_id = (busy_cell::Entity, busy_cell::Column::InterviewId);
    let found = Query::select()
        .distinct()
        .expr_as(Expr::col((user::Entity, user::Column::Id)), "user_id")
        .column((user::Entity, user::Column::Name))
        .column(interview_id)
        .expr(other_col(slot::Column::StartsAt))
        .expr(other_col(slot::Column::DurationMinutes))
        .from(slot_interviewer::Entity)
        .join(JoinType::InnerJoin, busy_cell::Entity, is_theirs())
        .join(
            JoinType::InnerJoin,
            user::Entity,
            Expr::col((user::Entity, user::Column::Id))
                .equals((slot_interviewer::Entity, slot_interviewer::Column::UserId)),
        )
        .join(
            JoinType::InnerJoin,
            interview::Entity,
            Expr::col((interview::Entity, interview::Column::Id)).equals(interview_id),
        )
        .join_as(
            JoinType::InnerJoin,
            slot::Entity,
            other.clone(),
            other_col(slot::Column::Id).equals((interview::Entity, interview::Column::SlotId)),
        )
        .and_where(slot_interviewer::COLUMN.company_id.eq(wanted.company_id))
        .and_where(slot_interviewer::COLUMN.slot_id.eq(wanted.id))
        .and_where(busy_cell::COLUMN.cell.between(first(wanted), last(wanted)))
        .and_where(busy_cell::COLUMN.interview_id.ne(row.id))
        .order_by((other.clone(), slot::Column::StartsAt), sea_orm::Order::Asc)
        .order_by((user::Entity, user::Column::Id), sea_orm::Order::Asc)
        .limit(NAMED)
        .to_owned();
    let rows = txn.query_all(&found).await?;
    let clashes = rows.iter().map(|row| Clash::from_query_result(row, ""));
    Ok(clashes.collect::<Result<_, _>>()?)
}

/// The slot's interviewers. Locked, and with them those whom the interview kept busy until now, in one order: of two who
/// want the same two, one waits for the other before either has given anything back.
async fn lock_interviewers(
    txn: &impl ConnectionTrait,
    row: &interview::Model,
    slot: &slot::Model,
) -> Result<Vec<i64>> {
    let on_slot = || {
        slot_interviewer::Entity::find()
            .select_only()
            .column(slot_interviewer::Column::UserId)
            .filter(slot_interviewer::COLUMN.company_id.eq(slot.company_id))
            .filter(slot_interviewer::COLUMN.slot_id.eq(slot.id))
            .into_query()
    };
    let busy_until_now = busy_cell::Entity::find()
        .select_only()
        .column(busy_cell::Column::UserId)
        .filter(busy_cell::COLUMN.interview_id.eq(row.id))
        .filter(busy_cell::COLUMN.company_id.eq(slot.company_id))
        .into_query();
    let id = user::Column::Id;
    let users: Vec<(i64, bool)> = user::Entity::find()
        .select_only()
        .column(id)
        .expr_as(id.in_subquery(on_slot()), "is_on_slot")
        .filter(user::COLUMN.company_id.eq(slot.company_id))
        .filter(
            Condition::any()
                .add(id.in_subquery(on_slot()))
                .add(id.in_subquery(busy_until_now)),
        )
        .order_by_asc(id)
        .lock(LockType::NoKeyUpdate)
        .into_tuple()
        .all(txn)
        .await?;
    let users = users.into_iter();
    Ok(users
        .filter_map(|(id, is_on_slot)| is_on_slot.then_some(id))
        .collect())
}

/// The first and the last cell that a time touches.
pub fn cells(starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> (i64, i64) {
    let last = (ends_at.timestamp() - 1).div_euclid(CELL_SECONDS);
    (cell_of(starts_at), last)
}

/// The cells that a slot touches.
fn touched(slot: &slot::Model) -> impl Iterator<Item = i64> {
    first(slot)..=last(slot)
}

fn first(slot: &slot::Model) -> i64 {
    cells(slot.starts_at, slot.ends_at()).0
}

fn last(slot: &slot::Model) -> i64 {
    cells(slot.starts_at, slot.ends_at()).1
}

/// The five minutes in which an instant lies.
pub(super) fn cell_of(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(CELL_SECONDS)
}
