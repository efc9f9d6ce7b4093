//! What waits is found by how long it is of use, too: what is urgent goes first.
use sea_orm_migration::prelude::*;

/// What waits is found by how long it is of use, too: what is urgent goes first.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::create()
            .name("ix_emails_urgent")
            .table("emails")
            .col("expires_at")
            .col("id")
            .and_where(Expr::cust("status IN ('queued', 'retrying')"))
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop()
            .name("ix_emails_urgent")
            .table("emails")
            .to_owned();
        manager.drop_index(index).await
    }
}
