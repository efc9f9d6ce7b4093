//! That candidates may choose the time of their interview.
use sea_orm_migration::{prelude::*, schema::*};

/// That candidates may choose the time of their interview.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made table could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let offers = Table::create()
            .table("offers")
            .col(big_integer("interview_id").primary_key())
            .col(big_integer("company_id"))
            .col(timestamp_with_time_zone("choose_by"))
            .col(integer("notice_hours"))
            .col(integer("horizon_days"))
            .col(big_integer_null("offered_by"))
            .col(timestamp_with_time_zone("offered_at"))
            .col(timestamp_with_time_zone_null("opened_at"))
            .col(timestamp_with_time_zone_null("chosen_at"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_offers_interview")
                    .from("offers", ("company_id", "interview_id"))
                    .to("interviews", ("company_id", "id")),
            )
            .foreign_key(
                ForeignKey::create()
                    .name("fk_offers_user")
                    .from("offers", ("company_id", "offered_by"))
                    .to("users", ("company_id", "id")),
            )
            .to_owned();
        manager.create_table(offers).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dropped = Table::drop().table("offers").to_owned();
        manager.drop_table(dropped).await
    }
}
