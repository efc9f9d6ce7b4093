//! Candidates.
use sea_orm_migration::{prelude::*, schema::*};

/// Candidates.
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
                    .table("candidates")
                    .col(big_pk_auto("id"))
                    .col(big_integer("company_id"))
                    .col(string("name"))
                    .col(string("email"))
                    .col(string("phone"))
                    .col(string_null("time_zone"))
                    .col(string("locale"))
                    .col(big_integer_null("job_id"))
                    .col(text("notes"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_candidates_company")
                            .from("candidates", "company_id")
                            .to("companies", "id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_candidates_job")
                            .from("candidates", ("company_id", "job_id"))
                            .to("jobs", ("company_id", "id")),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ux_candidates_company")
                    .table("candidates")
                    .col("company_id")
                    .col("id")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ux_candidates_email")
                    .table("candidates")
                    .col("company_id")
                    .col("email")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_candidates_job")
                    .table("candidates")
                    .col("company_id")
                    .col("job_id")
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("candidates").to_owned())
            .await?;
        Ok(())
    }
}
