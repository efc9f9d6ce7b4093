//! The free slots that are nearest to a moment.
use chrono::{DateTime, Utc};
use entity::slot;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::list::{Filter, State, matching};
use crate::{domain::rows, error::Result};

/// How many free slots a refused booking is offered.
const NEAREST: usize = 5;
/// So many slots of the job are looked at on either side.
const LOOKED_AT: u64 = 1_000;

/// The free slots of a job that start nearest to an instant, earliest first. Looks at a
/// thousand slots of the job before and after it, and does not read on through years of booked ones.
pub async fn free_near(
    db: &impl ConnectionTrait,
    company_id: i64,
    job_id: i64,
    around: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<slot::Model>> {
    let free = || {
        let filter = Filter {
            job_id: Some(job_id),
            state: Some(State::Open),
            ..Filter::default()
        };
        slot::Entity::find()
            .filter(slot::COLUMN.company_id.eq(company_id))
            .filter(matching(company_id, &filter, now))
            .filter(slot::COLUMN.rules_changed_at.is_null())
            .limit(NEAREST as u64)
    };
    let to_come = || {
        slot::Entity::find()
            .select_only()
            .column(slot::Column::Id)
            .filter(slot::COLUMN.company_id.eq(company_id))
            .filter(slot::COLUMN.job_id.eq(job_id))
            .filter(slot::COLUMN.starts_at.gt(now))
            .limit(LOOKED_AT)
    };
    let after = to_come()
        .filter(slot::COLUMN.starts_at.gte(around))
        .order_by_asc(slot::Column::StartsAt);
    let before = to_come()
        .filter(slot::COLUMN.starts_at.lt(around))
        .order_by_desc(slot::Column::StartsAt);
    let later = free()
        .filter(slot::Column::Id.in_subquery(after.into_query()))
        .order_by_asc(slot::Column::StartsAt);
    let earlier = free()
        .filter(slot::Column::Id.in_subquery(before.into_query()))
        .order_by_desc(slot::Column::StartsAt);
    let later = rows::readable(later, db, "slot").await?;
    let earlier = rows::readable(earlier, db, "slot").await?;
    let mut nearest: Vec<_> = later.into_iter().chain(earlier).collect();
    nearest.sort_by_key(|slot| (slot.starts_at - around).abs());
    nearest.truncate(NEAREST);
    nearest.sort_by_key(|slot| (slot.starts_at, slot.id));
    Ok(nearest)
}
