//! What companies give their mails of their own.
use sea_orm_migration::{prelude::*, schema::*};

/// What companies give their mails of their own.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made table could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(mail_texts()).await?;
        manager.create_table(logos()).await?;
        manager.create_index(logo_of_content()).await?;
        manager.create_table(proofs()).await?;
        manager.create_index(waiting_proofs()).await?;
        for table in ["companies", "emails"] {
            // SQLite could not drop a column that a foreign key needs.
            let added = Table::alter()
                .table(table)
                .add_column(big_integer_null("logo_id"))
                .to_owned();
            manager.alter_table(added).await?;
        }
        manager.create_index(mails_with_a_logo()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(
                Index::drop()
                    .name("ix_emails_logo")
                    .table("emails")
                    .to_owned(),
            )
            .await?;
        for table in ["emails", "companies"] {
            let dropped = Table::alter()
                .table(table)
                .drop_column("logo_id")
                .to_owned();
            manager.alter_table(dropped).await?;
        }
        for table in ["proofs", "logos", "mail_texts"] {
            manager
                .drop_table(Table::drop().table(table).to_owned())
                .await?;
        }
        Ok(())
    }
}

fn mail_texts() -> TableCreateStatement {
    Table::create()
        .table("mail_texts")
        .col(big_integer("company_id"))
        .col(string("locale"))
        .col(string("kind"))
        .col(string("name"))
        .col(text("text"))
        .primary_key(
            Index::create()
                .col("company_id")
                .col("locale")
                .col("kind")
                .col("name"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("fk_mail_texts_company")
                .from("mail_texts", "company_id")
                .to("companies", "id"),
        )
        .to_owned()
}

fn logos() -> TableCreateStatement {
    Table::create()
        .table("logos")
        .col(big_pk_auto("id"))
        .col(big_integer("company_id"))
        .col(string("content_hash"))
        .col(string("format"))
        .col(integer("width"))
        .col(integer("height"))
        .col(blob("bytes"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("left_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_logos_company")
                .from("logos", "company_id")
                .to("companies", "id"),
        )
        .check((
            "ck_logos_format",
            Expr::cust("format IN ('png', 'jpeg', 'gif')"),
        ))
        .to_owned()
}

fn logo_of_content() -> IndexCreateStatement {
    Index::create()
        .name("ux_logos_content")
        .table("logos")
        .col("company_id")
        .col("content_hash")
        .unique()
        .to_owned()
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

/// For upkeep, which asks of a logo whether any mail shows it.
fn mails_with_a_logo() -> IndexCreateStatement {
    Index::create()
        .name("ix_emails_logo")
        .table("emails")
        .col("logo_id")
        .and_where(Expr::cust("logo_id IS NOT NULL"))
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
