//! Candidates who wait with nobody there, without a meeting link or before one that does not let in, and who came to them.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    candidate, company,
    interview::{self, Status},
    slot, slot_interviewer,
    user::Role,
};
use sea_orm::{
    ColumnTrait, Condition, DerivePartialModel, EntityTrait, JoinType, PartialModelTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, RelationTrait,
    sea_query::{Expr, ExprTrait, SelectStatement},
};

use super::{
    Details,
    details::details,
    held::{self, meeting_url},
    join_window::Moment,
    trouble,
};
use crate::{
    db::{self, Db, constant::Constant},
    domain::{
        actions::Actor,
        events::{self, Event},
        rows::Stored,
        slots,
    },
    error::{Error, Result},
};

/// So long after the start a candidate who still waits alone is every recruiter's.
const EVERYBODYS: TimeDelta = TimeDelta::minutes(2);
/// Nobody sees to more at once.
const MOST: u64 = 20;

/// Who looks.
#[derive(Clone, Copy, Debug)]
pub struct Viewer {
    /// Of which company.
    pub company_id: i64,
    /// The user.
    pub user_id: i64,
    /// What they may do.
    pub role: Role,
}

/// An interview whose candidate waits.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "interview::Entity")]
pub struct Waiting {
    /// Key.
    pub id: i64,
    /// Since when.
    pub joined_at: DateTime<Utc>,
    /// When somebody of the company came.
    pub attended_at: Option<DateTime<Utc>>,
    /// When the candidate said that the meeting cannot be entered,
    pub trouble_at: Option<DateTime<Utc>>,
    /// with which link,
    pub trouble_url: Option<String>,
    /// and when somebody saw to it.
    pub trouble_handled_at: Option<DateTime<Utc>>,
    /// Who waits, by name.
    #[sea_orm(from_expr = "candidate::Column::Name")]
    pub candidate: String,
    /// The number at which they can be called; may be empty.
    #[sea_orm(from_expr = "candidate::Column::Phone")]
    pub phone: String,
    /// The instant it starts.
    #[sea_orm(from_expr = "slot::Column::StartsAt")]
    pub starts_at: DateTime<Utc>,
    /// How long it takes.
    #[sea_orm(from_expr = "slot::Column::DurationMinutes")]
    pub duration_minutes: i32,
    /// Where it takes place: the slot's address, else the company's.
    #[sea_orm(from_expr = "meeting_url()")]
    pub meeting_url: Option<String>,
}

impl Waiting {
    /// Since when the candidate cannot get into the meeting with the link of now, if nobody has seen to it.
    pub fn stuck_at(&self) -> Option<DateTime<Utc>> {
        let is_same_link =
            self.trouble_url.as_deref() == Some(self.meeting_url.as_deref().unwrap_or_default());
        self.trouble_at
            .filter(|_| is_same_link && self.trouble_handled_at.is_none())
    }
}

/// The candidates who wait for a user, or whom nobody else came to; those who came first are first.
pub async fn waiting(db: &Db, viewer: Viewer, now: DateTime<Utc>) -> Result<Vec<Waiting>> {
    let Viewer { company_id, .. } = viewer;
    let company = Expr::col((company::Entity, company::Column::Id))
        .equals((interview::Entity, interview::Column::CompanyId));
    let rows = interview::Entity::find()
        .select_only()
        .join(JoinType::InnerJoin, interview::Relation::Slot.def())
        .join(JoinType::InnerJoin, interview::Relation::Candidate.def());
    let is_alone = Condition::any()
        .add(interview::COLUMN.attended_at.is_null())
        .add(meeting_url().is_null())
        .add(trouble::is_unhandled());
    let mut rows = Waiting::select_cols(rows)
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interview::Column::Status.eq_const(Status::Scheduled))
        .filter(interview::COLUMN.joined_at.is_not_null())
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(slot::COLUMN.starts_at.gt(now - slots::LONGEST))
        .filter(slot::COLUMN.starts_at.lt(now + LONGEST_LEAD))
        // Those who waited in vain until the end would fill the list and keep out who waits now.
        .filter(super::unclosed::is_not_over(now))
        .filter(is_alone)
        .filter(concerns(viewer, now))
        .order_by_asc(interview::Column::JoinedAt)
        .order_by_asc(interview::Column::Id)
        .limit(MOST);
    QueryTrait::query(&mut rows).join(JoinType::InnerJoin, company::Entity, company);
    let rows = rows.into_model::<Stored<Waiting>>().all(db.read()).await?;
    let rows = rows.into_iter().filter_map(|row| row.or_log("interview"));
    let ends_at = |row: &Waiting| row.starts_at + TimeDelta::minutes(row.duration_minutes.into());
    Ok(rows.filter(|row| now < ends_at(row)).collect())
}

/// No link lets in earlier than a day before the start.
const LONGEST_LEAD: TimeDelta = TimeDelta::days(1);

/// Whoever booked it and whoever is on its slot; after a while every recruiter.
fn concerns(viewer: Viewer, now: DateTime<Utc>) -> Condition {
    let on_slot = slot::Column::Id.in_subquery(slots_of(viewer));
    let own = Condition::any().add(on_slot);
    match viewer.role.is_recruiting() {
        false => own,
        true => own
            .add(interview::COLUMN.booked_by.eq(Some(viewer.user_id)))
            .add(interview::COLUMN.booked_by.is_null())
            .add(slot::COLUMN.starts_at.lte(now - EVERYBODYS)),
    }
}

fn slots_of(viewer: Viewer) -> SelectStatement {
    slot_interviewer::Entity::find()
        .select_only()
        .column(slot_interviewer::Column::SlotId)
        .filter(slot_interviewer::COLUMN.company_id.eq(viewer.company_id))
        .filter(slot_interviewer::COLUMN.user_id.eq(viewer.user_id))
        .into_query()
}

/// Keeps that a user came to an interview. Only the first counts, and only while the candidate can join: whoever tries the
/// meeting the day before is not there. `NotFound` for an interview that is not theirs to see.
pub async fn attend(
    db: &Db,
    actor: &Actor,
    viewer: Viewer,
    interview_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let details = visible(db, viewer, interview_id).await?;
    let is_open = details
        .join_window()
        .is_some_and(|window| window.at(now) == Moment::Open);
    if !is_open {
        return Ok(());
    }
    db::transaction(db, async |txn| {
        let written = interview::Entity::update_many()
            .col_expr(interview::Column::AttendedAt, Expr::value(now))
            .filter(interview::COLUMN.id.eq(interview_id))
            .filter(interview::COLUMN.company_id.eq(viewer.company_id))
            // Moved since, it takes place at another time.
            .filter(interview::COLUMN.revision.eq(details.interview.revision))
            .filter(interview::Column::Status.eq_const(Status::Scheduled))
            .filter(interview::COLUMN.attended_at.is_null())
            .exec(txn)
            .await?
            .rows_affected;
        if written == 1 {
            events::record(txn, actor, Event::InterviewAttended { interview_id }, now).await?;
        }
        Ok(())
    })
    .await
}

/// An interview that is a user's to see, else `NotFound`: recruiters see all, interviewers what they hold.
pub(super) async fn visible(db: &Db, viewer: Viewer, interview_id: i64) -> Result<Details> {
    let details = details(db.read(), viewer.company_id, interview_id).await?;
    if !viewer.role.is_recruiting() && !held::holds(db, &details, viewer.user_id).await? {
        return Err(Error::NotFound);
    }
    Ok(details)
}
