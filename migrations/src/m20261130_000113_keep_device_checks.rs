//! What candidates found out about their devices, the newest check of each interview.
use sea_orm_migration::{prelude::*, schema::*};

/// What candidates found out about their devices, the newest check of each interview.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter()
            .table("interviews")
            .add_column(json_null("device_check"))
            .to_owned();
        manager.alter_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter()
            .table("interviews")
            .drop_column("device_check")
            .to_owned();
        manager.alter_table(table).await
    }
}
