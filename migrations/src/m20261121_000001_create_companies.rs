//! Companies, the owners of every other row.
use sea_orm_migration::{prelude::*, schema::*};

/// Companies, the owners of every other row.
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
                    .table("companies")
                    .col(big_pk_auto("id"))
                    .col(string("name"))
                    .col(string("time_zone"))
                    .col(string("contact_email"))
                    .col(string("brand_colour"))
                    .col(string_null("default_meeting_url"))
                    .col(integer("join_window_minutes"))
                    .col(json("reminder_lead_minutes"))
                    .col(json("instruction_lines"))
                    .col(timestamp_with_time_zone("created_at"))
                    .check((
                        "ck_companies_join_window",
                        Expr::cust("join_window_minutes BETWEEN 0 AND 1440"),
                    ))
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("companies").to_owned())
            .await?;
        Ok(())
    }
}
