//! Slots.
use sea_orm_migration::{prelude::*, schema::*};

const SLOTS_INTERVIEW_TYPE: &str = "interview_type IN ('technical', 'behavioral', 'screening', 'system_design', \
    'cultural', 'final')";
const SLOTS_DIFFICULTY: &str =
    "difficulty_level IS NULL OR difficulty_level IN ('easy', 'medium', 'hard')";

/// Slots.
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
                    .table("slots")
                    .col(big_pk_auto("id"))
                    .col(big_integer("company_id"))
                    .col(big_integer("job_id"))
                    .col(timestamp_with_time_zone("starts_at"))
                    .col(integer("duration_minutes"))
                    .col(string("time_zone"))
                    .col(string("local_start"))
                    .col(string("interview_type"))
                    .col(string_null("difficulty_level"))
                    .col(string_null("meeting_url"))
                    .col(string("interviewer"))
                    .col(timestamp_with_time_zone_null("closed_at"))
                    .col(big_integer_null("created_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_slots_job")
                            .from("slots", ("company_id", "job_id"))
                            .to("jobs", ("company_id", "id")),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_slots_created_by")
                            .from("slots", ("company_id", "created_by"))
                            .to("users", ("company_id", "id")),
                    )
                    .check((
                        "ck_slots_duration",
                        Expr::cust("duration_minutes BETWEEN 5 AND 720"),
                    ))
                    .check(("ck_slots_interview_type", Expr::cust(SLOTS_INTERVIEW_TYPE)))
                    .check(("ck_slots_difficulty", Expr::cust(SLOTS_DIFFICULTY)))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ux_slots_company")
                    .table("slots")
                    .col("company_id")
                    .col("id")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_slots_start")
                    .table("slots")
                    .col("company_id")
                    .col("starts_at")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_slots_closed")
                    .table("slots")
                    .col("company_id")
                    .col("starts_at")
                    .col("id")
                    .and_where(Expr::cust("closed_at IS NOT NULL"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_slots_job_start")
                    .table("slots")
                    .col("company_id")
                    .col("job_id")
                    .col("starts_at")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("slots").to_owned())
            .await?;
        Ok(())
    }
}
