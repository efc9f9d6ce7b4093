//! When somebody of the company came to an interview: until then a candidate waits alone.
use sea_orm_migration::{prelude::*, schema::*};

/// When somebody of the company came to an interview: until then a candidate waits alone.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let added = Table::alter()
            .table("interviews")
            .add_column(timestamp_with_time_zone_null("attended_at"))
            .to_owned();
        manager.alter_table(added).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dropped = Table::alter()
            .table("interviews")
            .drop_column("attended_at")
            .to_owned();
        manager.alter_table(dropped).await
    }
}
