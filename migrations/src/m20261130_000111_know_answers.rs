//! What candidates say to the time of their interview, and that somebody saw to it.
use sea_orm_migration::{prelude::*, schema::*};

/// What candidates say to the time of their interview, and that somebody saw to it.
#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMNS: [&str; 5] = [
    "answer",
    "answered_at",
    "answer_reason",
    "answer_words",
    "answer_handled_at",
];
const OPEN: &str = "answer IN ('another_time', 'declined') AND answer_handled_at IS NULL";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let [answer, at, reason, words, handled_at] = COLUMNS;
        for mut column in [
            string_len_null(answer, 24),
            timestamp_with_time_zone_null(at),
            string_len_null(reason, 24),
            text(words).default("").to_owned(),
            timestamp_with_time_zone_null(handled_at),
        ] {
            let table = Table::alter()
                .table("interviews")
                .add_column(&mut column)
                .to_owned();
            manager.alter_table(table).await?;
        }
        let open = Index::create()
            .name("ix_interviews_open_answers")
            .table("interviews")
            .col("company_id")
            .and_where(Expr::cust(OPEN))
            .to_owned();
        manager.create_index(open).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let open = Index::drop()
            .name("ix_interviews_open_answers")
            .table("interviews")
            .to_owned();
        manager.drop_index(open).await?;
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
