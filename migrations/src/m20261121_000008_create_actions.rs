//! The audit log.
use sea_orm_migration::{prelude::*, schema::*};

/// The audit log.
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
                    .table("actions")
                    .col(big_pk_auto("id"))
                    .col(big_integer("company_id"))
                    .col(big_integer_null("user_id"))
                    .col(string("verb"))
                    .col(string("object_type"))
                    .col(big_integer("object_id"))
                    .col(json("details"))
                    .col(string("ip"))
                    .col(timestamp_with_time_zone("at"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_actions_company")
                            .from("actions", "company_id")
                            .to("companies", "id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_actions_user")
                            .from("actions", ("company_id", "user_id"))
                            .to("users", ("company_id", "id")),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_actions_at")
                    .table("actions")
                    .col("company_id")
                    .col("at")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_actions_object")
                    .table("actions")
                    .col("company_id")
                    .col("object_type")
                    .col("object_id")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("actions").to_owned())
            .await?;
        Ok(())
    }
}
