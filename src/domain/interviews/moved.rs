//! Interviews that their candidates moved by themselves, until somebody of the company sees it.
use chrono::{DateTime, Utc};
use entity::{
    candidate,
    interview::{self, Status},
    slot,
};
use sea_orm::{
    DerivePartialModel, EntityTrait, JoinType, PartialModelTrait, QueryFilter, QueryOrder,
    QuerySelect, RelationTrait, Select, sea_query::Expr,
};

use crate::{
    db::{self, Db, constant::Constant},
    domain::{
        actions::Actor,
        events::{self, Event},
        rows::{self, Stored},
    },
    error::Result,
};

/// Nobody looks at more at once.
const MOST: u64 = 50;

/// One of them.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "interview::Entity")]
pub struct Moved {
    /// The interview.
    pub id: i64,
    /// Its revision since.
    pub revision: i32,
    /// When it was moved.
    pub moved_at: Option<DateTime<Utc>>,
    /// By whom, by name.
    #[sea_orm(from_expr = "candidate::Column::Name")]
    pub candidate: String,
    /// The instant it starts now.
    #[sea_orm(from_expr = "slot::Column::StartsAt")]
    pub starts_at: DateTime<Utc>,
}

/// The company's, those that are nearest first.
pub async fn unseen(db: &Db, company_id: i64, now: DateTime<Utc>) -> Result<Vec<Moved>> {
    let rows = interview::Entity::find().select_only();
    let rows = Moved::select_cols(which(rows, company_id, now))
        .join(JoinType::InnerJoin, interview::Relation::Candidate.def())
        .order_by_asc(slot::Column::StartsAt)
        .order_by_asc(interview::Column::Id)
        .limit(MOST);
    let rows = rows.into_model::<Stored<Moved>>().all(db.read()).await?;
    let rows = rows.into_iter().filter_map(|row| row.or_log("interview"));
    Ok(rows.collect())
}

/// How many there are.
pub(in crate::domain) fn count_unseen(company_id: i64, now: DateTime<Utc>) -> Expr {
    rows::count(which(interview::Entity::find(), company_id, now))
}

fn which(
    rows: Select<interview::Entity>,
    company_id: i64,
    now: DateTime<Utc>,
) -> Select<interview::Entity> {
    rows.join(JoinType::InnerJoin, interview::Relation::Slot.def())
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interview::Column::Status.eq_const(Status::Scheduled))
        .filter(interview::COLUMN.moved_at.is_not_null())
        .filter(slot::COLUMN.starts_at.gt(now))
}

/// Somebody has seen this revision of it; false when that was seen before, or another one came since.
pub async fn see(
    db: &Db,
    actor: &Actor,
    (interview_id, revision): (i64, i32),
    now: DateTime<Utc>,
) -> Result<bool> {
    db::transaction(db, async |txn| {
        let written = interview::Entity::update_many()
            .col_expr(
                interview::Column::MovedAt,
                Expr::value(None::<DateTime<Utc>>),
            )
            .filter(interview::COLUMN.id.eq(interview_id))
            .filter(interview::COLUMN.company_id.eq(actor.company_id))
            .filter(interview::COLUMN.revision.eq(revision))
            .filter(interview::COLUMN.moved_at.is_not_null())
            .exec(txn)
            .await?
            .rows_affected;
        if written == 1 {
            events::record(txn, actor, Event::MoveSeen { interview_id }, now).await?;
        }
        Ok(written == 1)
    })
    .await
}
