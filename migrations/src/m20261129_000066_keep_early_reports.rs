//! Reports that are quicker than our own record of the message are kept until it comes.
use sea_orm_migration::{prelude::*, schema::*};

/// Reports that are quicker than our own record of the message are kept until it comes.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// What a report is to change has not been changed yet; and what it is to change then.
const COLUMNS: [&str; 2] = ["is_pending", "is_dead"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            let added = Table::alter()
                .table("bounces")
                .add_column(boolean(column).default(false))
                .to_owned();
            manager.alter_table(added).await?;
        }
        let index = Index::create()
            .name("ix_bounces_pending")
            .table("bounces")
            .col("email_id")
            .and_where(Expr::cust("is_pending"))
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop()
            .name("ix_bounces_pending")
            .table("bounces")
            .to_owned();
        manager.drop_index(index).await?;
        for column in COLUMNS {
            let dropped = Table::alter()
                .table("bounces")
                .drop_column(column)
                .to_owned();
            manager.alter_table(dropped).await?;
        }
        Ok(())
    }
}
