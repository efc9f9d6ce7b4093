//! Jobs.
use sea_orm_migration::{prelude::*, schema::*};

const JOBS_SALARY: &str = "salary_min IS NULL OR salary_max IS NULL OR salary_min <= salary_max";

/// Jobs.
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
                    .table("jobs")
                    .col(big_pk_auto("id"))
                    .col(big_integer("company_id"))
                    .col(string("title"))
                    .col(text("description"))
                    .col(string("domain"))
                    .col(string("team_size"))
                    .col(integer("positions_to_fill"))
                    .col(json("key_skills"))
                    .col(big_integer_null("salary_min"))
                    .col(big_integer_null("salary_max"))
                    .col(string("salary_currency"))
                    .col(string("location"))
                    .col(string("status"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_jobs_company")
                            .from("jobs", "company_id")
                            .to("companies", "id"),
                    )
                    .check(("ck_jobs_status", Expr::cust("status IN ('open', 'closed')")))
                    .check(("ck_jobs_positions", Expr::cust("positions_to_fill >= 1")))
                    .check(("ck_jobs_salary", Expr::cust(JOBS_SALARY)))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ux_jobs_company")
                    .table("jobs")
                    .col("company_id")
                    .col("id")
                    .unique()
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("jobs").to_owned())
            .await?;
        Ok(())
    }
}
