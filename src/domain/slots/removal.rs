//! Removing slots that nobody was ever booked into.
use entity::{series_slot, slot, slot_interviewer};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::error::Result;

/// Removes these slots, which the transaction has locked and found never booked, with all that is theirs alone.
pub(in crate::domain) async fn remove(
    txn: &impl ConnectionTrait,
    company_id: i64,
    ids: &[i64],
) -> Result<()> {
    let ids = || ids.iter().copied();
    slot_interviewer::Entity::delete_many()
        .filter(slot_interviewer::COLUMN.company_id.eq(company_id))
        .filter(slot_interviewer::Column::SlotId.is_in(ids()))
        .exec(txn)
        .await?;
    series_slot::Entity::delete_many()
        .filter(series_slot::COLUMN.company_id.eq(company_id))
        .filter(series_slot::Column::SlotId.is_in(ids()))
        .exec(txn)
        .await?;
    slot::Entity::delete_many()
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(slot::Column::Id.is_in(ids()))
        .exec(txn)
        .await?;
    Ok(())
}
