//! Forms that arrived after their user's session had ended.
use sea_orm_migration::{prelude::*, schema::*};

/// Forms that arrived after their user's session had ended.
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
                    .table("unsent_forms")
                    .col(string("id").primary_key())
                    .col(big_integer("company_id"))
                    .col(big_integer("user_id"))
                    .col(string("browser_hash"))
                    .col(text("target"))
                    .col(text("body"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_unsent_forms_user")
                            .from("unsent_forms", ("company_id", "user_id"))
                            .to("users", ("company_id", "id")),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_unsent_forms_created")
                    .table("unsent_forms")
                    .col("created_at")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_unsent_forms_browser")
                    .table("unsent_forms")
                    .col("browser_hash")
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("unsent_forms").to_owned())
            .await
    }
}
