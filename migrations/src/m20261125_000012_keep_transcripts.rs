//! What was said at an attempt.
use sea_orm_migration::{prelude::*, schema::*};

/// What was said at an attempt.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table("attempts")
                    .add_column(text_null("transcript"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table("attempts")
                    .drop_column("transcript")
                    .to_owned(),
            )
            .await
    }
}
