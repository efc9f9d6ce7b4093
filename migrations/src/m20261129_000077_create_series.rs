//! Many slots that were made at once.
use sea_orm_migration::{prelude::*, schema::*};

/// Many slots that were made at once.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made table could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let key = |name: &str, from: (&str, &str), table: &str| {
            ForeignKey::create()
                .name(name)
                .from(from.0.to_owned(), ("company_id", from.1.to_owned()))
                .to(table.to_owned(), ("company_id", "id"))
                .to_owned()
        };
        manager
            .create_table(
                Table::create()
                    .table("series")
                    .col(big_pk_auto("id"))
                    .col(big_integer("company_id"))
                    .col(big_integer("job_id"))
                    .col(integer("slots"))
                    .col(big_integer_null("created_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("undone_at"))
                    .foreign_key(&mut key("fk_series_job", ("series", "job_id"), "jobs"))
                    .foreign_key(&mut key(
                        "fk_series_created_by",
                        ("series", "created_by"),
                        "users",
                    ))
                    .to_owned(),
            )
            .await?;
        let of_company = Index::create()
            .name("ux_series_company")
            .table("series")
            .col("company_id")
            .col("id")
            .unique()
            .to_owned();
        manager.create_index(of_company).await?;
        manager
            .create_table(
                Table::create()
                    .table("series_slots")
                    .col(big_integer("company_id"))
                    .col(big_integer("slot_id"))
                    .col(big_integer("series_id"))
                    .primary_key(Index::create().col("company_id").col("slot_id"))
                    .foreign_key(&mut key(
                        "fk_series_slots_slot",
                        ("series_slots", "slot_id"),
                        "slots",
                    ))
                    .foreign_key(&mut key(
                        "fk_series_slots_series",
                        ("series_slots", "series_id"),
                        "series",
                    ))
                    .to_owned(),
            )
            .await?;
        let of_series = Index::create()
            .name("ix_series_slots_series")
            .table("series_slots")
            .col("company_id")
            .col("series_id")
            .col("slot_id")
            .to_owned();
        manager.create_index(of_series).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["series_slots", "series"] {
            let table = Table::drop().table(table).to_owned();
            manager.drop_table(table).await?;
        }
        Ok(())
    }
}
