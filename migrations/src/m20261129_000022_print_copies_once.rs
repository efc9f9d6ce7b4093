//! When a copy of a message was printed because no mail server took it.
use sea_orm_migration::{prelude::*, schema::*};

/// Tried, or ended without being taken, and no copy of it was printed.
const NOT_PRINTED: &str =
    "printed_at IS NULL AND status IN ('retrying', 'failed', 'uncertain', 'expired')";

/// When a copy of a message was printed because no mail server took it.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = timestamp_with_time_zone_null("printed_at");
        manager
            .alter_table(Table::alter().table("emails").add_column(column).to_owned())
            .await?;
        // What was tried before was printed then, where that was wished.
        manager
            .get_connection()
            .execute_unprepared(
                "UPDATE emails SET printed_at = created_at WHERE status = 'retrying'",
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_emails_not_printed")
                    .table("emails")
                    .col("finished_at")
                    .and_where(Expr::cust(NOT_PRINTED))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(
                Index::drop()
                    .name("ix_emails_not_printed")
                    .table("emails")
                    .to_owned(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("emails")
                    .drop_column("printed_at")
                    .to_owned(),
            )
            .await
    }
}
