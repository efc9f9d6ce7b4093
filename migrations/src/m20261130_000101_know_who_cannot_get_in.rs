//! That a candidate who joined cannot get into the meeting: since when, with which link, and when somebody saw to it.
use sea_orm_migration::{prelude::*, schema::*};

/// That a candidate who joined cannot get into the meeting: since when, with which link, and when somebody saw to it.
#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMNS: [&str; 3] = ["trouble_at", "trouble_url", "trouble_handled_at"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let [at, url, handled_at] = COLUMNS;
        for column in [
            timestamp_with_time_zone_null(at),
            string_null(url),
            timestamp_with_time_zone_null(handled_at),
        ] {
            let table = Table::alter()
                .table("interviews")
                .add_column(column)
                .to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            let table = Table::alter()
                .table("interviews")
                .drop_column(column)
                .to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}
