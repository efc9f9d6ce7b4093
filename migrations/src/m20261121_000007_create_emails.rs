//! E-mails and the attempts to deliver them.
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

const EMAILS_STATUS: &str = "status IN ('queued', 'sending', 'retrying', 'accepted', 'uncertain', 'printed', \
    'failed', 'held', 'superseded', 'cancelled', 'expired', 'bounced')";
const ATTEMPTS_OUTCOME: &str = "outcome IS NULL OR outcome IN ('accepted', 'deferred', 'refused', 'uncertain', \
    'printed', 'released')";

/// E-mails and the attempts to deliver them.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made table could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut recipient = string("recipient");
        // The log is searched by the beginning of an address, byte by byte: SQLite's way of
        // comparing, and on PostgreSQL the way of this collation only.
        if manager.get_database_backend() == DbBackend::Postgres {
            recipient.extra("COLLATE \"C\"");
        }
        manager
            .create_table(
                Table::create()
                    .table("emails")
                    .col(big_pk_auto("id"))
                    .col(big_integer("company_id"))
                    .col(string("kind"))
                    .col(big_integer("interview_id"))
                    .col(integer("revision"))
                    .col(integer("link_version"))
                    .col(recipient)
                    .col(string("recipient_name"))
                    .col(string("idem_key"))
                    .col(string("message_id"))
                    .col(timestamp_with_time_zone("date"))
                    .col(text_null("sender"))
                    .col(text_null("reply_to"))
                    .col(text_null("subject"))
                    .col(text_null("text"))
                    .col(text_null("html"))
                    .col(text_null("ics"))
                    .col(string("status"))
                    .col(text("reason"))
                    .col(timestamp_with_time_zone("due_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone_null("lease_until"))
                    .col(integer("fence"))
                    .col(integer("attempts"))
                    .col(integer("put_off"))
                    .col(big_integer_null("resend_of"))
                    .col(big_integer_null("created_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("finished_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_emails_interview")
                            .from("emails", ("company_id", "interview_id"))
                            .to("interviews", ("company_id", "id")),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_emails_created_by")
                            .from("emails", ("company_id", "created_by"))
                            .to("users", ("company_id", "id")),
                    )
                    .check(("ck_emails_status", Expr::cust(EMAILS_STATUS)))
                    .check((
                        "ck_emails_lease",
                        Expr::cust("status <> 'sending' OR lease_until IS NOT NULL"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ux_emails_company")
                    .table("emails")
                    .col("company_id")
                    .col("id")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ux_emails_idem_key")
                    .table("emails")
                    .col("idem_key")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ux_emails_message_id")
                    .table("emails")
                    .col("message_id")
                    .unique()
                    .to_owned(),
            )
            .await?;
        // For the worker: of a part of the rows only, so the queries write the statuses out.
        manager
            .create_index(
                Index::create()
                    .name("ix_emails_due")
                    .table("emails")
                    .col("due_at")
                    .col("id")
                    .and_where(Expr::cust("status IN ('queued', 'retrying')"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_emails_lease")
                    .table("emails")
                    .col("lease_until")
                    .and_where(Expr::cust("status = 'sending'"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_emails_interview")
                    .table("emails")
                    .col("interview_id")
                    .col("recipient")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_emails_resend_of")
                    .table("emails")
                    .col("resend_of")
                    .and_where(Expr::cust("resend_of IS NOT NULL"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_emails_about")
                    .table("emails")
                    .col("company_id")
                    .col("interview_id")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_emails_log")
                    .table("emails")
                    .col("company_id")
                    .col("created_at")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_emails_log_status")
                    .table("emails")
                    .col("company_id")
                    .col("status")
                    .col("created_at")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_emails_log_recipient")
                    .table("emails")
                    .col("company_id")
                    .col("recipient")
                    .col("created_at")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("attempts")
                    .col(big_pk_auto("id"))
                    .col(big_integer("company_id"))
                    .col(big_integer("email_id"))
                    .col(integer("number"))
                    .col(timestamp_with_time_zone("started_at"))
                    .col(timestamp_with_time_zone_null("ended_at"))
                    .col(string("host"))
                    .col(string_null("peer"))
                    .col(string_null("tls"))
                    .col(string("stage"))
                    .col(string_null("outcome"))
                    .col(integer_null("code"))
                    .col(string_null("enhanced_code"))
                    .col(text_null("reply"))
                    .col(text_null("hint"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_attempts_email")
                            .from("attempts", ("company_id", "email_id"))
                            .to("emails", ("company_id", "id")),
                    )
                    .check(("ck_attempts_outcome", Expr::cust(ATTEMPTS_OUTCOME)))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ux_attempts_number")
                    .table("attempts")
                    .col("email_id")
                    .col("number")
                    .unique()
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("attempts").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("emails").to_owned())
            .await?;
        Ok(())
    }
}
