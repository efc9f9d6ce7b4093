//! A message may be known to be at its recipient's mail server.
use sea_orm_migration::prelude::*;

use crate::schema_text::{self, Check};

/// A message may be known to be at its recipient's mail server.
#[derive(DeriveMigrationName)]
pub struct Migration;

const STATUS: Check = Check {
    table: "emails",
    name: "ck_emails_status",
    before: "'expired', 'bounced')",
    after: "'expired', 'bounced', 'delivered')",
};
const STATUS_BEFORE: &str = "status IN ('queued', 'sending', 'retrying', 'accepted', 'uncertain', 'printed', \
    'failed', 'held', 'superseded', 'cancelled', 'expired', 'bounced')";
const STATUS_AFTER: &str = "status IN ('queued', 'sending', 'retrying', 'accepted', 'uncertain', 'printed', \
    'failed', 'held', 'superseded', 'cancelled', 'expired', 'bounced', 'delivered')";
/// What the index of alerts leaves out: settled messages, told candidates, and reminders.
const MAY_ALERT_BEFORE: &str = "status NOT IN ('accepted', 'superseded', 'cancelled') \
    AND told_at IS NULL AND kind <> 'reminder'";
const MAY_ALERT_AFTER: &str = "status NOT IN ('accepted', 'superseded', 'cancelled', 'delivered') \
    AND told_at IS NULL AND kind <> 'reminder'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema_text::change_check(manager, &STATUS, STATUS_AFTER).await?;
        index_alerts(manager, MAY_ALERT_AFTER).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let accepted = Query::update()
            .table("emails")
            .value("status", "accepted")
            .and_where(Expr::col("status").eq("delivered"))
            .to_owned();
        manager.exec_stmt(accepted).await?;
        schema_text::change_check(manager, &STATUS.reversed(), STATUS_BEFORE).await?;
        index_alerts(manager, MAY_ALERT_BEFORE).await
    }
}

/// An index of a part of the rows serves those queries alone that ask for that part.
async fn index_alerts(manager: &SchemaManager<'_>, which: &'static str) -> Result<(), DbErr> {
    let old = Index::drop()
        .name("ix_emails_alerts")
        .table("emails")
        .to_owned();
    manager.drop_index(old).await?;
    let new = Index::create()
        .name("ix_emails_alerts")
        .table("emails")
        .col("company_id")
        .col("expires_at")
        .col("id")
        .and_where(Expr::cust(which))
        .to_owned();
    manager.create_index(new).await
}
