//! The address at which a calendar program reads the interviews of a user: its hash.
use sea_orm_migration::{prelude::*, schema::*};

/// The address at which a calendar program reads the interviews of a user: its hash.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made table could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let feeds = Table::create()
            .table("feeds")
            .col(big_integer("company_id"))
            .col(big_integer("user_id"))
            .col(string_len_uniq("token_hash", 64))
            .col(timestamp_with_time_zone("created_at"))
            .primary_key(Index::create().col("company_id").col("user_id"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_feeds_user")
                    .from("feeds", ("company_id", "user_id"))
                    .to("users", ("company_id", "id")),
            )
            .to_owned();
        manager.create_table(feeds).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let feeds = Table::drop().table("feeds").to_owned();
        manager.drop_table(feeds).await
    }
}
