//! An index of what waits for an instant that a clock made, and no interview.
use sea_orm_migration::prelude::*;

/// Reminders wait for their interview's hour; all else for a little while.
const BY_THE_CLOCK: &str = "status = 'retrying' OR (status = 'queued' AND kind <> 'reminder')";

/// An index of what waits for an instant that a clock made, and no interview.
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
            .create_index(
                Index::create()
                    .name("ix_emails_by_the_clock")
                    .table("emails")
                    .col("due_at")
                    .and_where(Expr::cust(BY_THE_CLOCK))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(
                Index::drop()
                    .name("ix_emails_by_the_clock")
                    .table("emails")
                    .to_owned(),
            )
            .await
    }
}
