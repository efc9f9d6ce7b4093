//! How often a row that people edit was changed: who edits an older version is told, not obeyed.
use sea_orm_migration::{prelude::*, schema::*};

/// How often a row that people edit was changed: who edits an older version is told, not obeyed.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 5] = ["candidates", "companies", "jobs", "slots", "users"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            let version = integer("version").default(1).to_owned();
            manager
                .alter_table(Table::alter().table(table).add_column(version).to_owned())
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            manager
                .alter_table(
                    Table::alter()
                        .table(table)
                        .drop_column("version")
                        .to_owned(),
                )
                .await?;
        }
        Ok(())
    }
}
