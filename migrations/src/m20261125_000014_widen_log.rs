//! What the delivery log looks up: which message corrects which, messages of one kind.
use sea_orm_migration::{prelude::*, schema::*};

/// What the delivery log looks up: which message corrects which, messages of one kind.
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
            .alter_table(
                Table::alter()
                    .table("emails")
                    .add_column(big_integer_null("corrects"))
                    .to_owned(),
            )
            .await?;
        // A kind that is rare would be sought through the whole log.
        manager
            .create_index(
                Index::create()
                    .name("ix_emails_log_kind")
                    .table("emails")
                    .col("company_id")
                    .col("kind")
                    .col("created_at")
                    .col("id")
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(
                Index::drop()
                    .name("ix_emails_log_kind")
                    .table("emails")
                    .to_owned(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("emails")
                    .drop_column("corrects")
                    .to_owned(),
            )
            .await
    }
}
