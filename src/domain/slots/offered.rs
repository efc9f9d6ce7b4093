//! The free slots that somebody may be offered.
use chrono::{DateTime, Utc};
use entity::slot;
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::list::{Filter, State, matching};
use crate::{domain::rows, error::Result};

/// Nobody chooses among more.
const MOST: u64 = 200;

/// The job's slots that can be booked and start in this half-open span, earliest first; the first two hundred.
pub async fn offered(
    db: &impl ConnectionTrait,
    (company_id, job_id): (i64, i64),
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<Vec<slot::Model>> {
    let filter = Filter {
        job_id: Some(job_id),
        state: Some(State::Open),
        from: Some(from),
        until: Some(until),
        ..Filter::default()
    };
    let slots = slot::Entity::find()
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(matching(company_id, &filter, now))
        .filter(slot::COLUMN.rules_changed_at.is_null())
        .order_by_asc(slot::Column::StartsAt)
        .order_by_asc(slot::Column::Id)
        .limit(MOST);
    rows::readable(slots, db, "slot").await
}
