//! The outbox serves everybody: an e-mail to a user or to any address, about an interview or about nothing.
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

use crate::schema_text;

/// The outbox serves everybody: an e-mail to a user or to any address, about an interview or about nothing.
#[derive(DeriveMigrationName)]
pub struct Migration;

const BOUND: &str = r#""interview_id" integer NOT NULL"#;
const FREE: &str = r#""interview_id" integer NULL"#;

/// What was being sent as this runs may have arrived, and nobody asked for a copy on the terminal.
const FOLD_IN: &str = "INSERT INTO emails (company_id, kind, audience, user_id, interview_id, revision, link_version, \
        recipient, recipient_name, locale, idem_key, message_id, date, sender, reply_to, subject, text, html, logo_id, \
        status, reason, due_at, first_due_at, expires_at, fence, attempts, put_off, server_failures, created_by, \
        created_at, finished_at, printed_at) \
    SELECT company_id, 'test', 'user', user_id, NULL, 0, 0, \
        recipient, recipient_name, 'en', 'test:' || message_id, message_id, created_at, sender, NULL, subject, text, \
        html, logo_id, CASE status WHEN 'sending' THEN 'uncertain' ELSE status END, reason, created_at, created_at, \
        created_at, 0, CASE status WHEN 'queued' THEN 0 ELSE 1 END, 0, 0, user_id, created_at, \
        CASE status WHEN 'queued' THEN NULL WHEN 'sending' THEN begun_at ELSE finished_at END, created_at \
    FROM proofs ORDER BY id";

/// All that a table of its own can hold of them.
const FOLD_OUT: &str = "INSERT INTO proofs (company_id, user_id, recipient, recipient_name, sender, message_id, subject, \
        text, html, logo_id, status, reason, created_at, begun_at, finished_at) \
    SELECT company_id, user_id, recipient, recipient_name, COALESCE(sender, ''), message_id, COALESCE(subject, ''), \
        COALESCE(text, ''), COALESCE(html, ''), logo_id, \
        CASE WHEN status IN ('accepted', 'printed', 'uncertain', 'queued') THEN status \
            WHEN status = 'sending' THEN 'uncertain' ELSE 'failed' END, \
        reason, created_at, NULL, finished_at \
    FROM emails WHERE kind = 'test' ORDER BY id";

const OF_NO_INTERVIEW: &str = "SELECT id FROM emails WHERE interview_id IS NULL";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made table could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        free_interviews(manager, true).await?;
        for column in [
            string("audience").default("candidate").to_owned(),
            big_integer_null("user_id"),
        ] {
            let added = Table::alter().table("emails").add_column(column).to_owned();
            manager.alter_table(added).await?;
        }
        let run = manager.get_connection();
        run.execute_unprepared(FOLD_IN).await?;
        // What a page shows to whoever asked for a test.
        let to_user = Index::create()
            .name("ix_emails_to_user")
            .table("emails")
            .col("company_id")
            .col("user_id")
            .col("id")
            .and_where(Expr::cust("user_id IS NOT NULL"))
            .to_owned();
        manager.create_index(to_user).await?;
        manager
            .drop_table(Table::drop().table("proofs").to_owned())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(proofs()).await?;
        manager.create_index(waiting_proofs()).await?;
        let run = manager.get_connection();
        run.execute_unprepared(FOLD_OUT).await?;
        for table in ["attempts", "bounces"] {
            let of_them = format!("DELETE FROM {table} WHERE email_id IN ({OF_NO_INTERVIEW})");
            run.execute_unprepared(&of_them).await?;
        }
        run.execute_unprepared("DELETE FROM emails WHERE interview_id IS NULL")
            .await?;
        let index = Index::drop()
            .name("ix_emails_to_user")
            .table("emails")
            .to_owned();
        manager.drop_index(index).await?;
        for column in ["user_id", "audience"] {
            let dropped = Table::alter()
                .table("emails")
                .drop_column(column)
                .to_owned();
            manager.alter_table(dropped).await?;
        }
        free_interviews(manager, false).await
    }
}

/// Making the table anew on SQLite would move every message ever sent.
async fn free_interviews(manager: &SchemaManager<'_>, is_free: bool) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        let what = if is_free { "DROP" } else { "SET" };
        let sql = format!("ALTER TABLE emails ALTER COLUMN interview_id {what} NOT NULL");
        manager.get_connection().execute_unprepared(&sql).await?;
        return Ok(());
    }
    let (from, to) = if is_free {
        (BOUND, FREE)
    } else {
        (FREE, BOUND)
    };
    schema_text::replace(manager, "emails", from, to).await
}

fn proofs() -> TableCreateStatement {
    Table::create()
        .table("proofs")
        .col(big_pk_auto("id"))
        .col(big_integer("company_id"))
        .col(big_integer("user_id"))
        .col(string("recipient"))
        .col(string("recipient_name"))
        .col(string("sender"))
        .col(string("message_id"))
        .col(text("subject"))
        .col(text("text"))
        .col(text("html"))
        .col(big_integer_null("logo_id"))
        .col(string("status"))
        .col(text("reason"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("begun_at"))
        .col(timestamp_with_time_zone_null("finished_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_proofs_user")
                .from("proofs", ("company_id", "user_id"))
                .to("users", ("company_id", "id")),
        )
        .check((
            "ck_proofs_status",
            Expr::cust(
                "status IN ('queued', 'sending', 'accepted', 'printed', 'failed', 'uncertain')",
            ),
        ))
        .to_owned()
}

fn waiting_proofs() -> IndexCreateStatement {
    Index::create()
        .name("ix_proofs_status")
        .table("proofs")
        .col("status")
        .col("id")
        .to_owned()
}
