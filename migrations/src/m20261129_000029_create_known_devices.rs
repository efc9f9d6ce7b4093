//! Browsers in which a user has signed in before.
use sea_orm_migration::{prelude::*, schema::*};

/// Browsers in which a user has signed in before.
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
                    .table("known_devices")
                    .col(string("mark_hash").primary_key())
                    .col(big_integer("company_id"))
                    .col(big_integer("user_id"))
                    .col(timestamp_with_time_zone("last_used_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_known_devices_user")
                            .from("known_devices", ("company_id", "user_id"))
                            .to("users", ("company_id", "id")),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_known_devices_user")
                    .table("known_devices")
                    .col("company_id")
                    .col("user_id")
                    .col("last_used_at")
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("known_devices").to_owned())
            .await
    }
}
