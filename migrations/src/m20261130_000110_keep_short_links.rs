//! Short join links, by the hash of their letters.
use sea_orm_migration::{prelude::*, schema::*};

/// Short join links, by the hash of their letters.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made table could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let links = Table::create()
            .table("short_links")
            .col(string_len("code_hash", 64).primary_key())
            .col(big_integer("company_id"))
            .col(big_integer("interview_id"))
            .col(integer("link_version"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_short_links_interview")
                    .from("short_links", ("company_id", "interview_id"))
                    .to("interviews", ("company_id", "id")),
            )
            .to_owned();
        manager.create_table(links).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dropped = Table::drop().table("short_links").to_owned();
        manager.drop_table(dropped).await
    }
}
