//! Slots whose wall time means another instant by newer time zone rules.
use sea_orm_migration::{prelude::*, schema::*};

/// Slots whose wall time means another instant by newer time zone rules.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table("slots")
                    .add_column(timestamp_with_time_zone_null("rules_changed_at"))
                    .to_owned(),
            )
            .await?;
        // Pages ask for them all the time, and there are hardly ever any.
        manager
            .create_index(
                Index::create()
                    .name("ix_slots_rules_changed")
                    .table("slots")
                    .col("company_id")
                    .col("starts_at")
                    .col("id")
                    .and_where(Expr::cust("rules_changed_at IS NOT NULL"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(
                Index::drop()
                    .name("ix_slots_rules_changed")
                    .table("slots")
                    .to_owned(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("slots")
                    .drop_column("rules_changed_at")
                    .to_owned(),
            )
            .await
    }
}
