//! The calendar that a user keeps elsewhere, and when it says they are busy.
use sea_orm_migration::{prelude::*, schema::*};

/// The calendar that a user keeps elsewhere, and when it says they are busy.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made table could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let calendars = Table::create()
            .table("calendars")
            .col(big_integer("company_id"))
            .col(big_integer("user_id"))
            .col(text("address"))
            .col(string_len("host", 255))
            .col(string_len_null("etag", 255))
            .col(timestamp_with_time_zone_null("read_at"))
            .col(timestamp_with_time_zone_null("succeeded_at"))
            .col(text("failure"))
            .col(integer("skipped"))
            .col(timestamp_with_time_zone("next_read_at"))
            .col(timestamp_with_time_zone("created_at"))
            .primary_key(Index::create().col("company_id").col("user_id"))
            .foreign_key(&mut user("fk_calendars_user", "calendars"))
            .to_owned();
        manager.create_table(calendars).await?;
        let due = Index::create()
            .name("ix_calendars_due")
            .table("calendars")
            .col("next_read_at")
            .to_owned();
        manager.create_index(due).await?;
        let spans = Table::create()
            .table("busy_spans")
            .col(big_integer("company_id"))
            .col(big_integer("user_id"))
            .col(timestamp_with_time_zone("starts_at"))
            .col(timestamp_with_time_zone("ends_at"))
            .primary_key(
                Index::create()
                    .col("company_id")
                    .col("user_id")
                    .col("starts_at"),
            )
            .foreign_key(&mut user("fk_busy_spans_user", "busy_spans"))
            .to_owned();
        manager.create_table(spans).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["busy_spans", "calendars"] {
            let table = Table::drop().table(table).to_owned();
            manager.drop_table(table).await?;
        }
        Ok(())
    }
}

fn user(name: &'static str, table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(name)
        .from(table, ("company_id", "user_id"))
        .to("users", ("company_id", "id"))
        .to_owned()
}
