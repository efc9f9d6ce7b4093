//! What was answered to a call stays with its key: a repetition gets the same.
use sea_orm_migration::{prelude::*, schema::*};

/// What was answered to a call.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column at a time.
        for column in [
            integer_null("answer_status"),
            string_null("answer_location"),
            text_null("answer_body"),
        ] {
            manager
                .alter_table(
                    Table::alter()
                        .table("one_time_keys")
                        .add_column(column)
                        .to_owned(),
                )
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["answer_status", "answer_location", "answer_body"] {
            manager
                .alter_table(
                    Table::alter()
                        .table("one_time_keys")
                        .drop_column(column)
                        .to_owned(),
                )
                .await?;
        }
        Ok(())
    }
}
