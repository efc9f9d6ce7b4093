//! The words by which candidates are found.
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

/// The words by which candidates are found.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made table could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut word = string("word");
        // Beginnings of words are found by comparing bytes: SQLite's way, and on PostgreSQL the
        // way of this collation only.
        if manager.get_database_backend() == DbBackend::Postgres {
            word.extra("COLLATE \"C\"");
        }
        manager
            .create_table(
                Table::create()
                    .table("candidate_words")
                    .col(big_integer("company_id"))
                    .col(word)
                    .col(big_integer("candidate_id"))
                    .primary_key(
                        Index::create()
                            .col("company_id")
                            .col("word")
                            .col("candidate_id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_candidate_words_candidate")
                            .from("candidate_words", ("company_id", "candidate_id"))
                            .to("candidates", ("company_id", "id")),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_candidate_words_candidate")
                    .table("candidate_words")
                    .col("company_id")
                    .col("candidate_id")
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("candidate_words").to_owned())
            .await?;
        Ok(())
    }
}
