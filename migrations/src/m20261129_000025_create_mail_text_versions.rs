//! How often a company changed the words of one kind of email in one language.
use sea_orm_migration::{prelude::*, schema::*};

/// How often a company changed the words of one kind of email in one language.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("mail_text_versions")
                    .col(big_integer("company_id"))
                    .col(string("locale"))
                    .col(string("kind"))
                    .col(integer("version"))
                    .primary_key(Index::create().col("company_id").col("locale").col("kind"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_mail_text_versions_company")
                            .from("mail_text_versions", "company_id")
                            .to("companies", "id"),
                    )
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("mail_text_versions").to_owned())
            .await
    }
}
