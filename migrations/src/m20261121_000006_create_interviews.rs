//! Interviews; the partial index makes a second live booking of a slot impossible.
use sea_orm_migration::{prelude::*, schema::*};

const INTERVIEWS_STATUS: &str =
    "status IN ('unscheduled', 'scheduled', 'completed', 'no_show', 'cancelled')";
const INTERVIEWS_SLOT: &str =
    "(status = 'unscheduled') = (slot_id IS NULL) OR status = 'cancelled'";

/// Interviews; the partial index makes a second live booking of a slot impossible.
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
                    .table("interviews")
                    .col(big_pk_auto("id"))
                    .col(big_integer("company_id"))
                    .col(big_integer("candidate_id"))
                    .col(big_integer_null("job_id"))
                    .col(big_integer_null("slot_id"))
                    .col(string("status"))
                    .col(string("public_id"))
                    .col(integer("link_version"))
                    .col(integer("revision"))
                    .col(integer("ics_sequence"))
                    .col(text("booking_notes"))
                    .col(integer("version"))
                    .col(timestamp_with_time_zone_null("opened_at"))
                    .col(timestamp_with_time_zone_null("joined_at"))
                    .col(big_integer_null("booked_by"))
                    .col(big_integer_null("created_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_interviews_candidate")
                            .from("interviews", ("company_id", "candidate_id"))
                            .to("candidates", ("company_id", "id")),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_interviews_job")
                            .from("interviews", ("company_id", "job_id"))
                            .to("jobs", ("company_id", "id")),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_interviews_slot")
                            .from("interviews", ("company_id", "slot_id"))
                            .to("slots", ("company_id", "id")),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_interviews_booked_by")
                            .from("interviews", ("company_id", "booked_by"))
                            .to("users", ("company_id", "id")),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_interviews_created_by")
                            .from("interviews", ("company_id", "created_by"))
                            .to("users", ("company_id", "id")),
                    )
                    .check(("ck_interviews_status", Expr::cust(INTERVIEWS_STATUS)))
                    .check(("ck_interviews_slot", Expr::cust(INTERVIEWS_SLOT)))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ux_interviews_company")
                    .table("interviews")
                    .col("company_id")
                    .col("id")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ux_interviews_public_id")
                    .table("interviews")
                    .col("public_id")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ux_interviews_live_slot")
                    .table("interviews")
                    .col("slot_id")
                    .unique()
                    .and_where(Expr::cust("status <> 'cancelled'"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_interviews_slot")
                    .table("interviews")
                    .col("slot_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_interviews_candidate")
                    .table("interviews")
                    .col("company_id")
                    .col("candidate_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_interviews_status")
                    .table("interviews")
                    .col("company_id")
                    .col("status")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_interviews_job")
                    .table("interviews")
                    .col("company_id")
                    .col("job_id")
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("interviews").to_owned())
            .await?;
        Ok(())
    }
}
