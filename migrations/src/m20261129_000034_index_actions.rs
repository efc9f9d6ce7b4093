//! The audit log is asked who did something, and what was done.
use sea_orm_migration::prelude::*;

/// The audit log is asked who did something, and what was done.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, column) in [("ix_actions_user", "user_id"), ("ix_actions_verb", "verb")] {
            let index = Index::create()
                .name(name)
                .table("actions")
                .col("company_id")
                .col(column)
                .col("at")
                .col("id")
                .to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["ix_actions_user", "ix_actions_verb"] {
            let index = Index::drop().name(name).table("actions").to_owned();
            manager.drop_index(index).await?;
        }
        Ok(())
    }
}
