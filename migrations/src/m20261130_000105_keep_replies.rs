//! What comes back may be an answer: from a calendar, or a person's, which is passed on.
use sea_orm_migration::prelude::*;

use crate::schema_text::{self, Check};

/// What comes back may be an answer: from a calendar, or a person's, which is passed on.
#[derive(DeriveMigrationName)]
pub struct Migration;

const ACTION: Check = Check {
    table: "bounces",
    name: "ck_bounces_action",
    before: "action IN ('failed', 'delayed', 'noted', 'delivered', 'relayed', 'complained', 'dropped')",
    after: "action IN ('failed', 'delayed', 'noted', 'delivered', 'relayed', 'complained', 'dropped', 'answered', 'forwarded')",
};

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema_text::change_check(manager, &ACTION, ACTION.after).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let known = Query::update()
            .table("bounces")
            .value("action", "noted")
            .and_where(Expr::col("action").is_in(["answered", "forwarded"]))
            .to_owned();
        manager.exec_stmt(known).await?;
        schema_text::change_check(manager, &ACTION.reversed(), ACTION.before).await
    }
}
