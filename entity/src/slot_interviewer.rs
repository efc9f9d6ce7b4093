//! A user who holds the interview of a slot.
use sea_orm::entity::prelude::*;

/// A user who holds the interview of a slot.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "slot_interviewers")]
pub struct Model {
    /// Whose row this is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub company_id: i64,
    /// Of which slot.
    #[sea_orm(primary_key, auto_increment = false)]
    pub slot_id: i64,
    /// Who.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: i64,
}

impl ActiveModelBehavior for ActiveModel {}
