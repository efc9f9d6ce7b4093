//! Messages without their texts: a line of the log each.
use chrono::{DateTime, Utc};
use entity::email::{self, Kind, Status};
use sea_orm::{ColumnTrait, DerivePartialModel, EntityTrait, QueryFilter, QuerySelect};

use crate::{db::Db, error::Result};

/// A line of the log, without the message itself.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "email::Entity")]
pub struct Line {
    /// Key.
    pub id: i64,
    /// What it tells.
    pub kind: Kind,
    /// Which interview.
    pub interview_id: i64,
    /// To whom.
    pub recipient: String,
    /// Whom it greets.
    pub recipient_name: String,
    /// None until it is composed.
    pub subject: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// Why.
    pub reason: String,
    /// When it is tried next, while it waits.
    pub due_at: DateTime<Utc>,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was queued.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// The message that this one repeats.
    pub resend_of: Option<i64>,
    /// The message to a wrong address that this one corrects.
    pub corrects: Option<i64>,
}

/// How many messages that were queued since then stand in each of these.
pub async fn count_by_status(
    db: &Db,
    company_id: i64,
    statuses: &[Status],
    since: DateTime<Utc>,
) -> Result<Vec<(Status, i64)>> {
    Ok(email::Entity::find()
        .select_only()
        .column(email::Column::Status)
        .column_as(email::Column::Id.count(), "count")
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::Column::Status.is_in(statuses.iter().copied()))
        .filter(email::COLUMN.created_at.gte(since))
        .group_by(email::Column::Status)
        .into_tuple()
        .all(db.read())
        .await?)
}

/// Every message about these interviews, oldest first.
pub async fn about(db: &Db, company_id: i64, interview_ids: Vec<i64>) -> Result<Vec<Line>> {
    let mut lines = email::Entity::find()
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::Column::InterviewId.is_in(interview_ids))
        .into_partial_model::<Line>()
        .all(db.read())
        .await?;
    // Asked for this order, SQLite reads all messages of the company in it.
    lines.sort_by_key(|line| line.id);
    Ok(lines)
}
