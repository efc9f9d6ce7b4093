//! A form that arrived after its user's session had ended, as typed.
use sea_orm::entity::prelude::*;

/// A form that arrived after its user's session had ended, as typed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unsent_forms")]
pub struct Model {
    /// Random; the address of the page names it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose row this is.
    pub company_id: i64,
    /// Who typed it.
    pub user_id: i64,
    /// SHA-256 of the cookie of the browser in which it was typed.
    pub browser_hash: String,
    /// The path to which it was sent.
    #[sea_orm(column_type = "Text")]
    pub target: String,
    /// Its fields, urlencoded, without passwords.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// When it arrived; ten minutes later it is gone.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
