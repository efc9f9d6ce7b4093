//! The numbers at which candidates can call a company and its users; both may be empty.
use sea_orm_migration::{prelude::*, schema::*};

/// The numbers at which candidates can call a company and its users; both may be empty.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 2] = ["companies", "users"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            let column = string_len("phone", 50).default("").to_owned();
            let adding = Table::alter().table(table).add_column(column).to_owned();
            manager.alter_table(adding).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            let dropping = Table::alter().table(table).drop_column("phone").to_owned();
            manager.alter_table(dropping).await?;
        }
        Ok(())
    }
}
