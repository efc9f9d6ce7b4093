//! When interviewers want to hold interviews, and how many: buffers, a weekly limit, working hours.
use sea_orm_migration::{prelude::*, schema::*};

/// When interviewers want to hold interviews, and how many: buffers, a weekly limit, working hours.
#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMNS: [&str; 4] = [
    "buffer_before_minutes",
    "buffer_after_minutes",
    "weekly_limit",
    "working_hours",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let within = |name, least: i32, most: i32| Expr::col(name).between(least, most);
        let [before, after, limit, hours] = COLUMNS;
        for column in [
            integer(before)
                .default(0)
                .check(within(before, 0, 120))
                .take(),
            integer(after)
                .default(0)
                .check(within(after, 0, 120))
                .take(),
            integer_null(limit).check(within(limit, 1, 100)).take(),
            json(hours).default("[]").take(),
        ] {
            let adding = Table::alter().table("users").add_column(column).to_owned();
            manager.alter_table(adding).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            let dropping = Table::alter().table("users").drop_column(column).to_owned();
            manager.alter_table(dropping).await?;
        }
        Ok(())
    }
}
