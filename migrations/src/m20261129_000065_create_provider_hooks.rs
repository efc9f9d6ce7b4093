//! When each provider told something last.
use sea_orm_migration::{prelude::*, schema::*};

/// When each provider told something last.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("provider_hooks")
                    .col(string_len("provider", 24).primary_key())
                    .col(timestamp_with_time_zone("last_event_at"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("provider_hooks").to_owned())
            .await
    }
}
