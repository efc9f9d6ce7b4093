//! The slots concerned, for people to look at.
use chrono::{DateTime, Utc};
use entity::{candidate, interview, job, slot};
use sea_orm::{
    Condition, DbErr, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryResult,
    QuerySelect, RelationTrait, Select,
    sea_query::{Expr, ExprTrait},
};

use super::{MOST_AT_ONCE, Reading, concerned, reading};
use crate::{
    db::Db,
    domain::{
        interviews,
        page::{self, Cursor, Page, Seek, Sort},
        rows::{self, Stored},
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
    let slots = with_people(company_id)
        .join(JoinType::LeftJoin, slot::Relation::Job.def())
        .column_as(job::Column::Title, JOB_TITLE)
        .filter(concerned(company_id, now));
    let all = earliest(slots, seek)
        .limit(limit + 1)
        .into_model::<Stored<Row>>()
        .all(db.read())
        .await?;
    let mut page = Page::of_stored(all, (seek, limit), "slot", |row| Cursor {
        at: row.slot.starts_at,
        id: row.slot.id,
    });
    let rows = std::mem::take(&mut page.rows).into_iter();
    let rows = rows.map(
        |Row {
             slot,
             job_title,
             booked,
         }| {
            let title = job_title.ok_or(Error::NotFound)?;
            Ok(Concerned::new(slot, title, booked, now))
        },
    );
    Ok(page.with(rows.collect::<Result<_>>()?))
}

/// A slot with what a list tells of it, in one look-up.
struct Row {
    slot: slot::Model,
    job_title: Option<String>,
    booked: Option<(i64, String)>,
}

impl FromQueryResult for Row {
    fn from_query_result(row: &QueryResult, pre: &str) -> std::result::Result<Self, DbErr> {
        let interview_id: Option<i64> = row.try_get(pre, INTERVIEW_ID)?;
        Ok(Self {
            slot: slot::Model::from_query_result(row, pre)?,
            job_title: row.try_get(pre, JOB_TITLE)?,
            booked: match interview_id {
                Some(id) => Some((id, row.try_get(pre, CANDIDATE)?)),
                None => None,
            },
        })
    }
}

const JOB_TITLE: &str = "job_title";
const INTERVIEW_ID: &str = "interview_id";
const CANDIDATE: &str = "candidate_name";

/// Rows for [`Row`] but for the job: slots with the live interview in each, if there is one.
fn with_people(company_id: i64) -> Select<slot::Entity> {
    let live = interview::Relation::Slot
        .def()
        .rev()
        .on_condition(move |_, interviews| {
            let company = Expr::col((interviews, interview::Column::CompanyId));
            Condition::all()
                .add(company.eq(company_id))
                .add(interviews::is_live())
        });
    slot::Entity::find()
        .join(JoinType::LeftJoin, live)
        .join(JoinType::LeftJoin, interview::Relation::Candidate.def())
        .column_as(interview::Column::Id, INTERVIEW_ID)
        .column_as(candidate::Column::Name, CANDIDATE)
}

/// One of the company's slots that are concerned, if there is any.
pub fn one(company_id: i64, now: DateTime<Utc>) -> Select<slot::Entity> {
    query(company_id, 1, now)
}

/// How much there is to do.
pub async fn overview(db: &Db, company_id: i64, now: DateTime<Utc>) -> Result<Overview> {
    let slots = with_people(company_id).filter(concerned(company_id, now));
    let rows = earliest(slots, None)
        .limit(MOST_AT_ONCE + 1)
        .expr_as(Expr::cust("NULL"), JOB_TITLE)
        .into_model::<Stored<Row>>()
        .all(db.read())
        .await?;
    let rows = rows.into_iter().filter_map(|row| row.or_log("slot"));
    let mut rows: Vec<Row> = rows.collect();
    let has_more = rows.len() as u64 > MOST_AT_ONCE;
    rows.truncate(MOST_AT_ONCE as usize);
    let (movable, others): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .filter(|row| reading(&row.slot, now) != Reading::Same)
        .partition(|row| matches!(reading(&row.slot, now), Reading::Moves(_)));
    Ok(Overview {
        movable: movable.len(),
        booked: movable.iter().filter(|row| row.booked.is_some()).count(),
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
