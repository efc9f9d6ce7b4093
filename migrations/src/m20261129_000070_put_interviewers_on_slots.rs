//! Users hold the interviews of a slot.
use sea_orm_migration::{prelude::*, schema::*};

/// Users hold the interviews of a slot.
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
                    .table("slot_interviewers")
                    .col(big_integer("company_id"))
                    .col(big_integer("slot_id"))
                    .col(big_integer("user_id"))
                    .primary_key(
                        Index::create()
                            .col("company_id")
                            .col("slot_id")
                            .col("user_id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_slot_interviewers_slot")
                            .from("slot_interviewers", ("company_id", "slot_id"))
                            .to("slots", ("company_id", "id")),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_slot_interviewers_user")
                            .from("slot_interviewers", ("company_id", "user_id"))
                            .to("users", ("company_id", "id")),
                    )
                    .to_owned(),
            )
            .await?;
        let of_user = Index::create()
            .name("ix_slot_interviewers_user")
            .table("slot_interviewers")
            .col("company_id")
            .col("user_id")
            .col("slot_id")
            .to_owned();
        manager.create_index(of_user).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::drop().table("slot_interviewers").to_owned();
        manager.drop_table(table).await
    }
}
