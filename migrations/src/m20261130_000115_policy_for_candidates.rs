//! When candidates are asked to confirm, and whether they may move their interviews; neither at first.
use sea_orm_migration::{prelude::*, schema::*};

/// When candidates are asked to confirm, and whether they may move their interviews; neither at first.
#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMNS: [&str; 2] = ["confirm_hours", "move_notice_hours"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in COLUMNS {
            let adding = Table::alter()
                .table("companies")
                .add_column(integer_null(name))
                .to_owned();
            manager.alter_table(adding).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in COLUMNS {
            let dropping = Table::alter()
                .table("companies")
                .drop_column(name)
                .to_owned();
            manager.alter_table(dropping).await?;
        }
        Ok(())
    }
}
