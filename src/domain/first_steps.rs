//! How far a new company has come: whether anybody can be booked.
use entity::{job, slot};
use sea_orm::{EntityTrait, QueryFilter, QuerySelect};

use crate::{db::Db, error::Result};

/// What a company has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// No job yet.
    Nothing,
    /// A job, but no slot for one.
    Jobs,
    /// Slots: of each its job is there, too.
    Slots,
}

/// How far the company is.
pub async fn progress(db: &Db, company_id: i64) -> Result<Progress> {
    let slot = slot::Entity::find()
        .select_only()
        .column(slot::Column::Id)
        .filter(slot::COLUMN.company_id.eq(company_id))
        .limit(1)
        .into_tuple::<i64>()
        .one(db.read());
    if slot.await?.is_some() {
        return Ok(Progress::Slots);
    }
    let job = job::Entity::find()
        .select_only()
        .column(job::Column::Id)
        .filter(job::COLUMN.company_id.eq(company_id))
        .limit(1)
        .into_tuple::<i64>()
        .one(db.read());
    Ok(match job.await? {
        Some(_) => Progress::Jobs,
        None => Progress::Nothing,
    })
}
