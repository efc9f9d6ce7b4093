//! The interviews that somebody holds: what an interviewer may see of them.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    candidate, company,
    interview::{self, Status},
    slot::{self, DifficultyLevel, InterviewType},
    slot_interviewer,
};
use sea_orm::{
    ColumnTrait, DerivePartialModel, EntityTrait, ExprTrait, JoinType, PartialModelTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, RelationTrait, Select, sea_query::Expr,
};

use super::{Details, line::job_title};
use crate::{
    db::{Db, constant::Constant},
    domain::{rows::Stored, slots},
    error::Result,
};

/// Nobody holds so many in the time that a page shows.
const MOST: u64 = 500;
/// Nor so many in the time that a calendar shows.
const MOST_IN_A_YEAR: u64 = 5_000;

/// An interview as its interviewer sees it.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "interview::Entity")]
pub struct Held {
    /// Key.
    pub id: i64,
    /// Who is interviewed, by name.
    #[sea_orm(from_expr = "candidate::Column::Name")]
    pub candidate: String,
    /// For which job, when there is one: its title.
    #[sea_orm(from_expr = "job_title()")]
    pub job: Option<String>,
    /// The instant it starts.
    #[sea_orm(from_expr = "slot::Column::StartsAt")]
    pub starts_at: DateTime<Utc>,
    /// How long it takes.
    #[sea_orm(from_expr = "slot::Column::DurationMinutes")]
    pub duration_minutes: i32,
    /// What kind of talk it is.
    #[sea_orm(from_expr = "slot::Column::InterviewType")]
    pub interview_type: InterviewType,
    /// How hard it will be.
    #[sea_orm(from_expr = "slot::Column::DifficultyLevel")]
    pub difficulty_level: Option<DifficultyLevel>,
    /// Where it takes place: the slot's address, else the company's.
    #[sea_orm(from_expr = "meeting_url()")]
    pub meeting_url: Option<String>,
    /// Rises with every change.
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
}

impl Held {
    /// The instant at which it ends.
    pub fn ends_at(&self) -> DateTime<Utc> {
        self.starts_at + TimeDelta::minutes(self.duration_minutes.into())
    }
}

/// Does a user hold this interview? Whatever became of it: it is theirs as long as they are on its slot.
pub async fn holds(db: &Db, details: &Details, user_id: i64) -> Result<bool> {
    let row = &details.interview;
    let Some(slot_id) = row.slot_id else {
        return Ok(false);
    };
    let on_slot = slots::interviewers::of(db.read(), row.company_id, slot_id).await?;
    Ok(on_slot.contains(&user_id))
}

/// Where an interview takes place. Needs its slot and company to be joined.
pub(super) fn meeting_url() -> Expr {
    Expr::col((slot::Entity, slot::Column::MeetingUrl)).if_null(Expr::col((
        company::Entity,
        company::Column::DefaultMeetingUrl,
    )))
}

/// The booked interviews that a user of the company holds and that are not over, up to an instant; the earliest first.
pub async fn held(
    db: &Db,
    (company_id, user_id): (i64, i64),
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Held>> {
    let rows = of_user((company_id, user_id), now - slots::LONGEST, until)
        .filter(interview::Column::Status.eq_const(Status::Scheduled))
        .limit(MOST);
    let held = read(db, rows).await?;
    Ok(held
        .into_iter()
        .filter(|held| now < held.ends_at())
        .collect())
}

/// Those of a user that were or are to be held and start in a span of time; the earliest first.
pub async fn not_cancelled(
    db: &Db,
    whose: (i64, i64),
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Held>> {
    let statuses = [Status::Scheduled, Status::Completed, Status::NoShow];
    let rows = of_user(whose, from, until)
        .filter(interview::Column::Status.in_const(statuses))
        .limit(MOST_IN_A_YEAR);
    read(db, rows).await
}

async fn read(db: &Db, rows: Select<interview::Entity>) -> Result<Vec<Held>> {
    let rows = rows.into_model::<Stored<Held>>().all(db.read()).await?;
    let rows = rows.into_iter();
    Ok(rows.filter_map(|row| row.or_log("interview")).collect())
}

/// The interviews on whose slots a user is, and which start between these instants; the earliest first.
fn of_user(
    (company_id, user_id): (i64, i64),
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Select<interview::Entity> {
    let theirs = slot_interviewer::Entity::find()
        .select_only()
        .column(slot_interviewer::Column::SlotId)
        .filter(slot_interviewer::COLUMN.company_id.eq(company_id))
        .filter(slot_interviewer::COLUMN.user_id.eq(user_id))
        .into_query();
    let company = Expr::col((company::Entity, company::Column::Id))
        .equals((interview::Entity, interview::Column::CompanyId));
    let rows = interview::Entity::find()
        .select_only()
        .join(JoinType::InnerJoin, interview::Relation::Slot.def())
        .join(JoinType::InnerJoin, interview::Relation::Candidate.def());
    let mut rows = Held::select_cols(rows)
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(slot::Column::Id.in_subquery(theirs))
        .filter(slot::COLUMN.starts_at.gt(from))
        .filter(slot::COLUMN.starts_at.lt(until))
        .order_by_asc(slot::Column::StartsAt)
        .order_by_asc(interview::Column::Id);
    QueryTrait::query(&mut rows).join(JoinType::InnerJoin, company::Entity, company);
    rows
}
