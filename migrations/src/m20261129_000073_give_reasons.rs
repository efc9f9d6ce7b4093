//! Why interviews are moved and cancelled, and why a candidate was not told: from lists of a company's own.
use sea_orm_migration::{prelude::*, schema::*};

/// Why interviews are moved and cancelled, and why a candidate was not told: from lists of a company's own.
#[derive(DeriveMigrationName)]
pub struct Migration;

const LISTS: [(&str, &str); 3] = [
    // Candidates read these.
    (
        "cancel_reasons",
        r#"["The position has been filled.","The interviewer is not available.","You asked us to cancel."]"#,
    ),
    (
        "move_reasons",
        r#"["Candidate asked","Interviewer not available","Scheduling conflict"]"#,
    ),
    (
        "silence_reasons",
        r#"["Told by phone","Candidate asked for it","Entered by mistake"]"#,
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made table could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let lists = LISTS.map(|(name, names)| ("companies", json(name).default(names).take()));
        // As long as the candidate does not know how the interview stands, because somebody wanted it so.
        let why_not = [("interviews", text_null("not_told_reason").take())];
        for (table, column) in lists.into_iter().chain(why_not) {
            let adding = Table::alter().table(table).add_column(column).to_owned();
            manager.alter_table(adding).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let lists = LISTS.map(|(name, _)| ("companies", name));
        for (table, column) in [("interviews", "not_told_reason")].into_iter().chain(lists) {
            let dropping = Table::alter().table(table).drop_column(column).to_owned();
            manager.alter_table(dropping).await?;
        }
        Ok(())
    }
}
