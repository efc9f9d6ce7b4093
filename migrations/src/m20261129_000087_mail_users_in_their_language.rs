//! The language of emails to a user.
use sea_orm_migration::{prelude::*, schema::*};

/// The language of emails to a user.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = string_len("locale", 35).default("en").to_owned();
        let users = Table::alter().table("users").add_column(column).to_owned();
        manager.alter_table(users).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let users = Table::alter()
            .table("users")
            .drop_column("locale")
            .to_owned();
        manager.alter_table(users).await
    }
}
