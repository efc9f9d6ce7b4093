//! How many emails one address may get from a company in an hour.
use sea_orm_migration::{prelude::*, schema::*};

/// How many emails one address may get from a company in an hour.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = integer("hourly_email_limit").default(20).to_owned();
        let companies = Table::alter()
            .table("companies")
            .add_column(column)
            .to_owned();
        manager.alter_table(companies).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let companies = Table::alter()
            .table("companies")
            .drop_column("hourly_email_limit")
            .to_owned();
        manager.alter_table(companies).await
    }
}
