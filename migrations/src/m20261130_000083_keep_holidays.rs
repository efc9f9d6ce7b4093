//! The region whose public holidays a company keeps.
use sea_orm_migration::{prelude::*, schema::*};

/// The region whose public holidays a company keeps.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let added = Table::alter()
            .table("companies")
            .add_column(string_null("holiday_region"))
            .to_owned();
        manager.alter_table(added).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dropped = Table::alter()
            .table("companies")
            .drop_column("holiday_region")
            .to_owned();
        manager.alter_table(dropped).await
    }
}
