//! What candidates ask for in private, and what recruiters answer.
use sea_orm_migration::{prelude::*, schema::*};

/// What candidates ask for in private, and what recruiters answer.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made table could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let accommodations = Table::create()
            .table("accommodations")
            .col(big_integer("interview_id").primary_key())
            .col(big_integer("company_id"))
            .col(text("words"))
            .col(timestamp_with_time_zone("asked_at"))
            .col(text("answer").default(""))
            .col(timestamp_with_time_zone_null("answered_at"))
            .col(big_integer_null("answered_by"))
            .col(timestamp_with_time_zone_null("released_at"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_accommodations_interview")
                    .from("accommodations", ("company_id", "interview_id"))
                    .to("interviews", ("company_id", "id")),
            )
            .foreign_key(
                ForeignKey::create()
                    .name("fk_accommodations_user")
                    .from("accommodations", ("company_id", "answered_by"))
                    .to("users", ("company_id", "id")),
            )
            .to_owned();
        manager.create_table(accommodations).await?;
        let open = Index::create()
            .name("ix_accommodations_open")
            .table("accommodations")
            .col("company_id")
            .and_where(Expr::cust("answered_at IS NULL"))
            .to_owned();
        manager.create_index(open).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dropped = Table::drop().table("accommodations").to_owned();
        manager.drop_table(dropped).await
    }
}
