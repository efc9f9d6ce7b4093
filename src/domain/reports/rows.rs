//! The interviews that a report counts.
//!
//! Few rows are asked for, and each is a text of thousands of lines: a driver takes longer to hand over a row than the
//! database takes to find it. They are ranges of indexes that hold all that is read, and are put together here, because a
//! database that joins them looks for each one by itself.
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    action,
    email::{self, Audience},
    interview::{self, Status},
    slot, slot_interviewer,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, EntityTrait, QueryFilter, QueryTrait,
    sea_query::{Alias, Expr, ExprTrait, SelectStatement, UnionType},
};

use super::{
    By, CELL_MINUTES, Filter,
    lines::{self, Kind, Line},
};
use crate::{
    db::{Db, constant::Constant},
    domain::events::Verb,
    error::Result,
};

/// An interview that had a time.
#[derive(Debug)]
pub(super) struct Interview {
    id: i64,
    slot_id: i64,
    first_cell: i64,
    /// The one in force.
    pub(super) job_id: i64,
    /// Who booked it last.
    pub(super) booked_by: Option<i64>,
    /// None for what only a newer version knows.
    pub(super) status: Option<Status>,
    /// Since it was added, until it was booked first.
    pub(super) cells_to_booking: Option<i64>,
    /// Since it was added, until its time.
    pub(super) cells_to_interview: Option<i64>,
    /// Who holds it; read only when it matters.
    pub(super) interviewers: Vec<i64>,
    /// How often.
    pub(super) moved: i64,
    /// The user who did so last, if it ever was.
    pub(super) cancelled_by: Option<Option<i64>>,
    /// To the candidate.
    pub(super) mails_not_taken: i64,
}

impl Interview {
    /// The place of the span in which it begins.
    pub(super) fn span(&self, begins: &[DateTime<Utc>]) -> i64 {
        // Days begin with a cell, whatever the zone.
        let has_begun =
            |at: &DateTime<Utc>| at.timestamp().div_euclid(CELL_MINUTES * 60) <= self.first_cell;
        let begun = begins.partition_point(has_begun);
        i64::try_from(begun.saturating_sub(1)).unwrap_or(i64::MAX)
    }
}

/// All of a period.
pub(super) async fn read(
    db: &Db,
    company_id: i64,
    by: &By,
    filter: &Filter,
) -> Result<Vec<Interview>> {
    let slots = slots(db, company_id, filter).await?;
    let Some(slot_ids) = bounds(slots.keys().copied()) else {
        return Ok(Vec::new());
    };
    let mut found = interviews(db, company_id, slot_ids, &slots).await?;
    found.retain(|interview| filter.job_id.is_none_or(|id| interview.job_id == id));
    let Some(ids) = bounds(found.iter().map(|interview| interview.id)) else {
        return Ok(found);
    };
    let mut more = changes(company_id, ids);
    more.union(UnionType::All, mails_not_taken(company_id, ids));
    if *by == By::Interviewer {
        more.union(UnionType::All, interviewers(company_id, slot_ids));
    }
    complete(db, &more, &mut found).await?;
    Ok(found)
}

/// The least and the greatest of some keys. Keys grow with time: those of a period are beside each other, more or less.
type Bounds = (i64, i64);

fn bounds(ids: impl Iterator<Item = i64> + Clone) -> Option<Bounds> {
    ids.clone().min().zip(ids.max())
}

struct Slot {
    job_id: i64,
    first_cell: i64,
}

async fn slots(db: &Db, company_id: i64, filter: &Filter) -> Result<HashMap<i64, Slot>> {
    let columns = [
        Expr::col(slot::Column::Id),
        Expr::col(slot::Column::JobId),
        Expr::col(Alias::new("first_cell")),
    ];
    let query = lines::of(slot::Entity::find(), Kind::Slot, columns)
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(slot::COLUMN.starts_at.gte(filter.from))
        .filter(slot::COLUMN.starts_at.lt(filter.until));
    let mut slots = HashMap::new();
    lines::read(db, &query.into_query(), |_, line| {
        let id = line.key()?;
        let (job_id, first_cell) = (line.key()?, line.key()?);
        slots.insert(id, Slot { job_id, first_cell });
        Ok(())
    })
    .await?;
    Ok(slots)
}

async fn interviews(
    db: &Db,
    company_id: i64,
    (first, last): Bounds,
    slots: &HashMap<i64, Slot>,
) -> Result<Vec<Interview>> {
    let columns = [
        Expr::col(interview::Column::SlotId),
        Expr::col(interview::Column::Id),
        Expr::col(interview::Column::Status),
        Expr::col(interview::Column::JobId),
        Expr::col(interview::Column::BookedBy),
        Expr::col(Alias::new("created_cell")),
        Expr::col(Alias::new("booked_cell")),
    ];
    let query = lines::of(interview::Entity::find(), Kind::Interview, columns)
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interview::Column::SlotId.between(first, last));
    let mut found = Vec::new();
    lines::read(db, &query.into_query(), |_, line| {
        let slot_id = line.key()?;
        if let Some(slot) = slots.get(&slot_id) {
            let interview = interview(slot_id, slot, line)?;
            // What was cancelled before anybody heard of its booking is none.
            let counts = interview.status != Some(Status::Cancelled);
            found.extend(Some(interview).filter(|it| counts || it.cells_to_booking.is_some()));
        }
        Ok(())
    })
    .await?;
    Ok(found)
}

fn interview(slot_id: i64, slot: &Slot, line: &mut Line) -> Result<Interview> {
    let (id, status) = (line.key()?, line.word()?.to_owned());
    let (job_id, booked_by) = (line.number()?, line.number()?);
    let (created, booked) = (line.number()?, line.number()?);
    Ok(Interview {
        id,
        slot_id,
        first_cell: slot.first_cell,
        job_id: job_id.unwrap_or(slot.job_id),
        booked_by,
        status: Status::try_from_value(&status).ok(),
        cells_to_booking: booked
            .zip(created)
            .map(|(booked, created)| booked - created),
        cells_to_interview: created.map(|created| slot.first_cell - created),
        interviewers: Vec::new(),
        moved: 0,
        cancelled_by: None,
        mails_not_taken: 0,
    })
}

/// Which of some interviews were moved or cancelled, by whom and in which order.
fn changes(company_id: i64, (first, last): Bounds) -> SelectStatement {
    let columns = [
        Expr::col(action::Column::ObjectId),
        Expr::col(action::Column::Verb),
        Expr::col(action::Column::Id),
        Expr::col(action::Column::UserId),
    ];
    let verbs = [Verb::InterviewRescheduled, Verb::InterviewCancelled];
    let verbs = verbs.map(|verb| Expr::Constant(verb.as_str().to_owned().into()));
    lines::of(action::Entity::find(), Kind::Change, columns)
        .filter(action::COLUMN.company_id.eq(company_id))
        .filter(action::Column::ObjectId.between(first, last))
        .filter(Expr::col(action::Column::Verb).is_in(verbs))
        .into_query()
}

/// What a mail server did not take, or may not have.
const LOST: [email::Status; 5] = [
    email::Status::Uncertain,
    email::Status::Printed,
    email::Status::Failed,
    email::Status::Expired,
    email::Status::Bounced,
];

fn mails_not_taken(company_id: i64, (first, last): Bounds) -> SelectStatement {
    let columns = [Expr::col(email::Column::InterviewId)];
    lines::of(email::Entity::find(), Kind::MailNotTaken, columns)
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::Column::InterviewId.between(first, last))
        .filter(email::Column::Status.in_const(LOST))
        .filter(email::Column::Audience.eq_const(Audience::Candidate))
        .into_query()
}

/// Who holds the interviews of some slots.
fn interviewers(company_id: i64, (first, last): Bounds) -> SelectStatement {
    let columns = [
        Expr::col(slot_interviewer::Column::SlotId),
        Expr::col(slot_interviewer::Column::UserId),
    ];
    lines::of(slot_interviewer::Entity::find(), Kind::Interviewer, columns)
        .filter(slot_interviewer::COLUMN.company_id.eq(company_id))
        .filter(slot_interviewer::Column::SlotId.between(first, last))
        .into_query()
}

/// Adds what other tables know of the interviews.
async fn complete(db: &Db, more: &SelectStatement, found: &mut [Interview]) -> Result<()> {
    let places = found.iter().zip(0_usize..);
    let places: HashMap<i64, usize> = places.map(|(it, place)| (it.id, place)).collect();
    let mut users: HashMap<i64, Vec<i64>> = HashMap::new();
    let mut cancelled: HashMap<i64, (i64, Option<i64>)> = HashMap::new();
    lines::read(db, more, |kind, line| {
        let id = line.key()?;
        if kind == Kind::Interviewer {
            users.entry(id).or_default().push(line.key()?);
            return Ok(());
        }
        // Between the bounds there may be others.
        let Some(interview) = places.get(&id).and_then(|place| found.get_mut(*place)) else {
            return Ok(());
        };
        if kind == Kind::MailNotTaken {
            interview.mails_not_taken += 1;
            return Ok(());
        }
        match line.word()? == Verb::InterviewRescheduled.as_str() {
            true => interview.moved += 1,
            false => {
                let change = (line.key()?, line.number()?);
                let last = cancelled.entry(id).or_insert(change);
                *last = change.max(*last);
            }
        }
        Ok(())
    })
    .await?;
    for interview in found {
        let last = cancelled.get(&interview.id);
        interview.cancelled_by = last.map(|(_, user)| *user);
        let users = users.get(&interview.slot_id);
        interview.interviewers = users.cloned().unwrap_or_default();
    }
    Ok(())
}
