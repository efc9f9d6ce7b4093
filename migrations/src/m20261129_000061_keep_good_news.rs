//! Reports may tell that a message was delivered or passed on.
use sea_orm_migration::prelude::*;

use crate::schema_text::{self, Check};

/// Reports may tell that a message was delivered or passed on.
#[derive(DeriveMigrationName)]
pub struct Migration;

const ACTION: Check = Check {
    table: "bounces",
    name: "ck_bounces_action",
    before: "action IN ('failed', 'delayed', 'noted')",
    after: "action IN ('failed', 'delayed', 'noted', 'delivered', 'relayed')",
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
        // So good news was kept before.
        let noted = Query::update()
            .table("bounces")
            .value("action", "noted")
            .and_where(Expr::col("action").is_in(["delivered", "relayed"]))
            .to_owned();
        manager.exec_stmt(noted).await?;
        schema_text::change_check(manager, &ACTION.reversed(), ACTION.before).await
    }
}
