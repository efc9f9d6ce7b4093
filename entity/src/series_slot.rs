//! A slot that was made with others.
use sea_orm::entity::prelude::*;

/// A slot that was made with others.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "series_slots")]
pub struct Model {
    /// Whose row this is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub company_id: i64,
    /// Which slot.
    #[sea_orm(primary_key, auto_increment = false)]
    pub slot_id: i64,
    /// Made with which others.
    pub series_id: i64,
}

impl ActiveModelBehavior for ActiveModel {}
