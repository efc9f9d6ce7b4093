//! Attempts that did not go well are found without reading all that did.
use sea_orm_migration::prelude::*;

/// Attempts that did not go well are found without reading all that did.
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
            .name("ix_attempts_troubles")
            .table("attempts")
            .col("company_id")
            .col("host")
            .col("id")
            .and_where(Expr::cust(
                "outcome IN ('deferred', 'refused', 'uncertain')",
            ))
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop()
            .name("ix_attempts_troubles")
            .table("attempts")
            .to_owned();
        manager.drop_index(index).await
    }
}
