//! What providers told, so that it is taken in once.
use sea_orm_migration::{prelude::*, schema::*};

/// What providers told, so that it is taken in once.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made table could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("provider_events")
                    .col(big_pk_auto("id"))
                    .col(string_len("provider", 24))
                    .col(string_len("digest", 64))
                    .col(string_len_null("content", 64))
                    .col(timestamp_with_time_zone("expires_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ux_provider_events")
                    .table("provider_events")
                    .col("provider")
                    .col("digest")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_provider_events_expiry")
                    .table("provider_events")
                    .col("expires_at")
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("provider_events").to_owned())
            .await
    }
}
