//! Which message to a wrong address a message corrects.
use sea_orm_migration::{prelude::*, schema::*};

/// Which message to a wrong address a message corrects.
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
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
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
