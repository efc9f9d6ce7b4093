//! What comes back after a mail server took it, and the addresses to which nothing is sent for a while.
use sea_orm_migration::{prelude::*, schema::*};

/// What comes back after a mail server took it, and the addresses to which nothing is sent for a while.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made table could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_bounces(manager).await?;
        create_suppressions(manager).await?;
        // For the worker, as the index of what is due: the queries write the status out.
        manager
            .create_index(
                Index::create()
                    .name("ix_emails_held")
                    .table("emails")
                    .col("expires_at")
                    .and_where(Expr::cust("status = 'held'"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(
                Index::drop()
                    .name("ix_emails_held")
                    .table("emails")
                    .to_owned(),
            )
            .await?;
        manager
            .drop_table(Table::drop().table("suppressions").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("bounces").to_owned())
            .await
    }
}

async fn create_bounces(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("bounces")
                .col(big_pk_auto("id"))
                .col(big_integer("company_id"))
                .col(big_integer("email_id"))
                .col(string("digest"))
                .col(string("action"))
                .col(string_null("code"))
                .col(string("host"))
                .col(text("diagnostic"))
                .col(text("hint"))
                .col(timestamp_with_time_zone("reported_at"))
                .foreign_key(
                    ForeignKey::create()
                        .name("fk_bounces_email")
                        .from("bounces", ("company_id", "email_id"))
                        .to("emails", ("company_id", "id")),
                )
                .check((
                    "ck_bounces_action",
                    Expr::cust("action IN ('failed', 'delayed')"),
                ))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("ux_bounces_digest")
                .table("bounces")
                .col("email_id")
                .col("digest")
                .unique()
                .to_owned(),
        )
        .await
}

async fn create_suppressions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("suppressions")
                .col(big_pk_auto("id"))
                .col(big_integer("company_id"))
                .col(string("address"))
                .col(text("reason"))
                .col(big_integer("email_id"))
                .col(timestamp_with_time_zone("created_at"))
                .col(timestamp_with_time_zone("expires_at"))
                .foreign_key(
                    ForeignKey::create()
                        .name("fk_suppressions_email")
                        .from("suppressions", ("company_id", "email_id"))
                        .to("emails", ("company_id", "id")),
                )
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("ux_suppressions_address")
                .table("suppressions")
                .col("company_id")
                .col("address")
                .unique()
                .to_owned(),
        )
        .await
}
