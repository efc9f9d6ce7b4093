//! A message may be known to be marked as spam, or not to have been tried by the provider that took it.
use sea_orm_migration::prelude::*;

use crate::schema_text::{self, Check};

/// A message may be known to be marked as spam, or not to have been tried by the provider that took it.
#[derive(DeriveMigrationName)]
pub struct Migration;

const STATUS: Check = Check {
    table: "emails",
    name: "ck_emails_status",
    before: "'bounced', 'delivered')",
    after: "'bounced', 'delivered', 'complained')",
};
const STATUS_BEFORE: &str = "status IN ('queued', 'sending', 'retrying', 'accepted', 'uncertain', 'printed', \
    'failed', 'held', 'superseded', 'cancelled', 'expired', 'bounced', 'delivered')";
const STATUS_AFTER: &str = "status IN ('queued', 'sending', 'retrying', 'accepted', 'uncertain', 'printed', \
    'failed', 'held', 'superseded', 'cancelled', 'expired', 'bounced', 'delivered', 'complained')";
const ACTION: Check = Check {
    table: "bounces",
    name: "ck_bounces_action",
    before: "action IN ('failed', 'delayed', 'noted', 'delivered', 'relayed')",
    after: "action IN ('failed', 'delayed', 'noted', 'delivered', 'relayed', 'complained', 'dropped')",
};

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema_text::change_check(manager, &STATUS, STATUS_AFTER).await?;
        schema_text::change_check(manager, &ACTION, ACTION.after).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What can be marked as spam has arrived.
        for (table, column, after, before) in [
            ("emails", "status", "complained", "delivered"),
            ("bounces", "action", "complained", "noted"),
            ("bounces", "action", "dropped", "failed"),
        ] {
            let known = Query::update()
                .table(table)
                .value(column, before)
                .and_where(Expr::col(column).eq(after))
                .to_owned();
            manager.exec_stmt(known).await?;
        }
        schema_text::change_check(manager, &ACTION.reversed(), ACTION.before).await?;
        schema_text::change_check(manager, &STATUS.reversed(), STATUS_BEFORE).await
    }
}
