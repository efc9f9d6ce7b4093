//! What recruiters note for the interviewers of an interview.
use sea_orm_migration::{prelude::*, schema::*};

/// What recruiters note for the interviewers of an interview.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = text("interviewer_notes").default("").to_owned();
        let interviews = Table::alter()
            .table("interviews")
            .add_column(column)
            .to_owned();
        manager.alter_table(interviews).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let interviews = Table::alter()
            .table("interviews")
            .drop_column("interviewer_notes")
            .to_owned();
        manager.alter_table(interviews).await
    }
}
