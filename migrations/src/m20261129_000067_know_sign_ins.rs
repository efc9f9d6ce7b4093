//! When a person signed in to a mailbox, so that it can be told.
use sea_orm_migration::{prelude::*, schema::*};

/// When a person signed in to a mailbox, so that it can be told.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let added = Table::alter()
            .table("mail_tokens")
            .add_column(timestamp_with_time_zone_null("signed_in_at"))
            .to_owned();
        manager.alter_table(added).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dropped = Table::alter()
            .table("mail_tokens")
            .drop_column("signed_in_at")
            .to_owned();
        manager.alter_table(dropped).await
    }
}
