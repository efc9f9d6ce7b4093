//! Five minutes in which a user is in an interview.
use sea_orm::entity::prelude::*;

/// Five minutes in which a user is in an interview.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "busy_cells")]
pub struct Model {
    /// Whose row this is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub company_id: i64,
    /// Who holds the interview.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: i64,
    /// Which five minutes, counted from 1970-01-01T00:00:00Z.
    #[sea_orm(primary_key, auto_increment = false)]
    pub cell: i64,
    /// Which interview.
    pub interview_id: i64,
}

impl ActiveModelBehavior for ActiveModel {}
