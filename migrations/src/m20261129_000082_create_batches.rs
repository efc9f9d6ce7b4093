//! What was made from one list: shown line by line, and taken back together.
use sea_orm_migration::{prelude::*, schema::*};

/// What was made from one list: shown line by line, and taken back together.
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
                    .table("batches")
                    .col(big_pk_auto("id"))
                    .col(big_integer("company_id"))
                    .col(string_len("kind", 24))
                    .col(json("lines"))
                    .col(big_integer_null("created_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("undone_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_batches_company")
                            .from("batches", "company_id")
                            .to("companies", "id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_batches_created_by")
                            .from("batches", ("company_id", "created_by"))
                            .to("users", ("company_id", "id")),
                    )
                    .to_owned(),
            )
            .await?;
        let newest = Index::create()
            .name("ix_batches_company")
            .table("batches")
            .col("company_id")
            .col("id")
            .to_owned();
        manager.create_index(newest).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::drop().table("batches").to_owned();
        manager.drop_table(table).await
    }
}
