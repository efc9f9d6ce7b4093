//! The ways that mail leaves: how each mail server is, for every process to see.
use entity::transport;
use sea_orm::{EntityTrait, QueryOrder};

use crate::{db::Db, error::Result};

/// Every mail server that was ever set up, the first one first.
pub async fn all(db: &Db) -> Result<Vec<transport::Model>> {
    Ok(transport::Entity::find()
        .order_by_desc(transport::Column::Name)
        .all(db.read())
        .await?)
}
