//! That a candidate moved an interview by themselves, until somebody of the company saw it.
use sea_orm_migration::{prelude::*, schema::*};

/// That a candidate moved an interview by themselves, until somebody of the company saw it.
#[derive(DeriveMigrationName)]
pub struct Migration;

const INDEX: &str = "ix_interviews_moved";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let adding = Table::alter()
            .table("interviews")
            .add_column(timestamp_with_time_zone_null("moved_at"))
            .to_owned();
        manager.alter_table(adding).await?;
        let unseen = Index::create()
            .name(INDEX)
            .table("interviews")
            .col("company_id")
            .and_where(Expr::cust("moved_at IS NOT NULL"))
            .to_owned();
        manager.create_index(unseen).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop().name(INDEX).table("interviews").to_owned();
        manager.drop_index(index).await?;
        let dropping = Table::alter()
            .table("interviews")
            .drop_column("moved_at")
            .to_owned();
        manager.alter_table(dropping).await
    }
}
