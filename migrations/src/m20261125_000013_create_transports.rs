//! The ways that mail leaves, and how each of them is.
use sea_orm_migration::{prelude::*, schema::*};

/// The ways that mail leaves, and how each of them is.
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
                    .table("transports")
                    .col(string("name").primary_key())
                    .col(string("host"))
                    .col(string("fingerprint"))
                    .col(integer("failures"))
                    .col(string_null("scope"))
                    .col(text("reason"))
                    .col(timestamp_with_time_zone_null("opened_at"))
                    .col(timestamp_with_time_zone_null("wait_until"))
                    .col(big_integer_null("failed_email_id"))
                    .col(timestamp_with_time_zone_null("accepted_at"))
                    .col(timestamp_with_time_zone_null("paced_until"))
                    .check((
                        "ck_transports_name",
                        Expr::cust("name IN ('primary', 'fallback')"),
                    ))
                    .check((
                        "ck_transports_scope",
                        Expr::cust("scope IS NULL OR scope IN ('server', 'settings')"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("emails")
                    .add_column(integer("server_failures").default(0))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_attempts_refused")
                    .table("attempts")
                    .col("started_at")
                    .and_where(Expr::cust("outcome = 'refused'"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(
                Index::drop()
                    .name("ix_attempts_refused")
                    .table("attempts")
                    .to_owned(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("emails")
                    .drop_column("server_failures")
                    .to_owned(),
            )
            .await?;
        manager
            .drop_table(Table::drop().table("transports").to_owned())
            .await
    }
}
