//! Messages without their texts: a line of the log each.
use chrono::{DateTime, Utc};
use entity::email::{self, Kind, Status};
use sea_orm::{
    ColumnTrait, DerivePartialModel, EntityTrait, PartialModelTrait, QueryFilter, QuerySelect,
    Select, SelectModel, Selector,
};

use crate::{db::Db, domain::rows::Stored, error::Result};

/// A line of the log, without the message itself.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "email::Entity")]
pub struct Line {
    /// Key.
    pub id: i64,
    /// What it tells.
    pub kind: Kind,
    /// Which interview, if any.
    pub interview_id: Option<i64>,
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
    /// When it was to leave.
    pub first_due_at: DateTime<Utc>,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was queued.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// When somebody told the candidate another way.
    pub told_at: Option<DateTime<Utc>>,
    /// The message that this one repeats.
    pub resend_of: Option<i64>,
    /// The message to a wrong address that this one corrects.
    pub corrects: Option<i64>,
}

/// What the log shows of a message.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "email::Entity")]
pub struct Shown {
    /// Key.
    pub id: i64,
    /// What it tells.
    pub kind: Kind,
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
}

/// Lines that are read each by itself.
pub(super) fn each<L: PartialModelTrait>(
    lines: Select<email::Entity>,
) -> Selector<SelectModel<Stored<L>>> {
    L::select_cols(lines.select_only()).into_model::<Stored<L>>()
}

/// Every message about these interviews, oldest first, and the keys of those that cannot be read.
pub async fn about(
    db: &Db,
    company_id: i64,
    interview_ids: Vec<i64>,
) -> Result<(Vec<Line>, Vec<i64>)> {
    let found = email::Entity::find()
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::Column::InterviewId.is_in(interview_ids));
    let (mut lines, mut unreadable) = (Vec::new(), Vec::new());
    for line in each::<Line>(found).all(db.read()).await? {
        match line {
            Stored::Read(line) => lines.push(line),
            Stored::Unreadable(row) => {
                row.log("email");
                unreadable.extend(row.id);
            }
        }
    }
    // Asked for this order, SQLite reads all messages of the company in it.
    lines.sort_by_key(|line| line.id);
    Ok((lines, unreadable))
}
