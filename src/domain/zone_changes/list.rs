//! The slots concerned, for people to look at.
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{candidate, interview, slot};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, Select};

use super::{MOST_AT_ONCE, Reading, concerned, reading};
use crate::{
    db::{Db, constant::Constant},
    domain::{
        jobs,
        page::{self, Cursor, Page, Seek, Sort},
        rows,
    },
    error::{Error, Result},
};

/// A slot, what its wall time means now, and who is in it.
#[derive(Clone, Debug)]
pub struct Concerned {
    /// As it is.
    pub slot: slot::Model,
    /// Of its job.
    pub job_title: String,
    /// What its wall time means now.
    pub reading: Reading,
    /// The live interview in it, and the candidate's name.
    pub booked: Option<(i64, String)>,
}

impl Concerned {
    fn new(
        slot: slot::Model,
        job_title: String,
        booked: Option<(i64, String)>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            reading: reading(&slot, now),
            slot,
            job_title,
            booked,
        }
    }
}

/// How much there is to do, as far as one confirmation goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Slots that a confirmation moves.
    pub movable: usize,
    /// How many of them are booked.
    pub booked: usize,
    /// Slots that somebody must decide about.
    pub others: usize,
    /// Are there more than one confirmation moves?
    pub has_more: bool,
}

/// Earliest first.
pub async fn list(
    db: &Db,
    company_id: i64,
    seek: Option<Seek>,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Page<Concerned>> {
    let slots = slot::Entity::find().filter(concerned(company_id, now));
    let all = rows::all(earliest(slots, seek).limit(limit + 1), db.read()).await?;
    let mut page = Page::of_stored(all, (seek, limit), "slot", |row| Cursor {
        at: row.starts_at,
        id: row.id,
    });
    let rows = std::mem::take(&mut page.rows);
    let titles = jobs::titles(db, company_id, rows.iter().map(|row| row.job_id)).await?;
    let mut people = people(db, company_id, rows.iter().map(|row| row.id)).await?;
    let rows = rows.into_iter().map(|slot| {
        let title = titles.get(&slot.job_id).cloned();
        let title = title.ok_or(Error::NotFound)?;
        let booked = people.remove(&slot.id);
        Ok(Concerned::new(slot, title, booked, now))
    });
    Ok(page.with(rows.collect::<Result<_>>()?))
}

/// One of the company's slots that are concerned, if there is any.
pub fn one(company_id: i64, now: DateTime<Utc>) -> Select<slot::Entity> {
    query(company_id, 1, now)
}

/// How much there is to do.
pub async fn overview(db: &Db, company_id: i64, now: DateTime<Utc>) -> Result<Overview> {
    let mut rows = first(db, company_id, MOST_AT_ONCE + 1, now).await?;
    let has_more = rows.len() as u64 > MOST_AT_ONCE;
    rows.truncate(MOST_AT_ONCE as usize);
    let (movable, others): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .filter(|row| reading(row, now) != Reading::Same)
        .partition(|row| matches!(reading(row, now), Reading::Moves(_)));
    let people = people(db, company_id, movable.iter().map(|row| row.id)).await?;
    Ok(Overview {
        movable: movable.len(),
        booked: people.len(),
        others: others.len(),
        has_more,
    })
}

/// The first so many of the slots concerned.
pub(super) async fn first(
    db: &Db,
    company_id: i64,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<slot::Model>> {
    rows::readable(query(company_id, limit, now), db.read(), "slot").await
}

/// Earliest first.
fn query(company_id: i64, limit: u64, now: DateTime<Utc>) -> Select<slot::Entity> {
    let slots = slot::Entity::find().filter(concerned(company_id, now));
    earliest(slots, None).limit(limit)
}

fn earliest(slots: Select<slot::Entity>, seek: Option<Seek>) -> Select<slot::Entity> {
    let by = (slot::Column::StartsAt, slot::Column::Id);
    page::seek(slots, Sort::Ascending, by, seek)
}

/// Who is booked into these slots: the interview and the candidate's name, by the slot's key.
async fn people(
    db: &Db,
    company_id: i64,
    slots: impl Iterator<Item = i64>,
) -> Result<HashMap<i64, (i64, String)>> {
    let rows: Vec<(i64, i64, String)> = interview::Entity::find()
        .inner_join(candidate::Entity)
        .select_only()
        .column(interview::Column::SlotId)
        .column(interview::Column::Id)
        .column(candidate::Column::Name)
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interview::Column::SlotId.is_in(slots))
        .filter(interview::Column::Status.ne_const(interview::Status::Cancelled))
        .into_tuple()
        .all(db.read())
        .await?;
    let by_slot = rows
        .into_iter()
        .map(|(slot, interview, name)| (slot, (interview, name)));
    Ok(by_slot.collect())
}
