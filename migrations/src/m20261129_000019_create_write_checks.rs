//! The one row that is written to see whether the database can be written.
use sea_orm_migration::{prelude::*, schema::*};

/// The one row that is written to see whether the database can be written.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made table could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("write_checks")
                    .col(big_pk_auto("id"))
                    .col(big_integer("turn"))
                    .col(blob_null("filler"))
                    .to_owned(),
            )
            .await?;
        let mut row = Query::insert();
        row.into_table("write_checks")
            .columns(["turn"])
            .values_panic([0.into()]);
        manager.execute(row).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("write_checks").to_owned())
            .await
    }
}
