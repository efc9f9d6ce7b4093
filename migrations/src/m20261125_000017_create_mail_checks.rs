//! The last examination of mail that each company's admins asked for.
use sea_orm_migration::{prelude::*, schema::*};

/// The last examination of mail that each company's admins asked for.
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
                    .table("mail_checks")
                    .col(big_integer("company_id").primary_key())
                    .col(integer("run"))
                    .col(big_integer("started_by"))
                    .col(timestamp_with_time_zone("started_at"))
                    .col(timestamp_with_time_zone("ends_by"))
                    .col(timestamp_with_time_zone_null("ended_at"))
                    .col(string_null("health"))
                    .col(json("checks"))
                    .check((
                        "ck_mail_checks_health",
                        Expr::cust("health IS NULL OR health IN ('well', 'warnings', 'broken')"),
                    ))
                    .check((
                        "ck_mail_checks_ended",
                        Expr::cust("(ended_at IS NULL) = (health IS NULL)"),
                    ))
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_mail_checks_company")
                            .from("mail_checks", "company_id")
                            .to("companies", "id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_mail_checks_started_by")
                            .from("mail_checks", ("company_id", "started_by"))
                            .to("users", ("company_id", "id")),
                    )
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("mail_checks").to_owned())
            .await
    }
}
