//! Batches: what was made from one list, line by line.
pub mod board;
pub mod booking;
pub mod check;
pub mod imports;
pub mod proposal;
mod shown;
pub mod undo;

use chrono::{DateTime, TimeDelta, Utc};
use entity::batch::{self, Kind};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use self::shown::{Named, Shown, show};
use crate::{
    db::Db,
    domain::{
        actions::Actor,
        idempotency_keys::{self, IdempotencyKey, Seen},
        rows,
    },
    error::{Error, Result},
};

/// How many of the newest are listed.
const RECENT: u64 = 5;

/// What came of a line of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Where it begins in the list, from 1.
    pub number: usize,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What came of a line, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The candidate was added.
    CandidateAdded { candidate_id: i64 },
    /// The candidate was there already.
    CandidateThere { candidate_id: i64 },
    /// The job was added.
    JobAdded { job_id: i64 },
    /// A job of this title was there already.
    JobThere { job_id: i64 },
    /// The interview was booked, and is in this version since.
    Booked {
        interview_id: i64,
        version: i32,
        /// Was its candidate added for it?
        is_new: bool,
        /// Was it there before, and waited for a time?
        #[serde(default)]
        was_waiting: bool,
    },
    /// Nothing was made of it, for a reason that names nobody.
    LeftOut { why: String },
}

/// A batch with its lines.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The row.
    pub row: batch::Model,
    /// What came of each line.
    pub lines: Vec<Line>,
}

impl Batch {
    fn read(row: batch::Model) -> Result<Self> {
        let unreadable = |error| Error::Stored(format!("lines of batch {}: {error}", row.id));
        let lines = serde_json::from_value(row.lines.clone()).map_err(unreadable)?;
        Ok(Self { row, lines })
    }

    /// Until when it can be taken back by a company whose messages wait so long.
    pub fn undo_until(&self, undo_seconds: i32) -> DateTime<Utc> {
        self.row.created_at + TimeDelta::seconds(undo_seconds.into())
    }

    /// So many candidates were added by it: they stay when it is taken back.
    pub fn added_candidates(&self) -> usize {
        let is_added = |line: &&Line| matches!(line.outcome, Outcome::Booked { is_new: true, .. });
        self.lines.iter().filter(is_added).count()
    }

    /// Can it be taken back now?
    pub fn can_be_undone(&self, undo_seconds: i32, now: DateTime<Utc>) -> bool {
        self.row.kind == Kind::Bookings
            && self.row.undone_at.is_none()
            && now < self.undo_until(undo_seconds)
    }
}

/// The batch, if one of the company's.
pub async fn find(db: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<Batch> {
    let found = batch::Entity::find_by_id(id).filter(batch::COLUMN.company_id.eq(company_id));
    let found = rows::strictly_one(found, db).await?;
    Batch::read(found.ok_or(Error::NotFound)?)
}

/// The newest, newest first.
pub async fn recent(db: &Db, company_id: i64) -> Result<Vec<batch::Model>> {
    let newest = batch::Entity::find()
        .filter(batch::COLUMN.company_id.eq(company_id))
        .order_by_desc(batch::Column::Id)
        .limit(RECENT);
    rows::readable(newest, db.read(), "batch").await
}

/// The batch that a call with this key made before.
pub async fn made_by(
    db: &Db,
    company_id: i64,
    key: Option<&IdempotencyKey>,
) -> Result<Option<i64>> {
    match idempotency_keys::look_up(db.read(), company_id, key).await? {
        Seen::Done(id) => Ok(Some(id)),
        Seen::New | Seen::Conflict => Ok(None),
    }
}

/// Keeps what was made, in the transaction that makes it.
async fn insert(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    kind: Kind,
    lines: &[Line],
    now: DateTime<Utc>,
) -> Result<i64> {
    let row = batch::ActiveModel {
        company_id: Set(actor.company_id),
        kind: Set(kind),
        lines: Set(json!(lines)),
        created_by: Set(actor.user_id),
        created_at: Set(now),
        ..Default::default()
    };
    Ok(batch::Entity::insert(row).exec(txn).await?.last_insert_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_stored_flat_and_read_again() {
        let lines = [
            Outcome::CandidateAdded { candidate_id: 7 },
            Outcome::Booked {
                interview_id: 3,
                version: 2,
                is_new: true,
                was_waiting: false,
            },
            Outcome::LeftOut {
                why: "A repeat of line 1.".into(),
            },
        ];
        for outcome in lines {
            let line = Line { number: 4, outcome };
            let stored = json!(line);
            assert!(
                stored["outcome"].is_string() && stored["number"] == 4,
                "{stored}"
            );
            assert_eq!(
                serde_json::from_value::<Line>(stored).expect("a line"),
                line
            );
        }
    }
}
