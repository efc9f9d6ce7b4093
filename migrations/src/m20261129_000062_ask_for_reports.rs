//! Whether mail servers are asked to report what becomes of messages.
use sea_orm_migration::{prelude::*, schema::*};

/// Whether mail servers are asked to report what becomes of messages.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let added = Table::alter()
            .table("attempts")
            .add_column(string_null("dsn"))
            .to_owned();
        manager.alter_table(added).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dropped = Table::alter()
            .table("attempts")
            .drop_column("dsn")
            .to_owned();
        manager.alter_table(dropped).await
    }
}
