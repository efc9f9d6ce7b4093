//! Tokens with which mail servers are logged in to where they accept no password.
use sea_orm_migration::{prelude::*, schema::*};

/// Tokens with which mail servers are logged in to where they accept no password.
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
                    .table("mail_tokens")
                    .col(string("fingerprint").primary_key())
                    .col(text_null("refresh_token"))
                    .col(text_null("access_token"))
                    .col(timestamp_with_time_zone_null("expires_at"))
                    .col(timestamp_with_time_zone_null("renew_at"))
                    .col(timestamp_with_time_zone_null("renewed_at"))
                    .col(timestamp_with_time_zone_null("lease_until"))
                    .col(big_integer("fence"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("mail_tokens").to_owned())
            .await
    }
}
