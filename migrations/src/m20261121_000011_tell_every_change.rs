//! What messages tell, so that every change can be told against what was told before.
use sea_orm_migration::{prelude::*, schema::*};

/// What messages tell, so that every change can be told against what was told before.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Table and column of each.
fn columns() -> [(&'static str, ColumnDef); 6] {
    [
        ("companies", integer("undo_seconds").default(0).to_owned()),
        ("interviews", text("cancel_reason").default("").to_owned()),
        ("emails", string_len("locale", 35).default("en").to_owned()),
        ("emails", json_null("facts")),
        ("emails", json_null("facts_before")),
        ("emails", integer_null("lead_minutes")),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            manager
                .alter_table(Table::alter().table(table).add_column(column).to_owned())
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns().into_iter().rev() {
            let name = column.get_column_name();
            manager
                .alter_table(Table::alter().table(table).drop_column(name).to_owned())
                .await?;
        }
        Ok(())
    }
}
