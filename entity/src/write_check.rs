//! The one row that is written to see whether the database can be written; belongs to no company.
use sea_orm::entity::prelude::*;

/// The one row that is written to see whether the database can be written; belongs to no company.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "write_checks")]
pub struct Model {
    /// There is only one.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// How often it was written.
    pub turn: i64,
    /// Makes the write as large as that of a booking, on SQLite.
    pub filler: Option<Vec<u8>>,
}

impl ActiveModelBehavior for ActiveModel {}
