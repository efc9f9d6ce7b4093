//! One-time keys and rate limits.
use sea_orm_migration::{prelude::*, schema::*};

/// One-time keys and rate limits.
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
                    .table("one_time_keys")
                    .col(big_pk_auto("id"))
                    .col(big_integer("company_id"))
                    .col(string("scope"))
                    .col(string("key"))
                    .col(string("fingerprint"))
                    .col(big_integer("object_id"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_one_time_keys_company")
                            .from("one_time_keys", "company_id")
                            .to("companies", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ux_one_time_keys")
                    .table("one_time_keys")
                    .col("company_id")
                    .col("scope")
                    .col("key")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_one_time_keys_created")
                    .table("one_time_keys")
                    .col("created_at")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("rate_limits")
                    .col(string("key").primary_key())
                    .col(integer("count"))
                    .col(timestamp_with_time_zone("window_started_at"))
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("rate_limits").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("one_time_keys").to_owned())
            .await?;
        Ok(())
    }
}
